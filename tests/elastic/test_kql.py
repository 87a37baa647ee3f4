"""KQL: each escape, each form of a leaf, each shape, by hand."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from siemc.formula import (
    FALSE,
    TRUE,
    And,
    Cidr,
    Compare,
    Equals,
    Exists,
    Formula,
    Glob,
    IsNull,
    Not,
    Or,
    Regex,
)
from siemc.schema import FieldType

from .build import KEYWORD, ONE, RUN, WILDCARD, codes, emit, has, index, leaf, text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("api.telegram.org", '"api.telegram.org"'),
        ("C:\\temp\\new.exe", '"C:\\\\temp\\\\new.exe"'),
        ("ends in \\", '"ends in \\\\"'),
        ('say "hi"', '"say \\"hi\\""'),
        ("a*b", '"a*b"'),
        ("not", '"not"'),
        ("a\tb\nc\rd", '"a\\tb\\nc\\rd"'),
        ("\x00\u2028\u202e", '"\\u0000\\u2028\u202e"'),
        ("null", '"null"'),
        ("", '""'),
    ],
)
def test_an_exact_value_is_quoted(value: str, expected: str) -> None:
    assert text("kql", has("f", value)) == f"f: {expected}"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((RUN, "\\notepad.exe"), "*\\\\notepad.exe"),
        (("C:\\Program Files (x86)\\", RUN), "C\\:\\\\Program Files \\(x86\\)\\\\*"),
        ((RUN, "50*", RUN), "*50\\**"),
        ((RUN, "a?b", RUN), "*a?b*"),
        ((RUN, '{"k":1}', RUN), '*\\{\\"k\\"\\:1\\}*'),
        ((RUN, "a or b", RUN), "*a \\or b*"),
        ((RUN, "a AND b", RUN), "*a \\AND b*"),
        (("or else", RUN), "\\or else*"),
        ((RUN, "cannot do", RUN), "*can\\u006eot do*"),
        ((RUN, "CANNOT do", RUN), "*CAN\\NOT do*"),
        ((RUN, "oracle and"), "*oracle \\and"),
        ((RUN, "orange", RUN), "*orange*"),
        ((RUN, "a\tb\nnot c", RUN), "*a\\tb\\n\\u006eot c*"),
        ((RUN, " -Enc ", RUN), "* -Enc *"),
        ((RUN, "a\xa0or b", RUN), "*a\\u00a0or b*"),
    ],
)
def test_a_wildcard_value_is_bare(parts: tuple[str, ...], expected: str) -> None:
    assert text("kql", has("f", *parts)) == f"f: {expected}"


@pytest.mark.parametrize("parts", [(" x", RUN), (RUN, "x "), ("\t", RUN), (RUN, "\ufeff")])
def test_a_space_at_the_edge_of_a_wildcard_value_is_refused(parts: tuple[str, ...]) -> None:
    assert codes(emit("kql", has("f", *parts), "raw")) == ["SC212"]


def test_the_parsers_own_mark_for_a_wildcard_is_refused_as_text() -> None:
    assert codes(emit("kql", has("f", RUN, "@kuery-wildcard@"), "raw")) == ["SC212"]
    assert text("kql", has("f", "@kuery-wildcard@")) == 'f: "@kuery-wildcard@"'


def test_one_character_has_no_wildcard() -> None:
    emission = emit("kql", has("f", "a", ONE, "b", RUN), "raw")
    assert codes(emission) == ["SC205"]
    assert emission.text == "f: a*b*"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("process.name", "process.name"),
        ("Log Name", '"Log Name"'),
        ("a:b", '"a:b"'),
        ('we"ird', '"we\\"ird"'),
        ("null", '"null"'),
        ("True", '"True"'),
        ("false", '"false"'),
        ("not", '"not"'),
        ("a\\b", '"a\\\\b"'),
    ],
)
def test_a_field_name_is_quoted_where_it_must_be(name: str, expected: str) -> None:
    assert text("kql", has(name, "1")) == f'{expected}: "1"'


def test_a_name_that_would_be_a_pattern_is_refused() -> None:
    emission = emit("kql", has("a*", "1"), "raw")
    assert codes(emission) == ["SC212"]
    assert "pattern of names" in emission.problems[0].message


def test_a_field_that_compares_case_is_refused_with_the_remedies() -> None:
    emission = emit("kql", has("f", "Foo"), index(KEYWORD))
    assert codes(emission) == ["SC201"]
    assert emission.text == 'f: "Foo"'
    assert "f compares case" in emission.problems[0].message
    for remedy in ("ecs-caseless", "siemc schema template", "-t dsl"):
        assert remedy in emission.problems[0].hint


def test_one_problem_a_field_has_every_place_of_it() -> None:
    emission = emit("kql", Or((has("f", "Foo"), has("f", "Bar"))), index(KEYWORD))
    assert codes(emission) == ["SC201"]
    assert len(emission.spans) == 2


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("(?i)foo|bar", "f: (*foo* or *bar*)"),
        ("(?i)foo$", "f: *foo"),
        ("(?i)a\\nb", "f: *a\\nb*"),
        ("(?i)^a[12]\\.exe", "f: (a1.exe* or a2.exe*)"),
    ],
)
def test_an_expression_that_is_a_few_globs_becomes_them(source: str, expected: str) -> None:
    assert text("kql", leaf("f", Regex(source))) == expected


def test_an_expression_that_is_no_globs_is_refused_without_a_text() -> None:
    emission = emit("kql", leaf("f", Regex("(?i)^a+b")), "raw")
    assert codes(emission) == ["SC203"]
    assert emission.text is None


@pytest.mark.parametrize(
    ("kind", "test", "expected"),
    [
        ("long", Equals(443), "f: 443"),
        ("long", Compare(">=", 5), "f >= 5"),
        ("boolean", Equals(False), "f: false"),
        ("ip", Cidr(ip_network("10.0.0.0/8")), 'f: "10.0.0.0/8"'),
        ("ip", Glob(("127.", RUN)), 'f: "127.0.0.0/8"'),
        ("keyword", Exists(), "f: *"),
        ("keyword", IsNull(), 'not f: * or f: ""'),
        ("long", IsNull(), "not f: *"),
    ],
)
def test_a_leaf_takes_the_form_of_its_type(kind: str, test: Glob, expected: str) -> None:
    assert text("kql", leaf("f", test), index(FieldType(kind))) == expected


def test_a_network_on_a_keyword_is_refused() -> None:
    assert codes(emit("kql", leaf("f", Cidr(ip_network("10.0.0.0/8"))), index(KEYWORD))) == [
        "SC210"
    ]


def test_a_wildcard_over_mixed_types_is_refused_and_an_exact_number_is_not() -> None:
    mixed = index(KEYWORD, FieldType("long"))
    assert codes(emit("kql", has("f", "4", RUN), mixed)) == ["SC214"]
    assert text("kql", has("f", "443"), mixed) == 'f: "443"'


def test_keyword_and_wildcard_are_one_family_to_a_data_view() -> None:
    assert text("kql", has("f", "4 ", RUN), index(KEYWORD, WILDCARD)) == "f: 4 *"


A, B, C = has("a", "1"), has("b", "2"), has("c", "3")


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (TRUE, "*:*"),
        (FALSE, "not *:*"),
        (And((A, Not(B))), 'a: "1" and not b: "2"'),
        (Or((A, Not(B))), 'a: "1" or not b: "2"'),
        (And((A, Or((B, C)))), 'a: "1" and (b: "2" or c: "3")'),
        (Or((And((A, B)), C)), '(a: "1" and b: "2") or c: "3"'),
        (Not(Or((A, has("a", RUN, "x")))), 'not a: ("1" or *x)'),
        (Not(leaf("a", IsNull())), 'a: * and not a: ""'),
    ],
)
def test_parentheses_leave_no_doubt(formula: Formula, expected: str) -> None:
    assert text("kql", formula) == expected


def test_pretty_puts_one_clause_and_one_exclusion_on_a_line() -> None:
    query = text("kql", And((A, Not(Or((B, has("c", "3"), has("c", "4")))))), pretty=True)
    assert query == "\n".join(
        ['a: "1"', "and not (", '  b: "2"', "  or c: (", '    "3"', '    or "4"', "  )", ")"]
    )
