"""A rule as a query in KQL and filters in Query DSL, which a detection rule asks for together.

KQL is what an analyst reads, and it cannot say everything; a filter beside it can, and is what
Elastic's own rules use for paths without case (elastic/detection-rules 3505 and 3837).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from siemc.backend import Backend, Layout, Problem
from siemc.formula import And, Formula, Not, Or, atoms, conjunction, disjunction
from siemc.passes import simplify
from siemc.publish.texts import one_line
from siemc.schema import Schema

LAYOUT = Layout()
EVERYTHING = "*:*"
# Past these many characters nobody reads KQL, and a filter has one list of terms instead
LONG_QUERY, LONG_PART = 32_000, 12_000


@dataclass(frozen=True, slots=True)
class Split:
    """The query, the filters beside it, and why they are not exact, if they are not.

    ``query`` is ``None`` where some part has no form in either language.
    """

    query: str | None
    filters: tuple[Mapping[str, Any], ...] = ()
    problems: tuple[Problem, ...] = ()
    assumptions: tuple[str, ...] = ()


def split(formula: Formula, schema: Schema, kql: Backend, dsl: Backend) -> Split:
    """The formula in KQL alone where that is exact; else what KQL can say, and filters.

    A filter is made of each exclusion that KQL cannot say, and of each other part.
    """
    whole = kql.emit(formula, schema, LAYOUT)
    if whole.text is not None and not whole.problems and len(whole.text) <= LONG_QUERY:
        return Split(whole.text, (), (), whole.assumptions)
    said: list[Formula] = []
    unsaid: list[Formula] = []
    for part in _conjuncts(formula):
        for each in [part] if _is_said(part, schema, kql) else _alternatives(part):
            (said if _is_said(each, schema, kql) else unsaid).append(each)
    return _beside(said, unsaid, schema, kql, dsl)


def _beside(
    said: Sequence[Formula], unsaid: Sequence[Formula], schema: Schema, kql: Backend, dsl: Backend
) -> Split:
    problems: list[Problem] = []
    codes: set[str] = set()
    filters: list[Mapping[str, Any]] = []
    for alias, negate, part in _named(unsaid):
        emission = dsl.emit(part, schema, LAYOUT)
        problems += emission.problems
        codes |= {*emission.assumptions}
        if emission.text is None:
            return Split(None, (), tuple(problems))
        filters.append(filter_object(alias, negate, json.loads(emission.text)))
    query = kql.emit(conjunction(_together(said)), schema, LAYOUT) if said else None
    codes |= {*query.assumptions} if query else set()
    text = EVERYTHING if query is None else query.text
    return Split(text, tuple(filters), tuple(problems), tuple(sorted(codes)))


def _is_said(part: Formula, schema: Schema, kql: Backend) -> bool:
    emission = kql.emit(part, schema, LAYOUT)
    is_exact = emission.text is not None and not emission.problems
    return is_exact and len(emission.text or "") <= LONG_PART


def _conjuncts(formula: Formula) -> Iterator[Formula]:
    """What must all hold."""
    if isinstance(formula, And):
        for item in formula.items:
            yield from _conjuncts(item)
    else:
        yield formula


def _alternatives(part: Formula) -> list[Formula]:
    """Of a ``not`` over several things: that each of them is not to hold."""
    match part:
        case Not(Or(items)):
            return [Not(item) for item in items]
        case _:
            return [part]


def _together(said: Iterable[Formula]) -> Iterator[Formula]:
    """The parts, what is denied under one ``not`` at the end."""
    denied: list[Formula] = []
    for part in said:
        if isinstance(part, Not):
            denied.append(part.item)
        else:
            yield part
    if denied:
        yield Not(simplify(disjunction(denied)))


def _named(parts: Iterable[Formula]) -> Iterator[tuple[str, bool, Formula]]:
    """The parts by the searches they come from: an alias, whether it is denied, and what."""
    found: dict[tuple[str, bool], list[Formula]] = {}
    for part in parts:
        is_denied = isinstance(part, Not)
        found.setdefault((_alias(part), is_denied), []).append(part)
    for (alias, is_denied), items in found.items():
        if is_denied:
            yield alias, True, disjunction(i.item for i in items if isinstance(i, Not))
        else:
            yield alias, False, conjunction(items)


def _alias(part: Formula) -> str:
    names = dict.fromkeys(origin.identifier for atom in atoms(part) for origin in atom.origins)
    return one_line(", ".join(names)) or "rule"


def filter_object(alias: str, negate: bool, query: Any) -> dict[str, Any]:
    """A custom filter as Kibana saves it (kbn-es-query, ``custom_filter.ts`` and ``meta``).

    ``buildQueryFromFilters`` takes ``query`` as it is, and puts it under ``must_not`` where
    ``meta.negate`` says so; what is ``disabled`` is passed over.
    """
    meta = {
        "alias": alias,
        "disabled": False,
        "key": "query",
        "negate": negate,
        "type": "custom",
        "value": json.dumps(query, ensure_ascii=False, separators=(",", ":")),
    }
    return {"$state": {"store": "appState"}, "meta": meta, "query": query}
