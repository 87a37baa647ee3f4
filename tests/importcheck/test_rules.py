"""Detection rules, by the contract of Kibana's import."""

from __future__ import annotations

import json
from typing import Any

import pytest

from siemc.importcheck import contract
from tests.importcheck import ID, codes, ndjson, rule, said
from tests.importcheck.conftest import CheckFile

RULES = "rules.ndjson"
NAMED = {"id": "TA0002", "name": "Execution", "reference": "https://attack.mitre.org/"}
EXCEPTIONS = {"id": "a", "list_id": "b", "type": "detection", "namespace_type": "single"}
ACTION = {"action_type_id": ".email", "id": "c", "params": {}}


def test_a_good_rule(check_file: CheckFile) -> None:
    report = check_file(RULES, ndjson(rule()))
    assert said(report) == []
    assert dict(report.counts) == {"detection rule": 1}


GOOD: list[dict[str, Any]] = [
    {"threat": [{"framework": "MITRE ATT&CK", "tactic": NAMED, "technique": [NAMED]}]},
    {"exceptions_list": [EXCEPTIONS], "actions": [ACTION]},
    {"required_fields": [{"name": "a", "type": "keyword"}]},
    {"required_fields": [{"name": "a", "type": "keyword", "ecs": True}]},
    {"alert_suppression": {"group_by": ["host.name"], "duration": {"value": 1, "unit": "h"}}},
    {"timeline_id": "a", "timeline_title": "b"},
    {"from": "now-9m", "to": "now", "interval": "5m"},
    {"from": "now-1d/d"},
    {"from": "2024-01-01T00:00:00Z||-1d"},
    {"risk_score": 47.0},
    {"investigation_fields": ["a"]},  # what older exports have
    {"investigation_fields": {"field_names": ["a"]}},
    {"type": "eql", "language": "eql", "query": "any where true"},
    {"type": "esql", "language": "esql", "query": "FROM a", "index": None},
    {"type": "machine_learning", "machine_learning_job_id": ["a"], "anomaly_threshold": 50}
    | dict.fromkeys(("query", "language", "index")),
    {"type": "threshold", "threshold": {"field": ["a"], "value": 3}},
    {"type": "new_terms", "new_terms_fields": ["a"], "history_window_start": "now-7d"},
    {"type": "saved_query", "saved_id": "a"},
    {"query": ""},
    {"language": "lucene", "query": "a:b*"},
    {"immutable": False, "rule_source": {"anything": 1}, "id": ID},
]


@pytest.mark.parametrize("parts", GOOD, ids=str)
def test_what_kibana_imports(check_file: CheckFile, parts: dict[str, Any]) -> None:
    assert said(check_file(RULES, ndjson(rule(**parts)))) == []


