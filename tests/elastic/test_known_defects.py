"""What the stock Elasticsearch converter gets wrong, and this one must not; named by its entry."""

from __future__ import annotations

import pytest

from siemc.formula import Equals, Or, Regex, TimePart

from .build import RUN, codes, emit, has, leaf, text


def test_10_an_expression_is_not_anchored_to_the_whole_value() -> None:
    assert text("lucene", leaf("F", Regex("foo[0-9]{2}")), "raw-cased") == "F:/.*foo[0-9]{2}.*/"


def test_13_lucenes_own_operators_are_escaped() -> None:
    query = text("lucene", leaf("F", Regex('[0-9]{2}"<@&#~/')), "raw-cased")
    assert query == 'F:/.*[0-9]{2}\\"\\<\\@\\&\\#\\~\\/.*/'


def test_all_a_value_ignores_case_on_a_keyword_field() -> None:
    query = text("lucene", has("process.command_line", RUN, "-Enc", RUN), "winlogbeat-9")
    assert query == "process.command_line:/.*\\-[eE][nN][cC].*/"


def test_78_a_keyword_with_a_space_is_found_anywhere_in_the_event() -> None:
    query = text("lucene", has(None, RUN, "access denied", RUN))
    assert query == "event.original:*access\\ denied*"


def test_71_boolean_words_are_values() -> None:
    words = Or(tuple(has("User", word) for word in ("AND", "OR", "or", "NOT", "&&")))
    assert text("lucene", words) == 'User:("AND" OR "OR" OR "or" OR "NOT" OR "&&")'


def test_36_a_negative_number_is_a_value() -> None:
    assert text("lucene", leaf("Foo", Equals(-1))) == 'Foo:"-1"'


@pytest.mark.parametrize(
    ("field", "expected"),
    [("a:b", 'a\\:b:"1"'), ("x(y)", 'x\\(y\\):"1"'), ("Src IP", 'Src\\ IP:"1"')],
)
def test_83_85_a_field_name_leaks_no_clause(field: str, expected: str) -> None:
    assert text("lucene", has(field, "1")) == expected


def test_70_tabs_and_newlines_do_not_split_a_value() -> None:
    assert text("lucene", has("CommandLine", "a\tb\nc")) == 'CommandLine:"a\tb\\u000ac"'


@pytest.mark.parametrize("target", ["kql", "lucene", "dsl"])
def test_47_48_a_part_of_a_time_is_never_dropped(target: str) -> None:
    emission = emit(target, leaf("TimeCreated", TimePart("hour", "=", 3)), "raw")
    assert (codes(emission), emission.text) == (["SC209"], None)
