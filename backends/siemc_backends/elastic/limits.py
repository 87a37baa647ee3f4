"""What bounds a query as a whole."""

from __future__ import annotations

from siemc_backends.elastic.outline import Clause, Every, Negated, Part, Some
from siemc_backends.elastic.problems import Findings

# A formula deeper than this is not walked at all; no rule is, and no engine would take the query
MAX_DEPTH = 100
# indices.query.bool.max_nested_depth (Elasticsearch's reference, "Search settings"; once 20).
# Elasticsearch counts each query that is parsed within another, the innermost too
# (``AbstractQueryBuilder.parseTopLevelQuery``); the text of a ``query_string`` counts as one.
MAX_NESTING = 30
# indices.query.bool.max_clause_count up to Elasticsearch 8.0; from 8.1 on the node works it out
# from its memory and threads (same page)
MAX_CLAUSES = 1024

TOO_DEEP = "The rule's condition is nested too deeply for a query."
DEPTH_HINT = "Write the condition with fewer nested parentheses."


def check(findings: Findings, levels: int, clauses: int) -> None:
    """Note what a query of so many ``levels``, each a query in another, and clauses meets."""
    if levels > MAX_NESTING:
        findings.problem("SC213", None, TOO_DEEP, DEPTH_HINT, ())
    if clauses > MAX_CLAUSES:
        findings.assumed.add("SA11")


def joined(part: Part) -> int:
    """How many lists and negations are in each other at most, a list of values among them."""
    match part:
        case Every(parts) | Some(parts):
            return 1 + max(map(joined, parts))
        case Negated(inner):
            return 1 + joined(inner)
        case Clause(_, values):
            return int(len(values) > 1)
        case _:
            return 0