BAD: list[tuple[dict[str, Any], str]] = [
    *(
        ({key: None}, f"{key} is missing.")
        for key in ("rule_id", "name", "description", "risk_score", "severity", "type")
    ),
    ({"name": ""}, "name is"),
    ({"severity": "informational"}, 'severity is "informational".'),
    ({"risk_score": 101}, "risk_score is 101."),
    ({"risk_score": -1}, "risk_score is -1."),
    ({"risk_score": "47"}, 'risk_score is "47".'),
    ({"risk_score": 47.5}, "risk_score is 47.5."),
    ({"type": "sigma"}, "The type 'sigma'"),
    ({"type": 5}, "type is 5."),
    ({"language": "kql"}, 'language is "kql".'),
    ({"language": "eql"}, 'language is "eql".'),
    ({"enabled": "yes"}, 'enabled is "yes".'),
    ({"tags": "a"}, 'tags is "a".'),
    ({"tags": [1]}, "tags[0] is 1."),
    ({"note": {}}, "note is an object."),
    ({"version": 0}, "version is 0."),
    ({"max_signals": 0}, "max_signals is 0."),
    ({"interval": "0m"}, 'interval is "0m".'),
    ({"interval": "5 minutes"}, 'interval is "5 minutes".'),
    ({"from": "9m"}, "from is '9m'."),
    ({"from": "now-9"}, "from is 'now-9'."),
    ({"from": "now-"}, "from is 'now-'."),
    ({"id": "1"}, 'id is "1".'),
    ({"threat": [{"framework": "MITRE ATT&CK"}]}, "threat[0].tactic is missing."),
    (
        {"threat": [{"framework": "x", "tactic": {"id": "a", "name": "b"}}]},
        "threat[0].tactic.reference is missing.",
    ),
    (
        {"threat": [{"framework": "x", "tactic": NAMED, "technique": [{**NAMED, "name": 1}]}]},
        "threat[0].technique[0].name is 1.",
    ),
    ({"exceptions_list": [{"list_id": "b"}]}, "exceptions_list[0].id is missing."),
    (
        {"exceptions_list": [{**EXCEPTIONS, "namespace_type": "global"}]},
        'exceptions_list[0].namespace_type is "global".',
    ),
    ({"actions": [{"id": "c"}]}, "actions[0].action_type_id is missing."),
    ({"required_fields": [{"name": "a"}]}, "required_fields[0].type is missing."),
    ({"required_fields": [{"name": " ", "type": "b"}]}, 'required_fields[0].name is " ".'),
    ({"alert_suppression": {"group_by": []}}, "alert_suppression.group_by is a list of 0."),
    ({"alert_suppression": {"group_by": list("abcd")}}, "alert_suppression.group_by is a list"),
    (
        {"alert_suppression": {"group_by": ["a"], "duration": {"value": 1, "unit": "d"}}},
        'alert_suppression.duration.unit is "d".',
    ),
    ({"timeline_id": "a"}, "timeline_id is there without timeline_title."),
    ({"timeline_title": "a"}, "timeline_title is there without timeline_id."),
    ({"timeline_id": "", "timeline_title": "a"}, "timeline_id is empty."),
    ({"type": "threshold"}, "threshold is missing."),
    ({"type": "threshold", "threshold": {"field": ["a"], "value": 0}}, "threshold.value is 0."),
    (
        {"type": "threshold", "threshold": {"field": list("abcdef"), "value": 1}},
        "threshold.field names 6 fields.",
    ),
    (
        {
            "type": "threshold",
            "threshold": {
                "field": ["a"], "value": 1, "cardinality": [{"field": "a", "value": 1}]
            },
        },
        "threshold counts the values of a",
    ),
    ({"type": "new_terms", "new_terms_fields": ["a"]}, "history_window_start is missing."),
    ({"type": "saved_query"}, "saved_id is missing."),
    ({"type": "eql", "language": "eql", "query": None}, "query is missing."),
    ({"throttle": "sometimes"}, 'throttle is "sometimes".'),
]  # fmt: skip


@pytest.mark.parametrize(("parts", "message"), BAD, ids=lambda each: str(each)[:60])
def test_what_kibana_does_not_import(
    check_file: CheckFile, parts: dict[str, Any], message: str
) -> None:
    found = said(check_file(RULES, "\n" + ndjson(rule(**parts))))
    errors = [each for each in found if each[0] == "SC336"]
    assert {each[1] for each in errors} == {2}
    assert errors[0][2].startswith(message)


def test_each_key_that_is_missing_is_said_once(check_file: CheckFile) -> None:
    broken = rule(name=None, severity=None, exceptions_list=[{"list_id": "b"}])
    messages = sorted(each[2] for each in said(check_file(RULES, ndjson(broken))))
    assert messages == [
        "exceptions_list[0].id is missing.",
        "exceptions_list[0].namespace_type is missing.",
        "exceptions_list[0].type is missing.",
        "name is missing.",
        "severity is missing.",
    ]


def test_a_null_is_no_missing_key(check_file: CheckFile) -> None:
    assert codes(check_file(RULES, ndjson({**rule(), "note": None}))) == ["SC336"]


@pytest.mark.parametrize(
    ("parts", "meant"),
    [
        ({"falsepositives": []}, "false_positives"),
        ({"threshold": {}}, "threshold"),
        ({"alert_suppression": {"group_by": ["a"], "missing_field_strategy": "x"}},
         "missing_fields_strategy"),
        ({"threat": [{"framework": "x", "tactic": NAMED, "techniques": []}]}, "technique"),
    ],
)  # fmt: skip
def test_a_key_that_kibana_drops(check_file: CheckFile, parts: dict[str, Any], meant: str) -> None:
    report = check_file(RULES, ndjson(rule(**parts)))
    assert codes(report) == ["SC326"]
    said_ = report.findings[0].diagnostic
    assert meant in said_.message + said_.hint


def test_two_rules_of_one_id(check_file: CheckFile) -> None:
    found = said(check_file(RULES, ndjson(rule(), rule())))
    assert found == [("SC325", 2, f"The rule_id '{ID}' is there twice; first on line 1.")]


def test_a_key_twice_in_one_object(check_file: CheckFile) -> None:
    line = json.dumps(rule())[:-1] + ', "name": "other"}'
    assert codes(check_file(RULES, line)) == ["SC325"]


