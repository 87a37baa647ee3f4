"""Sets of characters: the ones the prover's worlds leave out, and the natural member of any."""

from __future__ import annotations

import string
from functools import cache, lru_cache

from siemc.folding import lower_map
from siemc.regex.charset import (
    ANY,
    LAST,
    Ranges,
    close_case,
    contains,
    count,
    intersect,
    invert,
    points,
    union,
)

CONTROLS: Ranges = ((0, 0x1F), (0x7F, 0x9F))
"""The general category Cc (Unicode Standard, section 23.1 "Control Codes")."""

TAB: Ranges = ((9, 9),)

LINE_BREAKS: Ranges = ((10, 10), (13, 13), (0x85, 0x85), (0x2028, 0x2029))
"""What Java's dot does not pass (``java.util.regex.Pattern``, "Line terminators")."""

SURROGATES: Ranges = ((0xD800, 0xDFFF),)

# Where any character will do, a witness shows one that people expect to see.
_FAVOURITES = "xyzw" + string.ascii_lowercase + string.digits + string.ascii_uppercase
_FAVOURITES += "_-.,:;/ \\" + string.punctuation
_RANK = {ord(char): rank for rank, char in enumerate(dict.fromkeys(_FAVOURITES))}
_PRINTABLE: Ranges = ((0xA1, 0xAC), (0xAE, 0x2FF), (0x370, 0x377), (0x391, 0x3A1), (0x3B1, 0x481))
_ODD: Ranges = union([CONTROLS, SURROGATES, ((0xAD, 0xAD), (0xE000, 0xF8FF), (0xFFF0, LAST))])
_RANGED = len(_FAVOURITES)


@lru_cache(maxsize=4096)
def natural(ranges: Ranges) -> int:
    """The code point of a set (not the empty one) that looks best in a value.

    A letter, a digit, punctuation, what else prints; then the rest, control characters last.
    """
    if len(ranges) < 4 and count(ranges) < 8:
        return min(points(ranges), key=rank)
    for point in _RANK:
        if contains(ranges, point):
            return point
    for wanted in (_PRINTABLE, invert(_ODD), invert(union([CONTROLS, SURROGATES]))):
        found = intersect(ranges, wanted)
        if found:
            return found[0][0]
    return (intersect(ranges, CONTROLS) or ranges)[0][0]


def rank(point: int) -> int:
    """How late a character is taken where there is a choice."""
    known = _RANK.get(point)
    if known is not None:
        return known
    return _RANGED + (contains(_ODD, point) << 1) + contains(CONTROLS, point)


@cache
def lower_case() -> Ranges:
    """Every character that the case table does not change."""
    return invert(union(((point, point),) for point in lower_map()))


@lru_cache(maxsize=4096)
def is_caseless(ranges: Ranges) -> bool:
    """Whether the set has both cases of each of its letters."""
    return ranges in ((), ANY) or close_case(ranges) == ranges
