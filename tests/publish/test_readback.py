"""Artifacts are read back as they stand: a slip in one of them does not go unnoticed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from siemc.backend import backends
from siemc.compiler import Compiler, Options
from siemc.load import load
from siemc.publish.readback import expand, prove_rule, prove_search
from tests.publish import SCHEMAS, TELEGRAM, built_of, conf, rules_of

WINLOGBEAT = {"spl": "splunk-sysmon", **dict.fromkeys(("kql", "lucene", "dsl"), "winlogbeat-9")}


def plan(target: str) -> Any:
    compiler = Compiler(Options(targets=tuple(WINLOGBEAT), schemas=WINLOGBEAT))
    return compiler.plan(load([TELEGRAM]).rules[0], target)


def relation_of_rule(change: Callable[[dict[str, Any]], object]) -> str:
    (made,) = rules_of(built_of(TELEGRAM, WINLOGBEAT))
    change(made)
    found = plan("dsl")
    return prove_rule(found.formula, made, backends(), found.schema).verdict.relation


def drop_filter(alias: str) -> Callable[[dict[str, Any]], object]:
    def change(rule: dict[str, Any]) -> None:
        rule["filters"] = [each for each in rule["filters"] if each["meta"]["alias"] != alias]

    return change


def set_meta(alias: str, **meta: Any) -> Callable[[dict[str, Any]], object]:
    def change(rule: dict[str, Any]) -> None:
        for each in rule["filters"]:
            if each["meta"]["alias"] == alias:
                each["meta"].update(meta)

    return change


@pytest.mark.parametrize(
    ("change", "relation"),
    [
        (lambda rule: None, "exact"),
        (drop_filter("filter_main_edge_2"), "wider"),
        (drop_filter("selection"), "wider"),
        (set_meta("filter_main_opera", disabled=True), "wider"),
        (set_meta("filter_main_opera", negate=False), "different"),
        (set_meta("selection", negate=True), "different"),
        (lambda rule: rule.update(query="*:*"), "wider"),
        (lambda rule: rule.update(query="event.code: 4"), "different"),
        (lambda rule: rule.update(language="lucene"), "wider"),  # where "and" is a word
        (lambda rule: rule.update(query="(("), "unknown"),
    ],
)
def test_a_detection_rule_is_its_query_and_its_filters(
    change: Callable[[dict[str, Any]], object], relation: str
) -> None:
    assert relation_of_rule(change) == relation


@pytest.mark.parametrize(
    ("old", "new", "relation"),
    [
        ("", "", "exact"),
        ('"*\\\\opera.exe"', '"*\\\\opra.exe"', "different"),
        (' "*\\\\opera.exe",', "", "wider"),
        ("EventCode=3 ", "", "wider"),
        ("NOT ", "", "different"),
        ("`siemc_sysmon` ", "", "wider"),
        (" | `net_", " OR `net_", "unknown"),
    ],
)
def test_a_saved_search_is_its_query_and_its_macros(old: str, new: str, relation: str) -> None:
    made = built_of(TELEGRAM, WINLOGBEAT)
    (stanza,) = conf(made, "savedsearches").values()
    text = stanza.get("search") or ""
    assert old in text
    macros = {name: each.get("definition") or "" for name, each in conf(made, "macros").items()}
    found = plan("spl")
    proof = prove_search(
        found.formula, text.replace(old, new, 1), macros, backends()["spl"], found.schema
    )
    assert proof.verdict.relation == relation


@pytest.mark.parametrize(
    ("definition", "relation"),
    [
        ('(source="XmlWinEventLog:Security")', "different"),
        ('(source="XmlWinEventLog:*")', "wider"),
        ('(index=x source="XmlWinEventLog:Microsoft-Windows-Sysmon/Operational")', "narrower"),
    ],
)
def test_what_a_scope_macro_stands_for_is_part_of_the_search(
    definition: str, relation: str
) -> None:
    made = built_of(TELEGRAM, SCHEMAS)
    (stanza,) = conf(made, "savedsearches").values()
    macros = {name: each.get("definition") or "" for name, each in conf(made, "macros").items()}
    found = plan("spl")
    proof = prove_search(
        found.formula,
        stanza.get("search") or "",
        {**macros, "siemc_sysmon": definition},
        backends()["spl"],
        found.schema,
    )
    assert proof.verdict.relation == relation


def test_macros_are_written_out_in_macros_and_an_endless_one_stays() -> None:
    assert expand("`a` x", {"a": "(`b`)", "b": "y=1"}) == "(y=1) x"
    assert "`a`" in expand("`a`", {"a": "`a`"})
    assert expand("`unknown`", {}) == "`unknown`"
