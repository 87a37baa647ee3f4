"""Constants move up until they are the whole formula, or gone."""

from __future__ import annotations

from siemc.formula import (
    And,
    Atom,
    Const,
    Formula,
    Not,
    Or,
    conjunction,
    disjunction,
)
from siemc.passes.same import changed


def fold_constants(formula: Formula) -> Formula:
    """The formula with no constant in it, or a constant alone."""
    match formula:
        case Not(item):
            inner = fold_constants(item)
            if isinstance(inner, Const):
                return Const(not inner.value)
            return formula if inner is item else Not(inner)
        case And(items):
            kept = _kept(items, dominant=False)
            return conjunction(kept) if changed(formula, kept) else formula
        case Or(items):
            kept = _kept(items, dominant=True)
            return disjunction(kept) if changed(formula, kept) else formula
        case _:
            return formula


def _kept(items: tuple[Formula, ...], dominant: bool) -> list[Formula]:
    """The items without the neutral constant; the dominant one alone if it is among them."""
    kept: list[Formula] = []
    for item in items:
        folded = item if isinstance(item, Atom) else fold_constants(item)
        if not isinstance(folded, Const):
            kept.append(folded)
        elif folded.value is dominant:
            return [folded]
    return kept
