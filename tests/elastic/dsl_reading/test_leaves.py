"""Leaf queries: Elasticsearch Guide, "Term-level queries" and the page of each query."""

from __future__ import annotations

import json
from ipaddress import ip_network
from typing import Any

import pytest

from siemc.formula import (
    FALSE,
    TRUE,
    Atom,
    Cidr,
    Compare,
    Equals,
    Exists,
    Formula,
    Opaque,
    Or,
    Wild,
    atoms,
    glob,
)
from siemc.reading import ReadError
from siemc.schema import FieldType, Index, Schema
from siemc_backends.elastic.dsl import DSL

RUN, ONE = Wild.RUN, Wild.ONE
KINDS = {
    "k": FieldType("keyword"),
    "low": FieldType("keyword", normalizer="lowercase"),
    "w": FieldType("wildcard"),
    "const": FieldType("constant_keyword"),
    "n": FieldType("long"),
    "x": FieldType("double"),
    "yes": FieldType("boolean"),
    "ip": FieldType("ip"),
    "t": FieldType("text"),
    "d": FieldType("date"),
}
SCHEMA = Schema("test", "elastic", "A test", (Index("index", KINDS),))


def formula(query: Any) -> Formula:
    """The formula of a query, as a JSON text or as its data."""
    text = query if isinstance(query, str) else json.dumps(query)
    [reading] = DSL.read(text, SCHEMA)
    return reading.formula


def is_(field: str, *parts: str | Wild) -> Atom:
    return Atom(field, glob(parts, cased=True))


