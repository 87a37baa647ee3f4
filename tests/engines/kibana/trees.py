"""One shape for Kibana's syntax trees and for what our grammar reads, to compare them.

A leaf is a tuple of field, relation and value; ``and`` and ``or`` are flat, since Kibana 7.5 nests
what stands in a row and today's does not.
"""

from __future__ import annotations

from typing import Any

from siemc.reading import place
from siemc_backends.elastic.dsl.program import Join, Leaf, Operator, Unasked
from siemc_backends.elastic.kql.grammar import Parser, Relation
from siemc_backends.elastic.kql.literals import MARK, Value

Tree = tuple[Any, ...]
RELATIONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def ours(text: str) -> Tree:
    """Our grammar's tree of a text. Raises ``ReadError``."""
    leaves: list[Tree] = []

    def make(field: Value, relation: Relation, value: Value, at: tuple[int, int]) -> Leaf:
        assert place(*at)
        found = _value(value)
        if relation != ":":  # a bound is the same with and without quotes
            found = ("value", *found[1:])
        leaf = (_value(field)[1:], relation, found)
        leaves.append(("all",) if leaf == ALL else leaf)
        return Leaf((str(len(leaves) - 1),), lambda engine: None)  # type: ignore[arg-type,return-value]

    stack: list[Tree] = []
    for step in Parser(text, make).parse():
        assert not isinstance(step, Unasked)  # KQL has nothing that decides nothing
        if isinstance(step, Leaf):
            stack.append(leaves[int(step.fields[0])] if step.fields else ("all",))
        elif step.operator is Operator.NOT:
            stack.append(("not", stack.pop()))
        else:
            stack[-step.size :] = [_joined(step, stack[-step.size :])]
    [tree] = stack
    return tree


def _joined(step: Join, items: list[Tree]) -> Tree:
    return _flat(step.operator.value, items)


def _flat(operator: str, items: list[Tree]) -> Tree:
    flat: list[Tree] = []
    for item in items:
        flat.extend(item[1:] if item[0] == operator else [item])
    return (operator, *flat)


def _value(value: Value) -> Tree:
    kind = "phrase" if value.quoted else "value"
    if value.pieces:
        return (kind, "pattern", MARK.join(value.pieces))
    return (kind, "text", value.text)


def theirs(tree: dict[str, Any]) -> Tree:
    """The same of Kibana's tree."""
    function, arguments = tree["function"], tree["arguments"]
    if function == "not":
        return ("not", theirs(arguments[0]))
    if function in {"and", "or"}:
        return _flat(function, [theirs(each) for each in arguments])
    if function == "range":
        bound = arguments[1]
        node = bound["value"]
        inner = node["value"] if isinstance(node["value"], dict) else node
        return (_node(arguments[0]), RELATIONS[bound["name"]], ("value", *_node(inner)))
    assert function == "is", function
    field, value, is_phrase = arguments
    found = (_node(field), ":", ("phrase" if is_phrase["value"] else "value", *_node(value)))
    return ("all",) if found == ALL else found


def _node(node: dict[str, Any]) -> Tree:
    kind = "pattern" if node["type"] == "wildcard" else "text"
    value = node["value"]
    if isinstance(value, bool):
        return kind, "true" if value else "false"
    return kind, value


ALL: Tree = (("pattern", MARK), ":", ("value", "pattern", MARK))


def alike(mine: Any, other: Any) -> bool:
    """Whether two trees are the same, but for numbers: 7.5 made one of every text that is one."""
    if isinstance(mine, tuple) and isinstance(other, tuple):
        return len(mine) == len(other) and all(map(alike, mine, other))
    if isinstance(other, int | float) and isinstance(mine, str):
        return is_number(mine)
    return bool(mine == other)


def is_number(text: str) -> bool:
    """Whether JavaScript's ``Number`` takes the text; an empty one is 0."""
    digits = text.strip().lower()
    if digits in {"", "infinity", "+infinity", "-infinity"}:
        return True
    if digits[:2] in {"0x", "0o", "0b"}:
        return True
    return "_" not in digits and digits.lstrip("+-")[:1] in tuple("0123456789.")
