"""The ``bool`` query: Elasticsearch Guide, "Boolean query", and ``BoolQueryBuilder``."""

from __future__ import annotations

from typing import Any

import pytest

from siemc.evaluate import evaluate
from siemc.formula import FALSE, TRUE, And, Formula, Not, Or
from siemc.reading import ReadError

from .test_leaves import formula, is_

A, B, C, D = (is_("k", letter) for letter in "abcd")


def term(letter: str) -> dict[str, Any]:
    return {"term": {"k": letter}}


a, b, c, d = map(term, "abcd")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"must": [a, b]}, And((A, B))),
        ({"must": a}, A),
        ({"filter": [a], "must": [b]}, And((B, A))),
        ({"filter": a, "must_not": b}, And((A, Not(B)))),
        ({"must_not": [a]}, Not(A)),
        ({"must_not": [a, b]}, And((Not(A), Not(B)))),
        ({"should": [a, b]}, Or((A, B))),
        ({"should": a}, A),
        ({"should": [a, b], "minimum_should_match": 1}, Or((A, B))),
        ({"should": [a, b], "minimum_should_match": "1"}, Or((A, B))),
        ({"should": [a, b], "minimum_should_match": 0}, Or((A, B))),
        ({"should": [a, b], "minimum_should_match": 2}, And((A, B))),
        ({"should": [a, b], "must_not": [c]}, And((Or((A, B)), Not(C)))),
        ({"filter": [a], "should": [b, c]}, A),
        ({"must": [a], "should": [b, c]}, A),
        ({"filter": [a], "should": [b, c], "minimum_should_match": 1}, And((A, Or((B, C))))),
        ({"filter": [a], "should": [b, c], "minimum_should_match": 0}, A),
        ({"filter": [a], "should": [b], "minimum_should_match": 2}, And((A, FALSE))),
        ({"filter": [a], "minimum_should_match": 1}, And((A, FALSE))),
        ({}, TRUE),
        ({"must": []}, TRUE),
        ({"must": None, "filter": a}, A),
        ({"should": [], "filter": [a]}, A),
        ({"filter": a, "boost": 2.0, "_name": "x", "adjust_pure_negative": True}, A),
    ],
)
def test_what_a_bool_query_means(body: dict[str, Any], expected: Formula) -> None:
    assert formula({"bool": body}) == expected


def test_two_of_three() -> None:
    found = formula({"bool": {"should": [a, b, c], "minimum_should_match": 2}})
    assert found == Or((And((A, B)), And((A, C)), And((B, C))))
    assert evaluate(found, {"k": ["a", "c"]})
    assert not evaluate(found, {"k": ["b"]})


def test_the_example_of_the_guide() -> None:
    """ "Boolean query": must, filter, must_not and should of which one must match."""
    query = {
        "query": {
            "bool": {
                "must": {"term": {"k": "kimchy"}},
                "filter": {"term": {"k": "production"}},
                "must_not": {"range": {"n": {"gte": 10}}},
                "should": [{"term": {"k": "env1"}}, {"term": {"k": "deployed"}}],
                "minimum_should_match": 1,
                "boost": 1.0,
            }
        }
    }
    found = formula(query)
    event: dict[str, list[str | int]] = {"k": ["kimchy", "production", "env1"], "n": [9]}
    assert evaluate(found, event)
    assert evaluate(found, {**event, "n": []})
    assert not evaluate(found, {**event, "n": [10]})
    assert not evaluate(found, {**event, "k": ["kimchy", "production"]})
    assert not evaluate(found, {**event, "k": ["kimchy", "env1"]})


@pytest.mark.parametrize(
    "minimum", ["75%", "-1", -1, "2<75%", "3<-25% 9<-3", 1.5, True, "x", [1], {"a": 1}]
)
def test_other_minimums_are_refused(minimum: Any) -> None:
    with pytest.raises(ReadError):
        formula({"bool": {"should": [a, b], "minimum_should_match": minimum}})


@pytest.mark.parametrize(
    "body",
    [
        {"must": [a], "mustNot": [b]},
        {"must": ["a"]},
        {"must": [[a]]},
        {"must": [{}]},
        {"must_not": [a], "adjust_pure_negative": False},
        {"must_not": [a], "minimum_should_match": 1},
        {"should": [a], "minimum_should_match": 2},
        {"should": [term(str(i)) for i in range(40)], "minimum_should_match": 20},
        {"filter": [{"ids": {}}], "should": []},
        {"filter": [a], "should": [{"unknown": {}}]},
    ],
)
def test_bodies_that_are_not_understood_are_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ReadError):
        formula({"bool": body})


def test_an_optional_clause_that_decides_nothing_is_still_read() -> None:
    with pytest.raises(ReadError, match="'ids'"):
        formula({"bool": {"filter": [a], "should": [{"ids": {"values": []}}]}})


def nested(levels: int) -> str:
    return '{"bool":{"filter":[' * levels + '{"term":{"k":"a"}}' + "]}}" * levels


def test_thirty_queries_in_each_other_are_read_and_more_are_refused() -> None:
    """``indices.query.bool.max_nested_depth`` counts the innermost query too."""
    assert formula(nested(29)) == A
    for levels, reason in ((30, "max_nested_depth"), (100, "max_nested"), (20_000, "levels")):
        with pytest.raises(ReadError, match=reason):
            formula(nested(levels))
