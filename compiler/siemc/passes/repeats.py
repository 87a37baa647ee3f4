"""What is said twice in one list is said once."""

from __future__ import annotations

from siemc.formula import (
    And,
    Atom,
    Formula,
    Not,
    Or,
    conjunction,
    disjunction,
    with_origins,
)
from siemc.passes.same import changed


def drop_repeats(formula: Formula) -> Formula:
    """The formula with each item of an ``And`` or ``Or`` once, at its first place.

    The first keeps the origins of those that go.
    """
    match formula:
        case Not(item):
            inner = drop_repeats(item)
            return formula if inner is item else Not(inner)
        case And(items):
            once = _once(items)
            return conjunction(once) if changed(formula, once) else formula
        case Or(items):
            once = _once(items)
            return disjunction(once) if changed(formula, once) else formula
        case _:
            return formula


def _once(items: tuple[Formula, ...]) -> list[Formula]:
    found: dict[Formula, Formula] = {}
    for item in items:
        new = item if isinstance(item, Atom) else drop_repeats(item)
        first = found.setdefault(new, new)
        if first is not new:
            found[new] = _joined(first, new)
    return list(found.values())


def _joined(one: Formula, other: Formula) -> Formula:
    """``one`` with the origins of ``other``, which equals it."""
    match one, other:
        case Atom(), Atom():
            return with_origins(one, tuple(dict.fromkeys((*one.origins, *other.origins))))
        case Not(mine), Not(theirs):
            return Not(_joined(mine, theirs))
        case (And(mine), And(theirs)) | (Or(mine), Or(theirs)):
            items = tuple(map(_joined, mine, theirs))
            return And(items) if isinstance(one, And) else Or(items)
        case _:
            return one
