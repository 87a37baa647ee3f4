"""Numbers, addresses and times: what their own order says that no automaton does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from siemc.formula import Glob
from siemc.prove.addresses import (
    Addresses,
    NetworkLanguage,
    address_of,
    addresses_of,
    host,
    spans,
    without,
)
from siemc.prove.base import Language
from siemc.prove.numbers import Interval, NumberLanguage, candidates, left_over, number_of
from siemc.prove.times import TimeLanguage, parts_left, times

Finding = tuple[bool, Iterable[str]]


def by_domain(inside: Sequence[Language], outside: Sequence[Language]) -> Finding:
    """Whether there provably is no value in all of ``inside`` and none of ``outside``.

    And values that are likely to be, where it is not shown.
    """
    if any(isinstance(each, NumberLanguage) for each in inside):
        return _numbers(inside, outside)
    if any(isinstance(each, NetworkLanguage | Addresses) for each in inside):
        return _addresses(inside, outside)
    if any(isinstance(each, TimeLanguage) for each in inside):
        return _times(inside, outside)
    return False, ()


def _texts(outside: Iterable[Language]) -> Iterator[str]:
    """The literals of globs."""
    globs = (each.glob for each in outside)
    return (glob.literal for glob in globs if isinstance(glob, Glob) and glob.literal is not None)


def _numbers(inside: Sequence[Language], outside: Sequence[Language]) -> Finding:
    mine = [each for each in inside if isinstance(each, NumberLanguage)]
    taken = [each.interval for each in outside if isinstance(each, NumberLanguage)]
    if any(each.canonical for each in mine):
        # Where a number has one text, a literal is one number.
        numbers = (number_of(text) for text in _texts(outside))
        taken += [Interval(n, True, n, True) for n in numbers if n is not None]
    left = left_over([each.interval for each in mine], taken)
    if any(each.whole for each in mine):
        left = [each for each in left if each.has_whole]
    return not left, chain.from_iterable(map(candidates, left))


def _addresses(inside: Sequence[Language], outside: Sequence[Language]) -> Finding:
    left = spans(each.network for each in inside if isinstance(each, NetworkLanguage))
    is_canonical = any(isinstance(each, Addresses) for each in inside)
    for each in outside:
        if isinstance(each, Addresses) and is_canonical:
            return True, ()
        if isinstance(each, NetworkLanguage):
            left = without(left, each.network)
    for text in _texts(outside):
        address = address_of(text)
        # One text of an IPv6 address is not all of them, unless there is but one.
        if address is not None and (address.version == 4 or is_canonical):
            left = without(left, host(address))
    return not left, addresses_of(left)


def _times(inside: Sequence[Language], outside: Sequence[Language]) -> Finding:
    mine, others = (
        [each.test for each in group if isinstance(each, TimeLanguage)]
        for group in (inside, outside)
    )
    left = parts_left(mine, others)
    return (True, ()) if left is None else (False, times(left))
