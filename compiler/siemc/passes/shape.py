"""Nested lists become one."""

from __future__ import annotations

from siemc.formula import And, Formula, Not, Or, conjunction, disjunction


def flatten(formula: Formula) -> Formula:
    """The formula with no ``And`` right in an ``And``, no ``Or`` right in an ``Or``."""
    match formula:
        case Not(item):
            return Not(flatten(item))
        case And(items):
            return conjunction(_spread(items, And))
        case Or(items):
            return disjunction(_spread(items, Or))
        case _:
            return formula


def _spread(items: tuple[Formula, ...], kind: type[And] | type[Or]) -> list[Formula]:
    spread: list[Formula] = []
    for item in map(flatten, items):
        if isinstance(item, kind):
            spread.extend(item.items)
        else:
            spread.append(item)
    return spread
