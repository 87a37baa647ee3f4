"""Exclusions: what stands under a top-level ``not`` of a rule, and whether the query carries it.

An exclusion is a named identifier of the condition (``filter_main_edge_2``), or one leaf of it. The
rule without it is the rule with its leaves under the ``not`` false.

What is negated once more there, beside something that is not, is an exception and no exclusion: in
``sel and not (f1 and not e1)`` the rule without ``f1`` is ``sel``, and taking ``e1`` away would
make ``f1`` exclude more. So is ``b|neq: y`` in a filter ``{a: x, b|neq: y}``. Where nothing else
stands beside it, as in a filter ``b|neq: y``, all but ``y`` is what the filter excludes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from operator import is_
from typing import Literal

from siemc.backend import Span
from siemc.collector import collector_paused
from siemc.formula import FALSE, And, Atom, Const, Formula, Not, Or, Origin, YamlPath, atoms
from siemc.prove.arena import Arena, Side
from siemc.prove.languages import Budget, Spent
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
    *never* matters, ``implied_by`` are identifiers that together exclude all that it does, none of
    which could be spared (a leaf's own among them where its other leaves do so); empty where none
    is needed, or there was no time to say. Where it *silences*, nothing is left of the rule.
    ``places`` are the leaves it is made of, and ``spans`` the characters of a query with these.
    """

    name: str
    place: YamlPath | None
    effect: Effect
    witness: Witness | None = None
    implied_by: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    places: tuple[YamlPath, ...] = ()


def exclusions(formula: Formula) -> Mapping[str, tuple[YamlPath, ...]]:
    """The identifiers under a top-level ``not``, each with the places of its leaves."""
    found: dict[str, dict[YamlPath, None]] = {}
    for part in _parts(formula):
        for origin in _origins(part):
            found.setdefault(origin.identifier, {})[origin.path] = None
    return {name: tuple(places) for name, places in found.items()}


def without(formula: Formula, belongs: Belongs) -> Formula:
    """The rule without the parts of its exclusions whose leaves all ``belong``."""
    return _with_denied(formula, lambda item: _without(item, belongs))


@collector_paused()
def judge(
    formula: Formula, schema: Schema | None, seconds: float = SECONDS
) -> tuple[Exclusion, ...]:
    """Every exclusion of a rule, whole and leaf by leaf, with what it does.

    What is not settled in ``seconds`` for them all has an unknown effect; each as a whole comes
    before the leaves.
    """
    judge = _Judge(formula, schema, Budget(seconds))
    whole = {name: judge.exclusion(name, None) for name in judge.places}
    found: list[Exclusion] = []
    for name, places in judge.places.items():
        found.append(whole[name])
        if len(places) > 1:
            leaves = [place for place in places if Origin(name, place) in judge.leaves]
            found += [judge.exclusion(name, place) for place in leaves]
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
    own = {Origin(exclusion.name, place) for place in exclusion.places}
    return tuple(span for origin in carried if origin in own for span in carried[origin])


class _Judge:
    """The exclusions of one rule, in one arena.

    ``places`` are those of each name, ``leaves`` those that can be taken away alone.
    """

    def __init__(self, formula: Formula, schema: Schema | None, budget: Budget) -> None:
        self.budget = budget
        self.arena = Arena(World(schema), budget)
        self.formula = formula
        self.places = exclusions(formula)
        parts = (part for part in _parts(formula) if len(list(atoms(part))) == 1)
        self.leaves = {origin for part in parts for origin in _origins(part)}
        self._implying_last: tuple[str, ...] = ()

    def exclusion(self, name: str, place: YamlPath | None) -> Exclusion:
        places = self.places[name] if place is None else (place,)
        found = Exclusion(name, place, "unknown", places=places)
        try:
            self.budget.spend()
        except Spent:
            return found
        belongs = belongs_to(name, place)
        more = self.arena.event(self.arena.side(without(self.formula, belongs)), self.rule)
        if more == "no":
            return replace(found, effect="never", implied_by=self._implying(name, belongs))
        if isinstance(more, str):
            return found
        effect: Effect = "silences" if self._is_silent else "matters"
        return replace(found, effect=effect, witness=Witness(more, rule=False, query=True))

    @cached_property
    def rule(self) -> Side:
        return self.arena.side(self.formula)

    @cached_property
    def _is_silent(self) -> bool:
        """Whether the rule matches nothing at all."""
        return self.arena.event(self.rule, self.arena.side(FALSE)) == "no"

    def _implying(self, name: str, belongs: Belongs) -> tuple[str, ...]:
        """The identifiers that exclude all that an exclusion which never matters does."""
        rest = tuple(other for other in self.places if not belongs(Origin(other, ())))
        alone = self.arena.side(_only(self.formula, belongs))
        try:
            # What implied the last one is likely to imply this one too.
            if self._is_implied(belongs, alone, self._implying_last):
                rest = self._implying_last
            self._implying_last = self._fewest(belongs, alone, rest)
        except Spent:
            return ()
        return self._implying_last

    def _fewest(self, belongs: Belongs, alone: Side, names: tuple[str, ...]) -> tuple[str, ...]:
        """Names of which none can be spared: halves are left out first, then single ones."""
        size = len(names)
        while size:
            for start in range(0, len(names), size):
                fewer = names[:start] + names[start + size :]
                if self._is_implied(belongs, alone, fewer):
                    names = fewer
                    break
            else:
                size //= 2
            size = min(size, len(names))
        return names

    def _is_implied(self, belongs: Belongs, alone: Side, names: Sequence[str]) -> bool:
        """Whether these names, the exclusion aside, keep out all that it does ``alone``.

        By logic and the lemmas that showed that it never matters: they need no others.
        """
        self.budget.spend()
        kept = frozenset(names)
        rest = without(self.formula, lambda o: o.identifier not in kept or belongs(o))
        goal = self.arena.graph.conjunction([self.arena.side(rest).literal, -alone.literal])
        return not self.arena.solver.is_possible(goal)


