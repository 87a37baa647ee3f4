"""Simplification: a formula of the same meaning with less to print.

``PASSES`` are plain functions from formula to formula, run in order by ``simplify``. None of them
loses an origin of a leaf that is still printed, and none reorders what the rule says.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from siemc.formula import Formula
from siemc.passes.constants import fold_constants
from siemc.passes.depth import depth
from siemc.passes.negation import drop_double_negation
from siemc.passes.repeats import drop_repeats
from siemc.passes.shape import flatten

PASSES: tuple[Callable[[Formula], Formula], ...] = (
    fold_constants,
    flatten,
    drop_repeats,
    drop_double_negation,
    flatten,  # again: the last two leave lists of one, which join their parent
)

__all__ = ["PASSES", "depth", "simplify"]


def simplify(formula: Formula) -> Formula:
    """The formula after all passes: no nested ``And`` in ``And``, constants only at the top.

    What ``simplify`` made comes back as it is: every target of a rule asks for the same formula.
    """
    if _made.get(id(formula)) is formula:
        return formula
    result = reduce(lambda so_far, step: step(so_far), PASSES, formula)
    if len(_made) >= MOST_MADE:
        _made.clear()
    _made[id(result)] = result
    return result


MOST_MADE = 64
# By identity: to hash or compare a formula costs as much as a pass
_made: dict[int, Formula] = {}
