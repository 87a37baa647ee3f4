"""Languages: what they contain is what ``evaluate`` says, and what their parts say of them."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siemc.evaluate import evaluate, text_of
from siemc.folding import fold
from siemc.formula import (
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
from siemc.prove.languages import (
    ADDRESSES,
    EVERYTHING,
    LOWER,
    NO_CONTROLS,
    NO_LINE_BREAKS,
    NOTHING,
    NUMBERS,
    WHOLE_NUMBERS,
    Language,
    language,
)
from tests.regex.strategies import subjects

from .strategies import ODD, any_regexes, globs, odd_texts, regexes

NETWORKS = [
    "0.0.0.0/0",
    "10.0.0.0/8",
    "10.16.0.0/12",
    "192.168.1.0/24",
    "192.168.1.128/25",
    "192.168.1.7/32",
    "fe80::/10",
    "2001:db8::/32",
    "::1/128",
]
ADDRESS_TEXTS = [
    "10.0.0.1",
    "10.15.255.255",
    "10.16.0.0",
    "10.31.0.9",
    "10.32.0.0",
    "010.0.0.1",
    "10.0.0",
    "192.168.1.7",
    "192.168.1.127",
    "192.168.1.128",
    "192.168.1.256",
    "0.0.0.0",
    "255.255.255.255",
    "::",
    "::1",
    "::0001",
    "fe80::1",
    "FE80::1",
    "fe80::1%eth0",
    "febf::",
    "2001:db8::1",
    "2001:0db8::1",
    "::ffff:10.0.0.1",
    "",
    "a",
]
NUMBER_TEXTS = [
    "0",
    "-0",
    "5",
    "05",
    "5.0",
    "5.",
    ".5",
    "+5",
    "5e0",
    "5E0",
    "-5",
    "4.9999",
    "1e999",
]
NUMBER_TEXTS += [
    "-1e999",
    "9007199254740993",
    "9007199254740992.0",
    "1e-5",
    "1e-05",
    "0x5",
    "",
    "\u0665",
]
NUMBERS_OF_TESTS = [0, 5, 5.0, 4.5, -5, 2**53 + 1, float(2**53), 10**120, float("inf")]
TIMES = ["2024-02-29T23:59:00+00:00", "2024-02-29T23:59:00", "2020-12-31T00:00:00Z", "2024", "x"]
OPS = ["<", "<=", ">", ">="]


def says(test: Test, value: str) -> bool:
    return evaluate(Atom("f", test), {"f": [value]})


def check(test: Test, value: str) -> None:
    assert language(test).contains(value) == says(test, value), value


@given(globs("".join(sorted(ODD)) + "b."), odd_texts)
def test_a_glob_contains_what_evaluate_says(test: Glob, value: str) -> None:
    check(test, value)


@given(globs("ab"), st.text(st.sampled_from("abAB\n"), max_size=8))
def test_a_glob_of_few_letters_contains_what_evaluate_says(test: Glob, value: str) -> None:
    check(test, value)


@given(any_regexes, subjects)
@settings(deadline=None)
def test_an_expression_contains_what_evaluate_says(test: Regex, value: str) -> None:
    check(test, value)


@given(regexes, st.text(st.sampled_from("abA\n "), max_size=6))
@settings(deadline=None)
def test_the_automaton_of_an_expression_accepts_what_evaluate_says(test: Regex, value: str) -> None:
    found = language(test)
    assert found.is_exact
    assert found.upper_automaton
    assert found.upper_automaton.accepts(value) == says(test, value)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("value", ADDRESS_TEXTS)
def test_a_network_contains_what_evaluate_says(network: str, value: str) -> None:
    test = Cidr(ip_network(network))
    check(test, value)
    found = language(test)
    if says(test, value):
        assert found.upper_automaton
        assert found.upper_automaton.accepts(value)
    elif found.is_exact and found.upper_automaton:
        assert not found.upper_automaton.accepts(value)


@pytest.mark.parametrize("value", NUMBER_TEXTS)
@pytest.mark.parametrize("number", NUMBERS_OF_TESTS)
def test_a_comparison_contains_what_evaluate_says(number: float, value: str) -> None:
    for op in OPS:
        test = Compare(op, number)  # type: ignore[arg-type]
        check(test, value)
        if says(test, value):
            automaton = language(test).upper_automaton
            assert automaton
            assert automaton.accepts(value)


@pytest.mark.parametrize("value", [*NUMBER_TEXTS, "true", "TRUE", "false", "1"])
@pytest.mark.parametrize("wanted", [0, 5, 5.0, 4.9999, True, False])
def test_an_equal_value_is_what_evaluate_says(wanted: float, value: str) -> None:
    check(Equals(wanted), value)


@pytest.mark.parametrize("value", TIMES)
@pytest.mark.parametrize("unit", ["minute", "hour", "day", "week", "month", "year"])
def test_a_part_of_a_time_is_what_evaluate_says(unit: str, value: str) -> None:
    for op in ["=", *OPS]:
        for number in (0, 1, 9, 29, 53, 2024, 22.5, float("inf"), float("-inf"), float("nan")):
            check(TimePart(unit, op, number), value)  # type: ignore[arg-type]


def test_a_comparison_with_what_is_no_number_holds_of_nothing() -> None:
    assert language(Compare("<", float("nan"))) is NOTHING


@pytest.mark.parametrize("test", [IsNull(), SameAs("g"), Opaque("x")])
def test_what_is_not_about_one_value_has_no_language(test: Test) -> None:
    with pytest.raises(ValueError, match="not about one value"):
        language(test)


def test_what_has_a_value_is_everything() -> None:
    assert language(Exists()) is EVERYTHING
    assert language(Glob((RUN,))) is EVERYTHING
    for source in ("", "x*", "(?:)|a", r"^|b"):
        assert [each.key for each in language(Regex(source)).options] == [EVERYTHING.key]


@pytest.mark.parametrize(
    "test",
    [
        Glob(("Foo",)),
        Glob((RUN, "\\Foo.exe")),
        Regex(r"foo\d+$"),
        Regex("(?i)a|b"),
        Regex(r"\bfoo\b"),
        Cidr(ip_network("10.0.0.0/8")),
        Cidr(ip_network("fe80::/64")),
        Compare("<", 5),
        Compare(">", 2**60),
        TimePart("week", "=", 53),
        TimePart("day", "=", 31),
        TimePart("year", "<", 1000),
        Exists(),
    ],
)
def test_samples_are_of_the_language(test: Test) -> None:
    found = language(test).samples()
    assert found
    assert all(says(test, value) for value in found)


@given(st.one_of(globs(), regexes))
@settings(deadline=None)
def test_all_samples_are_of_the_language(test: Test) -> None:
    assert all(says(test, value) for value in language(test).samples())


def test_a_glob_is_first_shown_as_the_rule_spells_it() -> None:
    assert language(Glob((RUN, "\\Foo.EXE"))).samples()[0] == "\\Foo.EXE"


@pytest.mark.parametrize(
    ("universe", "members", "others"),
    [
        (NO_LINE_BREAKS, ["", "a\tb"], ["a\nb", "\r", "\u2028", "\x85"]),
        (NO_CONTROLS, ["", "a b", "a\tb"], ["\v", "\n", "\x7f", "\x9b"]),
        (LOWER, ["", "ab1ß", "\u212a"], ["A", "Σ"]),
        (
            ADDRESSES,
            ["10.0.0.1", "::1", "1:2:3:4:5:6:7:8"],
            ["010.0.0.1", "::0001", "x", "fe80::1%e"],
        ),
        (
            NUMBERS,
            ["0", "-5", "0.5", "1e-05", str(10**50)],
            ["05", "5.0", "+5", "x", "1e999", "-0"],
        ),
        (WHOLE_NUMBERS, ["0", "-5", str(10**50)], ["0.5", "05", "5.0", "-0", ""]),
    ],
)
def test_a_universe_has_its_values(
    universe: Language, members: list[str], others: list[str]
) -> None:
    for value in (*members, *universe.samples()):
        assert universe.contains(value), value
        assert universe.upper_automaton
        assert universe.upper_automaton.accepts(value)
    for value in others:
        assert not universe.contains(value), value
        assert universe.lower_automaton is None or not universe.lower_automaton.accepts(value)


@given(st.text(max_size=4))
def test_lower_case_is_what_folding_keeps(value: str) -> None:
    assert LOWER.contains(value) == (fold(value) == value)


@given(st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False)))
def test_every_number_in_its_one_text_form_is_a_number(number: float) -> None:
    text = text_of(number)
    assert NUMBERS.contains(text)
    assert NUMBERS.upper_automaton
    assert NUMBERS.upper_automaton.accepts(text)


@given(st.ip_addresses())
def test_every_address_in_its_one_text_form_is_an_address(address: object) -> None:
    text = str(address)
    assert ADDRESSES.contains(text)
    assert ADDRESSES.upper_automaton
    assert ADDRESSES.upper_automaton.accepts(text)


@given(st.one_of(globs(), regexes), st.text(st.sampled_from("abA\nB"), max_size=5))
@settings(deadline=None)
def test_the_options_of_a_language_are_its_union(test: Test, value: str) -> None:
    found = language(test)
    assert any(each.contains(value) for each in found.options) == found.contains(value)


@given(st.one_of(globs(), regexes), st.text(st.sampled_from("abAB\n"), max_size=6))
@settings(deadline=None)
def test_a_caseless_language_is_caseless(test: Test, value: str) -> None:
    found = language(test)
    if found.is_caseless and value.isascii():
        assert found.contains(value) == found.contains(value.swapcase())


def test_a_hostile_expression_does_not_hold_up_a_test_of_a_value() -> None:
    for source in (r"(a+)+$b", r"(a|a)*b$", r"(a?){40}a{40}b", "a?" * 40 + "a" * 39 + "b"):
        assert not language(Regex(source)).contains("a" * 60)


def test_what_is_not_regular_is_left_to_pythons_engine() -> None:
    found = language(Regex(r"(a)\1(?!b)"))
    assert found.contains("aac")
    assert not found.contains("aab")
    assert not found.is_exact


def test_times_are_read_with_their_zone() -> None:
    now = datetime(2024, 5, 6, 7, 8, tzinfo=UTC).isoformat()
    assert language(TimePart("hour", "=", 7)).contains(now)
