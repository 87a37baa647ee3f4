"""Double negations go."""

from __future__ import annotations

from siemc.formula import And, Formula, Not, Or


def drop_double_negation(formula: Formula) -> Formula:
    """The formula without a ``Not`` right under a ``Not``."""
    match formula:
        case Not(Not(item)):
            return drop_double_negation(item)
        case Not(item):
            return Not(drop_double_negation(item))
        case And(items):
            return And(tuple(map(drop_double_negation, items)))
        case Or(items):
            return Or(tuple(map(drop_double_negation, items)))
        case _:
            return formula
