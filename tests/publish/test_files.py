"""The other files: how rules are split into files, exports, baselines, deployments."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from siemc.config import Settings
from siemc.diagnostics import UsageError
from siemc.publish.baseline import better, read_baseline, record, text_of, worse
from siemc.publish.deployment import Deployments
from siemc.publish.live import read_export
from siemc.publish.ndjson import line, parts
from siemc.query import RuleRef
from tests.publish import artifact, built, rule

REF = RuleRef("AbC", "Title", "x.yml")


# --- NDJSON -----------------------------------------------------------------------------------


def test_a_rule_is_one_line_of_utf_8_whatever_it_says() -> None:
    text = line({"name": "a\nb\u2028\x85é\ud800"})
    assert len(text.splitlines()) == 1
    assert text.endswith("\n")
    text.encode("utf-8")
    assert json.loads(text)["name"] == "a\nb\u2028\x85é\ud800"


def test_lines_are_split_by_size_and_by_number() -> None:
    assert list(parts(["aaaa\n", "bb\n", "cc\n"], max_bytes=8)) == [["aaaa\n", "bb\n"], ["cc\n"]]
    assert list(parts(["a\n", "b\n", "c\n"], max_rules=2)) == [["a\n", "b\n"], ["c\n"]]
    assert list(parts(["far too long\n", "b\n"], max_bytes=4)) == [["far too long\n"], ["b\n"]]
    assert list(parts([])) == []


def test_sizes_are_those_of_the_bytes() -> None:
    assert list(parts(["éé\n", "é\n"], max_bytes=7)) == [["éé\n"], ["é\n"]]


# --- exports ----------------------------------------------------------------------------------


def test_an_export_gives_the_rules_and_passes_over_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "export.ndjson"
    lines: list[dict[str, Any]] = [
        {"rule_id": "ABC", "type": "query", "enabled": True},
        {"list_id": "l", "type": "rule_default", "rule_id": "not one"},
        {"exported_count": 2, "exported_rules_count": 1},
    ]
    path.write_text("\n".join(map(json.dumps, lines)) + "\n\n", encoding="utf-8")
    assert list(read_export(path)) == ["abc"]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ('{"rule_id": "a", "type": "query"}\n{', 2),
        ("[]", 1),
        ("", 1),
        ("[" * 100_000, 1),
        ('{"exported_count": 0}', 1),
        ('{"rule_id": "a", "type": "query", "actions": "x"}', 1),
        ('\n{"rule_id": "a", "type": "query", "exceptions_list": [1]}', 2),
        ('{"rule_id": "a", "type": "query", "enabled": 1}', 1),
    ],
)
def test_what_is_no_export_is_told_at_its_line(tmp_path: Path, text: str, at: int) -> None:
    path = tmp_path / "export.ndjson"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as raised:
        read_export(path)
    assert raised.value.diagnostic.code == "SC313"
    assert raised.value.diagnostic.line == at


def test_an_export_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"\xff")
    for name in ("latin", "missing", "."):
        with pytest.raises(UsageError):
            read_export(tmp_path / name)


# --- deployments ------------------------------------------------------------------------------


def deployments(*entries: dict[str, Any]) -> Deployments:
    return Deployments(Settings(deploy=entries))


def test_later_entries_win_and_tables_are_merged() -> None:
    found = deployments(
        {"splunk": {"index": "a", "latest": "now"}, "enabled": True},
        {"id": "abc", "splunk": {"index": "b"}},
    ).of(REF, "windows/x", ())
    assert found.splunk == {"index": "b", "latest": "now"}
    assert found.enabled is True


@pytest.mark.parametrize(
    ("selector", "is_selected"),
    [
        ({"id": "ABC"}, True),
        ({"id": ["x", "abc"]}, True),
        ({"id": "ab"}, False),
        ({"folder": "windows"}, True),
        ({"folder": "./windows/"}, True),
        ({"folder": "windows/x"}, False),
        ({"folder": "wind"}, False),
        ({"folder": "."}, True),
        ({"tag": "ATTACK.T1059"}, True),
        ({"tag": "attack.t1"}, False),
        ({"folder": "windows", "tag": "none"}, False),
        ({}, True),
    ],
)
def test_an_entry_selects_by_all_that_it_names(selector: dict[str, Any], is_selected: bool) -> None:
    every = deployments({**selector, "enabled": True})
    found = every.of(REF, "windows/x", ["attack.t1059"])
    assert bool(found.enabled) is is_selected
    assert bool(every.unused()) is not is_selected


def test_an_allowance_is_for_its_targets() -> None:
    found = deployments({"allow": {"reason": "why", "targets": ["kql"]}}).of(REF, "x", ())
    assert found.allowed("kql") == "why"
    assert found.allowed("spl") is None
    for_all = deployments({"allow": {"reason": "why"}}).of(REF, "x", ())
    assert for_all.allowed("spl") == "why"


# --- baselines --------------------------------------------------------------------------------

# KQL cannot compare without case on agent-windows
HARD = {"selection": {"TargetFilename|contains": "x"}, "condition": "selection"}
EASY = {"selection": {"Image|endswith": "x"}, "condition": "selection"}
FILE = {"product": "windows", "category": "file_event"}


def test_a_baseline_is_what_it_was(tmp_path: Path) -> None:
    found = built(tmp_path / "rules", [rule(1), rule(2, detection=HARD, logsource=FILE)])
    path = tmp_path / "baseline.json"
    path.write_text(text_of(record(found.published, found.names)), encoding="utf-8")
    recorded = read_baseline(path)
    outputs = recorded["00000002-1111-4111-8111-111111111111"]["outputs"]
    assert outputs["query/kql"] == {"status": "refused", "verdict": "unproved", "codes": ["SC201"]}
    assert outputs["saved-search/spl"]["verdict"] == "exact"
    assert not list(worse(recorded, found.published, found.names))
    assert not list(better(recorded, found.published, found.names))


def test_only_what_is_new_or_worse_counts(tmp_path: Path) -> None:
    old = built(tmp_path / "a", [rule(1, detection=EASY), rule(2, detection=HARD, logsource=FILE)])
    recorded = record(old.published, old.names)["rules"]
    new = built(
        tmp_path / "b",
        [
            rule(1, detection=HARD, logsource=FILE),  # KQL could say it before
            rule(2, detection=EASY),  # and could not say this
            rule(3, detection=HARD, logsource=FILE),  # new
        ],
        plain=("kql",),
    )
    steps = [(e.rule.title, e.was, e.now) for e in worse(recorded, new.published, new.names)]
    assert steps == [
        ("Rule 1", "compiled, exact", "refused"),
        ("Rule 3", None, "refused"),
    ]
    assert [e.rule.title for e in better(recorded, new.published, new.names)] == ["Rule 2"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"contract": 2, "rules": {}}',
        '{"contract": 1}',
        '{"contract": 1, "rules": {"a": 1}}',
        '{"contract": 1, "rules": {"a": {"outputs": {"b": {"status": "x", "verdict": "exact"}}}}}',
        "[" * 100_000,
    ],
)
def test_what_is_no_baseline_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as raised:
        read_baseline(path)
    assert raised.value.diagnostic.code == "SC317"


# --- component templates ----------------------------------------------------------------------


def test_the_caseless_schema_brings_its_component_templates(tmp_path: Path) -> None:
    schemas = dict.fromkeys(("kql", "lucene", "dsl"), "ecs-caseless")
    found = built(tmp_path, [rule(1, detection=HARD, logsource=FILE)], schemas)
    body = json.loads(artifact(found, "logs-windows.sysmon_operational@custom.json"))
    path = body["template"]["mappings"]["properties"]["file"]["properties"]["path"]
    assert path["fields"]["caseless"] == {
        "type": "keyword",
        "ignore_above": 1024,
        "normalizer": "lowercase",
    }
    stock = built(tmp_path, [rule(1)])
    assert not [each for each in stock.artifacts if each.kind == "component-template"]
