"""Values of a list that another value of it makes needless, and paths without their twin."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siemc.evaluate import evaluate
from siemc.lint import lists
from siemc.load import load_text
from siemc.lower import lower
from tests.lint import codes, found, only, place, rule


def listed(key: str, *values: str) -> str:
    """A rule that looks for these values."""
    lines = "".join(f"\n        - {json.dumps(value)}" for value in values)
    return rule(f"selection:\n    {key}:{lines}\ncondition: selection")


@pytest.mark.parametrize(
    ("key", "values", "needless"),
    [
        ("CommandLine|contains", ["foo", "foobar"], "foobar"),
        ("CommandLine|contains", ["FOO", "foobar"], "foobar"),
        ("CommandLine|contains|all", ["foo", "barfoo", "third"], "foo"),
        ("CommandLine|startswith", ["foo", "foobar"], "foobar"),
        ("CommandLine|endswith", ["bar", "foobar"], "foobar"),
        ("CommandLine|contains", ["foo*bar", "xfooybarz"], "xfooybarz"),
        ("CommandLine|contains", ["a?c", "xabcx"], "xabcx"),
        ("DestinationIp|cidr", ["10.0.0.0/8", "10.1.0.0/16"], "10.1.0.0/16"),
        ("CommandLine|re", ["a+", "xa{2,3}"], "xa{2,3}"),
        ("CommandLine|contains|windash", ["-s", "/stop"], "/stop"),
    ],
)
def test_a_value_within_another_is_told_at_its_place(
    tmp_path: Path, key: str, values: list[str], needless: str
) -> None:
    text = listed(key, *values).replace("process_creation", "network_connection")
    said = only(found(tmp_path, text), "SC403").diagnostic
    assert (said.line, said.column) == place(text, json.dumps(needless))


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("CommandLine|contains|cased", ["FOO", "foobar"]),
        ("CommandLine|startswith", ["foo", "barfoo"]),
        ("CommandLine|re", ["a+", "xb"]),
        ("CommandLine|contains", ["foo\\*", "foobar"]),
    ],
)
def test_values_that_each_find_something_of_their_own_are_left_alone(
    tmp_path: Path, key: str, values: list[str]
) -> None:
    assert not {"SC403", "SC404"} & set(codes(found(tmp_path, listed(key, *values))))


def test_a_value_that_is_there_in_another_case_is_told_once(tmp_path: Path) -> None:
    text = listed("CommandLine|contains", "foo", "bar", "FOO")
    said = only(found(tmp_path, text), "SC404").diagnostic
    assert said.line == place(text, '"FOO"')[0]


def test_many_needless_values_of_one_list_are_told_together(tmp_path: Path) -> None:
    text = listed("CommandLine|contains", "foo", *(f"foo{i}" for i in range(10, 20)))
    finding = only(found(tmp_path, text), "SC403")
    assert "10 values" in finding.diagnostic.message
    assert len(finding.fixes) == 10


@given(st.lists(st.text("ab*?\\", min_size=1, max_size=4), min_size=2, max_size=5), st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_rule_without_a_needless_value_matches_the_same_events(
    values: list[str], every: bool
) -> None:
    key = "CommandLine|contains|all" if every else "CommandLine|endswith"
    (loaded,) = load_text(listed(key, *values)).rules
    formula = lower(loaded).formula
    needless = {fix.place[-1] for each in lists.check(loaded, formula) for fix in each.fixes}
    left = [value for i, value in enumerate(values) if i not in needless]
    (fewer,) = load_text(listed(key, *left)).rules
    for text in ("", "a", "b", "ab", "ba", "aab", "a*b", "\\", "a\\b", "?a", "bbaab", "*"):
        event = {"CommandLine": [text]}
        assert evaluate(formula, event) == evaluate(lower(fewer).formula, event)


# --- twins -------------------------------------------------------------------------------------


def excluding(*paths: str, key: str = "ParentImage|startswith") -> str:
    """A rule that excludes these paths."""
    lines = "".join(f"\n        - '{path}'" for path in paths)
    body = f"selection:\n    Image|endswith: '\\tool.exe'\nfilter:\n    {key}:{lines}"
    return rule(f"{body}\ncondition: selection and not filter")


def test_an_excluded_path_without_its_twin_is_told(tmp_path: Path) -> None:
    text = excluding("C:\\Program Files\\Tool\\")
    said = only(found(tmp_path, text), "SC405").diagnostic
    assert (said.line, said.column) == place(text, "'C:\\Program Files")


@pytest.mark.parametrize(
    "twin", ["C:\\Program Files (x86)\\Tool\\", "c:\\program files (X86)\\", "C:\\Program*\\tool\\"]
)
def test_a_twin_that_another_value_takes_in_is_enough(tmp_path: Path, twin: str) -> None:
    assert "SC405" not in codes(found(tmp_path, excluding("C:\\Program Files\\Tool\\", twin)))


def test_a_folder_that_has_no_twin_is_left_alone(tmp_path: Path) -> None:
    text = excluding("C:\\Program Files\\WindowsApps\\Tool")
    assert codes(found(tmp_path, text)) == []


def test_a_path_that_the_rule_looks_for_is_left_alone(tmp_path: Path) -> None:
    assert codes(found(tmp_path, listed("Image|startswith", "C:\\\\Program Files\\\\Tool"))) == []
