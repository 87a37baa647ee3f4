"""Forms: the union of the simplest tests, one for all spellings of the same."""

from __future__ import annotations

import re
from ipaddress import ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siemc.evaluate import evaluate
from siemc.formula import (
    ONE,
    RUN,
    Atom,
    Cidr,
    Compare,
    Equals,
    Exists,
    Glob,
    IsNull,
    Opaque,
    Regex,
    SameAs,
    Test,
    TimePart,
)
from siemc.prove.expand import MAX_GLOBS, globs_of
from siemc.prove.expressions import tree_of
from siemc.prove.forms import forms
from siemc.prove.found import whole
from siemc.prove.globs import includes, is_disjoint, matcher, maximal
from siemc.prove.positions import Positions
from siemc.prove.printing import printed
from siemc.regex.read import parse

from .strategies import ODD, SHORT, any_regexes, globs, odd_texts, regexes


def says(test: Test, value: str) -> bool:
    return evaluate(Atom("f", test), {"f": [value]})


def g(*parts: str, cased: bool = False) -> Glob:
    return Glob(tuple(RUN if p == "*" else ONE if p == "?" else p for p in parts), cased)


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        (g("*", "\\Foo.EXE"), [g("*", "\\foo.exe")]),
        (g("*", "\u03a3\u0391\u03c2"), [g("*", "\u03c3\u03b1\u03c2")]),
        (g("K\u212a\u017fß"), [g("k\u212a\u017fß")]),
        (g("Foo", cased=True), [g("Foo", cased=True)]),
        (g("12.*", cased=True), [g("12.*")]),
        (g("ß\u212a", cased=True), [g("ß\u212a")]),
        (g("*", cased=True), [Exists()]),
        (g("*", "?"), [g("?", "*")]),
        (g("*", "?", "*", "?", "a"), [g("?", "?", "*", "a")]),
        (Glob((RUN, RUN)), [Exists()]),
        (g(), [g()]),
        (Equals(5), [g("5")]),
        (Equals(5.0), [g("5")]),
        (Equals(-0.5), [g("-0.5")]),
        (Equals(True), [g("true")]),
        (Equals(1), [g("1")]),
        (Equals(False), [g("false")]),
        (Equals(0), [g("0")]),
        (Cidr(ip_network("10.0.0.1/32")), [g("10.0.0.1")]),
        (Cidr(ip_network("10.0.0.0/31")), [Cidr(ip_network("10.0.0.0/31"))]),
        (Cidr(ip_network("::1/128")), [Cidr(ip_network("::1/128"))]),
        (Compare("<", 5.0), [Compare("<", 5)]),
        (Compare("<", float("nan")), []),
        (TimePart("hour", "<", 5), [TimePart("hour", "<=", 4)]),
        (TimePart("hour", ">", 5.5), [TimePart("hour", ">=", 6)]),
        (TimePart("hour", "=", 5.5), []),
        (TimePart("hour", ">", float("inf")), []),
        (IsNull(), [IsNull()]),
        (Opaque("`x`"), [Opaque("`x`")]),
        (SameAs("g"), [SameAs("g")]),
    ],
)
def test_a_test_has_one_form(test: Test, expected: list[Test]) -> None:
    assert list(forms(test)) == expected
    assert [str(each) for each in forms(test)] == [str(each) for each in expected]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("foo", [g("*", "foo", "*", cased=True)]),
        ("(?i)Foo", [g("*", "foo", "*")]),
        ("(?i)foo.*", [g("*", "foo", "*")]),
        (".*foo.+?", None),
        ("[fF]12", [g("*", "f12", "*")]),
        ("[fF]A", None),
        ("^foo", [g("foo", "*", cased=True)]),
        (r"\Afoo\z", [g("foo", cased=True)]),
        ("foo$", [g("*", "foo", cased=True), g("*", "foo\n", cased=True)]),
        (r"\.(a|b)\z", [g("*", ".a", cased=True), g("*", ".b", cased=True)]),
        ("a(bc?)*", [g("*", "a", "*", cased=True)]),
        ("a(b|cd|bx)", [g("*", "ab", "*", cased=True), g("*", "acd", "*", cased=True)]),
        ("(?s)a.*b", [g("*", "a", "*", "b", "*", cased=True)]),
        ("(?s)a.b", [g("*", "a", "?", "b", "*", cased=True)]),
        ("(?s)^.{2,}$", [g("?", "?", "*")]),
        ("a.b", None),
        ("^.*a", None),
        (r"(?s)^.*\\A", [g("*", "\\A", "*", cased=True)]),
        (r"(?m)^1$", [g("*", "\n1"), g("*", "\n1\n", "*"), g("1"), g("1\n", "*")]),
        (r"\b1", None),
        ("[0-9]", [g("*", str(digit), "*") for digit in range(10)]),
        ("[0-9][0-9]", None),
        ("1{3}", [g("*", "111", "*")]),
        (
            "^1{1,3}z?2",
            [g("1" * n + z + "2", "*", cased=z != "") for n in (1, 2, 3) for z in ("", "z")],
        ),
        ("", [Exists()]),
        ("^", [Exists()]),
        ("(?:a|)", [Exists()]),
        ("^$", [g(), g("\n")]),
        (r"a\A", []),
        (r"[^\s\S]", []),
        ("1(2|3(4|5))6", [g("*", text, "*") for text in ("126", "1346", "1356")]),
    ],
)
def test_an_expression_is_globs_where_it_is_no_more(
    source: str, expected: list[Test] | None
) -> None:
    found = forms(Regex(source))
    if expected is None:
        assert [type(each) for each in found] == [Regex]
    elif source == r"a\A":
        assert all(not says(each, value) for each in found for value in SHORT)
    else:
        assert set(found) == set(expected)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Regex("foo.*bar.*"), Regex(".*(?:foo).*bar")),
        (Regex(r"a\d+"), Regex("a[0-9]")),
        (Regex("(?i)foo.bar"), Regex("foo.bar", ignorecase=True)),
        (Regex("(a|bc).x"), Regex("(?:bc|a).x")),
        (Regex("(?:a.b|cd)"), Regex("cd|a.b")),
        (Regex(r"\x41.\x42"), Regex("A.B")),
        (Regex("a.{3,9}"), Regex("a...")),
        (Regex("a.b.*.c"), Regex("a.b.+c")),
        (Regex(r"x\w\w?-"), Regex(r"x\w{1,2}-")),
        (Regex("xx*"), Regex("x")),
        (Regex(r"\A[\s\S]*a.b[\s\S]*\z"), Regex("a.b")),
        (Regex(r"\A(?:[\s\S]*a.b[\s\S]*|c.d[\s\S]*)\z"), Regex(r"\Ac.d|a.b")),
        (Regex(r"^[\s\S]*a.b\n?\z"), Regex("a.b$")),
        (Regex(r"a.{2}(.?){126}b"), Regex("a.{2,128}b")),
        (Regex(r"a(?:.{1,3}){2,4}b"), Regex("a.{2,12}b")),
        (Regex(r"a(?:.{2}){0,1}b"), Regex("a(..)?b")),
        (Regex("a.b.*.{2}c"), Regex("a.b.{2,}c")),
        (Regex("x.y", dotall=True), g("*", "x", "?", "y", "*", cased=True)),
        (Regex(r"^10\.0\.0\.1\z"), Cidr(ip_network("10.0.0.1/32"))),
    ],
)
def test_spellings_of_the_same_have_the_same_forms(one: Test, other: Test) -> None:
    assert forms(one) == forms(other)