def belongs_to(name: str, place: YamlPath | None) -> Belongs:
    """Whether a leaf comes from this identifier, or from this place of it."""
    if place is None:
        return lambda origin: origin.identifier == name
    return lambda origin: origin.identifier == name and origin.path == place


def _with_denied(formula: Formula, change: Callable[[Formula], Formula]) -> Formula:
    """The formula with what its top-level nots deny changed; itself, if nothing is."""
    match formula:
        case Not(item):
            left = change(item)
            return formula if left is item else Not(left)
        case And(items) | Or(items):
            return _of_items(formula, [_with_denied(item, change) for item in items])
        case _:
            return formula


def _parts(formula: Formula) -> Iterator[Formula]:
    """The parts of what a formula's top-level nots deny that can be taken away, each by itself."""
    match formula:
        case Not(item):
            yield from _denied_parts(item)
        case And(items) | Or(items):
            for item in items:
                yield from _parts(item)
        case Atom() | Const():
            return


def _denied_parts(denied: Formula) -> Iterator[Formula]:
    match denied:
        case And(items) | Or(items):
            for item in items:
                is_exception = _is_exception(item, denied)
                yield from _exception_parts(item) if is_exception else _denied_parts(item)
        case Not() if not _names(denied):
            yield from _exception_parts(denied)
        case Atom() | Not():
            yield denied
        case Const():
            return


def _exception_parts(exception: Formula) -> Iterator[Formula]:
    """What is excluded from an exception is an exclusion again."""
    if isinstance(exception, Not):
        yield from _parts(exception.item)


def _without(denied: Formula, belongs: Belongs) -> Formula:
    """The denied formula with every part that belongs false."""
    match denied:
        case And(items) | Or(items):
            left = []
            for item in items:
                is_exception = _is_exception(item, denied)
                left.append((_of_exception if is_exception else _without)(item, belongs))
            return _of_items(denied, left)
        case Not() if not _names(denied):
            return _of_exception(denied, belongs)
        case Atom() | Not():
            # A leaf that two exclusions share stays while one of them does.
            origins = _origins(denied)
            return FALSE if origins and all(map(belongs, origins)) else denied
        case Const():
            return denied


def _of_exception(exception: Formula, belongs: Belongs) -> Formula:
    if not isinstance(exception, Not):
        return exception
    left = without(exception.item, belongs)
    return exception if left is exception.item else Not(left)


def _is_exception(item: Formula, denied: Formula) -> bool:
    """Whether an item of a denied formula is a ``not`` beside something that is not."""
    if not (isinstance(item, Not) and isinstance(denied, And)):
        return False
    return not all(isinstance(other, Not) for other in denied.items)


def _only(formula: Formula, belongs: Belongs) -> Formula:
    """The formula with nothing denied but the alternatives that have a part that belongs."""
    return _with_denied(formula, lambda item: _alternatives(item, belongs))


def _alternatives(denied: Formula, belongs: Belongs) -> Formula:
    if not any(belongs(origin) for part in _denied_parts(denied) for origin in _origins(part)):
        return FALSE
    if isinstance(denied, Or):
        return Or(tuple(_alternatives(item, belongs) for item in denied.items))
    return denied


def _origins(part: Formula) -> tuple[Origin, ...]:
    """Where a part comes from: a leaf, or a ``not`` of leaves of one identifier."""
    if isinstance(part, Atom):
        return part.origins
    names = _names(part)
    return tuple(o for atom in atoms(part) for o in atom.origins if o.identifier in names)


def _names(part: Formula) -> frozenset[str]:
    """The identifiers that all leaves of a part come from."""
    found = [frozenset(origin.identifier for origin in atom.origins) for atom in atoms(part)]
    return frozenset.intersection(*found) if found else frozenset()


def _of_items(formula: And | Or, items: list[Formula]) -> Formula:
    """The formula with other items; itself, if they are the same ones."""
    if all(map(is_, items, formula.items)):
        return formula
    return And(tuple(items)) if isinstance(formula, And) else Or(tuple(items))
