"""Is there an event on which a formula holds? Logic first, then the languages of the leaves.

A model of the logic gives each leaf a truth value. Field by field it must be possible: since a
field may hold several values, each leaf that holds needs a value in its language and in none of
those of the leaves that do not hold. Where there is none, that is a lemma,
``p -> n1 or … or nk``, and the search goes on with it. These are all the lemmas there are. A field
that is taken to have one value needs a value in the languages of all its leaves that hold.

Events with one value a field are looked for first: they are what people expect to see. The lemmas
of that search hold under the assumption ``single`` alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain, permutations
from typing import Any

from siemc.formula import Glob, Opaque, SameAs, Test
from siemc.prove.canonical import FALSE, TRUE, Graph
from siemc.prove.implied import implications
from siemc.prove.languages import Budget, Language, Spent, Undecided, language, member
from siemc.prove.member import conflict

MAX_MODELS = 2_000
FEW_STATES = 400
CONFLICTS = 10_000  # a few tenths of a second; what rules give rise to takes none or a few


@dataclass(frozen=True, slots=True)
class Model:
    """Values for the fields, and the leaves with no language of their own, true or false."""

    values: dict[str, list[str]]
    free: dict[int, bool]


class Unknown(Exception):  # noqa: N818 - an answer, not an error
    """There may or may not be such an event."""


@dataclass
class Solver:
    """Events for formulas over one graph; lemmas are kept from one question to the next."""

    graph: Graph
    budget: Budget
    lemmas: int = 0
    _sat: Any = None
    _known: int = 0
    _seeded: int = 0
    _languages: dict[int, Language] = field(default_factory=dict)
    _single: int = 0
    _asked: int = 0
    _undecided: bool = False

    def models(self, goal: int, *, single: bool) -> Iterator[Model]:
        """Models on which the literal ``goal`` holds, one after another.

        It ends where there is provably no further one; raises ``Unknown`` where that is not shown.
        """
        if goal == FALSE:
            return
        self._add()
        asked = [goal, self._question(), *([self._single] if single else [])]
        leaves = list(self.graph.leaves)
        for _ in range(MAX_MODELS):
            if not self._solve(asked):
                break
            truth = self._truth(leaves)
            found = self._model(truth, single)
            if found is not None:
                yield found
                self._sat.add_clause([-asked[1], *(-n if truth[n] else n for n in leaves)])
        else:
            raise Unknown
        if self._undecided:
            raise Unknown

    def seed(self) -> None:
        """Add the lemmas between globs, and between compared fields, that are plain to see.

        Else each would be found by a model of its own.
        """
        self._add()
        globs: dict[str | None, dict[int, Glob]] = {}
        compared: dict[tuple[str | None, str], dict[int, SameAs]] = {}
        is_new = False
        for number, (name, test) in self.graph.leaves.items():
            if isinstance(test, Glob):
                globs.setdefault(name, {})[number] = test
                is_new = is_new or number > self._seeded
            elif isinstance(test, SameAs):
                compared.setdefault((name, test.field), {})[number] = test
                is_new = is_new or number > self._seeded
            self._seeded = max(self._seeded, number)
        if not is_new:
            return
        for smaller, larger in chain(
            chain.from_iterable(map(implications, globs.values())),
            chain.from_iterable(map(_same_implications, compared.values())),
        ):
            self.lemmas += 1
            self._forbid([smaller], [larger], [])

    def _question(self) -> int:
        """A literal under which clauses hold for one question only."""
        self._undecided = False
        self._asked = self.graph.fresh()
        return self._asked

    def _solve(self, literals: list[int]) -> bool:
        try:
            self.budget.spend(1)
        except Spent:
            raise Unknown from None
        self._sat.conf_budget(CONFLICTS)
        found = self._sat.solve_limited(assumptions=literals)
        if found is None:
            raise Unknown
        return bool(found)

    def _truth(self, leaves: list[int]) -> dict[int, bool]:
        """What the model says of the leaves; one it does not care about does not hold."""
        model = self._sat.get_model()
        return {n: n <= len(model) and model[n - 1] > 0 for n in leaves}

    def is_possible(self, goal: int) -> bool:
        """Whether logic alone leaves ``goal`` open, or is too hard to say."""
        if goal in (TRUE, FALSE):
            return goal == TRUE
        self._add()
        self._sat.conf_budget(CONFLICTS)
        return self._sat.solve_limited(assumptions=[goal]) is not False

    def _add(self) -> None:
        """Tseitin's clauses of the conjunctions that the graph has got since the last time."""
        if self._sat is None:
            from pysat.solvers import Solver as Sat

            self._sat = Sat(name="minisat22")
            self._sat.add_clause([TRUE])
            self._single = self.graph.fresh()
        new = [each for each in self.graph.ands.items() if each[0] > self._known]
        for number, children in new:
            self._sat.add_clause([number, *(-child for child in children)])
            for child in children:
                self._sat.add_clause([-number, child])
        if new:
            self._known = new[-1][0]

    def _model(self, leaves: dict[int, bool], single: bool) -> Model | None:
        """Values for the leaves' fields; ``None`` with a lemma added where there are none."""
        by_field: dict[str, list[int]] = {}
        free: dict[int, bool] = {}
        for number, holds in leaves.items():
            name, test = self.graph.leaves[number]
            if name is None or is_free(test):
                free[number] = holds
            else:
                by_field.setdefault(name, []).append(number)
        values = {
            name: self._values(name, numbers, leaves, single) for name, numbers in by_field.items()
        }
        # All fields are asked, so that each impossible one adds its lemma at once.
        if None in values.values():
            return None
        return Model({name: found for name, found in values.items() if found}, free)

    def _values(
        self, name: str, numbers: list[int], leaves: dict[int, bool], single: bool
    ) -> list[str] | None:
        true = [n for n in numbers if leaves[n]]
        false = [n for n in numbers if not leaves[n]]
        values: list[str] = []
        is_possible = True
        single = single or self.graph.world.is_single(name)
        for group in [true] if single and true else [[number] for number in true]:
            if any(self._language(group[0]).contains(value) for value in values):
                continue
            value = self._value(name, group, false, single)
            if value is None:
                is_possible = False
            else:
                values.append(value)
        return values if is_possible else None

    def _value(self, name: str, true: list[int], false: list[int], single: bool) -> str | None:
        try:
            # That an event has one value a field is not worth a long search, but where it must.
            is_wish = len(true) > 1 and not self.graph.world.is_single(name)
            budget = self.budget.part(FEW_STATES) if is_wish else self.budget
            value = self._member(name, true, false, budget)
        except (Undecided, Spent):
            self._undecided = True
            self._forbid(true, false, [-self._asked])
            return None
        if value is None:
            self._lemma(name, true, false, single)
        return value

    def _member(self, name: str, true: list[int], false: list[int], budget: Budget) -> str | None:
        inside = [*map(self._language, true), *self.graph.world.universe(name)]
        return member(inside, [*map(self._language, false)], budget)

    def _lemma(self, name: str, true: list[int], false: list[int], single: bool) -> None:
        """Forbid the combination, cut down to what of it is impossible."""
        self.lemmas += 1
        true, false = self._plain(true, false) or self._core(name, true, false)
        # With one leaf that holds, the lemma is true of any number of values.
        is_wish = single and len(true) > 1 and not self.graph.world.is_single(name)
        self._forbid(true, false, [-self._single] if is_wish else [])

    def _plain(self, true: list[int], false: list[int]) -> tuple[list[int], list[int]] | None:
        """The two leaves that exclude each other, or of which one implies the other."""
        insides = {self._language(n).key: n for n in true}
        outsides = {self._language(n).key: n for n in false}
        found = conflict([*map(self._language, true)], [*map(self._language, false)])
        if found is None:
            return None
        # Where everything is outside, none of the leaves that hold has a value: one is enough.
        holding = [insides[each.key] for each in found[0]] or true[:1]
        return holding, [outsides[each.key] for each in found[1]]

    def _core(self, name: str, true: list[int], false: list[int]) -> tuple[list[int], list[int]]:
        """Without the leaves that are not needed: halves first, then one by one."""
        false = self._telling(name, true, false)
        size = len(false)
        while size:
            for start in range(0, len(false), size):
                fewer = false[:start] + false[start + size :]
                if len(fewer) < len(false) and self._is_impossible(name, true, fewer):
                    false = fewer
                    break
            else:
                size //= 2
        for number in true[1:]:
            fewer = [each for each in true if each != number]
            if self._is_impossible(name, fewer, false):
                true = fewer
        return true, false

    def _telling(self, name: str, true: list[int], false: list[int]) -> list[int]:
        """Those of ``false`` that a sample of ``true`` is in, if they are enough."""
        samples = self._language(true[0]).samples()
        if not samples:
            return false
        with suppress(Undecided):
            fewer = [n for n in false if self._language(n).contains(samples[0])]
            if len(fewer) < len(false) and self._is_impossible(name, true, fewer):
                return fewer
        return false

    def _is_impossible(self, name: str, true: list[int], false: list[int]) -> bool:
        try:
            return self._member(name, true, false, self.budget.part(FEW_STATES)) is None
        except (Undecided, Spent):
            return False

    def _forbid(self, true: list[int], false: list[int], guard: list[int]) -> None:
        self._sat.add_clause([*guard, *(-n for n in true), *false])

    def _language(self, number: int) -> Language:
        found = self._languages.get(number)
        if found is None:
            test = self.graph.spelt.get(number) or self.graph.leaves[number][1]
            found = self._languages[number] = language(test)
        return found


def _same_implications(tests: dict[int, SameAs]) -> Iterator[tuple[int, int]]:
    """Which tests of the same two fields imply which others.

    The same text is at the start too, and at the end; what is alike with its case is so without.
    """
    for (smaller, one), (larger, other) in permutations(tests.items(), 2):
        is_affix = one.affix in {"equals", other.affix} or other.affix == "contains"
        if is_affix and other.cased <= one.cased:
            yield smaller, larger


def is_free(test: Test) -> bool:
    """Whether a leaf has no language: what holds is not a matter of its own field's values."""
    return isinstance(test, Opaque | SameAs)
