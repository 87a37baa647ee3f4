r"""The reader of Lucene's regular expressions (``org.apache.lucene.util.automaton.RegExp``, 10.5).

The grammar of its Javadoc, and what the class does where that is silent, seen on the engine: what
cannot be an operator is itself (``*a``, ``|a``, ``)``), the first ``]`` of a class is one of its
characters, and a ``-`` there always makes a range with the next character, be it ``]``.
"""

from __future__ import annotations

import re

from siemc.regex.charset import ANY, DIGIT, WORD, Ranges, invert, single, union
from siemc.regex.tree import (
    ANY_CHAR,
    ANY_RUN,
    EMPTY,
    NEVER,
    Chars,
    Node,
    Repeat,
    alternate,
    concat,
    repeat,
)
from siemc_backends.elastic.reading.charsets import preimage
from siemc_backends.elastic.reading.interval import interval

MAX_DEPTH = 100
MAX_INT = 2**31 - 1
SPACE: Ranges = ((9, 10), (13, 13), (32, 32))
CLASSES = {
    "d": DIGIT,
    "D": invert(DIGIT),
    "s": SPACE,
    "S": invert(SPACE),
    "w": WORD,
    "W": invert(WORD),
}
_COUNT = re.compile(r"\{([0-9]+)(?:(,)([0-9]*))?\}")
_INTERVAL = re.compile(r"<([0-9]{1,10})-([0-9]{1,10})>")
_STACKED = re.compile(r"[*+?]{2}")


class DialectError(ValueError):
    """Lucene refuses the expression; the message says why."""


class Inexpressible(Exception):  # noqa: N818 - it is the expression that is inexpressible
    """The expression is well-formed, but no tree says what it means."""


def parse(text: str, caseless: bool, lowered: bool) -> Node:
    """The tree of the expression, to be matched with the whole value.

    ``caseless`` is Lucene's flag for characters of either case, which ranges do not heed;
    ``lowered`` means that the value is lower-cased first. Raises ``DialectError`` and
    ``Inexpressible`` (intersection, complement, what Elasticsearch's versions read differently).
    """
    node, known = _whole(text, caseless, lowered)
    if _STACKED.search(text):
        # newer versions rewrite these first: AutomatonQueries.collapseConsecutiveQuantifiers
        other, known_too = _whole(collapse(text), caseless, lowered)
        known = known and known_too and other == node
    if not known:
        raise Inexpressible
    return node


def _whole(text: str, caseless: bool, lowered: bool) -> tuple[Node, bool]:
    if not text:
        return EMPTY, True
    reader = _Reader(text, caseless, lowered)
    node = reader.union(0)
    if reader.at < len(text):
        raise DialectError("The expression has a closing parenthesis too many.")
    return node, reader.known


