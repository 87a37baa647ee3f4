"""Whether a pass has changed anything: most leave most of a rule as it is."""

from __future__ import annotations

from collections.abc import Sequence
from operator import is_

from siemc.formula import And, Formula, Or


def changed(formula: And | Or, items: Sequence[Formula]) -> bool:
    """Whether a list of these items would be another one; one of fewer than two is no list."""
    before = formula.items
    if len(items) != len(before) or len(items) < 2:
        return True
    return not all(map(is_, items, before))
