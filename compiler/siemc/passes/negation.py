"""Double negations go."""

from __future__ import annotations

from siemc.formula import And, Atom, Formula, Not, Or
from siemc.passes.same import changed


def drop_double_negation(formula: Formula) -> Formula:
    """The formula without a ``Not`` right under a ``Not``."""
    match formula:
        case Not(Not(item)):
            return drop_double_negation(item)
        case Not(item):
            inner = drop_double_negation(item)
            return formula if inner is item else Not(inner)
        case And(items):
            each = _each(items)
            return And(each) if changed(formula, each) else formula
        case Or(items):
            each = _each(items)
            return Or(each) if changed(formula, each) else formula
        case _:
            return formula


def _each(items: tuple[Formula, ...]) -> tuple[Formula, ...]:
    return tuple([item if isinstance(item, Atom) else drop_double_negation(item) for item in items])
