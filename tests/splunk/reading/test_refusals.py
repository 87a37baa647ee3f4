"""What is no SPL, or is not understood, is refused at its place, and nothing else ever happens."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siemc.reading import ReadError
from siemc_backends.splunk import SPL
from tests.splunk.reading.make import RAW

REFUSED = [
    ("", "empty"),
    ("  \n ", "empty"),
    ("```only a comment```", "empty"),
    ('a="b', "quotation mark is not closed"),
    ("```open", "comment is not closed"),
    ("`open", "backquote"),
    ("``", "backquote"),
    ("(a=1", "not closed"),
    ("a=1)", "no opening one"),
    ("()", "missing before"),
    ("a OR", "missing before"),
    ("OR a", "no term beside"),
    ("a AND", "missing before"),
    ("AND a", "no term beside"),
    ("NOT", "missing before"),
    ("a XOR b", "no term beside"),
    ("a=", "value is missing"),
    ("a==1", "there is no =="),
    ("=1", "missing before"),
    ("a=b=c", "quote"),
    ("a=b!=c", "quote"),
    ('a=*"b c"*', "quote"),
    ('a="b"c', "quote"),
    ('a="b""c"', "quote"),
    ('"a"b', "quote"),
    ("a=(b OR c)", "value is missing"),
    ("country=IN", "operator"),
    ("iso=AND", "operator"),
    ("a in (1, 2)", "capitals"),
    ("a IN 1", "parentheses"),
    ("a IN ()", "value is missing"),
    ("a IN (1 2)", "comma"),
    ("a IN (1,", "value is missing"),
    ("a NOT IN (1)", "no term beside"),
    ("a*b=1", "no field name"),
    ('""=1', "no field name"),
    ('a=1 ""', "empty text"),
    ("AND=1", "field name"),
    ("a=1 [search b=2]", "subsearch"),
    ("a=1 | where x IN [search y]", "parentheses"),
    ("a\x00b=1", "U+0000"),
    ("a\u00a0=1", "U+00A0"),
    ("a=1 |", "command is missing"),
    ("a=1 | | search b=2", "command is missing"),
    ("a=1 | search", "missing before"),
    ("a=1 | table", "no fields"),
    ("a=1 | table a [b]", "cannot stand"),
    ("search", "missing before"),
    ("a=1 | where", "missing before"),
    ("a=1 | where b", "not true or false"),
    ('a=1 | where "b"', "value"),
    ("a=1 | where b+1", "value"),
    ("a=1 | where AND b=1", "no operand"),
    ("a=1 | where b=1 AND", "missing before"),
    ("a=1 | where (b=1", "not closed"),
    ("a=1 | where b=1)", "cannot stand"),
    ("a=1 | where b=1 c=2", "cannot stand"),
    ("a=1 | where b=1=1", "follow each other"),
    ("a=1 | where b=1 XOR c=1", "XOR"),
    ("a=1 | where !b=1", "NOT"),
    ("a=1 | where !!isnull(b)", "missing before"),
    ("a=1 | where isnull()", "takes 1"),
    ("a=1 | where match(b)", "takes 2"),
    ('a=1 | where match(b, "(")', "malformed"),
    (r'a=1 | where match(b, "[^\\]+")', "malformed"),
    ('a=1 | where isnotnull(mvfilter(b="1" OR c="2"))', "one field"),
    ('a=1 | where 5minutes="late"', "single quotation"),
    ("a=1 | where 'b=1", "single quotation"),
    ('a=1 | where b.c{}="1"', "quote"),
    ("a=1 | where b=1" + "0" * 400, "too large"),
    ('a=1 | regex b="("', "malformed"),
    ("a=1 | regex b=x", "read as"),
    ('a=1 | regex Log Name="fo+"', "read as"),
    ('a=1 | regex b=="x"', "read as"),
    ('a=1 | regex b*="x"', "no field name"),
    ('"we"ird"="x"', "quotation mark"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_it_is_refused_with_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(ReadError) as caught:
        SPL.read(text, RAW)
    assert message in caught.value.message
    assert 0 <= caught.value.start <= max(1, len(text))
    assert caught.value.start <= caught.value.end


def read_or_refuse(text: str) -> None:
    try:
        SPL.read(text, RAW)
    except ReadError:
        return


@pytest.mark.parametrize(
    "piece",
    [
        *("(", ")", "NOT ", "a OR ", "a=1 ", '"', "\\", "`", "```", "!", "a IN (", "|", "["),
        *("*", "``", "a=", '"\\"', "x|", "é", "\ud800", "\x00", "a", "=", "TERM(", "' "),
    ],
)
@pytest.mark.parametrize("start", ["", "a=1 | where ", 'a=1 | where match(x, "', "a=1 | regex "])
def test_a_long_row_of_anything_takes_no_time(start: str, piece: str) -> None:
    begun = time.perf_counter()
    read_or_refuse(start + piece * (20_000 // len(piece)))
    assert time.perf_counter() - begun < 2


@pytest.mark.parametrize(
    "piece", ["(", "NOT (", "isnull(", "isnotnull(mvfilter(", "-", "a.", "f(", "x=", "lower(", "0,"]
)
def test_deep_conditions_are_refused_or_read(piece: str) -> None:
    read_or_refuse("a=1 | where " + piece * 5_000)
    read_or_refuse("a=1 | where in(x, " + piece * 5_000 + "1)")


@pytest.mark.parametrize("depth", [10, 50, 99])
def test_as_deep_as_people_write_is_read(depth: int) -> None:
    inner = "(" * depth + 'a="1"' + ")" * depth
    SPL.read(f"{inner} | where {inner}", RAW)
    SPL.read("(x=1 OR NOT " * depth + "y=2" + ")" * depth, RAW)


@pytest.mark.parametrize("depth", [101, 1_000, 50_000])
def test_what_is_nested_too_deep_is_refused(depth: int) -> None:
    inner = "(" * depth + 'a="1"' + ")" * depth
    for text in (inner, f"a=1 | where {inner}"):
        with pytest.raises(ReadError, match="nested"):
            SPL.read(text, RAW)


PIECES = [
    *("a", "x", "b", "1", "5", "AND", "OR", "NOT", "IN", "LIKE", "search", "where", "regex"),
    *("=", "!=", "<", ">=", "==", "(", ")", ",", "|", "[", "]", "`", "```", '"', "'", "\\", "*"),
    *("match", "isnull", "isnotnull", "mvfilter", "mvcount", "lower", "coalesce", "len", "in"),
    *("like", "cidrmatch", "substr", "tonumber", "table", "fields", "TERM(", "CASE(", "-", "."),
    *(" ", " ", " ", "\n", "\x00", "\ud800", "é", "10.0.0.0/8", '"a"', '"(?i)a"', '"%_"', '""'),
]


@pytest.mark.slow
@settings(max_examples=1500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25), st.sampled_from(["", "a=1 | where "]))
def test_no_text_raises_anything_else(pieces: list[str], start: str) -> None:
    read_or_refuse(start + "".join(pieces))
    read_or_refuse(start + " ".join(pieces))


@settings(max_examples=500, deadline=None)
@given(st.text(), st.text())
def test_no_characters_raise_anything_else(text: str, other: str) -> None:
    read_or_refuse(text)
    read_or_refuse(f'a="{text}" | where match(x, "{other}")')
