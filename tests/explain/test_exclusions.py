"""What is under a top-level ``not``: alternatives, parts that hold together, rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from siemc.explain.exclusions import Alternative, affirmed, exclusions
from siemc.formula import Formula
from siemc.load import load, load_text
from siemc.lower import lower
from siemc.passes import simplify

RULES = Path(__file__).parents[2] / "rules"
TELEGRAM = RULES / "net_connection_win_domain_telegram_api_non_browser_access.yml"


def formula_of(**detection: Any) -> Formula:
    rule = {"title": "t", "logsource": {"product": "windows"}, "detection": detection}
    return simplify(lower(load_text(json.dumps(rule)).rules[0]).formula)


def rows(alternative: Alternative) -> list[list[str]]:
    """The parts, each the values of its predicates."""
    return [[each.value for each in part.predicates] for part in alternative.parts]


def test_the_telegram_rule_has_21_rows_and_two_ends_that_go_with_two_starts() -> None:
    found = exclusions(simplify(lower(load([TELEGRAM]).rules[0]).formula))
    assert sum(len(each.predicates) for each in found) == 21
    (joint,) = [each for each in found if len(each.parts) > 1]
    assert joint.identifiers == ("filter_main_edge_2",)
    assert rows(joint) == [
        [
            "C:\\Program Files (x86)\\Microsoft\\EdgeCore\\",
            "C:\\Program Files\\Microsoft\\EdgeCore\\",
        ],
        ["\\msedge.exe", "\\msedgewebview2.exe"],
    ]


SEL = {"A": "a"}

SHAPES: dict[str, tuple[dict[str, Any], list[list[list[str]]]]] = {
    "a list of values": (
        {"f": {"B": ["x", "y"]}, "condition": "sel and not f"},
        [[["x"]], [["y"]]],
    ),
    "a path and a name": (
        {"f": {"B": "x", "C": "y"}, "condition": "sel and not f"},
        [[["x"], ["y"]]],
    ),
    "two of two": (
        {"f": {"B": ["x", "y"], "C": ["u", "v"]}, "condition": "sel and not f"},
        [[["x", "y"], ["u", "v"]]],
    ),
    "one of a group": (
        {"f_1": {"B": "x"}, "f_2": {"C": "y", "D": "z"}, "condition": "sel and not 1 of f_*"},
        [[["x"]], [["y"], ["z"]]],
    ),
    "all of a group": (
        {"f_1": {"B": "x"}, "f_2": {"C": "y"}, "condition": "sel and not all of f_*"},
        [[["x"], ["y"]]],
    ),
    "two nots": (
        {"f": {"B": "x"}, "g": {"C": "y"}, "condition": "sel and not f and not g"},
        [[["x"]], [["y"]]],
    ),
    "a not in each branch": (
        {"f": {"B": "x"}, "t": {"C": "y"}, "condition": "(sel and not f) or (t and not f)"},
        [[["x"]], [["x"]]],
    ),
    "what a search of several does not want": (
        {"t": {"C": "y", "B|exists": False}, "condition": "sel or t"},
        [],
    ),
    "what the one search does not want": (
        {"sel": {"A": "a", "B|neq": "x"}, "condition": "sel"},
        [[["x"]]],
    ),
    "a double negation is none": ({"condition": "not (not sel)"}, []),
    "no exclusion": ({"condition": "sel"}, []),
}


@pytest.mark.parametrize(("more", "expected"), SHAPES.values(), ids=SHAPES)
def test_alternatives_stand_alone_and_parts_together(
    more: dict[str, Any], expected: list[list[list[str]]]
) -> None:
    assert [rows(each) for each in exclusions(formula_of(**{"sel": SEL, **more}))] == expected


def test_an_exception_within_an_exclusion_is_a_denied_row() -> None:
    more = {"f": {"B": "x"}, "e": {"C": "y"}, "condition": "sel and not (f and not e)"}
    (found,) = exclusions(formula_of(sel=SEL, **more))
    assert [(each.value, each.negated) for each in found.predicates] == [("x", False), ("y", True)]


def test_what_is_nested_deeper_keeps_its_formula() -> None:
    more = {
        "f": {"B": "x"},
        "g": {"C": "y", "D": "z"},
        "h": {"E": "w"},
        "condition": "sel and not (f and (g or h))",
    }
    (found,) = exclusions(formula_of(sel=SEL, **more))
    plain, nested = found.parts
    assert (plain.nested, nested.nested) == (False, True)
    assert [each.value for each in nested.predicates] == ["y", "z", "w"]


def test_the_leaves_of_exclusions_are_not_what_the_rule_looks_for() -> None:
    found = formula_of(sel=SEL, f={"B": "x"}, condition="sel and not f")
    assert [atom.field for atom in affirmed(found)] == ["A"]
