"""How much the prover may think: every loop over states spends of a budget."""

from __future__ import annotations

from time import thread_time

SECONDS = 1.0
STATES = 200_000


class Undecided(Exception):  # noqa: N818 - an answer, not an error
    """It could be neither shown that there is such a value nor that there is none."""


class Spent(Undecided):
    """The budget is used up."""


class Budget:
    """Seconds of computing from now, and a number of states for all that is done with it.

    By the thread's own clock: on a busy machine a proof takes longer, but is found all the same.
    """

    __slots__ = ("deadline", "states")

    def __init__(self, seconds: float = SECONDS, states: int = STATES) -> None:
        self.deadline = thread_time() + seconds
        self.states = states

    def part(self, states: int) -> Budget:
        """A budget of fewer states with the same deadline; what it spends is not counted here."""
        found = Budget(0, states)
        found.deadline = self.deadline
        return found

    def spend(self, states: int = 1) -> None:
        """Count ``states``; raises ``Spent`` when they or the time are used up."""
        self.states -= states
        # One state of a large automaton may take a millisecond, so each looks at the clock.
        if self.states < 0 or thread_time() > self.deadline:
            raise Spent
