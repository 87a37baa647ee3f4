"""The words of SPL: tokens of the ``search`` command, and of the expressions of ``where``.

Comments are white space: "The search processor replaces comments with a space" (Splunk, Search
Manual, "Add comments to searches").
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from siemc.reading import ReadError

_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_BLANK = r"(?P<space>[ \t\r\n]++|```.*?```)"
_MACRO = rf"(?P<macro>`(?:[^`\"]++|{_STRING})++`)"

SEARCH = re.compile(
    rf"{_BLANK}|(?P<string>{_STRING})|{_MACRO}|(?P<op>[<>!]=|[=<>])|(?P<open>\()|(?P<close>\))"
    r"|(?P<comma>,)|(?P<pipe>\|)|(?P<bracket>[\[\]])|(?P<directive>(?:CASE|TERM)\([^()\"\s]*+\))"
    r"|(?P<word>(?:[^\s\"`()\[\]|,=<>!\\\x00-\x1f\x7f]++|!(?!=)|\\[\\\"|]?)++)",
    re.DOTALL,
)
"""A word ends where Splunk asks for quotes: "quotation marks around phrases and field values that
include white spaces, commas, pipes, quotations, and brackets" (Search Reference, "search")."""

EXPRESSION = re.compile(
    rf"{_BLANK}|(?P<string>{_STRING})|(?P<name>'[^']*+')|{_MACRO}"
    r"|(?P<number>(?:[0-9]++(?:\.[0-9]++)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?(?![A-Za-z0-9_]))"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*+)|(?P<op>[=<>!]=|[-=<>+*/%.!])|(?P<open>\()|(?P<close>\))"
    r"|(?P<comma>,)|(?P<pipe>\|)|(?P<bracket>[\[\]])",
    re.DOTALL,
)
"""A field name of other characters, or that starts with a digit, is in single quotation marks
(Search Reference, "where", "Characteristics of eval expressions")."""

_ARGUMENTS = re.compile(rf"(?:[^\"`|\[\]]++|{_STRING}|```.*?```)*+", re.DOTALL)


class Token(NamedTuple):
    """One word of the text: its kind (a group of the pattern), itself, and where it stands."""

    kind: str
    text: str
    start: int
    end: int


def tokens(pattern: re.Pattern[str], text: str, start: int) -> list[Token]:
    """The tokens from ``start`` to the next pipe or the end; the last is ``pipe`` or ``end``.

    Raises ``ReadError`` at what is no token.
    """
    found: list[Token] = []
    at, length, match_at = start, len(text), pattern.match
    while at < length:
        match = match_at(text, at)
        if match is None:
            raise ReadError(_no_token(text, at), at)
        kind, end = match.lastgroup or "", match.end()
        if kind != "space":
            found.append(Token(kind, match[0], at, end))
            if kind == "pipe":
                return found
        at = end
    found.append(Token("end", "", length, length))
    return found


def _no_token(text: str, at: int) -> str:
    char = text[at]
    if char == '"':
        return "A quotation mark is not closed."
    if text.startswith("```", at):
        return "A comment is not closed: it ends with three backquotes."
    if char == "`":
        return "A macro's backquote is not closed, or the macro has no name."
    if char == "'":
        return "A single quotation mark is not closed."
    if char.isdigit():
        return "A field name that starts with a digit stands in single quotation marks."
    if char.isspace() or not char.isprintable():
        return f"The character U+{ord(char):04X} cannot stand outside quotation marks."
    return f"{char!r} cannot stand here; quote the field name or the value it belongs to."


def skip_arguments(text: str, start: int) -> int:
    """Where a command's arguments end: at the next pipe, bracket or macro, or the end."""
    match = _ARGUMENTS.match(text, start)
    return start if match is None else match.end()


def show(token: Token) -> str:
    """The token in a message."""
    if token.kind == "end":
        return "the end of the search"
    text = token.text if len(token.text) <= 40 else token.text[:37] + "..."
    return repr(text)


_ESCAPE = re.compile(r'\\([\\"|])')
_EXPRESSION_ESCAPE = re.compile(r'\\([\\"])')
_CONTROL = re.compile(r"(?<!\\)(?:\\\\)*+\\[tnr]")


@lru_cache(maxsize=8192)
def search_text(raw: str) -> str:
    r"""What a word or a quoted text of ``search`` says.

    ``\"``, ``\\`` and ``\|`` are escapes; "Unrecognized backslash sequences are not altered", in
    and outside quotation marks (Search Reference, "search", "Quotes and escaping characters";
    Search Manual, "Search command primer", "File paths").
    """
    inner = raw[1:-1] if raw[:1] == '"' else raw
    return _ESCAPE.sub(r"\1", inner) if "\\" in inner else inner


def expression_text(raw: str) -> str:
    r"""What a quoted text of an expression says: ``\"`` and ``\\`` are escapes, no other is.

    "To pass a literal backslash in an argument ... you must escape the backslash by using the
    double-slash" (Search Manual, "Backslashes"). A pipe needs none inside quotation marks (Search
    Manual, "SPL and regular expressions"), so ``\|`` stays for the expression to read. Of ``\t``
    see ``may_be_a_control``.
    """
    inner = raw[1:-1]
    return _EXPRESSION_ESCAPE.sub(r"\1", inner) if "\\" in inner else inner


def may_be_a_control(raw: str) -> bool:
    r"""Whether a quoted text of an expression has a ``\t``, ``\n`` or ``\r`` in it.

    By one page ``\t`` is a tab (Search Manual, "Types of expressions"), by another a sequence that
    is not known is not altered (Search Reference, "search"); of the other two no page speaks. To
    PCRE it is all one.
    """
    return _CONTROL.search(raw) is not None


def unhalved_text(raw: str) -> str:
    r"""The other way to read it, with ``\\`` left for the regular expression."""
    return raw[1:-1].replace('\\"', '"')
