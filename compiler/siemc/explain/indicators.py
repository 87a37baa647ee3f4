"""Indicators: what a rule looks for, and how many other rules look for the same."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field

from siemc.diagnostics import SiemcError
from siemc.explain.exclusions import affirmed
from siemc.explain.predicates import Predicate, predicate
from siemc.formula import Atom, Formula
from siemc.load import LoadedRule
from siemc.lower import lower
from siemc.passes import simplify

Key = tuple[str | None, Hashable]


@dataclass(frozen=True, slots=True)
class Indicator:
    """A predicate under no ``not``; ``others`` is how many other rules of the catalogue have it.

    ``None`` where there is no catalogue to count in.
    """

    predicate: Predicate
    others: int | None = None


@dataclass
class IndicatorIndex:
    """Which rules of a catalogue look for what; a rule is known by its path and document."""

    rules: dict[Key, set[tuple[str, int]]] = field(default_factory=dict)
    size: int = 0

    def add(self, loaded: LoadedRule, formula: Formula) -> None:
        """Take a rule in."""
        self.size += 1
        for atom in affirmed(formula):
            self.rules.setdefault(key(atom), set()).add((loaded.path, loaded.document))

    def others(self, atom: Atom, loaded: LoadedRule) -> int:
        """How many other rules look for the same."""
        found = self.rules.get(key(atom), set())
        return len(found - {(loaded.path, loaded.document)})


def key(atom: Atom) -> Key:
    """The same for indicators that mean the same: a text without its case, however spelt."""
    from siemc.prove.forms import forms

    return atom.field, forms(atom.test)


def index(rules: Iterable[LoadedRule]) -> IndicatorIndex:
    """The index of a catalogue; a rule that cannot be lowered looks for nothing."""
    found = IndicatorIndex()
    for loaded in rules:
        try:
            found.add(loaded, simplify(lower(loaded).formula))
        except SiemcError:
            continue
    return found


def indicators(
    loaded: LoadedRule, formula: Formula, catalogue: IndicatorIndex | None
) -> tuple[Indicator, ...]:
    """The rule's indicators, each once, in the order of its text."""
    return tuple(_indicators(loaded, formula, catalogue))


def _indicators(
    loaded: LoadedRule, formula: Formula, catalogue: IndicatorIndex | None
) -> Iterator[Indicator]:
    first: dict[Key, Atom] = {}
    for atom in affirmed(formula):
        first.setdefault(key(atom), atom)
    for atom in first.values():
        others = None if catalogue is None else catalogue.others(atom, loaded)
        yield Indicator(predicate(atom), others)