class _Reader:
    """Recursive descent; an operator where none can be is a character."""

    __slots__ = ("at", "caseless", "end", "known", "lowered", "text")

    def __init__(self, text: str, caseless: bool, lowered: bool) -> None:
        self.text = text
        self.at = 0
        self.end = len(text)
        self.caseless = caseless
        self.lowered = lowered
        self.known = True

    def union(self, depth: int) -> Node:
        """Alternatives of intersections of sequences."""
        if depth > MAX_DEPTH:
            raise DialectError(f"The expression is nested deeper than {MAX_DEPTH} levels.")
        options: list[Node] = []
        while True:
            parts = [self._repeated(depth)]
            while self.at < self.end and (char := self.text[self.at]) not in ")|":
                if char == "&":
                    self.at += 1
                    self.known = False
                parts.append(self._repeated(depth))
            options.append(concat(parts))
            if not self._accept("|"):
                return options[0] if len(options) == 1 else alternate(options)

    def _accept(self, char: str) -> bool:
        if self.at < self.end and self.text[self.at] == char:
            self.at += 1
            return True
        return False

    def _next(self) -> str:
        if self.at >= self.end:
            raise DialectError("The expression ends where something must follow.")
        self.at += 1
        return self.text[self.at - 1]

    def _repeated(self, depth: int) -> Node:
        while self._accept("~"):
            self.known = False
        node = self._atom(depth)
        while self.at < self.end and self.text[self.at] in "?*+{":
            if node == NEVER:
                # on the engine `#*` is nothing at all, not the empty text, and `#{2}` an error
                raise DialectError("The empty language '#' cannot be repeated: escape it, '\\#'.")
            low, high = self._bounds()
            # (x?){64} is x{0,64}, on which no engine backtracks without end
            node = repeat(node, 0 if isinstance(node, Repeat) and node.low == 0 else low, high)
        return node

    def _bounds(self) -> tuple[int, int | None]:
        char = self.text[self.at]
        if char != "{":
            self.at += 1
            return {"?": (0, 1), "*": (0, None), "+": (1, None)}[char]
        found = _COUNT.match(self.text, self.at)
        if found is None:
            raise DialectError("A '{' that is no count must be escaped: '\\{'.")
        self.at = found.end()
        low = _int(found[1])
        high = (_int(found[3]) if found[3] else None) if found[2] else low
        if high is not None and high < low:
            raise DialectError("A count has its bounds out of order.")
        return low, high

    def _atom(self, depth: int) -> Node:
        char = self._next()
        match char:
            case ".":
                return ANY_CHAR
            case "[":
                return self._class()
            case "(":
                return self._group(depth)
            case "#":
                return NEVER
            case "@":
                return ANY_RUN
            case '"':
                return self._quoted()
            case "<":
                return self._interval()
            case "\\":
                return self._chars(self._escape())
            case _:
                return self._chars(self._single(char))

    def _group(self, depth: int) -> Node:
        if self._accept(")"):
            return EMPTY
        node = self.union(depth + 1)
        if not self._accept(")"):
            raise DialectError("A group has no closing parenthesis.")
        return node

    def _quoted(self) -> Node:
        end = self.text.find('"', self.at)
        if end < 0:
            raise DialectError("A quotation mark is an operator: it must be escaped or closed.")
        inside, self.at = self.text[self.at : end], end + 1
        return concat(self._chars(self._single(char)) for char in inside)

    def _interval(self) -> Node:
        found = _INTERVAL.match(self.text, self.at - 1)
        if found is None:
            raise DialectError("A '<' that opens no interval must be escaped: '\\<'.")
        self.at = found.end()
        for number in found.groups():
            _int(number)
        return interval(found[1], found[2])

    def _class(self) -> Node:
        negated = self._accept("^")
        sets = [self._item()]
        while self.at < self.end and self.text[self.at] != "]":
            sets.append(self._item())
        if not self._accept("]"):
            raise DialectError("A class has no closing bracket.")
        joined = union(sets)
        return self._chars(invert(joined) if negated else joined)

    def _item(self) -> Ranges:
        """A character, a range or a predefined class."""
        char = self._next()
        if char == "\\":
            if self.at < self.end and self.text[self.at] in CLASSES:
                return self._escape()
            char = self._escaped()
            if self.at < self.end and self.text[self.at] == "-":
                # RegExp.parseCharClass: Lucene 9 reads a range, Lucene 10 takes each for itself
                self.known = False
                return self._single(char)
        if not self._accept("-"):
            return self._single(char)
        last = self._next()
        if last == "\\":
            last = self._next()
        if last < char:
            raise DialectError("A class has a range out of order; a '-' in it must be escaped.")
        return ((ord(char), ord(last)),)

    def _escape(self) -> Ranges:
        if self.at < self.end and self.text[self.at] in CLASSES:
            return CLASSES[self._next()]
        return self._single(self._escaped())

    def _escaped(self) -> str:
        """The character after a backslash; there are no other letters than those of classes."""
        char = self._next()
        if char.isascii() and char.isalpha():
            raise DialectError(f"Lucene has no escape '\\{char}'.")
        return char

    def _single(self, char: str) -> Ranges:
        return single(char, self.caseless)

    def _chars(self, ranges: Ranges) -> Node:
        if self.lowered and ranges != ANY:
            ranges = preimage(ranges)
        return Chars(ranges)


def _int(digits: str) -> int:
    if len(digits) > 10 or int(digits) > MAX_INT:
        raise DialectError("A number in the expression is too large.")
    return int(digits)


def collapse(text: str) -> str:
    """The expression with stacked quantifiers made one, as newer Elasticsearch does first."""
    return _QUANTIFIERS.sub(_collapsed, text)


# an escape, a quotation, a class, a run of quantifiers
_QUANTIFIERS = re.compile(r'\\.|"(?:[^"\\]|\\.)*+"?|\[(?:[^]\\]|\\.)*+\]?|[*+?]+', re.S)


def _collapsed(found: re.Match[str]) -> str:
    run = found[0]
    if run[0] not in "*+?":
        return run
    return run[0] if run == run[0] * len(run) else "*"
