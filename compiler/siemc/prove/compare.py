"""Comparing a rule and a query: the verdict, and the events that show it.

1. Both in canonical form: equal is exact.
2. Else two questions to the solver: an event of the rule that the query misses, an event of the
   query that is none of the rule. What it finds is evaluated on both sides before it is shown.
3. Where the two differ only on values with line breaks, or other control characters, that no value
   has one becomes an assumption (SA05, SA06), unless a leaf of the rule asks for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache

from siemc.collector import collector_paused
from siemc.evaluate import Event
from siemc.formula import Atom, Formula, Glob, Opaque, Regex, Test, atoms
from siemc.prove.arena import Arena
from siemc.prove.forms import forms, forms_within
from siemc.prove.languages import NO_CONTROLS, NO_LINE_BREAKS, Budget
from siemc.prove.texts import Texts
from siemc.prove.verdict import Answer, How, Verdict, Witness
from siemc.prove.world import World, no_field
from siemc.schema import Schema

SECONDS = 0.4
FEW_STATES = 500
# What no value holds, if it has to be assumed, and the codes of that
TAME: tuple[tuple[Texts, tuple[str, ...]], ...] = (
    (NO_LINE_BREAKS, ("SA05",)),
    (NO_CONTROLS, ("SA05", "SA06")),
)


def compare(
    rule: Formula,
    query: Formula,
    schema: Schema | None = None,
    seconds: float = SECONDS,
    is_single: Callable[[str], bool] = no_field,
) -> Verdict:
    """The verdict on a query beside a rule, both over the fields of ``schema``.

    It is about the events that have no more than one value of each field that ``is_single``.
    It takes at most about ``seconds``; what is not settled by then is ``unknown``, and so are
    formulas nested some hundreds of levels deep, which no engine runs.
    """
    try:
        with collector_paused():
            return _compare(rule, query, schema, Budget(seconds), is_single)
    except RecursionError:
        return Verdict("unknown", "unknown")


def _compare(
    rule: Formula,
    query: Formula,
    schema: Schema | None,
    budget: Budget,
    is_single: Callable[[str], bool],
) -> Verdict:
    strict = _Comparison(rule, query, World(schema, None, is_single), budget)
    if strict.is_plain or not strict.may_be_tamed():
        return strict.verdict()
    worlds = (World(schema, texts, is_single) for texts, _ in TAME)
    tame = [_Comparison(rule, query, world, budget) for world in worlds]
    for each, (_, codes) in zip(tame, TAME, strict=True):
        if each.is_plain:
            return _assuming(each.verdict(), codes)
    return _least(strict, tame)


def _least(strict: _Comparison, tame: list[_Comparison]) -> Verdict:
    """The verdict that assumes least, if that is soon found; else that on the tamest values.

    If it differs there, it does, and their events are the plainer ones, too.
    """
    found = strict.soon_exact()
    if found is not None:
        return found
    *others, tamest = tame
    verdict = _assuming(tamest.verdict(), TAME[-1][1])
    if verdict.relation != "exact":
        return verdict
    for each, (_, codes) in zip(others, TAME, strict=False):
        found = each.soon_exact()
        if found is not None:
            return _assuming(found, codes)
    return verdict


def _assuming(verdict: Verdict, codes: tuple[str, ...]) -> Verdict:
    return replace(verdict, assumptions=tuple(sorted({*verdict.assumptions, *codes})))


class _Comparison:
    """The two questions about one pair of formulas, in one world."""

    def __init__(self, rule: Formula, query: Formula, world: World, budget: Budget) -> None:
        self.arena = Arena(world, budget)
        self.rule, self.query = self.arena.side(rule), self.arena.side(query)

    def soon_exact(self) -> Verdict | None:
        """The verdict if it is *exact* and that takes no long search; no event is sought."""
        self.arena.solver.budget = self.arena.solver.budget.part(FEW_STATES)
        for one, other in ((self.rule, self.query), (self.query, self.rule)):
            if self.arena.answer(one, other) != "no":
                return None
        return self._verdict("no", "no", self._how)

    @property
    def _how(self) -> How:
        return "languages" if self.arena.solver.lemmas else "logic"

    @property
    def is_plain(self) -> bool:
        """Whether the two are equal in canonical form."""
        return self.rule.literal == self.query.literal

    def may_be_tamed(self) -> bool:
        """Whether line breaks and control characters in values are all there may be to it.

        Not where a leaf of the rule asks for them: what it is about is not assumed away.
        """
        if not any(_may_hold_controls(test) for _, test in self.arena.graph.leaves.values()):
            return False
        return not any(_asks_for_controls(atom.test) for atom in atoms(self.rule.formula))

    def _atoms(self) -> Iterator[Atom]:
        for side in (self.rule, self.query):
            yield from atoms(side.formula)

    def verdict(self) -> Verdict:
        if self.is_plain:
            return self._verdict("no", "no", "form")
        missed = self.arena.event(self.rule, self.query)
        extra = self.arena.event(self.query, self.rule)
        return self._verdict(missed, extra, self._how)

    def _verdict(self, missed: Event | Answer, extra: Event | Answer, how: How) -> Verdict:
        opaque: tuple[str, ...] = ()
        if "unknown" in (missed, extra):
            tests = (atom.test for atom in self._atoms())
            opaque = tuple(dict.fromkeys(t.text for t in tests if isinstance(t, Opaque)))
        witnesses = [
            Witness(found, rule=is_rule, query=not is_rule)
            for found, is_rule in ((missed, True), (extra, False))
            if not isinstance(found, str)
        ]
        used = tuple(sorted(self.arena.world.used))
        return Verdict(_answer(missed), _answer(extra), tuple(witnesses), used, opaque, how)


def _answer(found: Event | Answer) -> Answer:
    return found if isinstance(found, str) else "yes"


def _may_hold_controls(test: Test) -> bool:
    """Whether control characters may make a difference to the test."""
    if not isinstance(test, Glob):
        return isinstance(test, Regex)
    return any(_CONTROL.search(part) for part in test.parts if isinstance(part, str))


_CONTROL = re.compile(r"[\0-\x08\n-\x1f\x7f-\x9f\u2028\u2029]")


@lru_cache(maxsize=4096)
def _asks_for_controls(test: Test) -> bool:
    """Whether a test is about lines, or passed by no value without control characters."""
    if isinstance(test, Regex) and (test.multiline or "(?m" in test.source):
        return True
    if not isinstance(test, Regex | Glob):
        return False
    return not forms_within(test, NO_CONTROLS.alphabet) and bool(forms(test))
