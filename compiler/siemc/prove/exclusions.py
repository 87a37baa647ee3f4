"""Exclusions: what stands under a top-level ``not`` of a rule, and whether the query carries it.

An exclusion is a named identifier of the condition (``filter_main_edge_2``), or one leaf of it. The
rule without it is the rule with that part of the ``not`` false.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from siemc.formula import FALSE, And, Atom, Const, Formula, Not, Or, Origin, YamlPath, atoms
from siemc.passes import simplify
from siemc.prove.compare import compare
from siemc.prove.verdict import Answer, Witness
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

    def spared(part: Formula) -> Formula:
        match part:
            case Not(item):
                return Not(_without(item, belongs))
            case And(items):
                return And(tuple(map(spared, items)))
            case Or(items):
                return Or(tuple(map(spared, items)))
            case _:
                return part

    return simplify(spared(formula))


def judge(
    formula: Formula,
    schema: Schema | None,
    spans: Iterable[tuple[Origin, int, int]] = (),
    seconds: float = SECONDS,
) -> tuple[Exclusion, ...]:
    """Every exclusion of a rule, whole and leaf by leaf, with what it does.

    ``spans`` say which characters of the query carry which place of the rule.
    """
    judge = _Judge(formula, schema, seconds)
    carried = list(spans)
    found: list[Exclusion] = []
    for name, places in exclusions(formula).items():
        found.append(judge.exclusion(name, None, carried))
        if len(places) > 1:
            found += [judge.exclusion(name, place, carried) for place in places]
    return tuple(found)


class _Judge:
    def __init__(self, formula: Formula, schema: Schema | None, seconds: float) -> None:
        self.formula = formula
        self.schema = schema
        self.seconds = seconds
        self.names = tuple(exclusions(formula))

    def exclusion(
        self, name: str, place: YamlPath | None, spans: list[tuple[Origin, int, int]]
    ) -> Exclusion:
        belongs = belongs_to(name, place)
        more = self._more(self.formula, without(self.formula, belongs))
        effect: Effect = "matters"
        implied: tuple[str, ...] = ()
        if isinstance(more, Witness):
            effect = "silences" if self._is_silent() else "matters"
        else:
            effect = "unknown" if more == "unknown" else "never"
            implied = self._implying(belongs, name, place) if effect == "never" else ()
        carried = tuple((start, end) for origin, start, end in spans if belongs(origin))
        witness = more if isinstance(more, Witness) else None
        return Exclusion(name, place, effect, witness, implied, carried)

    def _more(self, rule: Formula, wider: Formula) -> Witness | Answer:
        """An event of ``wider`` that is none of ``rule``."""
        verdict = compare(rule, wider, self.schema, self.seconds)
        return next((each for each in verdict.witnesses if each.query), verdict.extra)

    def _is_silent(self) -> bool:
        return compare(self.formula, FALSE, self.schema, self.seconds).misses == "no"

    def _implying(self, belongs: Belongs, name: str, place: YamlPath | None) -> tuple[str, ...]:
        """The other identifiers any one of which excludes all that this one does."""
        found = []
        for other in self.names:
            if other != name or place is not None:
                rest = without(self.formula, belongs_to(other, None))
                if other != name and self._more(rest, without(rest, belongs)) != "no":
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
        case And(items):
            return And(tuple(_without(item, belongs) for item in items))
        case Or(items):
            return Or(tuple(_without(item, belongs) for item in items))
        case _:
            return formula
