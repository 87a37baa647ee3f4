"""The two formulas of a condition: when it is true, and when it is false.

An expression over a field that is absent is NULL, neither true nor false; ``where`` keeps the
events for which it is true (Splunk, Search Reference, "where": "returns only the results for which
the eval expression returns true"). That NOT of NULL is NULL is common knowledge, and on none of
Splunk's pages: assumption SA17.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from siemc.formula import (
    FALSE,
    TRUE,
    Atom,
    Const,
    Exists,
    Formula,
    Not,
    Opaque,
    Test,
    conjunction,
    disjunction,
)
from siemc.reading import place
from siemc_backends.splunk.reading.tree import Expression, fields_of, has_macro, render


class Truth(NamedTuple):
    """When the condition is true, and when it is false; it is NULL when it is neither."""

    yes: Formula
    no: Formula


ALWAYS = Truth(TRUE, FALSE)
NEVER = Truth(FALSE, TRUE)


def opposite(truth: Truth) -> Truth:
    """NOT: the two change places."""
    return Truth(truth.no, truth.yes)


def all_of(items: Iterable[Truth]) -> Truth:
    """AND: true if all are true, false if one is false."""
    found = tuple(items)
    return Truth(both(each.yes for each in found), either(each.no for each in found))


def any_of(items: Iterable[Truth]) -> Truth:
    """OR: true if one is true, false if all are false."""
    found = tuple(items)
    return Truth(either(each.yes for each in found), both(each.no for each in found))


def both(items: Iterable[Formula]) -> Formula:
    """The conjunction, with constants worked out."""
    found = [item for item in items if item != TRUE]
    return FALSE if FALSE in found else conjunction(found)


def either(items: Iterable[Formula]) -> Formula:
    """The disjunction, with constants worked out."""
    found = [item for item in items if item != FALSE]
    return TRUE if TRUE in found else disjunction(found)


def negated(item: Formula) -> Formula:
    """Not, with constants worked out."""
    match item:
        case Const(value):
            return FALSE if value else TRUE
        case Not(inner):
            return inner
        case _:
            return Not(item)


def certain(yes: Formula) -> Truth:
    """A condition that is never NULL."""
    return Truth(yes, negated(yes))


def atom(field: str | None, test: Test, node: Expression) -> Atom:
    """A leaf that was read from ``node``."""
    return Atom(field, test, place(node.start, node.end))


def if_present(field: str, yes: Formula, node: Expression) -> Truth:
    """A condition on one field that is NULL where the field is absent."""
    return Truth(yes, both((atom(field, Exists(), node), negated(yes))))


def unsaid(node: Expression) -> Truth:
    """A condition that no test can say: true and false are each equal only to themselves."""
    return Truth(_opaque(node, "where "), _opaque(node, "where false "))


def unsaid_certain(node: Expression) -> Truth:
    """The same for a condition that is never NULL."""
    return certain(_opaque(node, "where "))


def _opaque(node: Expression, prefix: str) -> Formula:
    names = fields_of(node)
    one = len(names) == 1 and not has_macro(node)
    return atom(names.pop() if one else None, Opaque(prefix + render(node)), node)
