"""What a trial counted: pairs of a query and an event, and where two opinions of it part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Tally:
    """The counts of one trial in one engine.

    ``pairs`` are queries held against an event each, ``matches`` those that the engine found.
    ``excused`` counts pairs that differ as an assumption of the query says they may, by its code or
    by the name of a known difference; ``refused`` the queries that were not tried, by reason.
    ``disagreements`` tell each pair that nothing excuses.
    """

    trial: str
    engine: str
    language: str
    queries: int = 0
    pairs: int = 0
    matches: int = 0
    excused: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    disagreements: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Take in the counts of another run of the same trial."""
        self.queries += other.queries
        self.pairs += other.pairs
        self.matches += other.matches
        self.excused += other.excused
        self.refused += other.refused
        self.disagreements += other.disagreements

    @property
    def key(self) -> tuple[str, str, str]:
        """Tallies with the same key count the same thing."""
        return self.trial, self.engine, self.language


def summed(found: Iterable[Tally]) -> list[Tally]:
    """One tally of each kind, in the order of their first."""
    sums: dict[tuple[str, str, str], Tally] = {}
    for each in found:
        sums.setdefault(each.key, Tally(*each.key)).add(each)
    return list(sums.values())
