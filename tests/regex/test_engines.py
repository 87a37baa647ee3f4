"""The real engines: Lucene's own automata, and PCRE2."""

import os
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from siemc.formula import Wild
from siemc.regex import (
    RegexError,
    RegexUnsupported,
    glob_to_lucene,
    glob_to_pcre,
    glob_to_python,
    node_to_python,
    parse,
    to_lucene,
)

from .conftest import Runs
from .strategies import anchors, sources, subjects

pytestmark = pytest.mark.engines

pcre_anchors = st.one_of(anchors, st.sampled_from([r"\z", r"\Z", "(?m:^)", "(?m:$)", r"\K"]))
globs = st.lists(
    st.sampled_from(["ab", "B", "\\", "\n", "é", "{1}", Wild.RUN, Wild.ONE]), max_size=5
)


@settings(max_examples=300, deadline=None)
@given(source=sources(pcre_anchors), value=subjects)
def test_lucene_accepts_what_the_original_is_found_in(
    lucene: Runs, source: str, value: str
) -> None:
    node = parse(source)
    pattern = to_lucene(node, fold="none", raw_controls=True)
    expected = node_to_python(node).search(value) is not None
    assert pattern.never <= (not expected)
    assert pattern.never or lucene(pattern.text, value) == expected


@settings(max_examples=300, deadline=None)
@given(source=sources(pcre_anchors), value=subjects.filter(lambda value: "\n" not in value))
def test_lucene_on_one_line(lucene: Runs, source: str, value: str) -> None:
    node = parse(source)
    try:
        pattern = to_lucene(node, fold="none", raw_controls=False)
    except RegexUnsupported:
        return
    expected = node_to_python(node).search(value) is not None
    assert pattern.never or lucene(pattern.text, value) == expected


@settings(max_examples=200, deadline=None)
@given(parts=globs, value=subjects, cased=st.booleans())
def test_lucene_on_globs(lucene: Runs, parts: list[str | Wild], value: str, cased: bool) -> None:
    text = glob_to_lucene(parts, fold="none", cased=cased)
    expected = glob_to_python(tuple(parts), cased).fullmatch(value) is not None
    assert lucene(text, value) == expected


@pytest.mark.parametrize("char", [chr(point) for point in range(0x20, 0x7F)])
def test_lucene_reads_every_printable_character_as_itself(lucene: Runs, char: str) -> None:
    text = glob_to_lucene([f"a{char}b"], fold="none", cased=True)
    assert lucene(text, f"a{char}b")
    assert not lucene(text, "ab")
    source = f"^[\\x{ord(char):02x}é]\\z"
    in_class = to_lucene(parse(source), fold="none", raw_controls=True)
    assert lucene(in_class.text, char)
    assert lucene(in_class.text, "é")
    assert not lucene(in_class.text, "\\" if char != "\\" else "/")


@pytest.mark.parametrize("char", list("\t\n\r \v\f\x00a"))
def test_lucene_s_white_space_is_what_the_assumption_says(lucene: Runs, char: str) -> None:
    assert lucene(r"\s", char) == (char in "\t\n\r ")
    assert lucene(r"[^\s;]", char) == (char not in "\t\n\r ")


@settings(max_examples=500, deadline=None)
@given(
    source=sources(pcre_anchors),
    value=subjects,
    flags=st.sampled_from(["", "(?i)", "(?m)", "(?s)"]),
)
def test_pcre_finds_what_is_read(pcre: Runs, source: str, value: str, flags: str) -> None:
    expected = pcre(flags + source, value)
    assert (node_to_python(parse(flags + source)).search(value) is not None) == expected


@settings(max_examples=2000, deadline=None)
@given(
    source=st.text(st.sampled_from("ab01()[]{}*+?|^$\\.-,:=!iQEdbRxszZhvKAG'P&# \n"), max_size=10),
    value=subjects,
)
def test_pcre_takes_what_is_read_and_refuses_what_is_malformed(
    pcre: Runs, source: str, value: str
) -> None:
    assume("\\x" not in source)  # the binding reads \x{..} as JavaScript does (ALT_BSUX)
    pcre2: Any = import_module("pcre2")
    try:
        expected: bool | None = pcre(source, value)
    except pcre2.PatternError:
        expected = None
    try:
        found = node_to_python(parse(source)).search(value) is not None
    except RegexUnsupported:
        return
    except RegexError:
        assert expected is None
        return
    assert found == expected


@settings(max_examples=300, deadline=None)
@given(parts=globs, value=subjects, cased=st.booleans())
def test_pcre_on_globs(pcre: Runs, parts: list[str | Wild], value: str, cased: bool) -> None:
    expected = glob_to_python(tuple(parts), cased).fullmatch(value) is not None
    assert pcre(glob_to_pcre(parts, cased), value) == expected


@pytest.mark.parametrize("count", [3, 8, 9, 10, 11, 12, 20, 60])
@pytest.mark.parametrize(
    "shape",
    [
        "a[^b]{N}c",
        "(?s)a.{0,N}b",
        "ab.{1,N}cd.{1,N}e",
        r"a\w{N,}b",
        "foo.{0,N}foo",
        "x[^\\\\]{1,N}$",
    ],
)
def test_lucene_makes_deterministic_what_is_said_to_fit(
    lucene: Runs, shape: str, count: int
) -> None:
    try:
        pattern = to_lucene(parse(shape.replace("N", str(count))), fold="none", raw_controls=True)
    except RegexUnsupported:
        assert count > 8
        return
    assert not lucene(pattern.text, "")


def test_the_engines_are_there_if_they_are_meant_to_be() -> None:
    if os.environ.get("SIEMC_ENGINES") != "required":
        pytest.skip("SIEMC_ENGINES is not 'required'")
    assert all(find_spec(name) for name in ("arcadedb_embedded", "jpype", "pcre2")), sys.path
