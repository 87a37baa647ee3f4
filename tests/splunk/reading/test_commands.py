"""The commands that are read between pipes, and those that are not.

Sources: Splunk, Search Reference, "regex", "table", "fields"; Search Manual, "Anatomy of a search".
"""

from __future__ import annotations

import pytest

from siemc.formula import And, Formula, Not, Regex
from siemc.reading import ReadError
from siemc_backends.splunk import SPL, SPLUNK
from tests.splunk.reading.make import formula, has, is_there, leaf, opaque, reading

A = has("a", "1")
RE = leaf("b", Regex("x+"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a=1 | regex b="x+"', And((A, RE))),
        ('a=1 | regex "x+"', And((A, leaf("_raw", Regex("x+"))))),
        ('a=1 | regex "b"="x+"', And((A, RE))),
        ('a=1 | regex b != "x+"', And((A, Not(RE)))),
        ("a=1 | search b=2 | search c=3", And((A, has("b", "2"), has("c", "3")))),
        ("| search a=1", A),
        ("a=1 | search NOT `allowed`", And((A, Not(opaque("`allowed`"))))),
        ("a=1 | table a, b | fields - b", A),
        ('a=1\n| where isnotnull(b)\n| table "x | y" ```a | b``` c', And((A, is_there("b")))),
        ("a=1 ```first | second``` | ``` third ``` search b=2", And((A, has("b", "2")))),
        ('a=1|where b="2"|where c="3"', And((A, has("b", "2"), has("c", "3")))),
    ],
)
def test_what_each_command_keeps_must_hold(text: str, expected: Formula) -> None:
    assert formula(text) == expected


def test_one_reading_speaks_for_the_whole_schema() -> None:
    schema = SPLUNK.schema("splunk-sysmon")
    (found,) = SPL.read("EventCode=1", schema)
    assert found.indices == schema.patterns
    assert reading("EventCode=1").indices == ("*",)


def test_a_regex_command_looks_at_a_field_as_a_whole() -> None:
    assert reading('a=1 | regex b="x+"').assumptions == ("SA09",)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("| tstats count where x=1 by y", "tstats"),
        ("a=1 | stats count by b", "stats"),
        ("a=1 | eval c=1 | search c=1", "eval"),
        ("a=1 | rename a AS b | search b=1", "rename"),
        ('a=1 | rex field=b "(?<c>.)"', "rex"),
        ("a=1 | dedup b", "dedup"),
        ("a=1 | head 5", "head"),
        ("a=1 | lookup t b OUTPUT c", "lookup"),
        ("a=1 | `my_filter`", "my_filter"),
        ("a=1 | table a | search b=1", "search"),
        ('| where a="1"', "where"),
        ("| makeresults", "makeresults"),
        ("a=1 | fields a | stats count", "stats"),
        ("a=1 | WHERE b=1", "WHERE"),
    ],
)
def test_any_other_command_is_refused_by_its_name(text: str, command: str) -> None:
    with pytest.raises(ReadError) as caught:
        SPL.read(text, SPLUNK.schema("raw"))
    assert command in caught.value.message
    assert command in text[caught.value.start : caught.value.end]
