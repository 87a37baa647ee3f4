"""The Query DSL with its expressions, which ``tests.elastic.dsl_reader`` leaves to others.

Each ``regexp`` is taken out of the query and its answer put into the event, as a field of its own.
The expression itself is read by Python, after ``tests.regex.lucene_reader``, or run by Lucene's
own automata as Elasticsearch does it (``RegexpQueryBuilder``: every optional operator is on, and
``case_insensitive`` is about ASCII letters).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from tests.elastic import dsl_reader
from tests.engines.lucene import Lucene
from tests.regex.lucene_reader import to_python

Texts = dict[str, list[str]]
Matcher = Callable[[str], bool]
Reader = Callable[[str, bool], Matcher]
"""From an expression, and whether it compares without case, to what it finds."""

COMPLEMENT = 0x10000  # RegExp.DEPRECATED_COMPLEMENT, which Elasticsearch's flag ALL includes


def hits(text: str, found: Sequence[Texts], normalized: bool, reader: Reader) -> list[bool]:
    """Which of the events the query finds."""
    taken: dict[str, tuple[str, Matcher]] = {}
    query = _without(json.loads(text), normalized, reader, taken)
    holds = dsl_reader.read(json.dumps(query), normalized)
    return [holds({**event, **_answers(event, normalized, taken)}) for event in found]


def _without(
    data: Any, normalized: bool, reader: Reader, taken: dict[str, tuple[str, Matcher]]
) -> Any:
    if isinstance(data, list):
        return [_without(each, normalized, reader, taken) for each in data]
    if not isinstance(data, dict):
        return data
    if data.keys() == {"regexp"}:
        ((field, spec),) = data["regexp"].items()
        source, caseless = spec["value"], spec.get("case_insensitive", False)
        assert spec.keys() <= {"value", "case_insensitive"}
        name = f"expression {len(taken)}"
        # a normalizer is applied to the whole pattern
        taken[name] = (field, reader(source.lower() if normalized else source, caseless))
        return {"term": {name: "found"}}
    return {key: _without(value, normalized, reader, taken) for key, value in data.items()}


def _answers(event: Texts, normalized: bool, taken: dict[str, tuple[str, Matcher]]) -> Texts:
    return {
        name: ["found"]
        for name, (field, matches) in taken.items()
        if any(matches(text.lower() if normalized else text) for text in event.get(field, ()))
    }


def by_python(source: str, caseless: bool) -> Matcher:
    """The expression as Python reads it."""
    pattern = to_python(source)
    if caseless:
        pattern = re.compile(pattern.pattern, pattern.flags | re.IGNORECASE | re.ASCII)
    return lambda text: pattern.fullmatch(text) is not None


def by_lucene(engine: Lucene) -> Reader:
    """The expression as Lucene runs it."""
    automaton = engine.lucene.util.automaton
    kind = automaton.RegExp

    def reader(source: str, caseless: bool) -> Matcher:
        flags = kind.ASCII_CASE_INSENSITIVE if caseless else 0
        made = kind(source, kind.ALL | COMPLEMENT, flags).toAutomaton()
        made = automaton.Operations.determinize(made, 10_000)
        run = automaton.CharacterRunAutomaton(made)
        return lambda text: bool(run.run(text))

    return reader
