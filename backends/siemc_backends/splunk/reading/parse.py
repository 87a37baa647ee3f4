"""The whole search: commands between pipes, each keeping what it lets through.

Splunk, Search Manual, "Anatomy of a search"; Search Reference, "search" (the first command is
``search``, said or not), "where", "regex", "table", "fields".
"""

from __future__ import annotations

import re

from siemc.formula import Atom, Formula, conjunction
from siemc.reading import ReadError, Reading, place
from siemc.schema import Schema
from siemc_backends.splunk.reading.conditions import truth_of
from siemc_backends.splunk.reading.expression import read_expression
from siemc_backends.splunk.reading.regexes import regex_test
from siemc_backends.splunk.reading.search import field_name, read_search
from siemc_backends.splunk.reading.tokens import (
    SEARCH,
    Token,
    show,
    skip_arguments,
    tokens,
)
from siemc_backends.splunk.reading.truth import negated

_BLANK = re.compile(r"(?:[ \t\r\n]++|```.*?```)*+", re.DOTALL)
_IMPLIED = re.compile(r"search(?=[ \t\r\n(\"`]|\Z)(?![ \t\r\n]*+(?:[<>!]=|[=<>]|IN[ \t\r\n(]))")
_COMMAND = re.compile(r"[A-Za-z_][A-Za-z0-9_]*+|`[^`]*`?")
_SELECTING = frozenset(("table", "fields"))


def read(text: str, schema: Schema) -> tuple[Reading, ...]:
    """What the search finds, one reading for the whole schema: Splunk's fields have no types.

    Raises ``ReadError`` for a command that does more than keep or drop events, or text that is no
    SPL.
    """
    codes: set[str] = set()
    formula = conjunction(_commands(text, codes))
    return (Reading(formula, schema.patterns, tuple(sorted(codes))),)


def _commands(text: str, codes: set[str]) -> list[Formula]:
    at = _skip_blank(text, 0)
    if at == len(text):
        raise ReadError("The search is empty.", 0, max(1, len(text)))
    if text[at] == "|":
        formula, last = _leading(text, at + 1, codes)
    else:
        implied = _IMPLIED.match(text, at)
        formula, last = read_search(text, implied.end() if implied else at, codes)
    found = [formula]
    while last.kind == "pipe":
        name, after = _command(text, last.end)
        if name.text in _SELECTING:
            _only_selections(text, name, after)
            break
        formula, last = _filter(text, name, after, codes)
        found.append(formula)
    return found


def _skip_blank(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return at if match is None else match.end()


def _command(text: str, at: int) -> tuple[Token, int]:
    """The command's name after a pipe, and where its arguments start."""
    at = _skip_blank(text, at)
    match = _COMMAND.match(text, at)
    if match is None:
        raise ReadError("A command is missing after the pipe.", at)
    return Token("word", match[0], at, match.end()), match.end()


def _leading(text: str, at: int, codes: set[str]) -> tuple[Formula, Token]:
    """The first command after a leading pipe, which must bring events: ``search`` alone is read."""
    name, after = _command(text, at)
    if name.text != "search":
        raise ReadError(_refusal(name, first=True), name.start, name.end)
    return read_search(text, after, codes)


def _filter(text: str, name: Token, after: int, codes: set[str]) -> tuple[Formula, Token]:
    if name.text == "search":
        return read_search(text, after, codes)
    if name.text == "where":
        node, last = read_expression(text, after)
        return truth_of(node, codes).yes, last
    if name.text == "regex":
        return _regex(text, name, after, codes)
    raise ReadError(_refusal(name), name.start, name.end)


def _refusal(name: Token, first: bool = False) -> str:
    if name.text.startswith("`"):
        return f"What the macro {show(name)} does as a command is not known; write it out."
    if first and name.text in ("where", "regex", *_SELECTING):
        return f"The search starts with {name.text}, which brings no events; begin with terms."
    return f"The command {name.text} is not read: it does more than keep or drop events."


def _regex(text: str, name: Token, after: int, codes: set[str]) -> tuple[Formula, Token]:
    """``regex field="..."``, ``regex field!="..."``, or ``regex "..."`` on ``_raw``.

    ``!=`` keeps an event without the field too, other than in ``search`` (Search Reference,
    "regex", "Using the regex command with !=").
    """
    found = tokens(SEARCH, text, after)
    match [each.kind for each in found]:
        case ["string", _]:
            field, op = "_raw", "="
        case ["word" | "string", "op", "string", _] if found[1].text in ("=", "!="):
            field, op = field_name(found[0]), found[1].text
        case _:
            message = 'The regex command is read as field="expression", or != between them.'
            raise ReadError(message, name.start, found[-1].start)
    quoted, last = found[-2], found[-1]
    test, more = regex_test(quoted.text, quoted.start)
    codes.update(("SA09", *more))
    matched = Atom(field, test, place(found[0].start, quoted.end))
    return (matched if op == "=" else negated(matched)), last


def _only_selections(text: str, name: Token, after: int) -> None:
    """``table`` and ``fields`` choose columns, so they may only stand last.

    Raises ``ReadError`` on any other command behind them: it would not see what was dropped.
    """
    while True:
        end = skip_arguments(text, after)
        if not text[after:end].strip():
            raise ReadError(f"The command {name.text} has no fields.", name.start, name.end)
        if end == len(text):
            return
        if text[end] != "|":
            raise ReadError(f"{text[end]!r} cannot stand among fields.", end)
        name, after = _command(text, end + 1)
        if name.text not in _SELECTING:
            message = f"The command {name.text} follows a choice of fields; move it before them."
            raise ReadError(message, name.start, name.end)
