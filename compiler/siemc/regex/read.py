"""The reader of Sigma's regular expressions: PCRE with ASCII classes, into a tree.

Written for PCRE2 (manual page pcre2pattern(3)) rather than on top of Python's parser: the two
differ in too many places (``\\Z``, ``\\h``, ``\\Q``, ``{,n}``, POSIX classes, ``(?i)`` in the
middle, ``^`` after a final newline), and Python's is private. Where PCRE's own versions differ, the
source is refused.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from siemc.regex.atomic import settle
from siemc.regex.bracket import read_class
from siemc.regex.charset import ANY, NOT_NEWLINE, VERTICAL, single
from siemc.regex.cursor import Cursor, set_escape
from siemc.regex.errors import RegexUnsupported
from siemc.regex.tree import (
    EMPTY,
    Anchor,
    Assert,
    Chars,
    Node,
    Repeat,
    alternate,
    concat,
    repeat,
)

MAX_DEPTH = 60
MAX_COUNT = 65_535  # pcre2limits(3)

_ANCHORS = {
    "A": Anchor.START,
    "G": Anchor.START,  # the start of the search, which is the start of the value
    "z": Anchor.END,
    "Z": Anchor.END_BEFORE_NEWLINE,
    "b": Anchor.WORD,
    "B": Anchor.NOT_WORD,
}
_DIGITS = re.compile(r"[0-9]+")
_QUANTIFIER = re.compile(r"\{([0-9]+)(?:(,)([0-9]*))?\}")
_NEW_QUANTIFIER = re.compile(r"\{[ \t]*(?:[0-9]+[ \t]*(?:,[ \t]*[0-9]*)?|,[ \t]*[0-9]+)[ \t]*\}")
_OPTIONS = re.compile(r"(\^?)([imsxnJU]*)(?:-([imsxnJU]*))?([:)])")
_NAME = re.compile(r"(?:P?<([A-Za-z_]\w{0,127})>|'([A-Za-z_]\w{0,127})')", re.ASCII)
_IRREGULAR = (
    (re.compile(r"<?[=!]|\*"), "look-around"),
    (re.compile(r"\("), "a conditional group"),
    (re.compile(r"P="), "a back-reference"),
    (re.compile(r"R|&|P>|[+-]?[0-9]"), "recursion"),
    (re.compile(r"C"), "a callout"),
)


class Flags(NamedTuple):
    """What ``(?imsx)`` set at some place."""

    ignorecase: bool
    multiline: bool
    dotall: bool
    extended: bool = False


@lru_cache(maxsize=4096)  # each target asks again
def parse(
    source: str, *, ignorecase: bool = False, multiline: bool = False, dotall: bool = False
) -> Node:
    """The tree of ``source``, with every flag resolved.

    Raises ``RegexError`` where PCRE would refuse the source, and ``RegexUnsupported`` where it is
    not regular (look-around, back-references, recursion) or its meaning depends on PCRE's version.
    """
    reader = _Reader(source)
    node = reader.alternatives(Flags(ignorecase, multiline, dotall), 0)
    if not reader.cursor.at_end():
        raise reader.cursor.error("a closing parenthesis without its opening one")
    return node if reader.atomic is None else settle(node, reader.atomic)


class _Reader:
    """Recursive descent: alternatives of sequences of quantified atoms."""

    def __init__(self, source: str) -> None:
        self.cursor = Cursor(source)
        self.atomic: int | None = None

    def alternatives(self, flags: Flags, depth: int) -> Node:
        """Everything up to the closing parenthesis or the end; options set here end with it."""
        if depth > MAX_DEPTH:
            raise RegexUnsupported("groups nested too deeply", self.cursor.position)
        node, flags = self._sequence(flags, depth)
        options = [node]
        while self.cursor.accept("|"):
            node, flags = self._sequence(flags, depth)
            options.append(node)
        return options[0] if len(options) == 1 else alternate(options)

    def _sequence(self, flags: Flags, depth: int) -> tuple[Node, Flags]:
        parts: list[Node] = []
        cursor = self.cursor
        while True:
            self._skip(flags)
            if cursor.at_end() or (not cursor.quoting and cursor.source[cursor.position] in "|)"):
                return concat(parts), flags
            changed = self._option_setting(flags)
            if changed is not None:
                flags = changed
                continue
            parts.append(self._quantified(flags, depth))

    def _skip(self, flags: Flags) -> None:
        """Read what means nothing: ``\\Q`` and ``\\E``, comments, white space under ``x``."""
        cursor = self.cursor
        while not cursor.at_end():
            if cursor.toggle_quoting():
                continue
            if cursor.quoting:
                return
            if cursor.peek("(?#"):
                self._skip_to(")")
            elif flags.extended and cursor.source[cursor.position] in " \t\n\v\f\r":
                cursor.take()
            elif flags.extended and cursor.peek("#"):
                end = cursor.source.find("\n", cursor.position)
                cursor.position = len(cursor.source) if end < 0 else end + 1
            else:
                return

    def _skip_to(self, text: str) -> None:
        start = self.cursor.position
        end = self.cursor.source.find(text, start)
        if end < 0:
            raise self.cursor.error("a comment without its closing parenthesis", start)
        self.cursor.position = end + len(text)

    def _option_setting(self, flags: Flags) -> Flags | None:
        """The flags from here on, if a setting such as ``(?i)`` comes next."""
        cursor = self.cursor
        if cursor.quoting or not cursor.peek("(?"):
            return None
        found = _OPTIONS.match(cursor.source, cursor.position + 2)
        if not found or found[4] == ":":
            return None
        cursor.position = found.end()
        return _changed(flags, found, cursor)

    def _quantified(self, flags: Flags, depth: int) -> Node:
        start = self.cursor.position
        node, quantifiable = self._atom(flags, depth)
        self._skip(flags)
        if self.cursor.quoting:
            return node
        bounds = self._bounds()
        if bounds is None:
            return node
        if not quantifiable:
            raise self.cursor.error("a quantifier after what cannot be repeated", start)
        repeated = repeat(node, *bounds)
        if self.cursor.accept("+"):
            return self._mark_atomic(repeated, start)
        self.cursor.accept("?")
        self._skip(flags)
        return repeated

    def _mark_atomic(self, node: Node, start: int) -> Node:
        """A ``{1,1}`` that ``repeat`` would not make marks what must not be backtracked into."""
        self.atomic = start if self.atomic is None else self.atomic
        return Repeat(node, 1, 1)

    def _bounds(self) -> tuple[int, int | None] | None:
        """The quantifier that comes next, if one does."""
        cursor = self.cursor
        for text, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if cursor.accept(text):
                return bounds
        start = cursor.position
        found = cursor.match(_QUANTIFIER) if cursor.peek("{") else None
        if found is None:
            if cursor.peek("{") and _NEW_QUANTIFIER.match(cursor.source, start):
                raise RegexUnsupported("a {,n} that is literal before PCRE2 10.43", start)
            return None
        low = int(found[1])
        high = (int(found[3]) if found[3] else None) if found[2] else low
        if max(low, high or 0) > MAX_COUNT or (high is not None and high < low):
            raise cursor.error("a repeat count that is too large or out of order", start)
        return low, high

    def _atom(self, flags: Flags, depth: int) -> tuple[Node, bool]:
        """The next item, and whether a quantifier may follow it."""
        cursor = self.cursor
        start = cursor.position
        if cursor.quoting:
            return Chars(single(cursor.take(), flags.ignorecase)), True
        if self._bounds() is not None:
            raise cursor.error("a quantifier without anything to repeat", start)
        if cursor.peek("["):
            return Chars(read_class(cursor, flags.ignorecase)), True
        match cursor.take():
            case ".":
                return Chars(ANY if flags.dotall else NOT_NEWLINE), True
            case "^":
                return Assert(Anchor.LINE_START if flags.multiline else Anchor.START), False
            case "$":
                kind = Anchor.LINE_END if flags.multiline else Anchor.END_BEFORE_NEWLINE
                return Assert(kind), False
            case "(":
                return self._group(flags, depth, start), True
            case "\\":
                return self._escape(flags, start)
            case char:
                return Chars(single(char, flags.ignorecase)), True

    def _escape(self, flags: Flags, start: int) -> tuple[Node, bool]:
        cursor = self.cursor
        if cursor.at_end():
            raise cursor.error("a backslash at the end", start)
        letter = cursor.source[cursor.position]
        if letter in "0123456789":
            return Chars(single(chr(self._octal(start)), flags.ignorecase)), True
        cursor.take()
        if letter in _ANCHORS:
            return Assert(_ANCHORS[letter]), False
        if letter == "K":
            return EMPTY, False  # moves the start of the match, not whether there is one
        if letter == "R":
            return self._line_break(start), True
        if letter == "N":
            if cursor.peek("{U+"):
                raise RegexUnsupported("a character by its Unicode number", start)
            return Chars(NOT_NEWLINE), True
        found = set_escape(letter)
        if found is not None:
            return Chars(found), True
        return Chars(single(chr(cursor.code_point(letter, start)), flags.ignorecase)), True

    def _octal(self, start: int) -> int:
        """The character of an octal number; one that could be a group's is a back-reference."""
        digits = _DIGITS.match(self.cursor.source, self.cursor.position)
        number = digits[0] if digits else ""
        is_reference = len(number) == 1 or int(number) <= self.cursor.source.count("(")
        if number[0] != "0" and (is_reference or number[0] in "89"):
            raise RegexUnsupported("a back-reference", start)
        return self.cursor.octal() or 0

    def _line_break(self, start: int) -> Node:
        pair = concat([Chars(single("\r", False)), Chars(single("\n", False))])
        return self._mark_atomic(alternate([pair, Chars(VERTICAL)]), start)

    def _group(self, flags: Flags, depth: int, start: int) -> Node:
        cursor = self.cursor
        if cursor.peek("*") and cursor.source[cursor.position + 1 : cursor.position + 2].isalpha():
            raise RegexUnsupported("a verb", start)
        flags, atomic = self._group_head(flags, start) if cursor.accept("?") else (flags, False)
        node = self.alternatives(flags, depth + 1)
        if not cursor.accept(")"):
            raise cursor.error("a group without its closing parenthesis", start)
        return self._mark_atomic(node, start) if atomic else node

    def _group_head(self, flags: Flags, start: int) -> tuple[Flags, bool]:
        """The flags inside the group whose ``(?`` has been read, and whether it is atomic."""
        cursor = self.cursor
        if cursor.accept(">"):
            return flags, True
        if cursor.accept("|") or cursor.match(_NAME):
            return flags, False
        options = cursor.match(_OPTIONS)
        if options:
            return _changed(flags, options, cursor), False
        for pattern, reason in _IRREGULAR:
            if pattern.match(cursor.source, cursor.position):
                raise RegexUnsupported(reason, start)
        raise cursor.error("a group that is not understood", start)


def _changed(flags: Flags, found: re.Match[str], cursor: Cursor) -> Flags:
    """``flags`` after an option setting; ``n``, ``J`` and ``U`` change nothing here."""
    reset, on, off = found[1], found[2], found[3] or ""
    if "xx" in on:
        raise RegexUnsupported("the option xx", found.start())
    if reset and found[3] is not None:
        raise cursor.error("an option setting with both ^ and -", found.start())
    before = Flags(False, False, False) if reset else flags
    values = (
        (flag or letter in on) and letter not in off
        for flag, letter in zip(before, "imsx", strict=True)
    )
    return Flags(*values)