def test_what_is_not_regular_or_malformed_stands_for_itself() -> None:
    for source in (r"(a)\1", "(?=a)b", "(", "a{2,1}", "*"):
        assert forms(Regex(source)) == (Regex(source),)


def holds_alike(test: Test, value: str) -> bool:
    return any(says(form, value) for form in forms(test)) == says(test, value)


@given(globs("".join(sorted(ODD)) + "b."), odd_texts)
def test_a_globs_forms_hold_where_it_does(test: Glob, value: str) -> None:
    assert holds_alike(test, value)


@pytest.mark.slow
@given(regexes)
@settings(deadline=None, max_examples=200)
def test_an_expressions_forms_hold_where_it_does(test: Regex) -> None:
    assert all(holds_alike(test, value) for value in SHORT[::3])


@given(any_regexes, st.text(st.sampled_from("abAB1_ -\né"), max_size=8))
@settings(deadline=None)
def test_any_expressions_forms_hold_where_it_does(test: Regex, value: str) -> None:
    assert holds_alike(test, value)


@given(st.one_of(globs(), regexes))
@settings(deadline=None)
def test_forms_are_their_own_forms(test: Test) -> None:
    for form in forms(test):
        assert forms(form) == (form,)


@given(regexes)
@settings(deadline=None)
def test_a_printed_tree_is_read_as_the_same(test: Regex) -> None:
    node = tree_of(test)
    one, other = Positions(whole(node)), Positions(whole(parse(printed(node))))
    assert all(one.accepts(value) == other.accepts(value) for value in SHORT[::5])


