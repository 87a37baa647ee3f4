"""Random texts of KQL: each construct of Kibana's ``grammar.peggy`` (9.x), on values of the events.

A few texts are none: what the grammar refuses must be refused by our reader as well.
"""

from __future__ import annotations

import re

from siemc.formula import RUN
from tests.engines.random_queries.draw import Draw

SPECIAL = re.compile(r'[\\():<>"*{}]')
KEYWORD = re.compile(r"(?i)(?<![^\s])(and|or|not)(?=\s|$)")
ODD = ' \t"\\():<>*{}nN\xa0@?'
AND = (" and ", " AND ", "  And\t", "\nand ")
OR = (" or ", " OR ", " Or  ")


def query(draw: Draw) -> str:
    """One query, written without regard to precedence; a few are none."""
    return draw.spoiled(_row(draw, 2), ODD)


def _row(draw: Draw, depth: int) -> str:
    """Operands with ``and`` or ``or`` between them; in half of the rows with either."""
    many = draw.random.choices((1, 2, 3, 4), (10, 6, 3, 1))[0]
    words = draw.random.choice((AND, OR, AND + OR, AND + OR))
    text = _operand(draw, depth)
    for _ in range(many - 1):
        text += draw.random.choice(words) + _operand(draw, depth)
    return text


def _operand(draw: Draw, depth: int) -> str:
    negation = draw.random.choice(("not ", "NOT ", "Not  ")) if draw.chance(0.15) else ""
    if depth and draw.chance(0.25):
        return f"{negation}({_row(draw, depth - 1)})"
    return negation + _leaf(draw)


def _leaf(draw: Draw) -> str:
    chance = draw.random.random()
    if chance < 0.01:
        return draw.random.choice(("*: *", "*:*", "abc", '"a b"', "o:{ plain: a }", "*:a", "k*: a"))
    field = draw.field()
    if not draw.is_words(field) and chance < 0.4:
        relation = draw.random.choice((">", ">=", "<", "<=", " < ", " >="))
        return f"{_name(draw, field)}{relation}{_simple(draw, draw.bound(field))}"
    colon = draw.random.choice((":", ": ", " : "))
    if chance < 0.2 or 0.4 < chance < 0.42:
        return f"{_name(draw, field)}{colon}({_values(draw, field, 1)})"
    return f"{_name(draw, field)}{colon}{_value(draw, field)}"


def _name(draw: Draw, field: str) -> str:
    return f'"{field}"' if draw.chance(0.08) else field


def _values(draw: Draw, field: str, depth: int) -> str:
    """A list of values: ``a or not (b and c)``."""
    parts = []
    words = draw.random.choice((AND, OR, AND + OR))
    for number in range(draw.random.choices((1, 2, 3), (2, 4, 2))[0]):
        if number:
            parts.append(draw.random.choice(words))
        parts.append("not " if draw.chance(0.15) else "")
        if depth and draw.chance(0.15):
            parts.append(f"({_values(draw, field, depth - 1)})")
        else:
            parts.append(_value(draw, field))
    return "".join(parts)


def _value(draw: Draw, field: str) -> str:
    chance = draw.random.random()
    if not draw.is_words(field):
        if chance < 0.15:
            return "*"
        if chance < 0.97:
            return _simple(draw, draw.near(field))
    if chance < 0.65:
        return _simple(draw, draw.near(field))
    if chance < 0.95:
        return _pattern(draw, field)
    return draw.random.choice(("*", "**", '"*"', '""', "null", "\\*", "* *", "*a", "true", "a b"))


def _simple(draw: Draw, text: str) -> str:
    return quoted(draw, text) if draw.chance(0.5) else bare(draw, text)


def bare(draw: Draw, text: str) -> str:
    """The text without quotes; now and then with an escape too many or too few."""
    if not text or text != text.strip():
        return quoted(draw, text)
    if draw.chance(0.04):
        return text
    shown = SPECIAL.sub(r"\\\g<0>", text)
    shown = KEYWORD.sub(r"\\\1", shown) if draw.chance(0.9) else shown
    shown = re.sub(r"[\t\r\n]", lambda found: _WHITE[found[0]], shown)
    if draw.chance(0.03):
        return re.sub("[abx]", lambda found: f"\\u{ord(found[0]):04x}", shown)
    return shown


_WHITE = {"\t": "\\t", "\r": "\\r", "\n": "\\n"}


def quoted(draw: Draw, text: str) -> str:
    """The text in quotes."""
    shown = re.sub(r'[\\"]', r"\\\g<0>", text)
    if draw.chance(0.03):
        shown = shown.replace("\\\\", "\\")
    return f'"{shown}"'


def _pattern(draw: Draw, field: str) -> str:
    """A value with wildcards; KQL has none for one character, so a ``?`` stands for itself."""
    found = "".join(
        bare(draw, part) if isinstance(part, str) and part.strip() == part else "*" * (part is RUN)
        for part in draw.pattern(field)
    )
    return found if "*" in found else f"{found}*"
