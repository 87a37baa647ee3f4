"""Lucene's numeric intervals, such as ``<1-100>``, as a tree (Javadoc of ``RegExp``)."""

from __future__ import annotations

from siemc.regex.charset import DIGIT
from siemc.regex.tree import Chars, Node, alternate, concat, repeat

ANY_DIGIT = Chars(DIGIT)
ZEROS = repeat(Chars(((48, 48),)), 0, None)


def interval(one: str, other: str) -> Node:
    """The decimal texts of every number between the two, which may stand in either order.

    Two numbers of as many digits ask for just so many, zeros in front; else any zeros may stand
    there.
    """
    low, high = sorted((int(one), int(other)))
    if len(one) == len(other):
        return _between(str(low).zfill(len(one)), str(high).zfill(len(one)))
    lengths = range(len(str(low)), len(str(high)) + 1)
    bounds = (
        (max(low, 10 ** (length - 1) if length > 1 else 0), min(high, 10**length - 1))
        for length in lengths
    )
    return concat([ZEROS, alternate(_between(str(first), str(last)) for first, last in bounds)])


def _between(low: str, high: str) -> Node:
    """The numbers from ``low`` to ``high``, which have the same number of digits."""
    if not low:
        return concat(())
    if low[0] == high[0]:
        return concat([_digits(low[0], low[0]), _between(low[1:], high[1:])])
    rest = len(low) - 1
    options = [concat([_digits(low[0], low[0]), _between(low[1:], "9" * rest)])]
    first, last = chr(ord(low[0]) + 1), chr(ord(high[0]) - 1)
    if first <= last:
        options.append(concat([_digits(first, last), repeat(ANY_DIGIT, rest, rest)]))
    options.append(concat([_digits(high[0], high[0]), _between("0" * rest, high[1:])]))
    return alternate(options)


def _digits(first: str, last: str) -> Node:
    return Chars(((ord(first), ord(last)),))
