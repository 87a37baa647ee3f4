"""Whole rules, from their text to their queries: every step must say what the rule says.

A rule is made at random, written as a file, loaded, lowered, compiled. A second reading of Sigma
(``reading.py``) must agree with the reference semantics, and each target's independent reader
must find the same events wherever the query is said to be exact and its assumptions hold.
``SIEMC_EXACT_EXAMPLES`` sets how many rules are tried.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from siemc.compiler import Compiler, Options
from siemc.evaluate import evaluate
from siemc.load import LoadedRule, load_text
from siemc.lower import lower
from siemc.query import Query
from tests.elastic import kql_reader
from tests.engines.lucene import Lucene, start
from tests.exact import reading
from tests.exact.dsl_expressions import Reader, by_lucene, by_python, hits
from tests.exact.strategies import FIELDS, LETTERS, detections, events, rule_text, wanted
from tests.splunk import spl_model

pytestmark = pytest.mark.slow

EXAMPLES = int(os.environ.get("SIEMC_EXACT_EXAMPLES", "250"))
Texts = dict[str, list[str]]
Verdicts = Callable[[str, Sequence[Texts]], list[bool]]

# Letters that str.lower, Java or PCRE fold otherwise than the pinned table does: SA02.
ODD = set(LETTERS) - set("\u00e9\u00c9\U0001f600\u3000\xa0")
CONTROLS = set(map(chr, {*range(0x20), *range(0x7F, 0xA0)} - {9}))
tried: Counter[str] = Counter()


@pytest.fixture(scope="module", autouse=True)
def figures() -> Iterator[None]:
    """Prints what was tried, and holds the strategies to a share of events that match."""
    tried.clear()
    yield
    print(dict(sorted(tried.items())))
    assert tried["true"] >= 0.2 * tried["events"], tried


@cache
def compiler(target: str, schema: str) -> Compiler:
    return Compiler(Options((target,), ("none",), {target: schema}))


def loaded(detection: dict[str, Any], as_json: bool) -> LoadedRule:
    text = rule_text(detection, as_json)
    found = load_text(text)
    assert not found.broken, (found.broken[0].diagnostics, text)
    (rule,) = found.rules
    assert rule.data["detection"] == detection, text
    return rule


class Case:
    """A rule as data and as loaded from its text, and events."""

    def __init__(
        self, detection: dict[str, Any], events: list[reading.Event], rule: LoadedRule
    ) -> None:
        self.detection, self.events, self.rule = detection, events, rule

    def __repr__(self) -> str:
        """Without pySigma's objects, which cannot all be printed."""
        return f"Case({self.detection!r}, {self.events!r})"


@st.composite
def cases(draw: st.DrawFn) -> Case:
    detection = draw(detections())
    found = draw(st.lists(events(wanted(detection)), min_size=4, max_size=8))
    return Case(detection, found, loaded(detection, draw(st.booleans())))


many = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    derandomize="SIEMC_EXACT_EXAMPLES" not in os.environ,
    database=None,
    phases=[Phase.generate, Phase.shrink],
)


def has_key(detection: Any, modifier: str) -> bool:
    """Whether some field of the rule has this modifier."""
    if isinstance(detection, dict):
        return any(
            modifier in key.split("|") or has_key(v, modifier) for key, v in detection.items()
        )
    return isinstance(detection, list) and any(has_key(each, modifier) for each in detection)


def with_whole(event: reading.Event, whole: str) -> Texts:
    """The event as an index holds it: texts, and all of them in one field."""
    made = {name: [reading.form(value) for value in values] for name, values in event.items()}
    everything = " ".join(text for values in made.values() for text in values)
    return {**made, whole: [everything]} if any(made.values()) else made


def admits(query: Query, event: Texts, rule: str) -> bool:
    """Whether the query's assumptions hold of the event."""
    assumed = {each.code for each in query.assumptions}
    chars = {char for values in event.values() for text in values for char in text}
    # the reader's match() folds ASCII only, where PCRE in UTF mode has Unicode's pairs
    odd = {*ODD, *LETTERS} if query.target == "spl" and " | where " in str(query.text) else ODD
    if "SA02" in assumed and odd & (chars | set(rule)):
        return False
    if "SA05" in assumed and "\n" in chars:
        return False
    if "SA06" in assumed and CONTROLS & chars:
        return False
    return "SA09" not in assumed or all(len(event.get(name, ())) < 2 for name in FIELDS)


def check(case: Case, target: str, schema: str, whole: str, verdicts: Verdicts) -> None:
    detection = case.detection
    (query,) = compiler(target, schema).compile(case.rule)
    tried[f"{target} {schema} {query.status}"] += 1
    assert query.status != "failed", query.diagnostics
    if query.status != "compiled" or query.text is None:
        return
    kept = [
        event
        for event in (with_whole(each, whole) for each in case.events)
        if admits(query, event, str(detection))
    ]
    got = verdicts(query.text, kept)
    expected = [reading.holds(detection, event) for event in kept]
    tried[f"{target} {schema} events"] += len(kept)
    wrong = [(e, want) for e, want, it in zip(kept, expected, got, strict=True) if want != it]
    assert not wrong, (detection, query.text, [a.code for a in query.assumptions], wrong[0])


@many
@given(cases(), st.booleans())
def test_a_second_reading_agrees_with_the_reference_and_with_every_query(
    case: Case, halve: bool
) -> None:
    check_reference(case)
    check(case, "spl", "raw", "_raw", lambda text, found: read_spl(text, found, halve))
    if not has_key(case.detection, "cidr"):  # the readers for Elastic know no addresses
        check(case, "kql", "raw", "event.original", read_kql)
        check(case, "dsl", "raw", "event.original", dsl_of("raw"))
        check(case, "dsl", "raw-cased", "event.original", dsl_of("raw-cased"))


def check_reference(case: Case) -> None:
    formula = lower(case.rule).formula
    for event in case.events:
        expected = reading.holds(case.detection, event)
        tried.update(events=1, true=expected)
        assert evaluate(formula, event) == expected, (case.detection, event)


def read_spl(text: str, found: Sequence[Texts], halve: bool = True) -> list[bool]:
    return [spl_model.holds(text, event, halve=halve) for event in found]


def read_kql(text: str, found: Sequence[Texts]) -> list[bool]:
    holds = kql_reader.read(text)
    return [holds(event) for event in found]


def dsl_of(schema: str, reader: Reader = by_python) -> Verdicts:
    return lambda text, found: hits(text, found, schema == "raw", reader)


@pytest.fixture(scope="module")
def engines() -> dict[str, Lucene]:
    return {name: start(normalized=name == "raw") for name in ("raw", "raw-cased")}


@pytest.mark.engines
@settings(many, suppress_health_check=list(HealthCheck))
@given(case=cases(), schema=st.sampled_from(["raw", "raw-cased"]))
def test_lucene_and_its_expressions_find_what_the_rule_says(
    engines: dict[str, Lucene], case: Case, schema: str
) -> None:
    engine = engines[schema]

    def verdicts(text: str, found: Sequence[Texts]) -> list[bool]:
        return engine.hits(text, found) if found else []

    check_reference(case)
    if not has_key(case.detection, "cidr"):  # the engine's fields hold no addresses
        check(case, "lucene", schema, "event.original", verdicts)
        check(case, "dsl", schema, "event.original", dsl_of(schema, by_lucene(engine)))
