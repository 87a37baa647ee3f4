"""An expression as a few globs, where it is no more than that.

Written apart from what the emitters use for the same end: a mistake made in both would prove a
wrong query right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product

from siemc.folding import cases
from siemc.formula import ONE, RUN, Glob, GlobPart
from siemc.formula import glob as joined
from siemc.regex.charset import ANY, Ranges, count, points
from siemc.regex.tree import Alternate, Anchor, Assert, Chars, Concat, Empty, Node, Repeat

MAX_GLOBS = 64
MAX_LENGTH = 2_000
_BREAK = Chars(((10, 10),))
_CASED, _CASELESS = True, False


@dataclass(frozen=True, slots=True)
class _Again:
    """Up to ``most`` further copies of a node; ``None`` is without limit."""

    node: Node
    most: int | None


_Piece = GlobPart | tuple[str, bool]  # a letter with its case, or without
_Item = Chars | Assert | _Again
_Sequence = tuple[_Item, ...]


class _NoGlobs(Exception):  # noqa: N818 - a way out
    """The expression is more than a few globs."""


def globs_of(node: Node) -> list[Glob] | None:
    """The globs one of which matches a value just where ``node`` is found in it.

    ``None`` where there are no such globs, or more than ``MAX_GLOBS``; caseless literals are in
    lower case.
    """
    try:
        found: dict[Glob, None] = {}
        for sequence in _sequences(node):
            for each in _globs(sequence):
                found[each] = None
                _check(len(found))
        return list(found)
    except _NoGlobs:
        return None


def _check(number: int) -> None:
    if number > MAX_GLOBS:
        raise _NoGlobs


def _sequences(node: Node) -> list[_Sequence]:
    """Every way through the node's alternatives; what repeats is left as ``_Again``."""
    match node:
        case Chars():
            return [(node,)]
        case Assert():
            return [(node,)]
        case Empty():
            return [()]
        case Alternate(options):
            found = [sequence for option in options for sequence in _sequences(option)]
            _check(len(found))
            return found
        case Concat(parts):
            return _products([_sequences(part) for part in parts])
        case Repeat(inner, low, high):
            if low > MAX_LENGTH:
                raise _NoGlobs
            copies = [_sequences(inner)] * low if low else []
            if low != high:
                copies.append([(_Again(inner, None if high is None else high - low),)])
            return _products(copies)


def _products(choices: Sequence[list[_Sequence]]) -> list[_Sequence]:
    number = 1
    for choice in choices:
        number *= len(choice)
        _check(number)
    found = [tuple(item for part in parts for item in part) for parts in product(*choices)]
    if any(len(sequence) > MAX_LENGTH for sequence in found):
        raise _NoGlobs
    return found


def _globs(sequence: _Sequence) -> Iterator[Glob]:
    """The globs of one way through, sought anywhere in a value."""
    for starts_open, items in _starts(sequence):
        for ends_open, middle in _ends(items):
            yield from _between(middle, starts_open, ends_open)


def _starts(items: _Sequence) -> Iterator[tuple[bool, _Sequence]]:
    """Whether text may come before, and the rest; ``^`` of a line is two cases."""
    items = _without_idle(items)
    match items:
        case (Assert(Anchor.START), *rest):
            yield False, tuple(_without_starts(rest))
        case (Assert(Anchor.LINE_START), *rest) if _takes_a_character(rest):
            yield False, tuple(rest)
            yield True, (_BREAK, *rest)
        case _:
            yield True, items


def _without_idle(items: _Sequence) -> _Sequence:
    """Without what may be there or not, where any text may be."""
    start = 0
    while start < len(items) and isinstance(items[start], _Again):
        start += 1
    return items[start:]


def _without_starts(items: Sequence[_Item]) -> Iterator[_Item]:
    """Without further tests of the start that stand at the start."""
    at_start = True
    for item in items:
        at_start = at_start and item == Assert(Anchor.START)
        if not at_start:
            yield item


def _takes_a_character(items: Iterable[_Item]) -> bool:
    """Whether a character must follow: ``^`` of a line does not hold at the very end."""
    return any(isinstance(item, Chars) for item in items)


def _ends(items: _Sequence) -> Iterator[tuple[bool, _Sequence]]:
    """Whether text may follow, and what comes before it."""
    items = tuple(reversed(_without_idle(tuple(reversed(items)))))
    match items:
        case (*rest, Assert(Anchor.END)):
            yield False, tuple(rest)
        case (*rest, Assert(Anchor.END_BEFORE_NEWLINE)):
            yield False, tuple(rest)
            yield False, (*rest, _BREAK)
        case (*rest, Assert(Anchor.LINE_END)):
            yield False, tuple(rest)
            yield True, (*rest, _BREAK)
        case _:
            yield True, items


def _between(items: _Sequence, starts_open: bool, ends_open: bool) -> Iterator[Glob]:
    """The globs of characters and repetitions; a zero-width test among them is too much."""
    for parts in _ways(items):
        yield _glob([RUN] * starts_open + parts + [RUN] * ends_open)


def _ways(items: _Sequence) -> Iterator[list[_Piece]]:
    """The pieces that the items stand for, one choice of each after the other."""
    choices = []
    number = 1
    for item in items:
        choices.append(list(islice(_choices(item), MAX_GLOBS + 1)))
        number *= max(1, len(choices[-1]))
        _check(number)
    for ways in product(*choices):
        yield [piece for way in ways for piece in way]


def _choices(item: _Item) -> Iterator[list[_Piece]]:
    """The pieces that a sequence's item stands for."""
    match item:
        case Chars(ranges):
            for piece in _letters(ranges):
                yield [piece]
        case _Again(Chars(ranges), None) if ranges == ANY:
            yield [RUN]
        case _Again(Chars(ranges), int(most)) if ranges:
            if most > MAX_GLOBS:
                raise _NoGlobs
            for number in range(most + 1):
                yield from map(list, product(_letters(ranges), repeat=number))
        case _Again(inner, int(most)) if most <= MAX_GLOBS:
            for number in range(most + 1):
                for parts in _products([_sequences(inner)] * number):
                    yield from _ways(parts)
        case _:
            raise _NoGlobs


def _letters(ranges: Ranges) -> list[_Piece]:
    """A class of characters as any, or as single letters with or without case."""
    if ranges == ANY:
        return [ONE]
    _check(count(ranges) // 2)
    chars = {chr(point) for point in points(ranges)}
    found: dict[_Piece, None] = {}
    for char in sorted(chars):
        both = cases(char)
        if len(both) == 1:
            found[char] = None
        elif chars.issuperset(both):
            found[both[0], _CASELESS] = None
        else:
            found[char, _CASED] = None
    return list(found)


def _glob(pieces: Sequence[_Piece]) -> Glob:
    """One glob; a letter with case beside one without is too much for it."""
    kinds = {piece[1] for piece in pieces if isinstance(piece, tuple)}
    if len(kinds) == 2:
        raise _NoGlobs
    parts = (piece[0] if isinstance(piece, tuple) else piece for piece in pieces)
    return joined(parts, cased=_CASED in kinds)
