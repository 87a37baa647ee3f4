"""A rule's page, by itself and in the catalogue: each section with the right rows."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from siemc.catalog.highlight import highlighted
from siemc.catalog.view import Branch, Leaves, formula_tree
from siemc.explain.html import page_html, tree_html
from siemc.explain.indicators import index
from siemc.explain.page import Page, explain
from siemc.load import load, load_text
from tests.catalog import RULES, TELEGRAM, Document, compiler, parse, rule


@pytest.fixture(scope="module")
def telegram() -> Page:
    return explain(load([TELEGRAM]).rules[0], compiler(), index(load([RULES]).rules))


@pytest.fixture(scope="module")
def document(telegram: Page) -> Document:
    return parse(page_html(telegram))


def test_every_section_is_there(document: Document) -> None:
    found = {each.attributes.get("id"): each.text for each in document.all("h2")}
    assert found["exclusions"] == "Exclusions 21"
    assert found["indicators"] == "Indicators 1"
    assert {"attack", "events", "stages", "queries", "rule"} <= found.keys()
    tactics = [each.text for each in document.all("h3")]
    assert "Command and Control TA0011" in tactics
    assert "Exfiltration TA0010" in tactics


def test_alternatives_that_hold_only_together_are_one_body(document: Document) -> None:
    (joint,) = [each for each in document.all("tbody") if each.has_class("joint")]
    rows = [line for line in joint.text.split("\n") if line]
    assert [re.match(r"both|and|or", row)[0] for row in rows] == ["both", "or", "and", "or"]  # type: ignore[index]
    assert all(row.endswith("filter_main_edge_2") for row in rows)


def test_each_query_has_its_text_its_verdict_and_its_target(
    telegram: Page, document: Document
) -> None:
    (query,) = telegram.queries
    assert document.by_id("query-spl-text").text == query.text
    assert document.by_id("query-spl").text == f"Splunk SPL on {query.schema}"
    verdicts = [each.text for each in document.all("span") if each.has_class("verdict")]
    assert verdicts == ["query: exact", "exact"]


def test_the_lines_are_numbered_and_the_text_is_whole(telegram: Page, document: Document) -> None:
    (body,) = [each for each in document.all("div") if each.has_class("code")]
    numbers = [int(each.text) for each in document.all("span") if each.has_class("linenos")]
    assert numbers == list(range(1, len(telegram.body.split("\n")) + 1))
    shown = "".join(
        line.text.removeprefix(next_number(line.text))
        for line in document.all("span")
        if (line.attributes.get("id") or "").startswith("line-")
    )
    assert shown.rstrip("\n") == telegram.body
    assert body.text.strip().endswith("level: medium")


def next_number(line: str) -> str:
    """The line number in front of a line, with the blanks around it."""
    return re.match(r" *\d+", line)[0]  # type: ignore[index]


def test_the_lines_of_a_later_document_count_from_its_first() -> None:
    text = highlighted("title: a\nlevel: low", 7)
    numbers = [int(each.text) for each in parse(text).all("span") if each.has_class("linenos")]
    assert numbers == [7, 8]


def test_a_page_by_itself_allows_its_own_style_and_script_only(document: Document) -> None:
    (policy,) = [
        e.attributes["content"] or ""
        for e in document.all("meta")
        if "Policy" in str(e.attributes.get("http-equiv"))
    ]
    for tag in ("style", "script"):
        (element,) = document.all(tag)
        digest = b64encode(sha256(element.text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert not [e for e in document.elements if e.attributes.get("src")]


def test_the_tree_folds_and_has_every_value(telegram: Page) -> None:
    text = parse(tree_html(telegram)).by_id("main").text
    assert len(list(parse(tree_html(telegram)).all("details"))) > 3
    for each in (*telegram.exclusions[0].predicates, telegram.indicators[0].predicate):
        assert each.value in text


def tree_of(selection: str, condition: str = "selection") -> Branch | Leaves:
    text = rule("A", selection=selection).replace("condition: selection", f"condition: {condition}")
    return formula_tree(explain(load_text(text).rules[0]).formula)


def test_values_of_one_field_and_kind_stand_together() -> None:
    found = tree_of("{Image|endswith: [a, b], CommandLine|contains: c}")
    assert isinstance(found, Branch)
    assert (found.join, found.size) == ("all of", 3)
    (images, command) = found.children
    assert isinstance(images, Branch)
    assert images.children == (Leaves("Image", "ends with", ("a", "b")),)
    assert command == Leaves("CommandLine", "contains", ("c",))


def test_a_rule_without_anything_to_say_has_a_page() -> None:
    bare = "logsource: {product: x}\ndetection:\n  s: [word]\n  condition: s\n"
    text = page_html(explain(load_text(bare).rules[0]))
    assert "Untitled rule" in text
    assert "any field" in text
    assert 'id="queries"' not in text


def test_siblings_and_shared_indicators_are_linked(tmp_path: Path) -> None:
    from tests.catalog import site, write_rules

    rules = {name: rule(name, tags="attack.t1105") for name in ("a.yml", "b.yml")}
    folder = site(write_rules(tmp_path / "rules", rules), tmp_path / "site")
    document = parse((folder / "rule" / "a.html").read_text(encoding="utf-8"))
    links = [each.attributes["href"] or "" for each in document.all("a")]
    assert "../rule/b.html" in links
    assert [each for each in links if each.startswith("../indicators.html#i-")]
