"""Comparing a rule and a query: the verdict, and the events that show it.

1. Both in canonical form: equal is exact.
2. Else two questions to the solver: an event of the rule that the query misses, an event of the
   query that is none of the rule. What it finds is evaluated on both sides before it is shown.
3. Where the two differ only on values with line breaks, or other control characters, that no value
   has one becomes an assumption (SA05, SA06), unless some leaf asks for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property, lru_cache

from siemc.evaluate import Event, OpaqueError, Value, evaluate
from siemc.formula import Formula, Glob, Opaque, Regex, SameAs, Test, atoms
from siemc.prove.canonical import FALSE, Graph
from siemc.prove.forms import forms, forms_within
from siemc.prove.languages import NO_CONTROLS, NO_LINE_BREAKS, Budget
from siemc.prove.solve import Model, Solver, Unknown
from siemc.prove.texts import Texts
from siemc.prove.verdict import Answer, How, Verdict, Witness
from siemc.prove.world import World
from siemc.schema import Schema

SECONDS = 0.4
TRIES = 8
# What no value holds, if it has to be assumed, and the codes of that
TAME: tuple[tuple[Texts, tuple[str, ...]], ...] = (
    (NO_LINE_BREAKS, ("SA05",)),
    (NO_CONTROLS, ("SA05", "SA06")),
)


def compare(
    rule: Formula, query: Formula, schema: Schema | None = None, seconds: float = SECONDS
) -> Verdict:
    """The verdict on a query beside a rule, both over the fields of ``schema``.

    It takes at most about ``seconds``; what is not settled by then is ``unknown``.
    """
    budget = Budget(seconds)
    strict = _Comparison(rule, query, World(schema), budget)
    if strict.is_plain or not strict.may_be_tamed():
        return strict.verdict()
    tame = [_Comparison(rule, query, World(schema, texts), budget) for texts, _ in TAME]
    for each, (_, codes) in zip(tame, TAME, strict=True):
        if each.is_plain:
            return _assuming(each.verdict(), codes)
    return _least(strict, tame)


def _least(strict: _Comparison, tame: list[_Comparison]) -> Verdict:
    """The verdict that assumes least. The tamest values come first: if it differs there, it does.

    Their events are the plainer ones, too.
    """
    *others, tamest = tame
    verdict = _assuming(tamest.verdict(), TAME[-1][1])
    if verdict.relation != "exact":
        return verdict
    for each, codes in zip([strict, *others], [(), *(codes for _, codes in TAME)], strict=False):
        found = each.verdict()
        if found.relation == "exact":
            return _assuming(found, codes)
    return verdict


def _assuming(verdict: Verdict, codes: tuple[str, ...]) -> Verdict:
    return replace(verdict, assumptions=tuple(sorted({*verdict.assumptions, *codes})))


class _Comparison:
    """The two questions about one pair of formulas, in one world."""

    def __init__(self, rule: Formula, query: Formula, world: World, budget: Budget) -> None:
        self.given = rule, query
        self.world = world
        self.graph = Graph(world)
        self.literals = self.graph.literal(rule), self.graph.literal(query)
        self.solver = Solver(self.graph, budget)

    @property
    def is_plain(self) -> bool:
        """Whether the two are equal in canonical form."""
        return self.literals[0] == self.literals[1]

    def may_be_tamed(self) -> bool:
        """Whether line breaks and control characters in values are all there may be to it.

        Not where some leaf asks for them: what a rule is about is not assumed away.
        """
        if not any(_may_hold_controls(test) for _, test in self.graph.leaves.values()):
            return False
        atoms_of_both = (atom for each in self.given for atom in atoms(each))
        return not any(_asks_for_controls(atom.test) for atom in atoms_of_both)

    @cached_property
    def sides(self) -> tuple[Formula, Formula]:
        """Rule and query as they are evaluated."""
        rule, query = self.given
        return self.world.place(rule), self.world.place(query)

    def verdict(self) -> Verdict:
        if self.is_plain:
            return self._verdict("no", "no", [], "form")
        if any(map(self.solver.is_possible, self._goals())):
            self.solver.seed(self.literals)
        missed, extra = map(self._event, self._goals())
        how: How = "languages" if self.solver.lemmas else "logic"
        found = [each for each in (missed, extra) if isinstance(each, Witness)]
        return self._verdict(_answer(missed), _answer(extra), found, how)

    def _verdict(
        self, misses: Answer, extra: Answer, witnesses: Iterable[Witness], how: How
    ) -> Verdict:
        opaque: tuple[str, ...] = ()
        if "unknown" in (misses, extra):
            found = (atom.test for each in self.sides for atom in atoms(each))
            opaque = tuple(dict.fromkeys(t.text for t in found if isinstance(t, Opaque)))
        used = tuple(sorted(self.world.used))
        return Verdict(misses, extra, tuple(witnesses), used, opaque, how)

    def _goals(self) -> tuple[int, int]:
        """That the rule holds and the query does not, and the other way round."""
        rule, query = self.literals
        return self.graph.conjunction([rule, -query]), self.graph.conjunction([query, -rule])

    def _event(self, goal: int) -> Witness | Answer:
        """An event on which the literal holds, or whether there is one."""
        if goal == FALSE or not self.solver.is_possible(goal):
            return "no"
        found = self._witness(goal, single=False, tries=1)
        if found == "no":
            return found
        plainer = self._witness(goal, single=True, tries=TRIES)
        if isinstance(plainer, Witness):
            return plainer
        return found if isinstance(found, Witness) else self._witness(goal, single=False)

    def _witness(self, goal: int, *, single: bool, tries: int = TRIES) -> Witness | Answer:
        """The first model that both sides, evaluated on its event, agree is one."""
        number = 0
        try:
            for number, model in enumerate(self.solver.models(goal, single=single), 1):
                found = self._shown(self._event_of(model))
                if found is not None:
                    return found
                if number == tries:
                    return "unknown"
        except Unknown:
            return "unknown"
        return "unknown" if number else "no"

    def _shown(self, event: Event) -> Witness | None:
        try:
            rule, query = (evaluate(side, event) for side in self.sides)
        except OpaqueError:
            return None
        return Witness(event, rule, query) if rule != query else None

    def _event_of(self, model: Model) -> Event:
        event: dict[str, list[Value]] = {name: [*values] for name, values in model.values.items()}
        for number, holds in model.free.items():
            name, test = self.graph.leaves[number]
            if holds and name is not None and isinstance(test, SameAs):
                _make_same(event, name, test.field)
        return event


def _make_same(event: dict[str, list[Value]], name: str, other: str) -> None:
    """Give two fields a common value: that of the one that has any."""
    common = event.get(name) or event.get(other) or ["x"]
    event[name] = event[other] = common[:1]


def _answer(found: Witness | Answer) -> Answer:
    return "yes" if isinstance(found, Witness) else found


def _may_hold_controls(test: Test) -> bool:
    """Whether control characters may make a difference to the test."""
    if not isinstance(test, Glob):
        return isinstance(test, Regex)
    return not all(NO_CONTROLS.contains(part) for part in test.parts if isinstance(part, str))


@lru_cache(maxsize=4096)
def _asks_for_controls(test: Test) -> bool:
    """Whether a test is about lines, or passed by no value without control characters."""
    if isinstance(test, Regex) and (test.multiline or "(?m" in test.source):
        return True
    if not isinstance(test, Regex | Glob):
        return False
    return not forms_within(test, NO_CONTROLS.alphabet) and bool(forms(test))
