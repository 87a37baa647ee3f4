"""The compiler over whole rules: sources, conditions, and spans from leaves to text."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

import siemc
from siemc.backend import Platform
from siemc.formula import YamlPath
from siemc.load import LoadedRule, load, load_text
from siemc.lower import leaves
from siemc.query import Query
from siemc.sources import LogSource
from siemc_backends.elastic.platform import ELASTIC
from siemc_backends.splunk import SPLUNK
from tests.cli import GOOD, RULES

TARGETS = ["spl", "kql", "lucene", "dsl"]
CASELESS = {"kql": "ecs-caseless", "lucene": "agent-windows", "dsl": "agent-windows"}
SYSMON = '"Microsoft-Windows-Sysmon/Operational"'


def rule(text: str) -> LoadedRule:
    (found,) = load_text(text).rules
    return found


def spl(text: str, *pipelines: str) -> str:
    (query,) = siemc.compile([rule(text)], ["spl"], pipelines)
    assert query.text is not None
    return query.text


def test_conditions_of_a_list_are_ored_each_with_its_scope() -> None:
    text = GOOD.replace("condition: selection", "other: {User: u}\n  condition: [selection, other]")
    assert spl(text, "none") == 'Image="*\\\\evil.exe" OR User="u"'
    assert spl(text).count("EventCode=1") in {1, 2}


def test_two_sources_are_two_scopes_each_with_its_own_names() -> None:
    (query,) = siemc.compile([rule(GOOD)], ["dsl"], sources=["security"])
    assert query.status == "compiled"
    assert query.text is not None
    assert query.text.count("Microsoft-Windows-Sysmon/Operational") == 1
    assert query.text.count('"4688"') == 1
    assert [(each.id, each.used) for each in query.sources] == [
        ("sysmon", True),
        ("security", True),
    ]


def test_field_that_only_an_open_index_would_take_selects_no_source() -> None:
    (query,) = siemc.compile([rule(GOOD.replace("Image|", "Imagee|"))], ["spl"])
    assert query.status == "refused"
    assert [(each.used, each.lacks) for each in query.sources] == [(False, ("Imagee",))] * 2
    assert {each.code for each in query.diagnostics} == {"SC102"}


def test_open_index_takes_any_field_of_the_only_source() -> None:
    text = GOOD.replace("category: process_creation", "service: security")
    (query,) = siemc.compile([rule(text.replace("Image|", "Whatever|"))], ["spl"])
    assert query.status == "compiled"


@pytest.mark.parametrize("platform", [SPLUNK, ELASTIC], ids=lambda each: each.id)
def test_every_source_has_a_pipeline_and_known_schemas(platform: Platform) -> None:
    assert platform.sources()
    for source in platform.sources():
        assert source.pipeline.is_file()
        assert set(source.schemas) <= set(platform.schema_names)


def test_log_source_patterns() -> None:
    windows = LogSource("windows")
    assert windows.covers(LogSource("windows", "process_creation"))
    assert not windows.covers(LogSource("linux"))
    assert not LogSource("windows", "process_creation").covers(windows)
    assert str(LogSource("windows", None, "security")) == "product windows, service security"


# --- spans --------------------------------------------------------------------------------------


def test_spans_of_every_shipped_rule() -> None:
    loaded = load([RULES]).rules
    queries = siemc.compile(loaded, TARGETS, schemas=CASELESS)
    check_spans(loaded, queries)
    assert all(query.status == "compiled" for query in queries)


@pytest.mark.skipif("SIEMC_CORPUS" not in os.environ, reason="SIEMC_CORPUS is not set: no rules")
@pytest.mark.corpus
@pytest.mark.parametrize("pipelines", [(), ("none",)], ids=["mapped", "raw"])
def test_spans_of_every_public_rule(pipelines: tuple[str, ...]) -> None:
    loaded = load([Path(os.environ["SIEMC_CORPUS"]) / "sigmahq" / "rules"]).rules
    check_spans(loaded, siemc.compile(loaded, TARGETS, pipelines))


def check_spans(loaded: Iterable[LoadedRule], queries: Iterable[Query]) -> None:
    """Every leaf of each rule has a piece of each query, within its text."""
    places = {
        (each.path, each.document): {origin.path for origin in leaves(each)} for each in loaded
    }
    for query in queries:
        text = query.text or query.nearest
        if text is None:
            continue
        wanted = places[query.rule.path, query.rule.document]
        shown: set[YamlPath] = set()
        for span in query.spans:
            assert 0 <= span.start < span.end <= len(text), query
            shown.update(origin.path for origin in span.origins)
        missing = {path for path in wanted - shown if path[:-1] not in shown}
        assert not missing, (query.rule.path, query.target, missing)


WORDS = ["alpha", "bravo", "charlie", "delta"]


WORD_RULE = """
title: t
logsource: {{product: p}}
detection:
  selection:
    Image{0}: [alpha, bravo]
    User{0}: charlie
  filter:
    - Company{0}: delta
  condition: selection and not filter
"""


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("modifier", ["", "|contains", "|endswith", "|re"])
def test_span_holds_the_leafs_own_value(target: str, modifier: str) -> None:
    loaded = rule(WORD_RULE.format(modifier))
    (query,) = siemc.compile([loaded], [target], ["none"], inexact="label")
    assert query.text is not None
    words: dict[YamlPath, str] = {
        ("detection", "selection", f"Image{modifier}", 0): "alpha",
        ("detection", "selection", f"Image{modifier}", 1): "bravo",
        ("detection", "selection", f"User{modifier}"): "charlie",
        ("detection", "filter", 0, f"Company{modifier}"): "delta",
    }
    shown = dict.fromkeys(words, "")
    for span in query.spans:
        for origin in span.origins:
            shown[origin.path] += plain(query.text[span.start : span.end])
    for path, word in words.items():
        assert word in shown[path]


def plain(text: str) -> str:
    """The text with classes such as ``[aA]`` as one small letter."""
    return re.sub(r"\[([a-z])[A-Z]\]", r"\1", text)
