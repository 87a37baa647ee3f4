"""Reading the Query DSL back: compound queries, and the way to the leaves."""

from __future__ import annotations

import re
from collections.abc import Mapping

from siemc.formula import FALSE
from siemc.reading import ReadError, Reading
from siemc.schema import Schema
from siemc_backends.elastic.dsl.jsontext import Member, Node, scan
from siemc_backends.elastic.dsl.parameters import flag, known, members, text_of
from siemc_backends.elastic.dsl.program import (
    EVERYTHING,
    MOST_NESTED,
    NEGATION,
    Join,
    Leaf,
    Operator,
    Step,
    Unasked,
    readings,
    too_many,
)
from siemc_backends.elastic.dsl.queries import LEAVES

TOO_DEEP = "Elasticsearch takes no more (indices.query.bool.max_nested_depth)"
NOTHING = Leaf((), lambda engine: FALSE)
CLAUSES = ("must", "filter", "should", "must_not")
_COUNT = re.compile(r"\s*[0-9]{1,9}\s*")


def read(text: str, schema: Schema) -> tuple[Reading, ...]:
    """The query's formula for each distinct mapping of its fields.

    ``text`` is a query or the body of a search with nothing but one (``{"query": ...}``). Raises
    ``ReadError`` for what is no query, and for queries and options that are not understood.
    """
    tree = scan(text)
    found = members(tree, "a query")
    if tuple(found) == ("query",):
        tree = found["query"].node
    steps: list[Step] = []
    _query(tree, steps, 0)
    return readings(steps, schema)


def _query(node: Node, steps: list[Step], level: int) -> None:
    """The steps of one query: an object with the query's name as its one key."""
    found = members(node, "a query")
    if len(found) != 1:
        raise ReadError("a query is an object with one key, its name", *node.at)
    if level >= MOST_NESTED:
        raise ReadError(f"{MOST_NESTED} queries are within each other: {TOO_DEEP}", *node.at)
    [(name, member)] = found.items()
    if name in LEAVES:
        steps.append(LEAVES[name](member.node, node.at))
    elif name == "bool":
        _bool(member.node, steps, level)
    elif name == "constant_score":
        _constant_score(member.node, steps, level)
    elif name in {"match_all", "match_none"}:
        known(members(member.node, name), name, ())
        steps.append(EVERYTHING if name == "match_all" else NOTHING)
    else:
        raise ReadError(f"the query {name!r} is not understood", member.start, member.end)


def _constant_score(node: Node, steps: list[Step], level: int) -> None:
    found = members(node, "constant_score")
    known(found, "constant_score", ("filter",))
    if "filter" not in found:
        raise ReadError("constant_score takes a filter", *node.at)
    _query(found["filter"].node, steps, level + 1)


def _bool(node: Node, steps: list[Step], level: int) -> None:
    """The ``bool`` query: all of must and filter, none of must_not, and enough of should.

    Elasticsearch Guide, "Boolean query"; ``BoolQueryBuilder.doToQuery``: without a clause it finds
    everything, and so does a query of only ``must_not`` clauses, apart from what they find.
    """
    found = members(node, "bool")
    known(found, "bool", (*CLAUSES, "minimum_should_match", "adjust_pure_negative"))
    if not flag(found, "adjust_pure_negative", True):
        raise ReadError("adjust_pure_negative: false is not understood", *node.at)
    must, optional, no = (
        _clauses(found, *keys) for keys in (CLAUSES[:2], ["should"], ["must_not"])
    )
    for clause in must:
        _query(clause, steps, level + 1)
    count = len(must) + _should(found, optional, not must, steps, level)
    for clause in no:
        _query(clause, steps, level + 1)
        steps.append(NEGATION)
    count += len(no)
    if count == 0:
        steps.append(EVERYTHING)
    elif count > 1:
        steps.append(Join(Operator.AND, count))


def _clauses(found: Mapping[str, Member], *keys: str) -> list[Node]:
    """The queries of these keys: one, a list, or null for none."""
    clauses: list[Node] = []
    for key in keys:
        if key in found:
            node = found[key].node
            if isinstance(node.value, list):
                clauses += node.value
            elif node.value is not None:
                clauses.append(node)
    return clauses


def _should(
    found: Mapping[str, Member], optional: list[Node], alone: bool, steps: list[Step], level: int
) -> int:
    """The steps of the should clauses; 1 if they decide anything, else 0.

    "Boolean query", "Using minimum_should_match": the default is 1 without must and filter, else 0.
    Lucene's ``BooleanQuery``: without a required clause one optional clause must match in any case,
    and more than there are never do.
    """
    wanted = _minimum(found)
    if optional and alone:
        wanted = max(wanted, 1)
    part: list[Step] = []
    for clause in optional:
        _query(clause, part, level + 1)
    count = len(optional)
    if wanted > count:
        steps.append(Unasked(tuple(part)))
        return _too_few(found, alone, steps)
    if wanted == 0:
        steps.append(Unasked(tuple(part)))
        return 0
    _enough(found, part, count, wanted)
    steps += part
    return 1


def _too_few(found: Mapping[str, Member], alone: bool, steps: list[Step]) -> int:
    if alone:
        at = found["minimum_should_match"].node.at
        raise ReadError("minimum_should_match asks for more clauses than there are", *at)
    steps.append(NOTHING)
    return 1


def _enough(found: Mapping[str, Member], part: list[Step], count: int, wanted: int) -> None:
    """Join ``count`` clauses of which ``wanted`` must hold."""
    if count == 1:
        return
    if wanted == 1:
        part.append(Join(Operator.OR, count))
    elif wanted == count:
        part.append(Join(Operator.AND, count))
    elif too_many(count, wanted):
        at = found["minimum_should_match"].node.at
        raise ReadError("minimum_should_match has too many combinations here", *at)
    else:
        part.append(Join(Operator.LEAST, count, wanted))


def _minimum(found: Mapping[str, Member]) -> int:
    """``minimum_should_match``; 0 if it is not there."""
    if "minimum_should_match" not in found:
        return 0
    node = found["minimum_should_match"].node
    if node.value is None:
        return 0
    text = text_of(node)
    if isinstance(node.value, bool) or not _COUNT.fullmatch(text):
        raise ReadError("minimum_should_match is understood only as a plain number", *node.at)
    return int(text)
