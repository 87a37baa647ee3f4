"""Where formulas meet in one world: an event on which one holds and another does not."""

from __future__ import annotations

from functools import cached_property
from itertools import islice

from siemc.evaluate import Event, OpaqueError, SlowRegexError, evaluate
from siemc.formula import Formula
from siemc.prove.canonical import FALSE, Graph
from siemc.prove.events import events
from siemc.prove.languages import Budget, Undecided
from siemc.prove.solve import Solver, Unknown
from siemc.prove.verdict import Answer
from siemc.prove.world import World
from siemc.regex.errors import RegexError, RegexUnsupported

TRIES = 8


class Side:
    """A formula in an arena: its literal, and the form in which it is evaluated."""

    def __init__(self, formula: Formula, literal: int, world: World) -> None:
        self.formula = formula
        self.literal = literal
        self.world = world

    @cached_property
    def placed(self) -> Formula:
        """The formula on the fields that it is about in this world."""
        return self.world.place(self.formula)


class Arena:
    """Formulas of one graph; what the solver learns of one question serves the next."""

    def __init__(self, world: World, budget: Budget) -> None:
        self.world = world
        self.graph = Graph(world)
        self.solver = Solver(self.graph, budget)
        self.is_lost = False

    def side(self, formula: Formula) -> Side:
        """The formula, in canonical form."""
        return Side(formula, self.graph.literal(formula), self.world)

    def event(self, holds: Side, fails: Side) -> Event | Answer:
        """An event on which the first holds and the second does not, or whether there is one.

        Both have been evaluated on an event that is returned.
        """
        found = self.answer(holds, fails)
        if found != "yes":
            return found
        goal = self._goal(holds, fails)
        # Events with one value a field are the plainer ones.
        for single in (True, False):
            event = self._shown(goal, holds, fails, single)
            if event is not None:
                return event
        return "unknown"

    def answer(self, holds: Side, fails: Side) -> Answer:
        """Whether there is an event on which the first holds and the second does not.

        *Yes* is the solver's word alone: no event has been made and evaluated.
        """
        goal = self._goal(holds, fails)
        if goal == FALSE or not self.solver.is_possible(goal):
            return "no"
        try:
            self.solver.seed()
            return "no" if next(self.solver.models(goal, single=False), None) is None else "yes"
        except (Unknown, Undecided):
            return "unknown"

    def _goal(self, holds: Side, fails: Side) -> int:
        return self.graph.conjunction([holds.literal, -fails.literal])

    def _shown(self, goal: int, holds: Side, fails: Side, single: bool) -> Event | None:
        """The first model whose event both sides, evaluated on it, agree is one.

        Nothing is evaluated any more once an expression got lost on a value.
        """
        if self.is_lost:
            return None
        try:
            for model in islice(self.solver.models(goal, single=single), TRIES):
                for event in events(model, self.graph):
                    if _is_between(event, holds, fails):
                        return event
        except SlowRegexError:
            self.is_lost = True
        except (Unknown, Undecided, RegexError, RegexUnsupported):
            pass  # an event that cannot be evaluated on both sides is none to show
        return None


def _is_between(event: Event, holds: Side, fails: Side) -> bool:
    """Whether the event, evaluated, is one of the first side and not of the second."""
    try:
        return evaluate(holds.placed, event) and not evaluate(fails.placed, event)
    except OpaqueError:
        return False  # another event may leave nothing to the opaque text
