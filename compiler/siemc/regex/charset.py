"""Sets of characters as sorted, disjoint, inclusive ranges of code points."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from siemc.folding import cases, lower_map, upper_map

Ranges = tuple[tuple[int, int], ...]

LAST = 0x10FFFF
ANY: Ranges = ((0, LAST),)
NEWLINE: Ranges = ((10, 10),)
NOT_NEWLINE: Ranges = ((0, 9), (11, LAST))
DIGIT: Ranges = ((0x30, 0x39),)
WORD: Ranges = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
SPACE: Ranges = ((9, 13), (32, 32))
# PCRE2, pcre2pattern(3), "Generic character types": horizontal and vertical white space
HORIZONTAL: Ranges = (
    (9, 9),
    (0x20, 0x20),
    (0xA0, 0xA0),
    (0x1680, 0x1680),
    (0x180E, 0x180E),
    (0x2000, 0x200A),
    (0x202F, 0x202F),
    (0x205F, 0x205F),
    (0x3000, 0x3000),
)
VERTICAL: Ranges = ((10, 13), (0x85, 0x85), (0x2028, 0x2029))


def union(sets: Iterable[Ranges]) -> Ranges:
    """What is in any of the sets."""
    pending = sorted(pair for ranges in sets for pair in ranges)
    joined: list[tuple[int, int]] = []
    for first, last in pending:
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return tuple(joined)


def invert(ranges: Ranges) -> Ranges:
    """What is not in the set."""
    result = []
    start = 0
    for first, last in ranges:
        if first > start:
            result.append((start, first - 1))
        start = last + 1
    if start <= LAST:
        result.append((start, LAST))
    return tuple(result)


def intersect(one: Ranges, other: Ranges) -> Ranges:
    """What is in both sets."""
    result = []
    i = j = 0
    while i < len(one) and j < len(other):
        first, last = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if first <= last:
            result.append((first, last))
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return tuple(result)


def minus(one: Ranges, other: Ranges) -> Ranges:
    """What is in ``one`` only."""
    return intersect(one, invert(other))


def contains(ranges: Ranges, point: int) -> bool:
    """Whether the set has the code point."""
    return any(first <= point <= last for first, last in ranges)


def count(ranges: Ranges) -> int:
    """How many code points the set has."""
    return sum(last - first + 1 for first, last in ranges)


def points(ranges: Ranges) -> list[int]:
    """Every code point of the set; only for sets known to be small."""
    return [point for first, last in ranges for point in range(first, last + 1)]


@lru_cache(maxsize=4096)
def single(char: str, caseless: bool) -> Ranges:
    """The set of one character, or of its two cases."""
    if not caseless:
        return ((ord(char), ord(char)),)
    return union([((ord(case), ord(case)),) for case in cases(char)])


@lru_cache(maxsize=1024)
def close_case(ranges: Ranges) -> Ranges:
    """The set with the other case of each of its letters."""
    if ranges and ranges[-1][1] < 0x80:
        return union([ranges, *(single(chr(point), True) for point in points(ranges))])
    partners = [
        (partner, partner)
        for table in (lower_map(), upper_map())
        for point, partner in table.items()
        if contains(ranges, point)
    ]
    return union([ranges, tuple(partners)])