def caseless(field: str, *parts: str | Wild) -> Atom:
    return Atom(field, glob(parts))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"term": {"k": "Kimchy"}}, is_("k", "Kimchy")),
        ({"term": {"k": {"value": "kimchy", "boost": 1.0}}}, is_("k", "kimchy")),
        ({"term": {"k": {"value": "a*b", "_name": "q"}}}, is_("k", "a*b")),
        ({"term": {"k": {"value": "aB", "case_insensitive": True}}}, caseless("k", "aB")),
        ({"term": {"k": {"value": "aB", "case_insensitive": False}}}, is_("k", "aB")),
        ({"term": {"k": {"value": "aB", "case_insensitive": "true"}}}, caseless("k", "aB")),
        ({"term": {"k": ""}}, is_("k")),
        ({"term": {"k": 5}}, is_("k", "5")),
        ({"term": {"k": -0}}, is_("k", "0")),
        ({"term": {"k": 1.50}}, is_("k", "1.5")),
        ({"term": {"k": True}}, is_("k", "true")),
        ({"term": {"low": "ABC"}}, caseless("low", "abc")),
        ({"term": {"n": 5}}, Atom("n", Equals(5))),
        ({"term": {"n": "5"}}, Atom("n", Equals(5))),
        ({"term": {"x": 1.5}}, Atom("x", Equals(1.5))),
        ({"term": {"yes": True}}, Atom("yes", Equals(True))),
        ({"term": {"ip": "10.0.0.0/8"}}, Atom("ip", Cidr(ip_network("10.0.0.0/8")))),
        ({"term": {"unknown": "x"}}, FALSE),
        (
            {"terms": {"k": ["kimchy", "elkbee"], "boost": 1.0}},
            Or((is_("k", "kimchy"), is_("k", "elkbee"))),
        ),
        ({"terms": {"k": ["one"]}}, is_("k", "one")),
        ({"terms": {"k": []}}, FALSE),
        ({"terms": {"n": [1, 2]}}, Or((Atom("n", Equals(1)), Atom("n", Equals(2))))),
        ({"wildcard": {"k": {"value": "ki*y"}}}, is_("k", "ki", RUN, "y")),
        ({"wildcard": {"k": {"wildcard": "ki?y"}}}, is_("k", "ki", ONE, "y")),
        ({"wildcard": {"k": "ki*y"}}, is_("k", "ki", RUN, "y")),
        ({"wildcard": {"k": {"value": "a\\*b\\\\*"}}}, is_("k", "a*b\\", RUN)),
        ({"wildcard": {"k": {"value": "a\\"}}}, is_("k", "a\\")),
        ({"wildcard": {"k": {"value": "*Ab", "case_insensitive": True}}}, caseless("k", RUN, "Ab")),
        ({"wildcard": {"k": {"value": "x*", "rewrite": "constant_score"}}}, is_("k", "x", RUN)),
        ({"wildcard": {"low": {"value": "*AB"}}}, caseless("low", RUN, "ab")),
        ({"wildcard": {"const": {"value": "a\\-b?*"}}}, is_("const", "a\\-b?", RUN)),
        ({"prefix": {"k": {"value": "ki*"}}}, is_("k", "ki*", RUN)),
        ({"prefix": {"k": "ki"}}, is_("k", "ki", RUN)),
        ({"prefix": {"k": {"value": "Ki", "case_insensitive": True}}}, caseless("k", "Ki", RUN)),
        ({"regexp": {"k": {"value": "a.*b"}}}, is_("k", "a", RUN, "b")),
        (
            {"regexp": {"k": {"value": "a.*", "flags": "ALL", "max_determinized_states": 10000}}},
            is_("k", "a", RUN),
        ),
        ({"regexp": {"k": {"value": "a.*", "flags": "NONE"}}}, is_("k", "a", RUN)),
        ({"exists": {"field": "k"}}, Atom("k", Exists())),
        ({"exists": {"field": "t", "boost": 2}}, Atom("t", Exists())),
        ({"exists": {"field": "unknown"}}, FALSE),
        ({"range": {"n": {"gte": 10}}}, Atom("n", Compare(">=", 10))),
        ({"range": {"n": {"lt": "10", "boost": 2.0}}}, Atom("n", Compare("<", 10))),
        ({"range": {"n": {"gt": 10, "lte": None}}}, Atom("n", Compare(">", 10))),
        (
            {"range": {"n": {"from": 10, "to": None, "include_lower": False}}},
            Atom("n", Compare(">", 10)),
        ),
        ({"range": {"n": {"from": None, "to": 10}}}, Atom("n", Compare("<=", 10))),
        ({"match_phrase": {"k": "a b"}}, is_("k", "a b")),
        ({"match_phrase": {"k": {"query": "a b", "slop": 0}}}, is_("k", "a b")),
        ({"match": {"k": "a b"}}, is_("k", "a b")),
        ({"match": {"k": {"query": "a*"}}}, is_("k", "a*")),
        ({"match": {"n": 5}}, Atom("n", Equals(5))),
        ({"match_all": {}}, TRUE),
        ({"match_all": {"boost": 1.2}}, TRUE),
        ({"match_none": {}}, FALSE),
        ({"constant_score": {"filter": {"term": {"k": "x"}}, "boost": 1.2}}, is_("k", "x")),
        ({"query": {"term": {"k": "x"}}}, is_("k", "x")),
    ],
)
def test_what_a_leaf_means(query: Any, expected: Formula) -> None:
    assert formula(query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"query": "k:a"}, is_("k", "a")),
        ({"query": "a*", "default_field": "k"}, is_("k", "a", RUN)),
        ({"query": "a", "fields": ["k^2", "low"]}, Or((is_("k", "a"), caseless("low", "a")))),
        ({"query": "k:a k:b", "default_operator": "or"}, Or((is_("k", "a"), is_("k", "b")))),
        ({"query": "k:(a OR b)", "analyze_wildcard": True}, Or((is_("k", "a"), is_("k", "b")))),
        ({"query": 'k:"a\\\\b"'}, is_("k", "a\\b")),
        ({"query": " ", "fields": ["k"]}, FALSE),
    ],
)
def test_query_string_is_read_as_lucene(query: dict[str, Any], expected: Formula) -> None:
    assert formula({"query_string": query}) == expected


@pytest.mark.parametrize(
    "query",
    [
        {"match": {"t": "two words"}},
        {"match_phrase": {"t": "two words"}},
        {"range": {"d": {"gte": "now-1d", "lt": "now"}}},
        {"range": {"k": {"gte": "a"}}},
        {"query_string": {"query": "lone"}},
    ],
)
def test_what_no_test_can_say_is_opaque(query: dict[str, Any]) -> None:
    [leaf] = atoms(formula(query))
    assert isinstance(leaf.test, Opaque)


def test_a_range_with_two_bounds_rests_on_one_value() -> None:
    [reading] = DSL.read('{"range": {"n": {"gte": 10, "lte": 20}}}', SCHEMA)
    assert len(list(atoms(reading.formula))) in {1, 2}
    assert "SA13" in reading.assumptions


