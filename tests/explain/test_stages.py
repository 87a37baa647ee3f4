"""The stages: the condition, what is asked for, what is denied."""

from __future__ import annotations

import json
from typing import Any

from siemc.explain.stages import Stage, stages
from siemc.load import load_text


def stages_of(**detection: Any) -> list[tuple[int, str, str, list[str]]]:
    rule = {"title": "t", "logsource": {"product": "windows"}, "detection": detection}
    found: tuple[Stage, ...] = stages(load_text(json.dumps(rule)).rules[0])
    return [(s.number, s.role, s.text, [each.name for each in s.searches]) for s in found]


ONE, TWO = {"A": "a"}, {"B": "b"}


def test_the_condition_comes_first_then_what_is_asked_for_then_each_denied_group() -> None:
    found = stages_of(f_1=ONE, sel=ONE, f_2=TWO, g=TWO, condition="not g and sel and not 1 of f_*")
    assert found == [
        (0, "condition", "not g and sel and not 1 of f_*", []),
        (1, "selects", "sel", ["sel"]),
        (2, "excludes", "g", ["g"]),
        (3, "excludes", "1 of f_*", ["f_1", "f_2"]),
    ]


def test_a_group_that_is_asked_for_is_a_stage_a_search() -> None:
    found = stages_of(sel_1=ONE, sel_2=TWO, condition="1 of sel_*")
    assert [each[1:] for each in found[1:]] == [
        ("selects", "sel_1", ["sel_1"]),
        ("selects", "sel_2", ["sel_2"]),
    ]


def test_a_search_that_is_named_twice_is_one_stage() -> None:
    found = stages_of(sel=ONE, f=TWO, condition="(sel and not f) or (sel and f)")
    assert [(role, text) for _, role, text, _ in found[1:]] == [
        ("selects", "sel"),
        ("selects", "f"),
        ("excludes", "f"),
    ]


def test_a_search_whose_name_is_no_word_of_a_condition_is_found_by_its_pattern() -> None:
    found = stages_of(**{"sel_a|endswith": ONE}, condition="1 of sel*")
    assert found[1][1:] == ("selects", "sel_a|endswith", ["sel_a|endswith"])
