"""A value in some languages and not in others: against every short value there is."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_network
from itertools import product
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siemc.evaluate import evaluate
from siemc.formula import ONE, RUN, Atom, Cidr, Compare, Equals, Glob, Regex, Test, TimePart
from siemc.formula import glob as joined
from siemc.prove.languages import (
    ADDRESSES,
    EVERYTHING,
    LOWER,
    NO_CONTROLS,
    NO_LINE_BREAKS,
    NOTHING,
    NUMBERS,
    WHOLE_NUMBERS,
    Budget,
    Language,
    Spent,
    Undecided,
    conflict,
    language,
    member,
)

from .strategies import SHORT, globs, regexes, tests

pytestmark = pytest.mark.slow

UNDECIDED = "undecided"


def of(tests: list[Test | Language]) -> list[Language]:
    return [each if isinstance(each, Language) else language(each) for each in tests]


def ask(inside: list[Test | Language], outside: list[Test | Language]) -> str | None:
    """The answer, with a budget for a busy machine."""
    try:
        return member(of(inside), of(outside), Budget(20, 20_000))
    except Undecided:
        return UNDECIDED


def says(test: Test | Language, value: str) -> bool:
    if isinstance(test, Language):
        return test.contains(value)
    return evaluate(Atom("f", test), {"f": [value]})


@lru_cache(maxsize=256)
def short_values(test: Test) -> frozenset[str]:
    """The short values that a test holds on, as ``evaluate`` says."""
    return frozenset(value for value in SHORT if says(test, value))


def check(inside: list[Test], outside: list[Test]) -> None:
    found = ask([*inside], [*outside])
    if found is None:
        there = frozenset(SHORT).intersection(*map(short_values, inside))
        assert not there.difference(*map(short_values, outside))
    elif found is not UNDECIDED:
        assert all(says(each, found) for each in inside)
        assert not any(says(each, found) for each in outside)


@given(globs(), st.lists(globs(), min_size=1, max_size=4))
@settings(deadline=None, max_examples=150)
def test_a_glob_beside_globs(one: Glob, others: list[Glob]) -> None:
    check([one], [*others])
    assert ask([one], [*others]) is not UNDECIDED


@given(regexes, st.lists(tests, min_size=1, max_size=3))
@settings(deadline=None, max_examples=150)
def test_an_expression_beside_others(one: Regex, others: list[Test]) -> None:
    check([one], others)


@given(st.lists(tests, min_size=2, max_size=3), st.lists(tests, max_size=2))
@settings(deadline=None, max_examples=150)
def test_several_at_once(inside: list[Test], outside: list[Test]) -> None:
    check(inside, outside)


@given(regexes, regexes)
@settings(deadline=None, max_examples=150)
def test_an_expression_is_within_its_union_with_another(one: Regex, other: Regex) -> None:
    flags = one.ignorecase, one.multiline, one.dotall
    union = Regex(f"(?:{other.source}|{one.source})", *flags)
    assert ask([one], [union]) in (None, UNDECIDED)
    apart = Regex(other.source, *flags)
    assert ask([union], [one, apart]) in (None, UNDECIDED)


@given(regexes, st.integers(min_value=0))
@settings(deadline=None, max_examples=150)
def test_a_changed_expression_is_told_apart_where_short_values_differ(
    one: Regex, place: int
) -> None:
    letters = [i for i, char in enumerate(one.source) if char in "ab"]
    if not letters:
        return
    at = letters[place % len(letters)]
    changed = "a" if one.source[at] == "b" else "b"
    other = Regex(one.source[:at] + changed + one.source[at + 1 :], one.ignorecase, one.multiline)
    one = Regex(one.source, one.ignorecase, one.multiline)
    for left, right in ((one, other), (other, one)):
        try:
            differ = bool(short_values(left) - short_values(right))
        except ValueError:
            return  # \a and \b are other things altogether
        if differ:
            assert ask([left], [right]) is not None


def g(*parts: str, cased: bool = False) -> Glob:
    return Glob(tuple(RUN if p == "*" else ONE if p == "?" else p for p in parts), cased)


def net(text: str) -> Cidr:
    return Cidr(ip_network(text))


FOO = g("*", "foo", "*")


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ([FOO], [g("*", "fo", "*")]),
        ([FOO], [EVERYTHING]),
        ([NOTHING], []),
        ([g("a", cased=True)], [g("A")]),
        ([g("a")], [g("a", cased=True), g("A", cased=True)]),
        ([g("*", "a", "*")], [g("*", "a", "*", cased=True), g("*", "A", "*", cased=True)]),
        ([g("*", "a", "*", "b", "*")], [g("*", "ab", "*"), g("*", "a", "?", "*", "b", "*")]),
        ([EVERYTHING], [g(), g("?", "*")]),
        ([g("a", "*"), g("b", "*")], []),
        ([g("*", "a"), g("*", "b")], []),
        ([LOWER, g("*", "foo", "*")], [g("*", "foo", "*", cased=True)]),
        ([LOWER, g("*", "F", "*", cased=True)], []),
        ([Regex("foo$"), NO_LINE_BREAKS], [g("*", "foo")]),
        ([Regex("(?m)^foo$"), NO_CONTROLS], [g("foo", cased=True)]),
        ([Regex("a.b"), NO_LINE_BREAKS], [g("*", "a", "?", "b", "*")]),
        ([g("*", "a", "?", "b", "*", cased=True), NO_LINE_BREAKS], [Regex("a.b")]),
        ([Regex(r"^\d{4}$")], [Regex(r"^[0-4]\d+$"), Regex(r"^[5-9]"), g("*", "\n")]),
        ([Regex(r"\bfoo\b")], [FOO]),
        ([Regex(r"^(a|b)*$")], [Regex("^a*(ba*)*$")]),
        ([Regex(r"a\Zb")], []),
        ([Regex(r"^\n$")], [g("\n"), g("\n\n")]),
        ([net("10.0.0.0/8")], [net("10.0.0.0/9"), net("10.128.0.0/9")]),
        ([net("10.0.0.0/8")], [g("10.", "*")]),
        ([net("10.0.0.0/8")], [Regex(r"^10(\.\d{1,3}){3}$")]),
        ([g("10.", "*"), ADDRESSES], [net("10.0.0.0/8")]),
        ([net("fe80::/64")], [net("fe80::/10")]),
        ([net("fe80::/10"), net("2001:db8::/32")], []),
        ([net("fe80::/10")], [g("*", ":", "*")]),
        ([net("10.0.0.4/31")], [g("10.0.0.4"), g("10.0.0.5")]),
        ([net("::/127"), ADDRESSES], [g("::"), g("::1")]),
        ([Compare(">=", 5)], [Compare(">", 4)]),
        ([Compare(">", 4), Compare("<", 3)], []),
        ([Compare(">", 4), WHOLE_NUMBERS], [Compare(">=", 5)]),
        ([WHOLE_NUMBERS, Compare(">", 4), Compare("<", 7)], [g("5"), g("6")]),
        ([NUMBERS, Compare(">=", 5)], [Compare(">", 5), Equals(5)]),
        ([Compare(">=", 2**53 + 1), Compare("<=", 2**53 + 1)], [Compare(">", 2**53)]),
        ([Compare(">", 0)], [Regex(r"\d")]),
        ([Compare(">", 0), g("a", "*")], []),
        ([g("7")], [Compare(">=", 7)]),
        ([TimePart("hour", ">", 21)], [TimePart("hour", "=", 22), TimePart("hour", "=", 23)]),
        ([TimePart("month", "=", 13)], []),
        ([Regex(r"(a)\1")], [Regex(r"(a)\1")]),
        ([Regex(r"(a)\1"), g("b")], []),
    ],
)
def test_there_is_no_such_value(inside: list[Test | Language], outside: list[Test]) -> None:
    assert ask(inside, [*outside]) is None


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ([FOO], [g("*", "foo", "*", cased=True)]),
        ([FOO], [g("foo", "*"), g("*", "foo")]),
        ([g("?", "*")], [g("?"), g("?", "?"), g("*", "x", "*")]),
        ([g("a", "*"), g("*", "b"), g("*", "cd", "*")], [g("*", "cdx", "*")]),
        ([LOWER, FOO], []),
        ([Regex("foo$")], [g("*", "foo")]),
        ([Regex("a.b")], [g("a?b")]),
        ([g("*", "a", "?", "b", "*", cased=True)], [Regex("a.b")]),
        ([Regex(r"^\d+$")], [Regex(r"^[0-4]"), Regex("^[5-8]")]),
        ([FOO], [Regex(r"(?i)\bfoo\b")]),
        ([Regex(r"(?m)^foo$")], [g("foo", cased=True)]),
        ([g("10.", "*")], [net("10.0.0.0/8")]),
        ([net("10.0.0.0/8")], [net("10.0.0.0/9"), net("10.128.0.0/10")]),
        ([net("10.0.0.0/8")], [g("10.", "*", ".1")]),
        ([net("fe80::/10")], [net("fe80::/64")]),
        ([net("0.0.0.0/0"), g("*", "9", "*", "8")], []),
        ([ADDRESSES], [net("0.0.0.0/0")]),
        ([ADDRESSES, g("*", "a", "*")], []),
        ([Compare(">", 4)], [Compare(">=", 5)]),
        ([Compare(">=", 5)], [Equals(5)]),
        ([WHOLE_NUMBERS, Compare(">", 4)], [g("5"), g("6")]),
        ([Compare(">", 2**53)], [Compare(">", 2**53 + 1)]),
        ([TimePart("hour", ">", 21), TimePart("week", "=", 53)], [TimePart("hour", "=", 22)]),
        ([TimePart("day", "=", 31), TimePart("month", "<=", 4)], [TimePart("month", "<", 3)]),
        ([Regex(r"(a)\1"), g("*", "aa", "*")], []),
    ],
)
def test_there_is_such_a_value(inside: list[Test | Language], outside: list[Test]) -> None:
    found = ask(inside, [*outside])
    assert found is not None
    assert found is not UNDECIDED
    assert all(says(each, found) for each in inside)
    assert not any(says(each, found) for each in outside)


def test_no_language_at_all_leaves_any_value() -> None:
    assert member([], [], Budget()) is not None


def test_a_shortest_value_of_natural_characters_is_found() -> None:
    assert ask([Regex(r"^[^a]{3}b$")], [Regex("[xyz]")]) == "wwwb"


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        (["^(a|b)*a(a|b){20}$"], ["^(a|b)*(aa|ab)(a|b){19}$"]),
        (["^(a|b)*a(a|b){20}$", "^(a|b)*b(a|b){20}$"], []),
    ],
)
def test_what_is_too_much_work_is_given_up_in_time(inside: list[str], outside: list[str]) -> None:
    start = perf_counter()
    with pytest.raises(Spent):
        member(of([*map(Regex, inside)]), of([*map(Regex, outside)]), Budget(0.3))
    assert perf_counter() - start < 3  # on a busy machine


def test_a_budget_of_states_is_kept() -> None:
    inside, outside = of([Regex(r"^(ab?c)*\z")]), of([Regex(r"^(ab?c|x)*\z")])
    assert member(inside, outside, Budget(60, 20)) is None
    with pytest.raises(Spent):
        member(inside, outside, Budget(60, 3))


def test_an_expression_too_large_for_an_automaton_is_undecided() -> None:
    large = Regex("^((a{90}b){90}){90}$")
    assert ask([large], [Regex("^((a{90}b){90}){89}c$")]) is UNDECIDED
    assert ask([large], [large]) is None
    assert ask([large], [g("?", "*")]) is UNDECIDED


def test_deeply_nested_groups_are_no_error() -> None:
    deep = Regex("(" * 55 + "a|b.c" + ")+d" * 55)
    assert ask([deep], [g("*", "d", "*")]) is None


def test_hundreds_of_globs_outside_are_quick() -> None:
    many = of([g("*", f"\\tool{number}.exe") for number in range(500)])
    one = of([g("*", "\\Other.exe")])
    member(one, many, Budget())
    start = perf_counter()
    for _ in range(20):
        assert member(one, many, Budget()) == "\\Other.exe"
    assert (perf_counter() - start) / 20 < 0.005  # 0.1 ms on an idle machine
    inner = of([g("*", "\\Dir\\tool77.exe")])
    assert member(inner, many, Budget()) is None


def test_every_pair_of_small_globs_is_answered_rightly() -> None:
    pieces = ["*", "?", "a", "b"]
    small = [g(*parts) for n in range(4) for parts in product(pieces, repeat=n)]
    small = [each for each in small if each == joined(each.parts)]
    for one, other in product(small, small):
        check([one], [other])
        assert ask([one], [other]) is not UNDECIDED


def test_what_plainly_leaves_no_value_is_named() -> None:
    one, larger, other = of([g("*", "foo"), Regex("(?i)o\\z|x"), g("*", "bar", "*")])
    assert conflict([one], [other, larger]) == ([one], [larger])
    assert conflict([one, language(g("*", "bar"))], [other])
    assert conflict([one], [other]) is None
    assert conflict([one], [EVERYTHING]) == ([], [EVERYTHING])
    assert conflict([other], [one, other]) == ([other], [other])


@given(st.lists(tests, max_size=3), st.lists(tests, max_size=3))
@settings(deadline=None)
def test_a_conflict_leaves_no_short_value(inside: list[Test], outside: list[Test]) -> None:
    found = conflict(of([*inside]), of([*outside]))
    if found is not None:
        for value in SHORT[::5]:
            assert not (
                all(each.contains(value) for each in found[0])
                and not any(each.contains(value) for each in found[1])
            )


@pytest.mark.parametrize("source", ["(?R)", "(", "(?(1)a|b)(?C)", "\\"])
def test_an_expression_that_nobody_understands_is_undecided(source: str) -> None:
    odd = Regex(source)
    assert ask([odd, LOWER], [odd]) is None
    assert ask([odd, g("a"), g("b")], []) is None
    assert ask([odd], [g("a")]) is UNDECIDED
    assert ask([g("a")], [odd]) is UNDECIDED
