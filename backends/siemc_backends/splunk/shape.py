"""Formulas built with the constants folded, nested lists flattened and double negations gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from siemc.formula import (
    FALSE,
    TRUE,
    And,
    Atom,
    Const,
    Formula,
    Not,
    Or,
    conjunction,
    disjunction,
)


def all_of(items: Iterable[Formula]) -> Formula:
    """The conjunction: one list, without what is always true."""
    found: list[Formula] = []
    for item in items:
        if isinstance(item, Const):
            if not item.value:
                return FALSE
        elif isinstance(item, And):
            found.extend(item.items)
        else:
            found.append(item)
    return conjunction(found)


def any_of(items: Iterable[Formula]) -> Formula:
    """The disjunction: one list, without what is never true."""
    found: list[Formula] = []
    for item in items:
        if isinstance(item, Const):
            if item.value:
                return TRUE
        elif isinstance(item, Or):
            found.extend(item.items)
        else:
            found.append(item)
    return disjunction(found)


def negation(item: Formula) -> Formula:
    """The opposite: ``not (a or not b)`` is ``not a and b``, so that no two NOT ever nest."""
    match item:
        case Const(value):
            return FALSE if value else TRUE
        case Not(inner):
            return inner
        case Or(items) if any(isinstance(it, Not) for it in items):
            rest = disjunction(it for it in items if not isinstance(it, Not))
            return all_of([*(it.item for it in items if isinstance(it, Not)), negation(rest)])
        case And(items) if all(isinstance(it, Not) for it in items):
            return any_of(it.item for it in items if isinstance(it, Not))
        case _:
            return Not(item)


def conjuncts(formula: Formula) -> tuple[Formula, ...]:
    """The parts that must all hold; none for the formula that is always true."""
    if isinstance(formula, And):
        return formula.items
    return () if formula == TRUE else (formula,)


def excluded(formula: Not) -> tuple[Formula, ...]:
    """What a negation excludes, each by itself: ``not (a or b)`` excludes ``a`` and ``b``."""
    return formula.item.items if isinstance(formula.item, Or) else (formula.item,)


def leaves(formula: Formula) -> Iterator[Atom]:
    """Every leaf, in order; recursive, since formulas are wide rather than deep."""
    match formula:
        case Atom():
            yield formula
        case Not(item):
            yield from leaves(item)
        case And(items) | Or(items):
            for item in items:
                yield from leaves(item)
        case Const():
            return
