"""``siemc explain``: what it prints, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli import BROKEN, GOOD, TELEGRAM, Run

Siemc = Callable[..., Run]


def test_the_page_is_printed_with_the_folder_as_catalogue(siemc: Siemc) -> None:
    run = siemc("explain", TELEGRAM, "-t", "spl")
    assert run.code == 0
    assert "Exclusions (21)" in run.out
    assert "how many of 13 rules share them" in run.out
    assert not run.err


def test_other_rules_are_counted_where_it_is_told(folder: Path, siemc: Siemc) -> None:
    Path("here.yml").write_text(GOOD, encoding="utf-8")
    Path("there").mkdir()
    Path("there/a.yml").write_text(GOOD, encoding="utf-8")
    run = siemc("explain", "here.yml", "--among", "there", "--format", "json", "-t", "spl")
    found = json.loads(run.out)
    assert found["catalogue_size"] == 1
    assert [each["other_rules"] for each in found["indicators"]] == [1]


def test_the_queries_are_those_of_the_options(folder: Path, siemc: Siemc) -> None:
    Path("r.yml").write_text(GOOD, encoding="utf-8")
    run = siemc("explain", "r.yml", "-t", "lucene", "-p", "none", "-s", "raw", "--format", "json")
    (query,) = json.loads(run.out)["queries"]
    assert (query["target"], query["schema"], query["verdict"]) == ("lucene", "raw", "exact")


@pytest.mark.parametrize("shape", ["text", "json", "markdown"])
def test_the_tree_alone(folder: Path, siemc: Siemc, shape: str) -> None:
    Path("r.yml").write_text(GOOD, encoding="utf-8")
    run = siemc("explain", "r.yml", "--tree", "--format", shape)
    assert run.code == 0
    assert "evil.exe" in run.out
    assert "selection" not in run.out or shape == "json"


@pytest.mark.parametrize(
    ("text", "code"),
    [(BROKEN, "SC004"), (f"{GOOD}---\n{GOOD}", "SC306"), ("a: 1\n", "SC008")],
    ids=["broken", "two rules", "no rule"],
)
def test_what_is_no_rule_is_2(folder: Path, siemc: Siemc, text: str, code: str) -> None:
    Path("r.yml").write_text(text, encoding="utf-8")
    run = siemc("explain", "r.yml")
    assert run.code == 2
    assert not run.out
    assert f"error {code}: " in run.err


def test_a_target_that_is_none_is_2(siemc: Siemc) -> None:
    assert siemc("explain", TELEGRAM, "-t", "nope").code == 2