REFUSED = [
    ({"term": {"k": None}}, "null"),
    ({"term": {"k": ["a"]}}, "a list"),
    ({"term": {"k": {"value": {"a": 1}}}}, "an object"),
    ({"term": {"k": {"value": "x", "fuzziness": 1}}}, "'fuzziness'"),
    ({"term": {"k": {}}}, "one of value"),
    ({"term": {"k": "a", "w": "b"}}, "one field"),
    ({"term": {}}, "one field"),
    ({"term": "x"}, "object"),
    ({"exists": {"field": "k*"}}, "pattern"),
    ({"query_string": {"query": "a", "fields": ["k*"]}}, "pattern"),
    ({"term": {"": "a"}}, "empty"),
    ({"term": {"_id": "a"}}, "_id"),
    ({"term": {"k": 1e300}}, "decimal"),
    ({"term": {"n": "x"}}, "long"),
    ({"term": {"k": {"value": "a", "case_insensitive": 1}}}, "true or false"),
    ({"terms": {"k": {"index": "i", "id": "1", "path": "p"}}}, "lookup"),
    ({"terms": {"k": ["a"], "w": ["b"]}}, "one field"),
    ({"wildcard": {"k": {"value": "x*", "rewrite": "top_terms_5"}}}, "drop terms"),
    ({"wildcard": {"k": {"value": "x*", "wildcard": "y"}}}, "one of value, wildcard"),
    ({"regexp": {"k": {"value": "a&b", "flags": "NONE"}}}, "flags"),
    ({"regexp": {"k": {"value": "a("}}}, ""),
    ({"exists": {"field": ["k"]}}, "must be a text"),
    ({"exists": {}}, "takes a field"),
    ({"range": {"n": {}}}, "without a bound"),
    ({"range": {"n": {"gt": 1, "gte": 2}}}, "one lower and one upper"),
    ({"range": {"d": {"gte": "2020", "format": "yyyy"}}}, "'format'"),
    ({"range": {"d": {"gte": "2020", "time_zone": "+01:00"}}}, "'time_zone'"),
    ({"match": {"k": {"query": "a", "fuzziness": "AUTO"}}}, "'fuzziness'"),
    ({"match_phrase": {"t": {"query": "a b", "slop": 2}}}, "slop"),
    ({"ids": {"values": ["1"]}}, "'ids'"),
    ({"nested": {"path": "a", "query": {"match_all": {}}}}, "'nested'"),
    ({"script": {"script": "true"}}, "'script'"),
    ({"more_like_this": {}}, "'more_like_this'"),
    ({"match_all": {"fields": []}}, "'fields'"),
    ({}, "one key"),
    ({"term": {"k": "a"}, "exists": {"field": "k"}}, "one key"),
    ({"query": {"match_all": {}}, "size": 0}, "one key"),
    ([], "object"),
    ("5", "object"),
    ({"query_string": {"query": "a", "phrase_slop": 2}}, "'phrase_slop'"),
    ({"query_string": {"query": "k:(a"}}, ""),
    ({"query_string": {"query": 5}}, "must be a text"),
    ({"query_string": {"query": "a", "fields": []}}, "empty"),
]


@pytest.mark.parametrize(("query", "says"), REFUSED)
def test_what_is_not_understood_is_refused(query: Any, says: str) -> None:
    with pytest.raises(ReadError) as caught:
        formula(query)
    assert says in caught.value.message


@pytest.mark.parametrize(
    ("query", "test"),
    [
        ({"term": {"a*": "x"}}, glob(("x",), cased=True)),
        ({"terms": {"a*": ["x"]}}, glob(("x",), cased=True)),
        ({"prefix": {"a*": "x"}}, glob(("x", RUN), cased=True)),
        ({"wildcard": {"a*": "*x"}}, glob((RUN, "x"), cased=True)),
        ({"regexp": {"a*": ".*x"}}, glob((RUN, "x"), cased=True)),
        ({"range": {"n*": {"gt": 5}}}, Compare(">", 5)),
    ],
)
def test_a_star_in_the_name_of_a_term_query_is_itself(query: dict[str, Any], test: Any) -> None:
    fields = {"a*": FieldType("keyword"), "n*": FieldType("long")}
    known = Schema("test", "elastic", "A test", (Index("index", fields),))
    [reading] = DSL.read(json.dumps(query), known)
    [(name, _)] = next(iter(query.values())).items()
    [found] = atoms(reading.formula)
    assert (found.field, found.test) == (name, test)
