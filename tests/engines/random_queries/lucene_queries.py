"""Random texts of Lucene's query language, as ``query_string`` takes them.

Each construct of Elasticsearch's page "Query string query" is drawn, on values of the events, and
joined without regard to precedence, which the language does not have.
"""

from __future__ import annotations

import re

from siemc.formula import ONE, RUN
from tests.engines.random_queries.draw import Draw

SPECIAL = re.compile(r'[\s\\+\-!(){}\[\]^"~*?:/&|<>=]')
ODD = ' \t"\\+-!(){}[]^~*?:/&|<>=#@,;%\u3000x1'
BETWEEN = (
    *(" ", " ", " AND ", " AND ", " OR ", " OR ", " && ", " || ", " AND NOT ", " OR NOT "),
    *(" +", " -", " !", " NOT ", "  ", " and ", " || -", " && !"),
)
SIGNS = ("NOT ", "-", "+", "!", "! ", "- ")


def query(draw: Draw) -> str:
    """One query; a few are none."""
    return draw.spoiled(_clauses(draw, 2), ODD)


def _clauses(draw: Draw, depth: int) -> str:
    many = draw.random.choices((1, 2, 3, 4), (10, 6, 3, 1))[0]
    text = _signed(draw, depth)
    for _ in range(many - 1):
        text += draw.random.choice(BETWEEN) + _signed(draw, depth)
    return text


def _signed(draw: Draw, depth: int) -> str:
    sign = draw.random.choice(SIGNS) if draw.chance(0.12) else ""
    if depth and draw.chance(0.25):
        boost = "^2" if draw.chance(0.05) else ""
        return f"{sign}({_clauses(draw, depth - 1)}){boost}"
    return sign + _leaf(draw)


def _leaf(draw: Draw) -> str:
    if draw.chance(0.01):
        return draw.random.choice(("*:*", "*", "abc", '"a b"', "_exists_:k", "k:a*b c"))
    field = draw.field()
    if draw.chance(0.12):
        inner = "".join(
            draw.random.choice((" OR ", " AND ", " ", " NOT ", " -", " +")) * bool(number)
            + _value(draw, field)
            for number in range(draw.random.randint(1, 3))
        )
        return f"{_name(draw, field)}:({inner})"
    if draw.chance(0.06):
        return f"_exists_:{_name(draw, field)}"
    space = " " if draw.chance(0.03) else ""
    return f"{_name(draw, field)}:{space}{_value(draw, field)}"


def _name(draw: Draw, field: str) -> str:
    return field.replace(".", "\\.") if draw.chance(0.1) else field


def _value(draw: Draw, field: str) -> str:
    boost = "^1.5" if draw.chance(0.03) else ""
    return _plain_value(draw, field) + boost


def _plain_value(draw: Draw, field: str) -> str:
    if not draw.is_words(field):
        return _scalar(draw, field)
    chance = draw.random.random()
    if chance < 0.35:
        return escaped(draw, draw.near(field))
    if chance < 0.5:
        return quoted(draw.near(field))
    if chance < 0.75:
        return pattern(draw, field)
    if chance < 0.9:
        return f"/{_slashed(draw.expression(field))}/"
    if chance < 0.93:
        return f"{escaped(draw, draw.near(field))}~{draw.random.choice(('', '1', '2'))}"
    return draw.random.choice(("*", "?", "??*", "**", '""', "?*", "*?*", '" "', "//", "\\*"))


def _scalar(draw: Draw, field: str) -> str:
    chance = draw.random.random()
    if chance < 0.35:
        return quoted(draw.near(field))
    if chance < 0.55:
        return escaped(draw, draw.near(field))
    if chance < 0.85:
        return _range(draw, field)
    return "*" if chance < 0.97 else pattern(draw, field)


def _range(draw: Draw, field: str) -> str:
    if draw.chance(0.5):
        sign = draw.random.choice(("<", "<=", ">", ">="))
        return f"{sign}{escaped(draw, draw.bound(field))}"
    low, high = ("*" if draw.chance(0.2) else _end(draw, field) for _ in range(2))
    return f"{draw.random.choice('[{')}{low} TO {high}{draw.random.choice(']}')}"


def _end(draw: Draw, field: str) -> str:
    text = draw.bound(field)
    return text if re.fullmatch(r"[\w.:-]+", text) and draw.chance(0.7) else quoted(text)


def escaped(draw: Draw, text: str) -> str:
    """The text as a term; now and then with an escape too many or too few."""
    if not text:
        return '""'
    shown = SPECIAL.sub(r"\\\g<0>", text)
    if shown in {"AND", "OR", "NOT"} and draw.chance(0.8):
        return f"\\{shown}"
    if draw.chance(0.05):
        return text
    if draw.chance(0.05):
        return re.sub("[a-z]", r"\\\g<0>", shown, count=1)
    if draw.chance(0.03):
        return "".join(f"\\u{ord(char):04x}" for char in text if ord(char) < 0x10000)
    return shown


def quoted(text: str) -> str:
    """The text as a phrase."""
    return '"' + re.sub(r'[\\"]', r"\\\g<0>", text) + '"'


def pattern(draw: Draw, field: str) -> str:
    """A term with wildcards."""
    signs = {RUN: "*", ONE: "?"}
    parts = draw.pattern(field)
    return "".join(escaped(draw, part) if isinstance(part, str) else signs[part] for part in parts)


def _slashed(expression: str) -> str:
    """The expression between slashes: one in it needs a backslash."""
    return re.sub(r"(?<!\\)/", r"\\/", expression)
