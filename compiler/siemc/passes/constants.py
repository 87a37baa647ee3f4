"""Constants move up until they are the whole formula, or gone."""

from __future__ import annotations

from siemc.formula import (
    FALSE,
    TRUE,
    And,
    Const,
    Formula,
    Not,
    Or,
    conjunction,
    disjunction,
)


def fold_constants(formula: Formula) -> Formula:
    """The formula with no constant in it, or a constant alone."""
    match formula:
        case Not(item):
            inner = fold_constants(item)
            return Const(not inner.value) if isinstance(inner, Const) else Not(inner)
        case And(items):
            return conjunction(_kept(items, dominant=False)) if items else TRUE
        case Or(items):
            return disjunction(_kept(items, dominant=True)) if items else FALSE
        case _:
            return formula


def _kept(items: tuple[Formula, ...], dominant: bool) -> list[Formula]:
    """The items without the neutral constant; the dominant one alone if it is among them."""
    kept: list[Formula] = []
    for item in map(fold_constants, items):
        if not isinstance(item, Const):
            kept.append(item)
        elif item.value is dominant:
            return [item]
    return kept
