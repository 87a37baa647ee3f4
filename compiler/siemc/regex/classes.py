"""A set of characters as Lucene text: a character, a class, or ``.``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain

from siemc.folding import lower_map, odd_lower
from siemc.regex.charset import (
    ANY,
    LAST,
    NEWLINE,
    Ranges,
    close_case,
    contains,
    count,
    invert,
    minus,
    union,
)
from siemc.regex.errors import Obstacle, RegexUnsupported
from siemc.regex.letters import Fold, escape

LINE_BREAK = "line-break"
CONTROL_CHARACTERS = "control-characters"
CASE_BEYOND_TABLE = "case-beyond-table"

_C0: Ranges = ((0, 0x1F),)
_INNER_CONTROLS: tuple[tuple[int, int], ...] = ((0x7F, 0x9F), (0x2028, 0x2029))
_CONTROLS: Ranges = _C0 + _INNER_CONTROLS
_LUCENE_SPACE: Ranges = ((9, 10), (13, 13), (32, 32))  # what \s is in Lucene 9 and 10
_LUCENE_NO_SPACE: Ranges = invert(_LUCENE_SPACE)
_ASCII_UPPER: Ranges = ((0x41, 0x5A),)


@dataclass(frozen=True, slots=True)
class ClassText:
    """The text, and the names of what must be true of the values for it to be exact."""

    text: str
    assumptions: frozenset[str] = frozenset()


@lru_cache(maxsize=4096)
def class_text(ranges: Ranges, fold: Fold, raw_controls: bool) -> ClassText:
    """The set as Lucene text; ``fold`` and ``raw_controls`` as in ``lucene.to_lucene``.

    Raises ``RegexUnsupported`` if it tells two cases apart on a field that does not, or is made of
    control characters that may not be written.
    """
    if ranges == ANY:
        return ClassText(".")
    absent: Ranges = ()
    assumptions = set()
    if fold == "lower":
        absent, beyond = _absent(ranges)
        assumptions |= {CASE_BEYOND_TABLE} if beyond else set()
    if raw_controls:
        text = min(_plain(ranges, absent), _negated(invert(ranges), absent), key=len)
    else:
        text, differing = _without_controls(ranges, absent)
        assumptions |= _named(differing)
    return ClassText(text, frozenset(assumptions))


def _absent(ranges: Ranges) -> tuple[Ranges, bool]:
    """Letters that a lower-cased value has none of, and whether others than pairs bear on the set.

    For a set that ASCII settles, the ASCII ones are enough.
    """
    if close_case(ranges) != ranges:
        raise RegexUnsupported("case-sensitive on a lower-cased field", obstacle=Obstacle.CASE)
    beyond = any(contains(ranges, odd) != contains(ranges, low) for odd, low in odd_lower().items())
    ends = {point for pair in ranges for point in pair}
    if all(point < 0x80 or point == LAST for point in ends):
        return _ASCII_UPPER, beyond
    absent = _all_absent()
    if not minus(ranges, absent):
        raise RegexUnsupported(
            "a letter that a lower-cased field does not hold", obstacle=Obstacle.CASE
        )
    return absent, beyond


@cache
def _all_absent() -> Ranges:
    return union([tuple((point, point) for point in (*lower_map(), *odd_lower()))])


def _plain(ranges: Ranges, absent: Ranges, extra: str = "") -> str:
    """The members written out, ``absent`` ones left out where they would be an end of a range."""
    kept = _trimmed(ranges, absent)
    if not extra and len(kept) == 1 and kept[0][0] == kept[0][1]:
        return escape(chr(kept[0][0]))
    return f"[{extra}{_members(kept)}]" if kept else extra


def _negated(excluded: Ranges, absent: Ranges, extra: str = "") -> str:
    members = extra + _members(_trimmed(excluded, absent))
    return f"[^{members}]" if members else "."


def _trimmed(ranges: Ranges, absent: Ranges) -> Ranges:
    if not absent:
        return ranges
    result = []
    for first, last in union([ranges, absent]):
        kept = minus(((first, last),), absent)
        if kept:
            result.append((kept[0][0], kept[-1][1]))
    return tuple(result)


def _members(ranges: Ranges) -> str:
    return "".join(chain.from_iterable(_member(first, last) for first, last in ranges))


def _member(first: int, last: int) -> Iterator[str]:
    """A range; what is escaped begins none: Lucene 9 reads one there, Lucene 10 three characters.

    (``RegExp.parseCharClass`` of 9.12 and of 10.5)
    """
    while first < last and escape(chr(first)) != chr(first):
        yield escape(chr(first))
        first += 1
    yield escape(chr(first))
    if last > first + 1:
        yield "-"
    if last > first:
        yield escape(chr(last))


def _without_controls(ranges: Ranges, absent: Ranges) -> tuple[str, Ranges]:
    """The best text that holds no control character, and on which characters it is not exact."""
    candidates = [*_candidates(ranges, absent, False), *_candidates(invert(ranges), absent, True)]
    best = min(candidates, key=_badness, default=None)
    # a tab is too common in command lines to be assumed away, and nothing visible is no class
    hopeless = best is None or contains(best[1], 9) or (best[1] and not minus(ranges, _CONTROLS))
    if best is None or hopeless:
        raise RegexUnsupported(
            "a control character, which the query text cannot hold", obstacle=Obstacle.CONTROL
        )
    return best


def _badness(candidate: tuple[str, Ranges]) -> tuple[bool, int, int]:
    text, difference = candidate
    return contains(difference, 9), count(difference), len(text)


def _candidates(target: Ranges, absent: Ranges, negated: bool) -> Iterator[tuple[str, Ranges]]:
    """``target`` (if ``negated``, what the class excludes), with ``\\s`` or ``\\S`` and without."""
    visible = _visible(target)
    write = _negated if negated else _plain
    if visible or negated:
        yield write(visible, absent), _difference(visible, target)
    if contains(target, 32):
        listed = minus(visible, ((32, 32),))
        yield write(listed, absent, "\\s"), _difference(union([visible, _LUCENE_SPACE]), target)
    listed = minus(visible, _LUCENE_NO_SPACE)
    # a lowercase normalizer would make it the other class
    if listed and not absent and not minus(_visible(_LUCENE_NO_SPACE), target):
        yield write(listed, absent, "\\S"), _difference(union([visible, _LUCENE_NO_SPACE]), target)


def _difference(one: Ranges, other: Ranges) -> Ranges:
    return union([minus(one, other), minus(other, one)])


def _visible(ranges: Ranges) -> Ranges:
    """The set with each block of control characters wholly in it or wholly out of it."""
    kept = minus(ranges, _CONTROLS)
    inside = [
        ((first, last),)
        for first, last in _INNER_CONTROLS
        if contains(ranges, first - 1) and contains(ranges, last + 1)
    ]
    return union([kept, *inside])


def _named(differing: Ranges) -> set[str]:
    """The assumptions under which a value shows no such difference."""
    names = {LINE_BREAK} if contains(differing, 10) else set()
    return names | ({CONTROL_CHARACTERS} if minus(differing, NEWLINE) else set())
