"""Detection rules: the query, the filters, and what Kibana is told about them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.publish import TELEGRAM, built, built_of, rule, rules_of


def one(tmp_path: Path, **parts: Any) -> dict[str, Any]:
    (found,) = rules_of(built(tmp_path, [rule(**parts)]))
    return found


@pytest.mark.parametrize("schema", ["winlogbeat-9", "agent-windows", "defend", "ecs-caseless"])
def test_the_telegram_rule_is_exact_on_every_stock_profile(schema: str) -> None:
    found = built_of(TELEGRAM, dict.fromkeys(("kql", "lucene", "dsl"), schema))
    (output,) = [o for o in found.published[0].outputs if o.kind == "detection-rule"]
    assert (output.status, output.verdict) == ("compiled", "exact")


def test_where_kql_says_it_all_there_is_no_filter() -> None:
    (found,) = rules_of(built_of(TELEGRAM, dict.fromkeys(("kql", "lucene", "dsl"), "ecs-caseless")))
    assert "filters" not in found
    assert found["language"] == "kuery"
    assert "api.telegram.org" in found["query"]


def test_an_exclusion_that_kql_cannot_say_is_a_filter_by_its_name() -> None:
    (found,) = rules_of(built_of(TELEGRAM, dict.fromkeys(("kql", "lucene", "dsl"), "winlogbeat-9")))
    filters = {each["meta"]["alias"]: each for each in found["filters"]}
    denied = {alias for alias, each in filters.items() if each["meta"]["negate"]}
    names = "brave chrome firefox ie maxthon edge_1 edge_2 opera safari seamonkey vivaldi whale"
    assert denied == {f"filter_main_{name}" for name in names.split()}
    assert set(filters) - denied == {"selection"}
    assert found["query"] == (
        'winlog.channel: "Microsoft-Windows-Sysmon/Operational" and event.code: "3"'
    )
    for each in filters.values():
        assert json.loads(each["meta"]["value"]) == each["query"]
        assert each["meta"]["disabled"] is False


def test_a_query_that_nobody_could_read_is_a_filter(tmp_path: Path) -> None:
    hashes = [f"{number:032x}" for number in range(1000)]
    detection = {"selection": {"OriginalFileName": hashes}, "condition": "selection"}
    schemas = dict.fromkeys(("kql", "lucene", "dsl"), "ecs-caseless")
    found = built(tmp_path, [rule(detection=detection)], schemas)
    (made,) = rules_of(found)
    assert len(made["query"]) < 200
    (part,) = made["filters"]
    assert part["meta"]["alias"] == "selection"
    assert {o.verdict for o in found.published[0].outputs if o.kind == "detection-rule"} == {
        "exact"
    }


def test_host_user_and_the_rules_own_fields_are_highlighted(tmp_path: Path) -> None:
    assert one(tmp_path)["investigation_fields"]["field_names"] == [
        "host.name",
        "user.name",
        "process.command_line",
        "process.executable",
        "process.pe.original_file_name",
    ]


def test_lucene_is_there_for_the_asking(tmp_path: Path) -> None:
    (found,) = rules_of(built(tmp_path, [rule()], build={"language": "lucene"}))
    assert found["language"] == "lucene"
    assert "filters" not in found


@pytest.mark.parametrize(
    ("level", "severity", "score"),
    [
        ("informational", "low", 5),
        ("low", "low", 21),
        ("medium", "medium", 47),
        ("high", "high", 73),
        ("critical", "critical", 99),
        (None, "medium", 47),
    ],
)
def test_severity_and_score_are_the_level(
    tmp_path: Path, level: str | None, severity: str, score: int
) -> None:
    found = one(tmp_path, level=level)
    assert (found["severity"], found["risk_score"]) == (severity, score)


def test_it_looks_back_as_elastics_own_rules_do(tmp_path: Path) -> None:
    found = one(tmp_path)
    assert (found["interval"], found["from"], found["to"]) == ("5m", "now-9m", "now")
    assert found["timestamp_override"] == "event.ingested"
    assert found["index"] == ["logs-windows.sysmon_operational-*"]
    assert found["enabled"] is False


@pytest.mark.parametrize(
    ("interval", "start"), [("5m", "now-9m"), ("1h", "now-64m"), ("30s", "now-5m")]
)
def test_a_longer_interval_leaves_no_gap(tmp_path: Path, interval: str, start: str) -> None:
    deploy = [{"elastic": {"interval": interval}}]
    (found,) = rules_of(built(tmp_path, [rule()], deploy=deploy))
    assert found["from"] == start


def test_the_deployment_says_how_it_runs(tmp_path: Path) -> None:
    elastic = {
        "index": ["my-*"],
        "interval": "1h",
        "from": "now-70m",
        "suppress": {"fields": ["host.name"], "period": "4h"},
    }
    deploy = [{"folder": "windows", "enabled": True, "risk_score": 12, "elastic": elastic}]
    (found,) = rules_of(built(tmp_path, {"windows/x": rule(), "other/y": "{}"}, deploy=deploy))
    assert found["enabled"] is True
    assert found["index"] == ["my-*"]
    assert (found["interval"], found["from"], found["risk_score"]) == ("1h", "now-70m", 12)
    assert found["alert_suppression"] == {
        "duration": {"unit": "h", "value": 4},
        "group_by": ["host.name"],
        "missing_fields_strategy": "suppress",
    }


def test_every_tactic_of_every_technique_is_there(tmp_path: Path) -> None:
    """ATT&CK: T1078, Valid Accounts, belongs to four tactics; its names changed in 2026."""
    found = one(tmp_path, tags=["attack.t1078.002", "attack.impact", "attack.g0032"])
    tactics = {each["tactic"]["name"]: each for each in found["threat"]}
    assert {"Initial Access", "Persistence", "Privilege Escalation", "Impact"} <= set(tactics)
    assert "technique" not in tactics["Impact"]
    (technique,) = tactics["Persistence"]["technique"]
    assert technique["id"] == "T1078"
    assert technique["reference"] == "https://attack.mitre.org/techniques/T1078/"
    assert [each["id"] for each in technique["subtechnique"]] == ["T1078.002"]


def test_a_retired_technique_is_the_one_that_follows_it(tmp_path: Path) -> None:
    """ATT&CK: T1086, PowerShell, was revoked by T1059.001."""
    found = one(tmp_path, tags=["attack.t1086"])
    ids = {s["id"] for t in found["threat"] for e in t["technique"] for s in e["subtechnique"]}
    assert ids == {"T1059.001"}


def test_what_the_rule_says_of_itself_is_carried_over(tmp_path: Path) -> None:
    found = one(
        tmp_path,
        references=["https://example.org/a"],
        falsepositives=["Some\nadmin"],
        author="A, B",
        modified="2024-01-15",
        date="2023-01-01",
    )
    assert found["references"] == ["https://example.org/a"]
    assert found["false_positives"] == ["Some admin"]
    assert found["author"] == ["A", "B"]
    assert found["version"] == 20240115
    assert found["tags"] == ["Sigma", "attack.execution", "attack.t1059.001"]


def test_the_note_lists_the_exclusions(tmp_path: Path) -> None:
    note = one(tmp_path)["note"]
    assert "- `filter_main_own`: `CommandLine contains --own`" in note
    assert "- `filter_main_name`: `OriginalFileName is own.exe`" in note


def test_the_setup_guide_names_fields_with_types_and_what_is_assumed(tmp_path: Path) -> None:
    setup = one(tmp_path)["setup"]
    assert "- `process.command_line` (wildcard)" in setup
    assert "- `process.executable` (keyword)" in setup
    assert "ignore_above" in setup


def test_required_fields_are_there_for_the_asking(tmp_path: Path) -> None:
    assert "required_fields" not in one(tmp_path)
    (found,) = rules_of(built(tmp_path, [rule()], build={"required_fields": True}))
    assert {"name": "process.command_line", "type": "wildcard"} in found["required_fields"]


def test_what_analysts_set_is_carried_over(tmp_path: Path) -> None:
    live = {
        "00000001-1111-4111-8111-111111111111": {
            "enabled": True,
            "actions": [{"id": "x", "action_type_id": ".slack", "params": {}, "group": "default"}],
            "exceptions_list": [
                {"id": "1", "list_id": "l", "type": "rule_default", "namespace_type": "single"}
            ],
            "query": "not this",
            "name": "nor this",
        }
    }
    first, second = rules_of(built(tmp_path, [rule(1), rule(2)], live=live))
    assert first["enabled"] is True
    assert first["actions"][0]["id"] == "x"
    assert first["exceptions_list"][0]["list_id"] == "l"
    assert first["name"] == "Rule 1"
    assert "not this" not in first["query"]
    assert second["enabled"] is False
    assert "exceptions_list" not in second


def test_a_rule_that_no_form_can_say_is_refused_with_its_code(tmp_path: Path) -> None:
    detection = {"selection": {"CommandLine|re": "(?=x)y\\b"}, "condition": "selection"}
    found = built(tmp_path, [rule(detection=detection)])
    (output,) = [o for o in found.published[0].outputs if o.kind == "detection-rule"]
    assert output.status == "refused"
    assert output.codes
    assert not rules_of(found)


def test_an_allowance_lets_it_out_and_says_so(tmp_path: Path) -> None:
    logsource = {"product": "windows", "category": "ps_script"}
    detection = {"selection": {"ScriptBlockText|contains": "evil"}, "condition": "selection"}
    allow = [{"allow": {"reason": "better than nothing", "targets": ["dsl"]}}]
    text = rule(logsource=logsource, detection=detection)
    found = built(tmp_path, [text], deploy=allow)
    (output,) = [o for o in found.published[0].outputs if o.kind == "detection-rule"]
    assert output.status == "labelled"
    assert output.allowed == "better than nothing"
    (made,) = rules_of(found)
    assert made["description"].startswith(f"**Not exact ({output.verdict})**: better than nothing.")
    assert not rules_of(built(tmp_path, [text]))