def test_the_forms_of_an_expression_are_few() -> None:
    assert globs_of(parse("(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)")) is not None
    assert globs_of(parse("(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)")) is None
    assert globs_of(parse("x(?:(a|b)?){30}z")) is None
    assert globs_of(parse("x(?:[a-z]{0,9}){9}z")) is None
    assert MAX_GLOBS == 64


@given(globs(), globs(), st.lists(st.text(st.sampled_from("abAB"), max_size=5), max_size=30))
def test_a_glob_includes_only_what_it_matches(one: Glob, other: Glob, values: list[str]) -> None:
    if includes(other, one):
        assert all(says(other, value) for value in values if says(one, value))
    if is_disjoint(one, other):
        assert not any(says(one, value) and says(other, value) for value in values)


@pytest.mark.parametrize(
    ("larger", "smaller", "expected"),
    [
        (g("*", "fo", "*"), g("*", "FOO", "*"), True),
        (g("*", "foo", "*"), g("*", "fo", "*"), False),
        (g("*", "a", "*"), g("*", "a", "*", cased=True), True),
        (g("*", "a", "*", cased=True), g("*", "a", "*"), False),
        (g("*", "1", "*", cased=True), g("*", "1", "*"), True),
        (g("?", "*"), g("?"), True),
        (g("?", "*"), g("*"), False),
        (g("?"), g("*"), False),
        (g("a", "?", "b"), g("axb"), True),
        (g("*", "\ufffe", "*"), g("*", "a", "*", cased=True), False),
        (g("*", "\U0010fffe", "*"), g("*"), False),
        (g("*", "\U0010fffe", "*"), g("*", "\U0010fffe", "*"), False),
    ],
)
def test_inclusion_of_globs(larger: Glob, smaller: Glob, expected: bool) -> None:
    assert includes(larger, smaller) is expected


@pytest.mark.parametrize(
    ("parts", "value", "expected"),
    [
        (("ab", RUN, "bc"), "abc", False),
        (("ab", RUN, "bc"), "abbc", True),
        ((RUN, "ab", RUN, "ab", RUN), "aab", False),
        ((RUN, "ab", RUN, "ab", RUN), "abab", True),
        ((RUN, "a", RUN, "a"), "a", False),
        ((ONE, RUN, "a"), "a", False),
        ((RUN, "a", ONE), "aa", True),
        ((RUN, "a", ONE), "\na\n", True),
        ((), "", True),
        ((), "\n", False),
    ],
)
def test_a_glob_is_matched_as_a_whole(parts: tuple[str, ...], value: str, expected: bool) -> None:
    assert bool(matcher(parts)(value)) is expected


def test_an_expression_of_many_options_is_read_in_time() -> None:
    many = Regex("|".join(f"tool{number}" for number in range(400)))
    assert len(forms(many)) == 1
    assert re.search(many.source, "tool77")
    assert holds_alike(many, "x tool77 y")
    assert holds_alike(many, "tol")


@given(st.lists(globs(), max_size=6, unique=True), st.text(st.sampled_from("abAB\n"), max_size=5))
def test_the_largest_globs_have_the_same_union(some: list[Glob], value: str) -> None:
    found = maximal(some)
    assert set(found) <= set(some)
    assert any(says(each, value) for each in found) == any(says(each, value) for each in some)


def test_of_two_equal_globs_one_is_kept() -> None:
    assert len(maximal([g("1", "*"), g("1", "*", cased=True)])) == 1
    assert maximal([g("ab"), g("*", "b"), g("a")]) == [g("*", "b"), g("a")]
