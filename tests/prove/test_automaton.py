"""The automata: zero-width tests between characters, and the search for a shortest value."""

from __future__ import annotations

from itertools import islice
from time import perf_counter

import pytest
from hypothesis import given, settings

from siemc.formula import Regex
from siemc.prove.automaton import values
from siemc.prove.budget import Budget, Spent, Undecided
from siemc.prove.characters import lower_case, natural, rank
from siemc.prove.found import whole
from siemc.prove.positions import Positions
from siemc.regex.charset import ANY, LAST, NOT_NEWLINE, Ranges
from siemc.regex.python import node_to_python
from siemc.regex.read import parse
from siemc.regex.tree import EMPTY, NEVER, Repeat

from .strategies import SHORT, regexes


def automaton(source: str) -> Positions:
    return Positions(whole(parse(source)))


@pytest.mark.parametrize(
    ("source", "accepted", "refused"),
    [
        ("^a$", ["a", "a\n"], ["", "aa", "a\n\n", "\na"]),
        (r"^a\z", ["a"], ["a\n"]),
        (r"^a\Z", ["a", "a\n"], ["a\n\n"]),
        (r"^a$\n", ["a\n"], ["a", "a\n\n"]),
        (r"^a$\n$", ["a\n"], ["a\n\n"]),
        (r"(?m)^a$", ["a", "b\na", "a\nb", "\na\n"], ["ba", "ab"]),
        (r"(?m)a\n^", ["a\nb"], ["a\n", "a"]),
        (r"(?m)^", ["", "\n"], []),
        (r"(?m)^\Z", ["", "\n"], ["a\n"]),
        (r"\ba\b", ["a", "-a-", "\na"], ["aa", "_a", "a1"]),
        (r"\Ba\B", ["aaa", "1a_"], ["a", "aa", "-aa"]),
        (r"\b", ["a", "-a"], ["", "-", "é"]),
        (r"^\B$", ["", "\n"], ["a"]),
        (r"(?:\b|x)+y", ["y", "xy", "x-y", "zxy"], ["zy", "z"]),
        (r"(?:^a|b)+$", ["a", "ab", "b", "cb"], ["ba", "c"]),
        (r"a{2,3}$", ["aa", "aaaa", "baa"], ["a", "aab"]),
        (r"^(?:a?b?){2}\z", ["", "a", "ab", "ba", "abab"], ["bab" + "a", "aaa"]),
    ],
)
def test_an_expression_accepts(source: str, accepted: list[str], refused: list[str]) -> None:
    found = automaton(source)
    assert [value for value in accepted if not found.accepts(value)] == []
    assert [value for value in refused if found.accepts(value)] == []


@pytest.mark.slow
@given(regexes)
@settings(deadline=None, max_examples=200)
def test_an_automaton_accepts_what_python_finds(test: Regex) -> None:
    node = parse(
        test.source, ignorecase=test.ignorecase, multiline=test.multiline, dotall=test.dotall
    )
    search, found = node_to_python(node).search, Positions(whole(node))
    for value in SHORT[::3]:
        assert found.accepts(value) == (search(value) is not None), value


def found(inside: list[str], outside: list[str], alphabet: Ranges = ANY) -> list[str]:
    search = values(
        [*map(automaton, inside)], [*map(automaton, outside)], alphabet, Budget(20, 20_000)
    )
    return list(islice(search, 3))


@given(regexes)
@settings(deadline=None, max_examples=100)
def test_the_first_value_is_a_shortest(test: Regex) -> None:
    search = Positions(whole(parse(test.source)))
    first = next(values([search], [], ANY, Budget(20, 20_000)), None)
    shorter = [value for value in SHORT if first is None or len(value) < len(first)]
    assert not any(search.accepts(value) for value in shorter)
    assert first is None or search.accepts(first)


def test_values_are_natural() -> None:
    assert found(["^...$"], ["x"])[0] == "yyy"
    assert found([r"^\W$"], [])[0] == "-"
    assert found(["^[^ -~]$"], ["a"])[0].isprintable()


def test_what_is_empty_has_no_value() -> None:
    assert found(["^a"], ["a"]) == []
    assert found(["^a$", "^b$"], []) == []
    assert found([r"^a\Bb$", r"\Aa-?b"], ["ab"]) == []


def test_the_alphabet_is_kept_to() -> None:
    assert found([r"^a\s?b$"], ["ab"], NOT_NEWLINE)[0] == "a b"
    assert found([r"^a[\n]b$"], [], NOT_NEWLINE) == []
    assert found(["^A"], [], lower_case()) == []
    assert found(["^."], [], ()) == []


def test_a_line_break_at_the_end_is_known_for_one() -> None:
    assert found([r"a\Z"], [r"a\z"])[0] == "a\n"
    assert found([r"^a\n\Z"], ["^a$"])[0] == "a\n\n"
    assert found([r"^a\Z"], [r"a\z", r"a\n\z"]) == []


def test_the_odd_ends_of_expressions() -> None:
    assert Positions(EMPTY).accepts("")
    assert not Positions(EMPTY).accepts("a")
    assert not Positions(NEVER).accepts("")
    assert not Positions(Repeat(NEVER, 1, None)).accepts("a")


def test_what_is_too_large_is_undecided_at_once() -> None:
    for source in ("a{60000}", "((a{99}){99}){99}", "(?:^){60000}", "(((x|){999}){999}){999}"):
        with pytest.raises(Undecided):
            Positions(parse(source))


def test_budgets_end() -> None:
    budget = Budget(1_000, 5)
    for _ in range(5):
        budget.spend()
    with pytest.raises(Spent):
        budget.spend()
    with pytest.raises(Spent):
        Budget(-1, 1_000).spend()


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        (ANY, "x"),
        (((0, 0x77), (0x79, LAST)), "y"),
        (((48, 57),), "0"),
        (((0x41, 0x42), (0x61, 0x61)), "a"),
        (((0, 31), (0xE9, 0xEA)), "é"),
        (((0, 31),), "\x00"),
        (((0xD800, 0xDFFF), (0x10FFFF, LAST)), "\U0010ffff"),
    ],
)
def test_the_natural_character_of_a_set(ranges: Ranges, expected: str) -> None:
    assert chr(natural(ranges)) == expected


def test_control_characters_come_last() -> None:
    assert rank(ord("x")) < rank(ord("A")) < rank(ord("-")) < rank(0xE9) < rank(0xD800) < rank(0)


def test_an_expression_of_too_many_ways_is_given_up_soon() -> None:
    start = perf_counter()
    with pytest.raises(Undecided):
        Positions(parse("a?" * 5_000))
    assert perf_counter() - start < 5  # 0.1 s on an idle machine
