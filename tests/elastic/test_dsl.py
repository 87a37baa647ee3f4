"""The Query DSL: each form of a leaf, each shape, by hand."""

from __future__ import annotations

import json
from ipaddress import ip_network
from typing import Any

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
    Test,
)
from siemc.schema import FieldType, Schema

from .build import KEYWORD, LOWERCASE, ONE, RUN, WILDCARD, codes, emit, has, index, leaf, text


def query(formula: Formula, schema: str | Schema = "raw", pretty: bool = False) -> Any:
    return json.loads(text("dsl", formula, schema, pretty))


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("C:\\x y",), {"term": {"f": "C:\\x y"}}),
        (("a*b?\n\u2028",), {"term": {"f": "a*b?\n\u2028"}}),
        (("",), {"term": {"f": ""}}),
        (("C:\\", RUN), {"prefix": {"f": {"value": "C:\\"}}}),
        ((RUN, "\\x*", ONE), {"wildcard": {"f": {"value": "*\\\\x\\*?"}}}),
        ((RUN, "a?\n", RUN), {"wildcard": {"f": {"value": "*a\\?\n*"}}}),
    ],
)
def test_a_glob_on_a_field_that_ignores_case(parts: tuple[str, ...], expected: Any) -> None:
    assert query(has("f", *parts)) == expected


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("Foo",), {"term": {"f": {"value": "Foo", "case_insensitive": True}}}),
        (("Foo", RUN), {"prefix": {"f": {"value": "Foo", "case_insensitive": True}}}),
        ((RUN, "Foo"), {"wildcard": {"f": {"value": "*Foo", "case_insensitive": True}}}),
        (("123",), {"term": {"f": "123"}}),
        (("é1",), {"regexp": {"f": {"value": "[éÉ]1"}}}),
    ],
)
def test_a_glob_on_a_field_that_compares_case(parts: tuple[str, ...], expected: Any) -> None:
    assert query(has("f", *parts), index(KEYWORD)) == expected
    assert query(has("f", *parts), index(WILDCARD)) == expected


def test_an_index_with_and_one_without_a_normalizer_take_the_same_form() -> None:
    expected = {"term": {"f": {"value": "Foo", "case_insensitive": True}}}
    assert query(has("f", "Foo"), index(KEYWORD, LOWERCASE)) == expected


@pytest.mark.parametrize(
    ("kind", "test", "expected"),
    [
        ("long", Equals(443), {"term": {"f": 443}}),
        ("long", Compare("<", -2), {"range": {"f": {"lt": -2}}}),
        ("double", Compare(">=", 0.5), {"range": {"f": {"gte": 0.5}}}),
        ("boolean", Glob(("True",)), {"term": {"f": True}}),
        ("ip", Cidr(ip_network("10.0.0.0/8")), {"term": {"f": "10.0.0.0/8"}}),
        ("keyword", Exists(), {"exists": {"field": "f"}}),
        ("keyword", Regex("[0-9]\\.x"), {"regexp": {"f": {"value": ".*[0-9]\\.x.*"}}}),
        ("long", IsNull(), {"bool": {"must_not": [{"exists": {"field": "f"}}]}}),
    ],
)
def test_a_leaf_takes_the_form_of_its_type(kind: str, test: Test, expected: Any) -> None:
    assert query(leaf("f", test), index(FieldType(kind))) == expected


def test_an_expression_keeps_its_line_breaks() -> None:
    emission = emit("dsl", leaf("f", Regex("^a.b$")), "raw-cased")
    assert emission.problems == ()
    assert emission.assumptions == ("SA03",)
    assert json.loads(emission.text or "") == {"regexp": {"f": {"value": "a[^\n]b\n?"}}}


A, B, C = has("a", "1"), has("b", "2"), has("c", "3")
TERM_A, TERM_B, TERM_C = ({"term": {name: digit}} for name, digit in ("a1", "b2", "c3"))


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (TRUE, {"match_all": {}}),
        (FALSE, {"bool": {"must_not": [{"match_all": {}}]}}),
        (And((A, B)), {"bool": {"filter": [TERM_A, TERM_B]}}),
        (Or((A, B)), {"bool": {"should": [TERM_A, TERM_B], "minimum_should_match": 1}}),
        (And((A, Not(B))), {"bool": {"filter": [TERM_A], "must_not": [TERM_B]}}),
        (
            And((A, Not(Or((B, C))))),
            {"bool": {"filter": [TERM_A], "must_not": [TERM_B, TERM_C]}},
        ),
        (
            Not(And((A, B))),
            {"bool": {"must_not": [{"bool": {"filter": [TERM_A, TERM_B]}}]}},
        ),
        (Or((A, has("a", "7"))), {"terms": {"a": ["1", "7"]}}),
        (
            Not(leaf("a", IsNull())),
            {"bool": {"filter": [{"exists": {"field": "a"}}], "must_not": [{"term": {"a": ""}}]}},
        ),
    ],
)
def test_a_shape_becomes_bool_queries(formula: Formula, expected: Any) -> None:
    assert query(formula) == expected


def test_pretty_says_the_same_on_more_lines() -> None:
    formula = And((A, Not(Or((B, C)))))
    assert query(formula, pretty=True) == query(formula)
    assert text("dsl", formula, pretty=True).splitlines() == [
        '{"bool":{',
        '  "filter":[',
        '    {"term":{"a":"1"}}',
        "  ],",
        '  "must_not":[',
        '    {"term":{"b":"2"}},',
        '    {"term":{"c":"3"}}',
        "  ]",
        "}}",
    ]


def test_spans_are_about_the_text() -> None:
    emission = emit("dsl", And((has("b", "9"), Or((A, has("a", "7"))))), "raw")
    assert emission.text is not None
    shown = [emission.text[span.start : span.end] for span in emission.spans]
    assert shown == ['{"term":{"b":"9"}}', '"1"', '"7"']


def test_a_keyword_without_a_whole_event_has_no_plain_form() -> None:
    emission = emit("dsl", has(None, RUN, "x", RUN), index(KEYWORD))
    assert codes(emission) == ["SC211"]
    assert emission.text is None


def test_a_field_name_with_a_star_is_refused_where_it_is_a_pattern() -> None:
    assert codes(emit("dsl", leaf("a*", Exists()), "raw")) == ["SC212"]
    assert query(has("a*", "1")) == {"term": {"a*": "1"}}
