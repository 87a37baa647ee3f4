r"""The tokens of Lucene's classic query language (``QueryParser.jj``).

The longest token wins; of equally long ones the first of the grammar. A backslash takes the next
character, whatever it is.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from siemc.reading import ReadError


class Token(NamedTuple):
    """A token: its name in the grammar, its text, and where it stands."""

    kind: str
    image: str
    start: int
    end: int


SPACE = " \t\n\r\u3000"
_SPECIAL = rf'{SPACE}!():^\[\]"{{}}~\\/'
_TERM_CHAR = rf"(?:[^{_SPECIAL}*?]|\\.)"
# In a regular expression a slash is inside if a backslash stands before it, be that one escaped or
# not: the token runs on to the last slash that can end it.
_TOKEN = re.compile(
    rf"""(?P<SPACE>[{SPACE}]+)
    |(?P<WORD>(?:[^{_SPECIAL}+-]|\\.)(?:[^{_SPECIAL}]++|\\.)*+)
    |(?P<QUOTED>"(?:[^"\\]++|\\.)*+")
    |(?P<REGEXP>/[^/]*+(?:(?<=\\)/[^/]*+)*/)
    |(?P<BARE>[+!-][{SPACE}])
    |(?P<FUZZY>~{_TERM_CHAR}*+)
    |(?P<SIGN>[+!():^[{{-])""",
    re.S | re.X,
)
_SIGNS = {
    "+": "PLUS",
    "-": "MINUS",
    "!": "NOT",
    "(": "LPAREN",
    ")": "RPAREN",
    ":": "COLON",
    "^": "CARAT",
    "[": "OPEN",
    "{": "OPEN",
}
_WORDS = {"AND": "AND", "&&": "AND", "OR": "OR", "||": "OR", "NOT": "NOT", "*": "STAR"}
_ESCAPE = re.compile(r"\\.", re.S)
_WILD = re.compile(r"[*?]")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_BOUND = re.compile(
    r"""(?P<QUOTED>"[^"]++(?:(?<=\\)"[^"]*+)*")
    |(?P<SPACE>[ \t\n\r\u3000](?![^ \]}])|\ )
    |(?P<BOUND>[^ \]}]+)|(?P<CLOSE>[\]}])""",
    re.X,
)
_UNQUOTED = re.compile(r"[^ \]}]+")
_LOST = {
    '"': "A quotation mark opens a phrase that is not closed: close it, or escape it with a '\\'.",
    "/": "A '/' opens a regular expression that is not closed: close it, or write '\\/'.",
    "\\": "A '\\' at the end takes no character: write '\\\\'.",
    "]": "A ']' closes no range: escape it with a '\\'.",
    "}": "A '}' closes no range: escape it with a '\\'.",
}


def tokens(text: str) -> list[Token]:
    """The tokens, and an ``EOF`` at the end; raises ``ReadError`` where there is none."""
    found: list[Token] = []
    at, end = 0, len(text)
    match = _TOKEN.match
    while at < end:
        token = match(text, at)
        if token is None:
            raise ReadError(_LOST[text[at]], at)
        kind, start, at = token.lastgroup or "", at, token.end()
        if kind == "SPACE":
            continue
        image = token[0]
        if kind == "WORD":
            kind = _WORDS.get(image) or _word_kind(image)
        elif kind == "SIGN":
            kind = _SIGNS[image]
        elif kind == "BARE":
            image = image[0]
        found.append(Token(kind, image, start, at))
        if kind == "OPEN":
            at = _range(text, at, found)
        elif kind == "CARAT":
            at = _boost(text, at, found)
    found.append(Token("EOF", "", end, end))
    return found


def _word_kind(image: str) -> str:
    """Whether the word is a term, a prefix (one ``*``, at its end) or has other wildcards."""
    if "*" not in image and "?" not in image:
        return "TERM"
    wild = _WILD.findall(_ESCAPE.sub("", image))
    if not wild:
        return "TERM"
    is_prefix = wild == ["*"] and image.endswith("*") and not _ends_escaped(image)
    return "PREFIX" if is_prefix else "WILD"


def _ends_escaped(image: str) -> bool:
    body = image[:-1]
    return (len(body) - len(body.rstrip("\\"))) % 2 == 1


def _boost(text: str, at: int, found: list[Token]) -> int:
    """After ``^`` a number, without a space."""
    number = _NUMBER.match(text, at)
    if number is None:
        raise ReadError("A '^' needs a number: escape it with a '\\' to search for it.", at - 1)
    found.append(Token("NUMBER", number[0], at, number.end()))
    return number.end()


def _range(text: str, at: int, found: list[Token]) -> int:
    """The tokens of a range up to its bracket; there only a space ends a bound."""
    start = at - 1
    while at < len(text):
        token = _BOUND.match(text, at)
        if token is None:  # pragma: no cover - every character is in one of the groups
            break
        kind = token.lastgroup or ""
        if kind == "QUOTED":
            longer = _UNQUOTED.match(text, at)
            if longer is not None and longer.end() > token.end():
                kind, token = "BOUND", longer
        image = token[0]
        if kind != "SPACE":
            found.append(Token("TO" if image == "TO" else kind, image, at, token.end()))
        at = token.end()
        if kind == "CLOSE":
            return at
    raise ReadError("A range has no closing bracket: write ']' or '}', or escape the '['.", start)
