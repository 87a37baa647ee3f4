"""What bounds a query as a whole."""

from __future__ import annotations

from siemc_backends.elastic.outline import Every, Negated, Part, Some
from siemc_backends.elastic.problems import Findings

# A formula deeper than this is not walked at all; no rule is, and no engine would take the query
MAX_DEPTH = 100
# indices.query.bool.max_nested_depth (Elasticsearch's reference, "Search settings")
MAX_NESTING = 30
# indices.query.bool.max_clause_count up to Elasticsearch 8.0; from 8.1 on the node works it out
# from its memory and threads (same page)
MAX_CLAUSES = 1024

TOO_DEEP = "The rule's condition is nested too deeply for a query."
DEPTH_HINT = "Write the condition with fewer nested parentheses."


def check(part: Part, findings: Findings, clauses: int) -> None:
    """Note what a query of this outline meets."""
    if nesting(part) > MAX_NESTING:
        findings.problem("SC213", None, TOO_DEEP, DEPTH_HINT, ())
    if clauses > MAX_CLAUSES:
        findings.assumed.add("SA11")


def nesting(part: Part) -> int:
    """How many lists are in each other at most."""
    match part:
        case Every(parts) | Some(parts):
            return 1 + max(map(nesting, parts))
        case Negated(inner):
            return 1 + nesting(inner)
        case _:
            return 0
