"""Nested lists become one."""

from __future__ import annotations

from siemc.formula import And, Atom, Formula, Not, Or, conjunction, disjunction
from siemc.passes.same import changed


def flatten(formula: Formula) -> Formula:
    """The formula with no ``And`` right in an ``And``, no ``Or`` right in an ``Or``."""
    match formula:
        case Not(item):
            inner = flatten(item)
            return formula if inner is item else Not(inner)
        case And(items):
            spread = _spread(items, And)
            return conjunction(spread) if changed(formula, spread) else formula
        case Or(items):
            spread = _spread(items, Or)
            return disjunction(spread) if changed(formula, spread) else formula
        case _:
            return formula


def _spread(items: tuple[Formula, ...], kind: type[And] | type[Or]) -> list[Formula]:
    spread: list[Formula] = []
    for item in items:
        flat = item if isinstance(item, Atom) else flatten(item)
        if isinstance(flat, kind):
            spread.extend(flat.items)
        else:
            spread.append(flat)
    return spread
