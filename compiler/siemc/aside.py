"""What is beside the point: the scope of a rule and that of a query, put aside.

A query in production often looks in another place than the one its rule was compiled for
(``index=wineventlog``, a macro). Then what it is about can still be that of the rule.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from siemc.formula import And, Atom, Formula, Opaque, Or, atoms, conjunction
from siemc.passes import simplify
from siemc.prove.compare import compare
from siemc.prove.verdict import Relation
from siemc.schema import Schema

Span = tuple[int, int]
_IsScope = Callable[[Formula], bool]


@dataclass(frozen=True, slots=True)
class Apart:
    """What a query is beside its rule, both without their scopes.

    ``fields`` are those of the rule's scope that were put aside, ``spans`` the characters of the
    query that were.
    """

    relation: Relation
    fields: tuple[str, ...]
    spans: tuple[Span, ...]


def apart(
    rule: Formula, query: Formula, own: Collection[str], schema: Schema, seconds: float
) -> Apart | None:
    """The two without their scopes; ``None`` where neither has one, or nothing else.

    A rule's scope is what a pipeline added to it: conjuncts from none of its ``own`` identifiers. A
    query's is what it asks for, macros too, on fields that nothing else of the rule tests.
    """
    scope, rest = _parted(rule, lambda part: _is_added(part, own))
    tested = {atom.field for part in rest for atom in atoms(part)}
    its_scope, its_rest = _parted(query, lambda part: _is_beside(part, tested))
    for part in tuple(scope):
        same = next((its for its in its_scope if _are_equal(part, its, schema, seconds)), None)
        if same is not None:  # what both ask for is nothing that sets them apart
            scope.remove(part)
            its_scope.remove(same)
    if not rest or not its_rest or not (scope or its_scope):
        return None
    verdict = compare(simplify(conjunction(rest)), simplify(conjunction(its_rest)), schema, seconds)
    fields = dict.fromkeys(atom.field for part in scope for atom in atoms(part) if atom.field)
    found = (span_of(part) for part in its_scope)
    return Apart(verdict.relation, tuple(fields), tuple(each for each in found if each))


def _are_equal(part: Formula, other: Formula, schema: Schema, seconds: float) -> bool:
    return compare(part, other, schema, seconds).relation == "exact"


def conjuncts(formula: Formula) -> Iterator[Formula]:
    """The parts of a top-level ``and``, or of those within it."""
    if isinstance(formula, And):
        for item in formula.items:
            yield from conjuncts(item)
    else:
        yield formula


def span_of(part: Formula) -> Span | None:
    """The characters of the query that a part of it was read from."""
    steps = [int(s) for atom in atoms(part) for origin in atom.origins for s in origin.path]
    return (min(steps), max(steps)) if steps else None


def _parted(formula: Formula, is_scope: _IsScope) -> tuple[list[Formula], list[Formula]]:
    parts = list(conjuncts(formula))
    scope = [part for part in parts if is_scope(part)]
    return scope, [part for part in parts if not is_scope(part)]


def _is_added(part: Formula, own: Collection[str]) -> bool:
    origins = [origin for atom in atoms(part) for origin in atom.origins]
    return bool(origins) and all(origin.identifier not in own for origin in origins)


def _is_beside(part: Formula, tested: Collection[str | None]) -> bool:
    """Whether it only asks, and for nothing on a field that is tested."""
    match part:
        case Atom(field, test):
            return isinstance(test, Opaque) if field is None else field not in tested
        case And(items) | Or(items):
            return all(_is_beside(item, tested) for item in items)
        case _:
            return False
