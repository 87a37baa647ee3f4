"""The characters of a value whose lower case lies in a set."""

from __future__ import annotations

from functools import cache, lru_cache

from siemc.folding import lower_map
from siemc.regex.charset import Ranges, contains, minus, union


@cache
def _upper() -> Ranges:
    return union([tuple((point, point) for point in sorted(lower_map()))])


@lru_cache(maxsize=4096)
def preimage(ranges: Ranges) -> Ranges:
    """Every character that the table of ``siemc.folding`` lower-cases into the set.

    No upper-case letter of the set itself is one: the lower-cased value has none.
    """
    if ranges and ranges[-1][1] < 0x80:
        small = [(first, last) for first, last in ranges]
        upper = [
            (max(first, 97) - 32, min(last, 122) - 32)
            for first, last in small
            if max(first, 97) <= min(last, 122)
        ]
        return union([minus(tuple(small), ((65, 90),)), tuple(upper)])
    partners = tuple(
        (upper, upper) for upper, lower in lower_map().items() if contains(ranges, lower)
    )
    return union([minus(ranges, _upper()), partners])
