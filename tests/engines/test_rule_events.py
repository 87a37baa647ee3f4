"""Each test of each rule, on running servers: the shipped rules, and a part of the public ones.

``python -m bench.conformance rules`` tries all of them.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from siemc.evaluate import evaluate
from siemc.formula import TRUE
from siemc.load import LoadedRule, load
from tests.engines import rule_events
from tests.engines.kibana.parser import Kibana
from tests.engines.server import Server
from tests.engines.tally import Tally

pytestmark = pytest.mark.engines

SHIPPED = Path(__file__).parents[2] / "rules"
CORPUS = os.environ.get("SIEMC_CORPUS")
EVERY = {"raw": 15, "agent-windows": 15, "defend": 50, "ecs-caseless": 15}  # so many rules
EVENTS = 25


def tried(
    rules: Sequence[LoadedRule], schema: str, server: Server, kibana: Kibana, bare: bool = False
) -> list[Tally]:
    """The tallies of the rules, none of them with a disagreement."""
    subjects = rule_events.subjects(rules, schema, ("lucene", "dsl", "kql"), EVENTS, bare)
    found = rule_events.run(subjects, schema, server, kibana)
    assert [each for tally in found for each in tally.disagreements] == []
    return found


@pytest.mark.parametrize("schema", ["agent-windows", "ecs-caseless", "defend"])
def test_the_shipped_rules_find_what_they_say(server: Server, kibana: Kibana, schema: str) -> None:
    for tally in tried(load([SHIPPED]).rules, schema, server, kibana):
        assert tally.matches or not tally.pairs
        assert tally.matches < tally.pairs or not tally.pairs


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS, reason="SIEMC_CORPUS does not name the public rules")
@pytest.mark.parametrize(
    ("schema", "first"), [("raw", 0), ("agent-windows", 4), ("defend", 8), ("ecs-caseless", 12)]
)
def test_a_part_of_the_public_rules_does(
    elasticsearch: Server, kibana: Kibana, schema: str, first: int
) -> None:
    rules = load([Path(str(CORPUS)) / "sigmahq" / "rules"]).rules[first :: EVERY[schema]]
    found = tried(rules, schema, elasticsearch, kibana, bare=schema == "raw")
    assert sum(tally.pairs for tally in found) > 5_000
    assert all(tally.matches > tally.pairs / 20 for tally in found)


def test_a_query_that_is_wrong_is_found_out(elasticsearch: Server, kibana: Kibana) -> None:
    rules = load([SHIPPED]).rules[:1]
    [subject] = rule_events.subjects(rules, "agent-windows", ["lucene"], EVENTS)
    emission, reading = subject.queries["lucene"]
    always = (replace(emission, text="*:*"), replace(reading, formula=TRUE))
    wrong = replace(subject, queries={"lucene": always})
    [tally] = rule_events.run([wrong], "agent-windows", elasticsearch, kibana)
    assert len(tally.disagreements) == sum(
        not evaluate(subject.formula, made.event) for made in subject.made
    )
