r"""Where Elasticsearch's own KQL (its query ``kql``) reads a text otherwise than Kibana does.

From elastic/elasticsearch, ``x-pack/plugin/kql/src/main/antlr/KqlBase.g4`` and ``KqlAstBuilder``;
``test_kql_differences.py`` holds that each is still there. Our reader reads as Kibana does, so a
text of one of these classes is not put to Elasticsearch; Kibana's own translation of it is.

The one that matters to rules: in a value with a wildcard the escapes are dropped and the rest is
handed to a query ``wildcard``, where a backslash escapes the next sign and ``?`` stands for any
one. Kibana did the same until 8.12.1 (elastic/kibana#174464, which mended elastic/kibana#169709).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from siemc.schema import Schema
from tests.engines import indices

ESCAPED_WILDCARD = "an escape or `?` in a value with a wildcard (Elasticsearch's own KQL)"
MIXED = "`and` beside `or` without parentheses (the rule `query` has no precedence)"
SPACES = "white space inside of an unquoted value (its words are joined by one space)"
BLANK = "a no-break space, which is white space to Kibana alone"
QUOTES = r"a quoted value that ends in `\\`, and another (the longest token is taken)"
NOT = r"`\not`, which Kibana's grammar reads as a line break and `ot`"
KEYWORD = "`and`, `or` or `not` as the bound of a range (the rule `rangeQueryValue`)"
VIEW = "a value with a wildcard and a space (Kibana goes by the types in all indices)"
OBJECT = "whether an object exists (only fields of the mapping are looked up)"
WORDS = "a name of a field of several words (the rule `fieldName` takes one)"

MANY = 300
SLOW = f"more than {MANY} leaves, for which Elasticsearch's own KQL takes minutes"

_TOKEN = re.compile(
    r"""(?P<quoted>"(?:\\.|[^"\\])*")|(?P<sign>[():{}]|[<>]=?)
    |(?P<word>(?<=[\s)])(?:and|or)(?=[\s(]))|(?P<not>(?:(?<=[\s(])|^)not(?=[\s]))
    |(?P<text>(?:\\.|(?!(?<=[\s)])(?:and|or)[\s(]|(?<=[\s(])not\s)[^"():{}<>\\])+)|(?P<other>.)""",
    re.X | re.S | re.I,
)
BOUNDS = {"<", "<=", ">", ">="}
RELATIONS = {":", *BOUNDS}
_ESCAPED_NOT = re.compile(r"(?<!\\)(?:\\\\)*\\not", re.I)
_ODD_SPACE = re.compile(r"\s\s|[^\S ]")


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    for found in _TOKEN.finditer(text):
        if not found[0].isspace():
            yield found.lastgroup or "", found[0]


def _unquoted(text: str) -> str:
    return "".join(found[0] for found in _TOKEN.finditer(text) if found.lastgroup != "quoted")


def has_mixed_row(text: str) -> bool:
    """Whether a row has ``and`` and ``or`` in an order in which it matters.

    Queries are joined from the right, so that ``a or b and c`` means the same; lists of values from
    the left.
    """
    rows: list[tuple[bool, set[str]]] = [(False, set())]
    last = ""
    for kind, token in _tokens(text):
        is_list, words = rows[-1]
        if token == "(":
            rows.append((is_list or last == ":", set()))
        elif token == ")" and len(rows) > 1:
            rows.pop()
        elif kind == "word":
            words.add(token.lower())
            if len(words) > 1 and token.lower() == ("and" if is_list else "or"):
                return True
        last = token
    return False


def has_escaped_pattern(text: str) -> bool:
    """Whether an unquoted value has a wildcard, and an escape or a ``?`` beside it."""
    values = (token for kind, token in _tokens(text) if kind == "text")
    return any("*" in value and re.search(r"[\\?]", value) for value in values)


def has_keyword(text: str) -> bool:
    """Whether ``and``, ``or`` or ``not`` stands for the bound of a range."""
    return any(
        first in BOUNDS and second.strip().lower() in {"and", "or", "not"}
        for (_, first), (_, second) in pairwise(_tokens(text))
    )


def has_odd_space(text: str) -> bool:
    """Whether the words of an unquoted value are not parted by just one space."""
    values = (token.strip(" \t\r\n") for kind, token in _tokens(text) if kind == "text")
    return any(_ODD_SPACE.search(value) for value in values)


def has_no_break_space(text: str) -> bool:
    """Whether a no-break space stands outside of quotes."""
    return "\xa0" in _unquoted(text)


def has_run_on_quote(text: str) -> bool:
    """Whether a quoted value ends in an escaped backslash, and another one follows it."""
    quoted = [token for kind, token in _tokens(text) if kind == "quoted"]
    return any(first.endswith('\\\\"') for first, _ in pairwise(quoted))


def has_escaped_not(text: str) -> bool:
    r"""Whether ``\not`` stands outside of quotes."""
    return any(kind == "text" and _ESCAPED_NOT.search(token) for kind, token in _tokens(text))


def has_object(text: str) -> bool:
    """Whether the object of the trial's mapping is asked for."""
    return any(
        first.strip().strip('"') == "o" and second == ":"
        for (_, first), (_, second) in pairwise(_tokens(text))
    )


def has_long_name(text: str) -> bool:
    """Whether a name without quotes has white space inside."""
    return any(
        kind == "text" and re.search(r"\S\s+\S", first) and second in RELATIONS
        for (kind, first), (_, second) in pairwise(_tokens(text))
    )


DIFFERENCES: tuple[tuple[str, Callable[[str], bool]], ...] = (
    (MIXED, has_mixed_row),
    (ESCAPED_WILDCARD, has_escaped_pattern),
    (KEYWORD, has_keyword),
    (BLANK, has_no_break_space),
    (SPACES, has_odd_space),
    (QUOTES, has_run_on_quote),
    (NOT, has_escaped_not),
    (OBJECT, has_object),
    (WORDS, has_long_name),
)


def has_spaced_pattern(text: str) -> bool:
    """Whether an unquoted value has white space and a wildcard."""
    values = (token.strip(" \t\r\n") for kind, token in _tokens(text) if kind == "text")
    return any("*" in value and " " in value for value in values)


def difference(text: str, schema: Schema) -> str | None:
    """The class of known differences that the text is in, if it is."""
    if len(schema.indices) > 1 and has_spaced_pattern(text):
        return VIEW
    return next((name for name, is_one in DIFFERENCES if is_one(text)), None)


def asked(text: str) -> dict[str, Any] | str:
    """The query ``kql``; or why it is not put, where it is too large (its equal in DSL is not)."""
    return SLOW if text.count(" or ") > MANY else indices.kql(text)
