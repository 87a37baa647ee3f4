"""Recorded events that public rules must find: by the reference, and by the mapped SPL query.

The recordings are those of SigmaHQ's ``regression_data`` (sigma-specification,
``sigmahq-regression-convention.md``): for some rules, events of Windows as JSON, one or more
documents in a file, and in ``info.yml`` how many of them the rule finds. (For three files that is
one, and the rule describes two or three.)
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import siemc
from siemc.evaluate import evaluate
from siemc.load import LoadedRule, load
from siemc.lower import lower
from siemc.query import Query
from tests.exact import reading
from tests.splunk import spl_model

CORPUS = os.environ.get("SIEMC_CORPUS")
pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS, reason="SIEMC_CORPUS does not name the public rules"),
]

Fields = dict[str, list[reading.Value]]


@dataclass(frozen=True)
class Recording:
    """The events of one file, and how many of them the rule finds, at least."""

    rule: str
    events: tuple[dict[str, Any], ...]
    count: int

    def __str__(self) -> str:
        return self.rule


def documents(text: str) -> Iterator[dict[str, Any]]:
    """The JSON documents that stand one after another in a text."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(text.rstrip()):
        found, at = decoder.raw_decode(text, at)
        yield found
        while at < len(text) and text[at].isspace():
            at += 1


def recordings() -> list[Recording]:
    if not CORPUS:
        return []
    found = []
    for path in sorted((Path(CORPUS) / "sigmahq" / "regression_data").rglob("*.json")):
        info = yaml.safe_load((path.parent / "info.yml").read_text(encoding="utf-8"))
        count = info["regression_tests_info"][0].get("match_count", 1)
        events = tuple(documents(path.read_text(encoding="utf-8-sig")))
        found.append(Recording(path.stem, events, count))
    return found


@cache
def rules() -> dict[str, LoadedRule]:
    """The public rules by id."""
    return {str(each.rule.id): each for each in load([Path(str(CORPUS)) / "sigmahq"]).rules}


@cache
def query(rule: str) -> Query:
    (found,) = siemc.compile([rules()[rule]], ["spl"], schemas={"spl": "splunk-sysmon"})
    return found


def as_windows(event: dict[str, Any]) -> Fields:
    """The fields as Windows names them: the event's data, and the system's as Sigma writes it."""
    system, fields = event["Event"]["System"], _data(event)
    return {
        **fields,
        "EventID": [_event_id(system)],
        "Channel": [system["Channel"]],
        "Computer": [system["Computer"]],
        "Provider_Name": [system["Provider"]["#attributes"]["Name"]],
    }


def as_splunk(event: dict[str, Any]) -> dict[str, list[str]]:
    """The fields as Splunk's add-ons for Windows and Sysmon extract them from the XML.

    (splunk/security_content, ``data_sources/sysmon_eventid_*.yml``: EventCode, source, Name,
    Computer, and the event's data by its own names.)
    """
    system = event["Event"]["System"]
    fields: Fields = {
        **_data(event),
        "EventCode": [_event_id(system)],
        "EventID": [_event_id(system)],
        "source": [f"XmlWinEventLog:{system['Channel']}"],
        "sourcetype": ["XmlWinEventLog"],
        "Channel": [system["Channel"]],
        "Computer": [system["Computer"]],
        "Name": [system["Provider"]["#attributes"]["Name"]],
    }
    texts = {name: [reading.form(value) for value in values] for name, values in fields.items()}
    return {**texts, "_raw": [" ".join(text for values in texts.values() for text in values)]}


def _data(event: dict[str, Any]) -> Fields:
    """The event's data; what is null there is no value."""
    inner = event["Event"]
    data = inner.get("EventData") or next(iter((inner.get("UserData") or {"": {}}).values()))
    return {
        name: [value]
        for name, value in data.items()
        if isinstance(value, str | int | float) and not name.startswith("#")
    }


def _event_id(system: dict[str, Any]) -> int:
    found = system["EventID"]
    return int(found["#text"] if isinstance(found, dict) else found)


@pytest.mark.parametrize("each", recordings(), ids=str)
def test_the_rule_finds_its_recorded_events(each: Recording) -> None:
    formula = lower(rules()[each.rule]).formula
    data = rules()[each.rule].data["detection"]
    answers = [evaluate(formula, as_windows(event)) for event in each.events]
    assert answers == [reading.holds(data, as_windows(event)) for event in each.events]
    assert sum(answers) >= each.count


@pytest.mark.parametrize("each", recordings(), ids=str)
def test_the_mapped_spl_finds_what_the_rule_does(each: Recording) -> None:
    formula = lower(rules()[each.rule]).formula
    found = query(each.rule)
    assert found.status == "compiled", found.diagnostics
    for event in each.events:
        expected = evaluate(formula, as_windows(event))
        assert spl_model.holds(str(found.text), as_splunk(event)) == expected, found.text


def test_there_are_recordings_enough() -> None:
    found = recordings()
    assert len(found) > 100
    assert all(each.rule in rules() for each in found)
    assert sum(len(each.events) for each in found) > len(found)