@pytest.mark.parametrize(
    "line",
    ["{", "[]", "5", '"text"', "null", "NaN", '{"a": Infinity}', "[" * 100_000, "9" * 5_000,
     '{"a": 1} {"b": 2}', "\ufeff{}"],
    ids=lambda each: each[:20],
)  # fmt: skip
def test_a_line_that_is_no_object(check_file: CheckFile, line: str) -> None:
    found = said(check_file(RULES, ndjson(rule()) + line + "\n"))
    assert [each[:2] for each in found] == [("SC336", 2)]


def test_a_rule_that_is_nested_deeply(check_file: CheckFile) -> None:
    deep: Any = {}
    for _ in range(500):
        deep = {"a": deep}
    assert codes(check_file(RULES, ndjson(rule(meta=deep)))) == ["SC336"]


def test_a_place_in_a_line_that_is_no_json(check_file: CheckFile) -> None:
    said_ = check_file(RULES, '{"a": 1,}\n').findings[0].diagnostic
    assert (said_.line, said_.column) == (1, 9)


def test_what_an_export_has_beside_the_rules(check_file: CheckFile) -> None:
    others = [
        {"exported_count": 1, "exported_rules_count": 1},
        {"list_id": "a", "type": "detection"},
        {"item_id": "a", "list_id": "a", "entries": []},
        {"attributes": {"actionTypeId": ".email"}, "id": "b"},
    ]
    report = check_file(RULES, ndjson(rule(), *others))
    assert said(report) == []
    assert dict(report.counts) == {"detection rule": 1, "other object": 4}


def test_a_rule_without_indices(check_file: CheckFile) -> None:
    assert codes(check_file(RULES, ndjson(rule(index=None)))) == ["SC338"]
    assert codes(check_file(RULES, ndjson(rule(index=None, data_view_id="logs")))) == []


def test_what_an_overwriting_import_unlinks_is_said_once(check_file: CheckFile) -> None:
    rules = [rule(rule_id=str(number), actions=None) for number in range(3)]
    ((code, line, message),) = said(check_file(RULES, ndjson(*rules)))
    assert (code, line) == ("SC339", 1)
    assert message.startswith("3 rules")


@pytest.mark.parametrize(
    "parts",
    [
        {"query": "process.name: (a or"},
        {"language": "lucene", "query": "process.name:(a OR"},
        {"to": "tomorrow"},
        {"filters": ["text"]},
        {"filters": [{}]},
    ],
)
def test_a_rule_that_fails_when_it_runs(check_file: CheckFile, parts: dict[str, Any]) -> None:
    assert codes(check_file(RULES, ndjson(rule(**parts)))) == ["SC337"]


def test_the_place_in_a_query_is_said(check_file: CheckFile) -> None:
    ((_, _, message),) = said(check_file(RULES, ndjson(rule(query="a: b\nand (c: d"))))
    assert "(line 2, column 5 of the query)" in message


def test_a_file_that_is_too_large_for_a_request(check_file: CheckFile) -> None:
    large = rule(note="x" * contract.limit("bytes"))
    assert codes(check_file(RULES, ndjson(large))) == ["SC322"]


def test_more_rules_than_kibana_imports(
    check_file: CheckFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contract, "limit", {"objects": 3, "bytes": 1 << 20}.__getitem__)
    rules = [rule(rule_id=str(number)) for number in range(4)]
    assert codes(check_file(RULES, ndjson(*rules))) == ["SC322"]
    assert codes(check_file(RULES, ndjson(*rules[:-1]))) == []


def test_the_limits_of_kibana() -> None:
    """``maxRuleImportPayloadBytes``, and ``obj.rules.length >= limit`` refuses, of 10,000."""
    assert contract.limit("bytes") == 10_485_760
    assert contract.limit("objects") == 10_000 - 1


@pytest.mark.parametrize("text", [json.dumps(rule()), json.dumps([rule()], indent=1)])
def test_rules_in_a_file_that_kibana_refuses_by_its_name(check_file: CheckFile, text: str) -> None:
    report = check_file("rules.json", text)
    assert codes(report) == ["SC336"]
    assert report.counts["detection rule"] == 1


def test_a_line_that_is_not_utf8(check_file: CheckFile) -> None:
    report = check_file(RULES, ndjson(rule()).encode() + b'{"a": "\xff"}\n')
    assert [each[:2] for each in said(report)] == [("SC321", 2)]


def test_of_one_hostile_rule_no_more_is_said_than_a_person_reads(check_file: CheckFile) -> None:
    assert len(check_file(RULES, ndjson(rule(tags=[1] * 100_000))).findings) == 20


def test_every_rule_type_has_a_schema_that_is_one() -> None:
    from jsonschema import Draft202012Validator

    for kind in contract.rule_types():
        Draft202012Validator.check_schema(contract.schema_of(kind))
