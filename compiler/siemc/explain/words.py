"""Predicates and their places in words."""

from __future__ import annotations

from collections.abc import Mapping

from siemc.explain.predicates import Kind, Predicate
from siemc.explain.tree import Node

VERBS: Mapping[Kind, str] = {
    "eq": "is",
    "starts_with": "starts with",
    "ends_with": "ends with",
    "contains": "contains",
    "match": "matches",
    "regex": "matches regex",
    "cidr": "is in network",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "null": "is null",
    "exists": "exists",
    "same_as": "is the same as",
    "time": "has the time part",
    "opaque": "passes",
}
KEYWORD = "any field"


def predicate_text(each: Predicate) -> str:
    """The predicate as a short sentence: ``Image ends with \\cmd.exe``."""
    words = [each.field or KEYWORD, "not" if each.negated else "", VERBS[each.kind]]
    words += [
        each.value or ("''" if each.kind == "eq" else ""),
        "(cased)" if _is_cased(each) else "",
    ]
    return " ".join(word for word in words if word)


def _is_cased(each: Predicate) -> bool:
    """Whether its case is worth a word: that of an expression is the rule, not the exception."""
    return each.cased and each.kind not in {"regex", "opaque"}


def node_text(node: Node) -> str:
    """A node of the formula's tree on one line."""
    if node.predicate is not None:
        return predicate_text(node.predicate)
    named = f" [{node.identifiers[0]}]" if len(node.identifiers) == 1 else ""
    return f"{node.join}{named}"
