"""A query as a list of steps, read once and run for each mapping.

Kibana turns KQL into the Query DSL, so both readers write such lists. The steps stand in the order
of a stack machine: a leaf pushes what the engine says of it, an operator takes the last formulas
and pushes one. So the depth of a query never meets the depth of Python's own stack.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from itertools import combinations
from math import comb
from typing import NamedTuple

from siemc.formula import TRUE, Formula, Not, conjunction, disjunction
from siemc.reading import Reading
from siemc.schema import Schema
from siemc_backends.elastic.reading.engine import Engine, engines


class Leaf(NamedTuple):
    """One leaf query: the fields it asks about, and what an engine makes of it."""

    fields: tuple[str, ...]
    read: Callable[[Engine], Formula]


class Operator(Enum):
    """What joins formulas."""

    AND = "and"
    OR = "or"
    NOT = "not"
    LEAST = "at least"


class Join(NamedTuple):
    """Takes the last ``size`` formulas; ``wanted`` is for ``LEAST``: how many must hold."""

    operator: Operator
    size: int
    wanted: int = 0


class Unasked(NamedTuple):
    """Queries that decide nothing. They are refused all the same where one of them is."""

    steps: tuple[Leaf | Join | Unasked, ...]


Step = Leaf | Join | Unasked
NEGATION = Join(Operator.NOT, 1)
EVERYTHING = Leaf((), lambda engine: TRUE)
MOST_COMBINATIONS = 128


# indices.query.bool.max_nested_depth (Elasticsearch's reference, "Search settings"): so many
# queries within each other, the innermost too (``AbstractQueryBuilder.parseTopLevelQuery``)
MOST_NESTED = 30


def levels(steps: Sequence[Step], leaf: int) -> int:
    """How many queries are within each other, if a leaf counts for ``leaf``."""
    stack: list[int] = []
    for step in steps:
        if isinstance(step, Unasked):  # KQL has none
            continue
        size = 0 if isinstance(step, Leaf) else step.size
        deepest = max(stack[len(stack) - size :]) + 1 if size else leaf
        stack[len(stack) - size :] = [deepest]
    return max(stack, default=0)


def too_many(count: int, wanted: int) -> bool:
    """Whether "``wanted`` of ``count``" has too many combinations to write out."""
    return wanted < count and comb(count, wanted) > MOST_COMBINATIONS


def run(steps: Sequence[Step], engine: Engine) -> Formula:
    """The formula of the whole list, for the indices of this engine."""
    stack: list[Formula] = []
    for step in steps:
        if isinstance(step, Leaf):
            stack.append(step.read(engine))
        elif isinstance(step, Unasked):
            run(step.steps, Engine(engine.schema, engine.index))
        elif step.operator is Operator.NOT:
            stack[-1] = Not(stack[-1])
        else:
            first = len(stack) - step.size
            stack[first:] = [_joined(step, stack[first:])]
    return stack[0] if stack else TRUE


def _joined(step: Join, items: list[Formula]) -> Formula:
    if step.operator is Operator.AND:
        return conjunction(items)
    if step.operator is Operator.OR:
        return disjunction(items)
    return disjunction(conjunction(some) for some in combinations(items, step.wanted))


def readings(steps: Sequence[Step], schema: Schema) -> tuple[Reading, ...]:
    """One reading for each distinct mapping of the fields. Raises ``ReadError`` as engines do."""
    return tuple(_reading(steps, *found) for found in engines(schema, fields(steps)))


def fields(steps: Sequence[Step]) -> dict[str, None]:
    """The fields that the steps ask about, each once."""
    found: dict[str, None] = {}
    for step in steps:
        if isinstance(step, Leaf):
            found |= dict.fromkeys(step.fields)
        elif isinstance(step, Unasked):
            found |= fields(step.steps)
    return found


def _reading(steps: Sequence[Step], patterns: Iterable[str], engine: Engine) -> Reading:
    formula = run(steps, engine)
    return engine.reading(formula, patterns)
