"""Bracket classes, ``[...]``, as PCRE reads them."""

from __future__ import annotations

import re
from typing import Final

from siemc.regex.charset import DIGIT, SPACE, WORD, Ranges, close_case, invert, union
from siemc.regex.cursor import Cursor, set_escape
from siemc.regex.errors import RegexUnsupported

_UPPER: Final[Ranges] = ((0x41, 0x5A),)
_LOWER: Final[Ranges] = ((0x61, 0x7A),)
# pcre2pattern(3), "POSIX character classes"
POSIX: Final[dict[str, Ranges]] = {
    "alnum": union([DIGIT, _UPPER, _LOWER]),
    "alpha": union([_UPPER, _LOWER]),
    "ascii": ((0, 0x7F),),
    "blank": ((9, 9), (32, 32)),
    "cntrl": ((0, 0x1F), (0x7F, 0x7F)),
    "digit": DIGIT,
    "graph": ((0x21, 0x7E),),
    "lower": _LOWER,
    "print": ((0x20, 0x7E),),
    "punct": ((0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E)),
    "space": SPACE,
    "upper": _UPPER,
    "word": WORD,
    "xdigit": ((0x30, 0x39), (0x41, 0x46), (0x61, 0x66)),
}
_POSIX_SYNTAX = re.compile(r"\[([:.=])([^\]\\]*?)\1\]")


def read_class(cursor: Cursor, ignorecase: bool) -> Ranges:
    """The set of the class whose ``[`` comes next, read to its ``]``.

    Raises ``RegexError`` for a malformed class.
    """
    start = cursor.position
    if _POSIX_SYNTAX.match(cursor.source, start):
        raise cursor.error("a POSIX class outside a bracket class", start)
    cursor.take()
    negated = cursor.accept("^")
    sets = _items(cursor, start)
    found = close_case(union(sets)) if ignorecase else union(sets)
    return invert(found) if negated else found


def _items(cursor: Cursor, start: int) -> list[Ranges]:
    sets: list[Ranges] = []
    while True:
        if cursor.at_end():
            raise cursor.error("a bracket class without its ]", start)
        if cursor.toggle_quoting():
            continue
        if sets and not cursor.quoting and cursor.accept("]"):
            return sets
        sets.append(_range(cursor))


def _range(cursor: Cursor) -> Ranges:
    """One member: a set, a character, or a range of characters."""
    start = cursor.position
    first = _member(cursor)
    dash = _dash(cursor)
    if not dash:
        return first if isinstance(first, tuple) else ((first, first),)
    last = _member(cursor)
    if isinstance(first, tuple) or isinstance(last, tuple):
        raise cursor.error("a range that starts or ends with a class", start)
    if first > last:
        raise cursor.error("a range that is out of order", start)
    return ((first, last),)


def _dash(cursor: Cursor) -> bool:
    """Read a ``-`` that makes a range: one that does not end the class, and is not quoted."""
    before = cursor.position, cursor.quoting
    while cursor.toggle_quoting():
        pass
    if not cursor.quoting and cursor.accept("-"):
        while cursor.toggle_quoting():
            pass
        if not cursor.at_end() and (cursor.quoting or not cursor.peek("]")):
            return True
    cursor.position, cursor.quoting = before
    return False


def _member(cursor: Cursor) -> int | Ranges:
    """A character as its code point, or a set."""
    if not cursor.quoting:
        if cursor.peek("["):
            posix = _posix(cursor)
            if posix is not None:
                return posix
        if cursor.accept("\\"):
            return _escape(cursor)
    return ord(cursor.take())


def _posix(cursor: Cursor) -> Ranges | None:
    start = cursor.position
    found = cursor.match(_POSIX_SYNTAX)
    if not found:
        return None
    if found[1] != ":":
        raise cursor.error("a POSIX collating element", start)
    if found[2] in ("<", ">"):
        raise RegexUnsupported("a word boundary written as a class", start)
    name = found[2].removeprefix("^")
    if name not in POSIX:
        raise cursor.error(f"an unknown POSIX class {name!r}", start)
    return invert(POSIX[name]) if found[2].startswith("^") else POSIX[name]


def _escape(cursor: Cursor) -> int | Ranges:
    start = cursor.position - 1
    if cursor.at_end():
        raise cursor.error("a backslash at the end", start)
    octal = cursor.octal()
    if octal is not None:
        return octal
    letter = cursor.take()
    if letter in "89":
        return ord(letter)
    found = set_escape(letter)
    if found is not None:
        return found
    return 8 if letter == "b" else cursor.code_point(letter, start)
