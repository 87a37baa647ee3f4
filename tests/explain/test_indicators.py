"""Indicators, and how many other rules share them."""

from __future__ import annotations

import json
from typing import Any

from siemc.explain.indicators import index, indicators
from siemc.load import LoadedRule, load_text
from siemc.lower import lower
from siemc.passes import simplify


def rule(path: str, **detection: Any) -> LoadedRule:
    data = {"title": "t", "logsource": {"product": "windows"}, "detection": detection}
    return load_text(json.dumps(data), path).rules[0]


def counts(loaded: LoadedRule, catalogue: list[LoadedRule]) -> list[tuple[str, int | None]]:
    found = indicators(loaded, simplify(lower(loaded).formula), index(catalogue))
    return [(each.predicate.value, each.others) for each in found]


HERE = rule("a.yml", sel={"Image|endswith": ["\\a.exe", "\\b.exe"]}, condition="sel")


def test_other_rules_that_look_for_the_same_are_counted_without_case_and_spelling() -> None:
    same = rule("b.yml", s={"Image": "*\\A.EXE"}, condition="s")
    both = rule("c.yml", s={"Image|re": "(?i)\\\\a\\.exe$"}, t={"X": 1}, condition="s and t")
    assert counts(HERE, [HERE, same, both])[0] == ("\\a.exe", 1)
    assert counts(HERE, [HERE, same])[1] == ("\\b.exe", 0)


def test_what_a_rule_excludes_is_no_indicator() -> None:
    other = rule("b.yml", s={"X": 1}, f={"Image|endswith": "\\a.exe"}, condition="s and not f")
    assert counts(HERE, [HERE, other]) == [("\\a.exe", 0), ("\\b.exe", 0)]


def test_another_field_or_kind_is_another_indicator() -> None:
    field = rule("b.yml", s={"ParentImage|endswith": "\\a.exe"}, condition="s")
    kind = rule("c.yml", s={"Image|contains": "\\a.exe"}, condition="s")
    cased = rule("d.yml", s={"Image|endswith|cased": "\\a.exe"}, condition="s")
    assert counts(HERE, [HERE, field, kind, cased])[0] == ("\\a.exe", 0)


def test_a_rule_counts_once_and_an_indicator_is_shown_once() -> None:
    twice = rule(
        "b.yml", s={"Image|endswith": "\\a.exe"}, t={"Image": "*\\a.exe"}, condition="s or t"
    )
    assert counts(HERE, [HERE, twice])[0] == ("\\a.exe", 1)
    assert counts(twice, [HERE, twice]) == [("\\a.exe", 1)]


def test_without_a_catalogue_nothing_is_counted() -> None:
    found = indicators(HERE, simplify(lower(HERE).formula), None)
    assert [each.others for each in found] == [None, None]
