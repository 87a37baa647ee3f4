"""How KQL joins and groups: Kibana Guide, "Kibana Query Language", and kbn-es-query's grammar."""

from __future__ import annotations

import pytest

from siemc.formula import TRUE, Formula

from .build import PLAIN, RUN, all_, any_, formula, has, is_, no

A, B, C = is_("a", "x"), is_("b", "y"), is_("c", "z")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: x", A),
        ("a:x and b:y", all_(A, B)),
        ("a:x or b:y", any_(A, B)),
        ("a:x and b:y and c:z", all_(A, B, C)),
        ("a:x or b:y and c:z", any_(A, all_(B, C))),
        ("a:x and b:y or c:z", any_(all_(A, B), C)),
        ("(a:x or b:y) and c:z", all_(any_(A, B), C)),
        ("not a:x", no(A)),
        ("not a:x and b:y", all_(no(A), B)),
        ("not a:x or b:y", any_(no(A), B)),
        ("not (a:x or b:y)", no(any_(A, B))),
        ("not (not a:x)", no(no(A))),
        ("a:x and not (b:y and not c:z)", all_(A, no(all_(B, no(C))))),
        ("((a:x))", A),
        ("( a:x )", A),
    ],
)
def test_and_binds_tighter_than_or_and_not_tightest(text: str, expected: Formula) -> None:
    assert formula(text) == expected


@pytest.mark.parametrize(
    "text",
    ["a:x AND b:y", "a:x And b:y", "a:x\nand\tb:y", "a:x   and   b:y", "a:x\xa0and\xa0b:y"],
)
def test_keywords_take_any_case_and_any_white_space(text: str) -> None:
    assert formula(text) == all_(A, B)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: (x or y)", any_(is_("a", "x"), is_("a", "y"))),
        ("a: (x and y)", all_(is_("a", "x"), is_("a", "y"))),
        ("a: (x or y and z)", any_(is_("a", "x"), all_(is_("a", "y"), is_("a", "z")))),
        ("a: (not x)", no(is_("a", "x"))),
        ("a: (x and not y)", all_(is_("a", "x"), no(is_("a", "y")))),
        ("a: (x and not (y or z))", all_(is_("a", "x"), no(any_(is_("a", "y"), is_("a", "z"))))),
        ("a: ((x))", is_("a", "x")),
        ("a:(* and not (x or y*))", all_(has("a"), no(any_(is_("a", "x"), is_("a", "y", RUN))))),
        ("not a: (x or y)", no(any_(is_("a", "x"), is_("a", "y")))),
        ("a: (x or y) and b: y", all_(any_(is_("a", "x"), is_("a", "y")), B)),
    ],
)
def test_a_list_of_values_is_of_one_field(text: str, expected: Formula) -> None:
    assert formula(text) == expected


@pytest.mark.parametrize("text", ["", "  ", "\n\t\xa0", "*: *", "*:*", "not (not *:*) or *:*"])
def test_nothing_and_all_fields_find_everything(text: str) -> None:
    found = formula(text)
    assert found == TRUE or text.startswith("not")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("f: or b", "or b"),
        ("f: and", "and"),
        ("f: not", "not"),
        ("f: nota", "nota"),
        ("f: (or b)", "or b"),
        ("f: a or", "a or"),
        ("f: (a and)", "a and"),
        ("f: oreo android notice", "oreo android notice"),
        ("f: a-or-b", "a-or-b"),
    ],
)
def test_a_keyword_needs_white_space_around_it(text: str, value: str) -> None:
    assert formula(text) == is_("f", value)


def test_a_keyword_without_an_operand_before_it_is_text() -> None:
    """``a and and b``: after the first one, ``and b`` is a value; here it is one of a list."""
    assert formula("f: (a and and b)") == all_(is_("f", "a"), is_("f", "and b"))
    assert formula("f: (a or or b)") == any_(is_("f", "a"), is_("f", "or b"))


def test_a_long_row_is_one_join() -> None:
    row = " or ".join(f"f: {number}x" for number in range(5000))
    assert formula(row) == any_(*(is_("f", f"{number}x") for number in range(5000)))


def test_two_hundred_levels_are_read() -> None:
    assert formula("(" * 200 + "a:x" + ")" * 200, PLAIN) == A
