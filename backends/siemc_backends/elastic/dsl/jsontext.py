"""JSON with the place of every key and value in the text.

The standard library's decoder gives no places. Elasticsearch refuses a key that is there twice
(its parser runs with strict duplicate detection), and so does this one. Its leniency (comments,
keys without quotes) is not taken over.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, NoReturn

from siemc.reading import ReadError

MOST_LEVELS = 600

_WS = r"[ \t\n\r]*+"
_STRING = r'"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+"'
_VALUE = re.compile(
    rf"{_WS}(?:(?P<string>{_STRING})|(?P<open>[{{\[])|(?P<word>true|false|null)\b"
    r"|(?P<number>-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?(?![0-9.eE])))"
)
_KEY = re.compile(rf"{_WS}({_STRING}){_WS}:")
_NEXT = re.compile(rf"{_WS}([,}}\]])")
_SIGNS = frozenset(",]}")
_OPENERS = frozenset('"{[')  # what an object or a list with something in it goes on with
_END = re.compile(rf"{_WS}\Z")
_CLOSING = {"{": re.compile(rf"{_WS}\}}"), "[": re.compile(rf"{_WS}\]")}
_SURROGATE = re.compile("[\ud800-\udfff]")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is written."""

    text: str


@dataclass(slots=True)
class Node:
    """A value and the characters it was read from."""

    value: dict[str, Member] | list[Node] | str | Number | bool | None
    start: int
    end: int

    @property
    def at(self) -> tuple[int, int]:
        """The span."""
        return self.start, self.end


class Member(NamedTuple):
    """The value of a key, and where the key stands."""

    node: Node
    start: int
    end: int


class _Open:
    """An object or a list that is not complete yet."""

    __slots__ = ("items", "key", "members", "start")

    def __init__(self, start: int, is_object: bool) -> None:
        self.start = start
        self.members: dict[str, Member] | None = {} if is_object else None
        self.items: list[Node] = []
        self.key: tuple[str, int, int] = ("", 0, 0)

    def node(self, end: int) -> Node:
        return Node(self.items if self.members is None else self.members, self.start, end)


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.stack: list[_Open] = []

    def scan(self) -> Node:
        while True:
            node = self._value()
            while node is not None:
                if not self.stack:
                    return self._finish(node)
                node = self._add(node)

    def _value(self) -> Node | None:
        """One value; ``None`` if it is an object or a list with something in it."""
        match = _VALUE.match(self.text, self.at)
        if match is None:
            self._fail("this is no JSON: a value is missing here")
        kind = match.lastgroup or ""
        start, self.at = match.span(kind)
        if kind == "open":
            return self._open(match["open"], start)
        written = match[kind]
        if kind == "string":
            return Node(_string(written, start), start, self.at)
        found = Number(written) if kind == "number" else _WORDS[written]
        return Node(found, start, self.at)

    def _open(self, sign: str, start: int) -> Node | None:
        if len(self.stack) >= MOST_LEVELS:
            raise ReadError(f"more than {MOST_LEVELS} levels of nesting", start)
        top = _Open(start, sign == "{")
        if self.text[self.at : self.at + 1] not in _OPENERS:
            closing = _CLOSING[sign].match(self.text, self.at)
            if closing:
                self.at = closing.end()
                return top.node(self.at)
        self.stack.append(top)
        if sign == "{":
            self._key(top)
        return None

    def _key(self, top: _Open) -> None:
        match = _KEY.match(self.text, self.at)
        if match is None:
            self._fail('this is no JSON: a key in quotes and ":" are missing here')
        self.at = match.end()
        start, end = match.span(1)
        key = _string(match[1], start)
        if top.members is not None and key in top.members:
            raise ReadError(f"the key {key!r} is there twice: Elasticsearch refuses it", start, end)
        top.key = (key, start, end)

    def _add(self, node: Node) -> Node | None:
        """Put the value where it belongs; what is complete by that, or ``None``."""
        top = self.stack[-1]
        if top.members is None:
            top.items.append(node)
        else:
            top.members[top.key[0]] = Member(node, *top.key[1:])
        sign = self._next()
        if not sign or sign == ("]" if top.members is not None else "}"):
            self._fail("this is no JSON: a comma or the closing bracket is missing here")
        self.at += 1
        if sign != ",":
            self.stack.pop()
            return top.node(self.at)
        if top.members is not None:
            self._key(top)
        return None

    def _next(self) -> str:
        """The comma or bracket that is next, if one is; white space before it is passed over."""
        sign = self.text[self.at : self.at + 1]
        if sign not in _SIGNS:
            match = _NEXT.match(self.text, self.at)
            sign = match[1] if match else ""
            self.at = match.start(1) if match else self.at
        return sign

    def _finish(self, node: Node) -> Node:
        if not _END.match(self.text, self.at):
            self._fail("something follows after the end of the query")
        return node

    def _fail(self, message: str) -> NoReturn:
        at = self.at
        while at < len(self.text) and self.text[at] in " \t\n\r":
            at += 1
        raise ReadError(message, at, min(at + 1, len(self.text)))


def _string(written: str, start: int) -> str:
    found = _decoded(written) if "\\" in written else written[1:-1]
    if not found.isascii() and _SURROGATE.search(found):
        raise ReadError("this text holds half a character", start, start + len(written))
    return found


@lru_cache(maxsize=4096)
def _decoded(written: str) -> str:
    found: str = json.loads(written)
    return found


def scan(text: str) -> Node:
    """The value that the whole text is. Raises ``ReadError``."""
    return _Scanner(text).scan()
