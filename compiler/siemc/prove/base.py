"""What the prover knows of a set of values, whatever kind of test it comes from."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from siemc.formula import Glob
from siemc.prove.budget import Undecided
from siemc.regex.charset import Ranges
from siemc.regex.tree import ANY_RUN, NEVER, Node

if TYPE_CHECKING:
    from siemc.prove.positions import Positions

Options = tuple["Language", ...]


class Language:
    """A set of values, by what ``siemc.evaluate`` says of them.

    ``key``: languages with equal keys are equal. ``upper`` and ``lower`` are expressions of the
    whole value: every value is in ``upper``, and all that is in ``lower`` is a value; where both
    are the same object, it is the language.
    """

    key: Hashable
    glob: Glob | None = None
    """The glob whose values these are, if there is one."""
    is_caseless = False
    """Whether a value's letters may change their case."""

    def contains(self, value: str) -> bool:
        """Whether the value is in the language."""
        raise NotImplementedError

    def samples(self) -> Sequence[str]:
        """Some values of the language, natural ones first; there may be none though it has some."""
        return ()

    @cached_property
    def options(self) -> Options:
        """Simpler languages whose union it is."""
        return (self,)

    @property
    def alphabet(self) -> Ranges | None:
        """The characters of which these are all texts, if there are such."""
        return None

    @property
    def upper(self) -> Node:
        """See the class."""
        return ANY_RUN

    @property
    def lower(self) -> Node:
        """See the class."""
        return NEVER

    @cached_property
    def upper_automaton(self) -> Positions | None:
        """The automaton of ``upper``; ``None`` where it would be too large."""
        return _automaton(self.upper)

    @cached_property
    def lower_automaton(self) -> Positions | None:
        """The automaton of ``lower``; ``None`` where it would be too large or is empty."""
        if self.lower is self.upper:
            return self.upper_automaton
        return None if self.lower == NEVER else _automaton(self.lower)

    @property
    def is_exact(self) -> bool:
        """Whether there is an automaton of just this language."""
        return self.lower is self.upper and self.upper_automaton is not None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.key!r}>"


def _automaton(node: Node) -> Positions | None:
    from siemc.prove.positions import Positions

    try:
        return Positions(node)
    except Undecided:
        return None
