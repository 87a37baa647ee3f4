"""The search that tries a query: the events it makes up are those that were meant."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from siemc.cases import Case
from siemc_backends.splunk.selftest import MOST, selftest
from tests.cli import GOOD, TELEGRAM, Run
from tests.cli.conftest import folder, siemc

__all__ = ["folder", "siemc"]
TEXT = r'"(?:[^"\\]|\\.)*"'
BRANCH = re.compile(rf"siemc_case IN \(([\d, ]+)\), ({TEXT}|-?[\d.]+)")
ASSIGNED = re.compile(rf"(?:^| )(\w+|{TEXT})=case\(((?:{BRANCH.pattern}(?:, )?)+)\)")


def events_in(search: str) -> list[dict[str, str]]:
    """The fields that ``eval`` gives each case, read off the text by Splunk's rules of quoting."""
    count = int(re.match(r"\| makeresults count=(\d+) ", search)[1])  # type: ignore[index]
    found: list[dict[str, str]] = [{} for _ in range(count)]
    part = search[search.index("| eval ") + 7 : search.index(" | appendpipe [")]
    for name, branches, *_ in ASSIGNED.findall(part):
        key = re.sub(r"\\(.)", r"\1", name[1:-1]) if name.startswith('"') else name
        for numbers, value in BRANCH.findall(branches):
            text = re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value
            for number in numbers.split(","):
                found[int(number) - 1][key] = text
    return found


def case(why: str = "why", matches: bool = True, **event: Any) -> Case:
    return Case({name: [value] for name, value in event.items()}, matches, why)


@pytest.mark.parametrize(
    "value",
    ["plain", "C:\\a\\", '"quoted"', "a, siemc_case IN (1), b", "] | delete", "$x$", "é", ""],
)
def test_values_come_back(value: str) -> None:
    made = selftest("a=1", "Title", [case(a=value), case(matches=False, b=value)])
    assert made is not None
    first, second = events_in(made)
    assert (first["a"], second["b"]) == (value, value)
    assert "b" not in first
    assert (first["siemc_expected"], second["siemc_expected"]) == ("1", "0")


def test_the_query_is_run_on_the_events_and_the_rest_is_counted() -> None:
    made = selftest('a="x" | where match(b, "y")', 'A "title"', [case(a="x")])
    assert made is not None
    assert '| appendpipe [ search a="x" | where match(b, "y") | eval siemc_found=1 ]' in made
    assert 'rule="A \\"title\\""' in made
    assert made.endswith("| table rule, result, tried, differ, which")
    assert "\n" not in made


def test_fields_that_are_no_words_are_quoted() -> None:
    made = selftest("a=1", "T", [Case({"a-b.c": ["x"]}, True, "why")])
    assert made is not None
    assert '"a-b.c"=case(' in made
    assert events_in(made)[0]["a-b.c"] == "x"


@pytest.mark.parametrize("value", ["a\nb", "a`b", "\x00", "\u202e"])
def test_events_that_cannot_be_written_are_left_out(value: str) -> None:
    assert selftest("a=1", "T", [case(a=value)]) is None
    both = selftest("a=1", "T", [case(a=value), case(a="fine")])
    assert both is not None
    assert len(events_in(both)) == 1


def test_several_values_and_macros_are_none_of_it() -> None:
    assert selftest("a=1", "T", [Case({"a": ["x", "y"]}, True, "why")]) is None
    assert selftest("`macro` a=1", "T", [case(a="x")]) is None


def test_it_stays_short_enough_to_look_at() -> None:
    made = selftest("a=1", "T", [case(a=str(number)) for number in range(500)])
    assert made is not None
    assert len(events_in(made)) == MOST


def test_the_command_prints_a_search_a_rule(siemc: Callable[..., Run], folder: Path) -> None:
    run = siemc("selftest", TELEGRAM, "good.yml")
    assert run.code == 0
    first, second = run.out.splitlines()
    assert "api.telegram.org" in first
    assert "evil.exe" in second


def test_what_has_no_self_test_is_told(siemc: Callable[..., Run], folder: Path) -> None:
    text = GOOD.replace("Image|endswith: '\\evil.exe'", 'Image: "a\\u0007b"')
    (folder / "control.yml").write_text(text, encoding="utf-8")
    run = siemc("selftest", "control.yml", "good.yml")
    assert run.code == 1
    assert "control.yml" in run.err
    assert len(run.out.splitlines()) == 1
    assert siemc("selftest", "good.yml", "-t", "kql").code == 2
