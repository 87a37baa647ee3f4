"""Exclusions: what stands under a top-level ``not`` of a rule, and whether the query carries it.

An exclusion is a named identifier of the condition (``filter_main_edge_2``), or one leaf of it. The
rule without it is the rule with that part of the ``not`` false.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from operator import is_
from typing import Literal

from siemc.backend import Span
from siemc.formula import FALSE, And, Atom, Const, Formula, Not, Or, Origin, YamlPath, atoms
from siemc.prove.arena import Arena
from siemc.prove.languages import Budget
from siemc.prove.verdict import Witness
from siemc.prove.world import World
from siemc.schema import Schema

Effect = Literal["matters", "never", "silences", "unknown"]
Belongs = Callable[[Origin], bool]
SECONDS = 0.4


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One exclusion, ``name`` the identifier and ``place`` its leaf's path, ``None`` for the whole.

    ``witness`` is an event that matches the rule without the exclusion, and not with it. Where it
    *never* matters, ``implied_by`` are the identifiers that already exclude all that it does.
    Where it *silences*, nothing is left of the rule.
    """

    name: str
    place: YamlPath | None
    effect: Effect
    witness: Witness | None = None
    implied_by: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()


def exclusions(formula: Formula) -> Mapping[str, tuple[YamlPath, ...]]:
    """The identifiers under a top-level ``not``, each with the places of its leaves."""
    found: dict[str, dict[YamlPath, None]] = {}
    for denied in _denied(formula):
        for atom in atoms(denied):
            for origin in atom.origins:
                found.setdefault(origin.identifier, {})[origin.path] = None
    return {name: tuple(places) for name, places in found.items()}


def without(formula: Formula, belongs: Belongs) -> Formula:
    """The rule without the parts of its exclusions whose leaves all ``belong``."""
    match formula:
        case Not(item):
            left = _without(item, belongs)
            return formula if left is item else Not(left)
        case And(items) | Or(items):
            return _of_items(formula, [without(item, belongs) for item in items])
        case _:
            return formula


def judge(
    formula: Formula, schema: Schema | None, seconds: float = SECONDS
) -> tuple[Exclusion, ...]:
    """Every exclusion of a rule, whole and leaf by leaf, with what it does.

    What is not settled in ``seconds`` for them all has an unknown effect.
    """
    judge = _Judge(formula, schema, Budget(seconds))
    found: list[Exclusion] = []
    for name, places in exclusions(formula).items():
        found.append(judge.exclusion(name, None))
        if len(places) > 1:
            found += [judge.exclusion(name, place) for place in places]
    return tuple(found)


def located(found: Iterable[Exclusion], spans: Iterable[Span]) -> tuple[Exclusion, ...]:
    """The exclusions with the characters of a query that carry each of them."""
    carried: dict[Origin, list[tuple[int, int]]] = {}
    for span in spans:
        for origin in span.origins:
            carried.setdefault(origin, []).append((span.start, span.end))
    return tuple(replace(each, spans=_spans(each, carried)) for each in found)


def _spans(
    exclusion: Exclusion, carried: Mapping[Origin, list[tuple[int, int]]]
) -> tuple[tuple[int, int], ...]:
    belongs = belongs_to(exclusion.name, exclusion.place)
    return tuple(span for origin in carried if belongs(origin) for span in carried[origin])


class _Judge:
    """The exclusions of one rule, in one arena."""

    def __init__(self, formula: Formula, schema: Schema | None, budget: Budget) -> None:
        self.arena = Arena(World(schema), budget)
        self.formula = formula
        self.rule = self.arena.side(formula)
        self.names = tuple(exclusions(formula))

    def exclusion(self, name: str, place: YamlPath | None) -> Exclusion:
        belongs = belongs_to(name, place)
        more = self.arena.event(self.arena.side(without(self.formula, belongs)), self.rule)
        if more == "no":
            return Exclusion(name, place, "never", implied_by=self._implying(belongs, name))
        if isinstance(more, str):
            return Exclusion(name, place, "unknown")
        effect: Effect = "silences" if self._is_silent else "matters"
        return Exclusion(name, place, effect, Witness(more, rule=False, query=True))

    @cached_property
    def _is_silent(self) -> bool:
        """Whether the rule matches nothing at all."""
        return self.arena.event(self.rule, self.arena.side(FALSE)) == "no"

    def _implying(self, belongs: Belongs, name: str) -> tuple[str, ...]:
        """The other identifiers any one of which excludes all that this one does."""
        found = []
        for other in self.names:
            if other != name:
                rest = without(self.formula, belongs_to(other, None))
                fewer, more = map(self.arena.side, (rest, without(rest, belongs)))
                if self.arena.event(more, fewer) != "no":
                    found.append(other)
        return tuple(found)


def belongs_to(name: str, place: YamlPath | None) -> Belongs:
    """Whether a leaf comes from this identifier, or from this place of it."""
    if place is None:
        return lambda origin: origin.identifier == name
    return lambda origin: origin.identifier == name and origin.path == place


def _denied(formula: Formula) -> Iterator[Formula]:
    match formula:
        case Not(item):
            yield item
        case And(items) | Or(items):
            for item in items:
                yield from _denied(item)
        case Atom() | Const():
            return


def _without(formula: Formula, belongs: Belongs) -> Formula:
    """The denied formula with every largest part that belongs made false."""
    # A leaf that two exclusions share stays while one of them does.
    if all(all(map(belongs, atom.origins)) for atom in atoms(formula)):
        return FALSE
    match formula:
        case And(items) | Or(items):
            return _of_items(formula, [_without(item, belongs) for item in items])
        case _:
            return formula


def _of_items(formula: And | Or, items: list[Formula]) -> Formula:
    """The formula with other items; itself, if they are the same ones."""
    if all(map(is_, items, formula.items)):
        return formula
    return And(tuple(items)) if isinstance(formula, And) else Or(tuple(items))
