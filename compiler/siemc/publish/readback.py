"""Reading artifacts back: what the importer would run, as formulas, beside the rule.

Not what siemc meant to write is proved, but what stands in the artifact: a saved search with its
macros written out, a detection rule's query together with its filters.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import reduce
from typing import Any

from siemc.backend import Backend
from siemc.formula import TRUE, And, Formula, Not
from siemc.prove.proof import UNREAD, Proof, against
from siemc.prove.verdict import worst
from siemc.reading import ReadError, Reading
from siemc.schema import Schema

_MACRO = re.compile(r"`([^`]*)`")
LANGUAGES = {"kuery": "kql", "lucene": "lucene"}


def expand(search: str, macros: Mapping[str, str]) -> str:
    """The search with each macro replaced by its definition; one that there is none of stays.

    Splunk puts the definition's text in the place of the call (Search Manual, "Use search macros in
    searches"). A definition may call others; none may call itself, and those that do stay.
    """
    for _ in range(len(macros) + 1):
        found = _MACRO.sub(lambda call: macros.get(call[1], call[0]), search)
        if found == search:
            return found
        search = found
    return search


def prove_search(
    formula: Formula, search: str, macros: Mapping[str, str], spl: Backend, schema: Schema
) -> Proof:
    """The proof of a saved search, its macros written out."""
    return _proof(formula, schema, lambda: spl.read(expand(search, macros), schema))


def prove_rule(
    formula: Formula, rule: Mapping[str, Any], backends: Mapping[str, Backend], schema: Schema
) -> Proof:
    """The proof of a detection rule: its query and its filters, which must both hold."""
    return _proof(formula, schema, lambda: read_rule(rule, backends, schema))


def _proof(formula: Formula, schema: Schema, read: Any) -> Proof:
    try:
        readings = list(read())
    except ReadError as error:
        return Proof(UNREAD, unread=f"{error.message} (at character {error.start + 1})")
    return Proof(worst(against(formula, each, schema) for each in readings))


def read_rule(
    rule: Mapping[str, Any], backends: Mapping[str, Backend], schema: Schema
) -> tuple[Reading, ...]:
    """What a detection rule asks for, once for each mapping that its indices have.

    ``buildEsQuery`` (kbn-es-query) asks for the query and all filters that are not disabled.
    Raises ``ReadError`` for what is not understood.
    """
    language = backends[LANGUAGES[rule.get("language", "kuery")]]
    parts = [language.read(rule.get("query", ""), schema)]
    for each in rule.get("filters", ()):
        parts += [] if each.get("meta", {}).get("disabled") else [_filter(each, backends, schema)]
    return reduce(lambda one, other: tuple(_both(one, other)), parts)


def _filter(
    found: Mapping[str, Any], backends: Mapping[str, Backend], schema: Schema
) -> tuple[Reading, ...]:
    if "query" not in found:
        raise ReadError("A filter without a query is not understood.", 0)
    readings = backends["dsl"].read(json.dumps(found["query"], ensure_ascii=False), schema)
    if not found.get("meta", {}).get("negate"):
        return readings
    return tuple(replace(each, formula=Not(each.formula)) for each in readings)


def _both(one: Iterable[Reading], other: Iterable[Reading]) -> Iterator[Reading]:
    """Each reading of the one with each of the other that is about some of the same indices."""
    others = list(other)
    for mine in one:
        for theirs in others:
            shared = _shared(mine.indices, theirs.indices)
            if shared is not None:
                yield Reading(
                    And((mine.formula, theirs.formula)) if theirs.formula != TRUE else mine.formula,
                    shared,
                    tuple(sorted({*mine.assumptions, *theirs.assumptions})),
                    mine.single | theirs.single,
                    {**theirs.unlisted, **mine.unlisted},
                )


def _shared(mine: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[str, ...] | None:
    """The indices that both are about; the empty tuple stands for all of them."""
    if not mine or not theirs:
        return mine or theirs
    return tuple(each for each in mine if each in theirs) or None
