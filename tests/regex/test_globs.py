"""Expressions that are globs, and the globs in Python and PCRE."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siemc.formula import Wild
from siemc.regex import (
    MAX_GLOBS,
    glob_to_pcre,
    glob_to_python,
    node_to_python,
    parse,
    pcre_with_flags,
    to_globs,
)

from .strategies import sources, subjects

RUN, ONE = Wild.RUN, Wild.ONE
Glob = tuple[tuple[str | Wild, ...], bool]


def contains(text: str, cased: bool = True) -> Glob:
    return (RUN, text, RUN), cased


@pytest.mark.parametrize(
    ("source", "globs"),
    [
        ("abc", [contains("abc")]),
        (r"(?i)\\foo\.exe", [contains("\\foo.exe", cased=False)]),
        ("-1", [contains("-1", cased=False)]),
        ("^abc", [(("abc", RUN), True)]),
        ("abc$", [((RUN, "abc"), True), ((RUN, "abc\n"), True)]),
        (r"abc\z", [((RUN, "abc"), True)]),
        (r"^abc\z", [(("abc",), True)]),
        (r"\A\z", [((), False)]),
        ("(?s)a.*b", [((RUN, "a", RUN, "b", RUN), True)]),
        ("(?s)a.b", [((RUN, "a", ONE, "b", RUN), True)]),
        ("(?s)^a.*.b", [(("a", ONE, RUN, "b", RUN), True)]),
        ("(foo|bar)baz", [contains("foobaz"), contains("barbaz")]),
        ("[ab]c", [contains("ac"), contains("bc")]),
        ("(?i)[ab]c", [contains("ac", cased=False), contains("bc", cased=False)]),
        ("ab?c", [contains("ac"), contains("abc")]),
        ("ab+", [contains("ab")]),
        ("[Aa]b", [contains("ab"), contains("Ab")]),
        ("a{3}", [contains("aaa")]),
        ("x*", [((RUN,), False)]),
        (r"a\b_", []),
        ("(?i)k", [contains("k", cased=False)]),
    ],
)
def test_an_expression_becomes_these_globs(source: str, globs: list[Glob]) -> None:
    found = to_globs(parse(source))
    assert found is not None
    assert sorted(found, key=repr) == sorted(globs, key=repr)


@pytest.mark.parametrize("source", ["a.*b", "a.b", "a[^b]c", r"a\d{2}c", r"\bfoo", "(ab)*c(d|e)+$"])
def test_an_expression_that_is_no_glob(source: str) -> None:
    assert to_globs(parse(source)) is None


def test_on_values_of_one_line_a_dot_is_any_character() -> None:
    assert to_globs(parse("a.*b"), single_line=True) == (((RUN, "a", RUN, "b", RUN), True),)
    assert to_globs(parse("ab$"), single_line=True) == (((RUN, "ab"), True),)


def test_there_are_never_too_many() -> None:
    assert to_globs(parse("[0-9]{2}")) is None
    assert len(to_globs(parse("[0-7]{2}")) or ()) == MAX_GLOBS


@given(sources(), subjects)
def test_globs_match_what_the_expression_finds(source: str, value: str) -> None:
    node = parse(source)
    globs = to_globs(node)
    if globs is not None:
        passed = any(glob_to_python(*glob).fullmatch(value) for glob in globs)
        assert passed == (node_to_python(node).search(value) is not None)


@given(sources(), subjects.filter(lambda value: "\n" not in value))
def test_on_one_line_globs_match_what_the_expression_finds(source: str, value: str) -> None:
    node = parse(source)
    globs = to_globs(node, single_line=True)
    if globs is not None:
        passed = any(glob_to_python(*glob).fullmatch(value) for glob in globs)
        assert passed == (node_to_python(node).search(value) is not None)


parts_lists = st.lists(
    st.one_of(st.text("aB.*\\é\n", min_size=1, max_size=3), st.sampled_from(Wild)), max_size=6
)


def naive(parts: tuple[str | Wild, ...], value: str, cased: bool) -> bool:
    """Whether the glob matches, by trying everything."""
    if not parts:
        return value == ""
    first, rest = parts[0], parts[1:]
    if first is RUN:
        return any(naive(rest, value[at:], cased) for at in range(len(value) + 1))
    if first is ONE:
        return value != "" and naive(rest, value[1:], cased)
    assert isinstance(first, str)
    head = value[: len(first)]
    same = head == first if cased else head.lower() == first.lower()
    return same and naive(rest, value[len(first) :], cased)


@given(parts_lists, st.text("abAB.*\\éÉ\n", max_size=7), st.booleans())
def test_a_glob_in_python(parts: list[str | Wild], value: str, cased: bool) -> None:
    found = glob_to_python(tuple(parts), cased).fullmatch(value) is not None
    assert found == naive(tuple(parts), value, cased)


@given(parts_lists, st.text("abAB.*\\éÉ\n", max_size=7), st.booleans())
def test_a_glob_in_pcre(parts: list[str | Wild], value: str, cased: bool) -> None:
    source = glob_to_pcre(parts, cased)
    found = node_to_python(parse(source)).search(value) is not None
    assert found == naive(tuple(parts), value, cased)


@pytest.mark.parametrize(
    ("parts", "cased", "text"),
    [
        ([RUN, "\\foo.exe"], False, r"(?i)\\foo\.exe\z"),
        (["C:\\", RUN, "a"], False, r"(?is)^C\:\\.*a\z"),
        ([RUN, "a", RUN], True, "a"),
        ([RUN, "1", RUN], False, "1"),
        (["a\nb"], True, r"^a\x0ab\z"),
        ([RUN], False, ""),
        ([], False, r"^\z"),
        ([ONE], False, r"(?s)^.\z"),
    ],
)
def test_a_glob_in_pcre_is_written_as_expected(
    parts: list[str | Wild], cased: bool, text: str
) -> None:
    assert glob_to_pcre(parts, cased) == text


def test_the_kelvin_sign_is_no_k() -> None:
    assert not glob_to_python(("k",), False).fullmatch("\u212a")
    assert glob_to_python(("K",), False).fullmatch("k")


def test_many_runs_take_no_exponential_time() -> None:
    pattern = glob_to_python((RUN, "a") * 30 + ("b",), True)
    assert pattern.fullmatch("a" * 2000) is None


def test_flags_stand_in_front_of_the_source() -> None:
    assert pcre_with_flags("a", ignorecase=True, dotall=True) == "(?is)a"
    assert pcre_with_flags("a") == "a"
    assert re.search(pcre_with_flags("A", ignorecase=True), "a")
