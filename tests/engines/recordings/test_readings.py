"""Rules find what SigmaHQ recorded for them: their Lucene queries, read back, on the documents.

Three opinions on each event must be one: the rule on the raw event, the rule as it is mapped on the
document that Elastic's pipelines make of it, and the query on that document. The first two are of
siemc's field mappings, which share nothing with the translation; the last is of the emitter.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from siemc.evaluate import Value, evaluate
from siemc.lower import lower
from tests.engines.missing import Missing, skip
from tests.engines.recordings import rules
from tests.engines.recordings.evtx_files import Recording
from tests.engines.recordings.raw import RawEvent

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not rules.CORPUS, reason="SIEMC_CORPUS does not name the public rules"),
]
# A rule that compares two fields: no query language of Elasticsearch's can.
NOT_SAID = {"e3c6d245-7b8f-4e2a-c17f-a9d0e5b38f62"}
DETAILS = "Details"  # Winlogbeat's Sysmon pipeline removes it


@pytest.fixture(scope="module")
def recordings() -> list[Recording]:
    try:
        return rules.recordings()
    except Missing as missing:
        skip(missing)


def as_windows(event: RawEvent) -> Mapping[str, list[Value]]:
    """The fields as Windows names them."""
    fields = {**event.data, **event.user_data}
    return {
        **{name: [value] for name, value in fields.items()},
        "EventID": [event.event_id],
        "Channel": [event.channel],
        "Computer": [event.computer],
        "Provider_Name": [event.provider],
    }


def opinions(each: Recording, schema: str) -> list[tuple[bool, bool, bool]]:
    """For each event: the rule on it, the mapped rule on its document, the query on that."""
    rule = rules.rule(each.rule)
    formula, plan = lower(rule).formula, rules.planned(rule, schema)
    assert plan is not None, rule.path
    found = []
    for event in each.events:
        document = rules.document(event, schema)
        read = plan.reading("lucene", document.pattern).formula
        mapped = evaluate(plan.formula, document.fields)
        found.append(
            (evaluate(formula, as_windows(event)), mapped, evaluate(read, document.fields))
        )
    return found


def differing(recordings: list[Recording], schema: str) -> dict[str, list[tuple[bool, bool, bool]]]:
    """By rule, the opinions that are not one."""
    said = {each.rule: opinions(each, schema) for each in recordings if each.rule not in NOT_SAID}
    parted = {rule: [each for each in found if len(set(each)) > 1] for rule, found in said.items()}
    return {rule: found for rule, found in parted.items() if found}


def test_the_agents_documents_are_found(recordings: list[Recording]) -> None:
    assert len(recordings) > 100
    assert differing(recordings, "agent-windows") == {}


def test_each_recording_has_events_that_are_found(recordings: list[Recording]) -> None:
    for each in recordings:
        if each.rule not in NOT_SAID:
            found = [read for _, _, read in opinions(each, "agent-windows")]
            assert sum(found) >= each.count, each.rule


def test_rules_that_no_query_can_say_are_known(recordings: list[Recording]) -> None:
    plans = {
        each.rule: rules.planned(rules.rule(each.rule), "agent-windows") for each in recordings
    }
    assert {rule for rule, plan in plans.items() if not plan or "lucene" not in plan.queries} == (
        NOT_SAID
    )


def test_winlogbeats_documents_are_found_or_the_rule_is_refused(
    recordings: list[Recording],
) -> None:
    asked = {each.rule: rules.rule(each.rule) for each in recordings}
    plans = {rule: rules.planned(loaded, "winlogbeat-9") for rule, loaded in asked.items()}
    refused = {rule for rule, plan in plans.items() if not plan or "lucene" not in plan.queries}
    assert all(rule in NOT_SAID or DETAILS in str(asked[rule].data) for rule in refused)
    kept = [each for each in recordings if each.rule not in refused]
    assert len(kept) > 100
    assert differing(kept, "winlogbeat-9") == {}
