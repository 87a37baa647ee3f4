"""The languages of parts of a time, and a time that has all the parts that are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice, product

from siemc.evaluate import ORDER, evaluate
from siemc.formula import Atom, TimePart, TimeUnit
from siemc.prove.base import Language

RANGES: dict[TimeUnit, range] = {
    "minute": range(60),
    "hour": range(24),
    "day": range(1, 32),
    "week": range(1, 54),  # ISO 8601: a long year has 53
    "month": range(1, 13),
    "year": range(1, 10_000),  # of Python's datetime, as evaluate reads a time
}
_LATEST_YEARS = (2026, 2024, 2025, 2020, 2015)  # 2020 and 2015 have 53 weeks, 2024 a leap day
Parts = dict[TimeUnit, list[int]]


class TimeLanguage(Language):
    """The times with their zone that have such a part."""

    def __init__(self, test: TimePart) -> None:
        self.key = test
        self.test = test
        self._atom = Atom("", test)

    def contains(self, value: str) -> bool:
        """Whether the value is such a time."""
        return evaluate(self._atom, {"": [value]})

    def samples(self) -> Sequence[str]:
        """Some such times."""
        found = parts_left([self.test], [])
        return tuple(islice(times(found), 3)) if found else ()


def parts_left(inside: Sequence[TimePart], outside: Sequence[TimePart]) -> Parts | None:
    """For each unit, the numbers in all of ``inside`` and none of ``outside``.

    ``None`` if a unit has none left: then there is no such time.
    """
    found: Parts = {unit: list(numbers) for unit, numbers in RANGES.items()}
    for tests, wanted in ((inside, True), (outside, False)):
        for test in tests:
            holds, number = ORDER[test.op], test.number
            found[test.unit] = [n for n in found[test.unit] if holds(n, number) == wanted]
    return found if all(found.values()) else None


def times(parts: Parts) -> Iterator[str]:
    """Times with such parts, in ISO 8601 and UTC; not all there are, and at times none."""
    known = set(parts["year"])
    years = [year for year in _LATEST_YEARS if year in known] or parts["year"][-10:]
    allowed = {unit: set(numbers) for unit, numbers in parts.items()}
    minute, hour = parts["minute"][0], parts["hour"][0]
    for year, month in product(years, parts["month"]):
        first = datetime(year, month, 1, hour, minute, tzinfo=UTC)
        for days in range(31 if (year, month) != (9999, 12) else 30):
            moment = first + timedelta(days=days)
            if (
                moment.month == month
                and moment.day in allowed["day"]
                and moment.isocalendar().week in allowed["week"]
            ):
                yield moment.isoformat()
                break
