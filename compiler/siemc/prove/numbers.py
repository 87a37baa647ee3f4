"""The languages of numbers, and what is left of intervals of numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, inf, nextafter

from siemc.evaluate import ORDER, text_of
from siemc.formula import Compare
from siemc.prove.base import Language
from siemc.regex.read import parse
from siemc.regex.tree import Node

Number = int | float

_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,100}", re.ASCII)
_LARGEST = 10**300  # there are larger ones, up to where a float ends


def number_of(text: str) -> Number | None:
    """The number that a text in plain decimal notation is."""
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else None


@dataclass(frozen=True, slots=True)
class Interval:
    """The numbers between two, each of which is in it or not."""

    low: Number = -inf
    has_low: bool = True
    high: Number = inf
    has_high: bool = True

    @property
    def is_empty(self) -> bool:
        """Whether there is no number in it."""
        return self.low > self.high or (
            self.low == self.high and not (self.has_low and self.has_high)
        )

    @property
    def has_whole(self) -> bool:
        """Whether there is a whole number in it."""
        if inf in (abs(self.low), abs(self.high)):
            return not (self.low == inf or self.high == -inf)
        first, last = ceil(self.low), floor(self.high)
        first += first == self.low and not self.has_low
        last -= last == self.high and not self.has_high
        return first <= last

    def meet(self, other: Interval) -> Interval:
        """What is in both."""
        low, has_low = min(
            (self.low, self.has_low), (other.low, other.has_low), key=lambda e: (-e[0], e[1])
        )
        high, has_high = min((self.high, self.has_high), (other.high, other.has_high))
        return Interval(low, has_low, high, has_high)

    def around(self) -> tuple[Interval, Interval]:
        """What is below it, and what is above."""
        below = Interval(high=self.low, has_high=not self.has_low)
        return below, Interval(self.high, not self.has_high)


def interval_of(test: Compare) -> Interval:
    """The numbers a comparison holds of."""
    match test.op:
        case "<" | "<=":
            return Interval(high=test.number, has_high=test.op == "<=")
        case _:
            return Interval(test.number, test.op == ">=")


def left_over(inside: Iterable[Interval], outside: Iterable[Interval]) -> list[Interval]:
    """The numbers in all of ``inside`` and none of ``outside``."""
    found = [Interval()]
    for each in inside:
        found = [there.meet(each) for there in found]
    for each in outside:
        found = [there.meet(part) for there in found for part in each.around()]
        found = [there for there in found if not there.is_empty]
    return [there for there in found if not there.is_empty]


def candidates(interval: Interval) -> Iterator[str]:
    """Texts of numbers that are likely to be in the interval, the simplest first."""
    low, high = interval.low, interval.high
    ends = [each for each in (low, high) if abs(each) < _LARGEST]
    found: list[Number] = [0, 1, *ends, *(round(each) + step for each in ends for step in (1, -1))]
    if len(ends) == 2:
        found += [(low + high) // 2, (low + high) / 2]
    found += [each + step for each in ends for step in (0.5, -0.5)]
    found += [nextafter(each, to) for each in ends for to in (inf, -inf)]
    yield from (text_of(each) for each in found if abs(each) < _LARGEST)


class NumberLanguage(Language):
    """Texts of the numbers in an interval; ``canonical``: in their one text form only."""

    def __init__(
        self, interval: Interval, key: object, canonical: bool = False, whole: bool = False
    ) -> None:
        self.interval = interval
        self.key = key
        self.canonical = canonical
        self.whole = whole
        self.is_caseless = whole or not canonical  # 1e-05 is, 1E-05 is not

    def contains(self, value: str) -> bool:
        """Whether the value is a number of the interval."""
        number = number_of(value)
        if number is None:
            return False
        if self.canonical and (text_of(number) != value or (self.whole and not _is_whole(number))):
            return False
        low, high = self.interval.low, self.interval.high
        return (ORDER[">=" if self.interval.has_low else ">"])(number, low) and (
            ORDER["<=" if self.interval.has_high else "<"]
        )(number, high)

    def samples(self) -> Sequence[str]:
        """The numbers at its ends, and some more."""
        return tuple(dict.fromkeys(filter(self.contains, candidates(self.interval))))

    @property
    def upper(self) -> Node:
        """The texts of any numbers."""
        if self.whole:
            return parse(r"0|-?[1-9][0-9]*")
        if self.canonical:
            return parse(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?(e-[0-9]+)?")
        return parse(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")

    @property
    def lower(self) -> Node:
        """The same, where the interval has all numbers."""
        is_all = self.interval == Interval() and (self.whole or not self.canonical)
        return self.upper if is_all else super().lower


def _is_whole(number: Number) -> bool:
    return isinstance(number, int) or number.is_integer()


def compare_language(test: Compare) -> NumberLanguage:
    """The language of a comparison."""
    return NumberLanguage(interval_of(test), test)
