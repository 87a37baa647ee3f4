"""The formula as a tree, for people: one shape for the terminal, for HTML and for JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, assert_never

from siemc.explain.predicates import Predicate, predicate
from siemc.formula import And, Atom, Const, Formula, Not, Or

Join = Literal["all of", "any of", "not", "leaf", "always", "never"]


@dataclass(frozen=True, slots=True)
class Node:
    """A node: a leaf has its ``predicate``, the others their ``children``.

    ``identifiers`` are the searches that everything under it comes from.
    """

    join: Join
    children: tuple[Node, ...] = ()
    predicate: Predicate | None = None
    identifiers: tuple[str, ...] = ()


def tree(formula: Formula) -> Node:
    """The formula as a tree."""
    match formula:
        case Atom():
            leaf = predicate(formula)
            return Node("leaf", predicate=leaf, identifiers=(leaf.identifier,))
        case Not(item):
            return _node("not", (item,))
        case And(items):
            return _node("all of", items)
        case Or(items):
            return _node("any of", items)
        case Const(value):
            return Node("always" if value else "never")
    assert_never(formula)


def unnamed(node: Node) -> Node:
    """The node without the names of searches, for where they stand above it."""
    return replace(node, identifiers=(), children=tuple(map(unnamed, node.children)))


def _node(join: Join, items: Iterable[Formula]) -> Node:
    children = tuple(map(tree, items))
    names = dict.fromkeys(name for child in children for name in child.identifiers)
    return Node(join, children, identifiers=tuple(names))
