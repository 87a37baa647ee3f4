"""The page as a whole: each shape has each part, and what a rule says stays text."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from siemc.compiler import Compiler, Options
from siemc.explain.indicators import index
from siemc.explain.markdown import page_markdown
from siemc.explain.objects import page_json
from siemc.explain.page import Page, explain
from siemc.explain.terminal import page_text, tree_text
from siemc.load import load, load_text

RULES = Path(__file__).parents[2] / "rules"
TELEGRAM = RULES / "net_connection_win_domain_telegram_api_non_browser_access.yml"


@pytest.fixture(scope="module")
def telegram() -> Page:
    loaded = load([TELEGRAM]).rules[0]
    options = Options(targets=("spl", "kql"), schemas={"kql": "ecs-caseless"})
    return explain(loaded, Compiler(options), index(load([RULES]).rules))


def test_the_telegram_rule_has_its_tactics_its_event_and_its_one_indicator(telegram: Page) -> None:
    tactics = {t.name: [each.id for each in t.techniques] for t in telegram.attack.tactics}
    assert tactics == {"Command and Control": ["T1102", "T1105"], "Exfiltration": ["T1567"]}
    (event,) = telegram.events
    assert (event.provider, event.event_id) == ("Microsoft-Windows-Sysmon", 3)
    (indicator,) = telegram.indicators
    assert (indicator.predicate.kind, indicator.predicate.value) == ("contains", "api.telegram.org")
    assert indicator.others == 0
    assert [query.verdict for query in telegram.queries] == ["exact", "exact"]


def test_the_body_is_the_text_of_the_file(telegram: Page) -> None:
    assert telegram.body == TELEGRAM.read_text(encoding="utf-8").rstrip("\n")
    assert telegram.first_line == 1


def test_the_body_of_a_later_document_begins_on_its_line(tmp_path: Path) -> None:
    second = (
        "title: b\nlogsource:\n  product: windows\ndetection:\n  s:\n    A: x\n  condition: s\n"
    )
    file = tmp_path / "two.yml"
    file.write_text(f"{second.replace('b', 'a', 1)}---\n{second}", encoding="utf-8")
    page = explain(load([file]).rules[1])
    line = file.read_text(encoding="utf-8").split("\n")[page.first_line - 1]
    assert line == page.body.split("\n")[0]
    assert "title: b" in page.body
    assert "title: a" not in page.body


@pytest.mark.parametrize("shape", [page_text, page_markdown])
def test_text_and_markdown_have_every_part(telegram: Page, shape: object) -> None:
    assert callable(shape)
    text = shape(telegram)
    for part in (
        "Suspicious Non-Browser Network Communication With Telegram API",
        "Nasreddine Bencherchali",
        "T1567",
        "Microsoft-Windows-Sysmon",
        "filter_main_whale",
        "Exclusions (21)",
        "Indicators (1)",
        "*api.telegram.org*",
        "spl on splunk-sysmon: compiled, exact",
    ):
        assert part in text


def test_json_has_every_part(telegram: Page) -> None:
    found = json.loads(page_json(telegram))
    rows = [p for each in found["exclusions"] for part in each["parts"] for p in part["any_of"]]
    assert len(rows) == 21
    assert found["metadata"]["level"] == "medium"
    assert [each["role"] for each in found["stages"]] == ["condition", "selects", "excludes"]
    assert found["tree"]["join"] == "all of"
    assert [each["verdict"] for each in found["queries"]] == ["exact", "exact"]


def test_the_tree_has_a_line_for_each_leaf(telegram: Page) -> None:
    assert len(tree_text(telegram).split("\n")) == 1 + 1 + 2 + 21 + 3


HOSTILE = """
title: "\\e[2J[link=x]<script> `a` |b| \\u202e"
description: "*a* [b](javascript:c)"
references: ["javascript:alert(1)", "https://x/[bold]"]
logsource: {product: windows, category: process_creation}
detection:
  "s[red]":
    Image: "a|b`c\\e[31m"
  f:
    "we|re": "x"
  condition: 1 of s* and not f
"""


@pytest.mark.parametrize("shape", [page_text, page_markdown])
def test_what_a_rule_says_moves_no_cursor_and_is_no_markup(shape: object) -> None:
    assert callable(shape)
    page = explain(load_text(HOSTILE).rules[0])
    text = shape(page)
    assert all(char.isprintable() or char == "\n" for char in text)
    if shape is page_text:
        assert "[link=x]<script>" in text
        assert "https://x/[bold]" in text
    else:
        assert not re.search(r"(?<!\\)(\]\(|<)", text.split("## Rule")[0])


def test_a_refused_query_says_why_and_what_the_nearest_is() -> None:
    options = Options(targets=("kql", "lucene"), schemas={"kql": "winlogbeat-9"})
    page = explain(load([TELEGRAM]).rules[0], Compiler(options))
    assert "kql on winlogbeat-9: refused: SC201, nearest is different" in page_text(page)


def test_a_query_that_lacks_a_field_is_not_called_exact() -> None:
    rule = TELEGRAM.read_text(encoding="utf-8").replace("DestinationHostname", "NoSuchField")
    page = explain(load_text(rule).rules[0], Compiler(Options(targets=("dsl",))))
    heading = next(line for line in page_text(page).split("\n") if line.startswith("dsl on "))
    assert heading.endswith(": refused: SC102")
