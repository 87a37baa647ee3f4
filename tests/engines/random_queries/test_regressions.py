"""What random queries found: each a query, the least of events, and both answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from siemc.evaluate import Event, evaluate
from siemc.formula import Opaque, atoms
from siemc.reading import ReadError, Reading
from siemc.schema import FieldType, Index, Schema
from siemc_backends.elastic.dsl.parse import read as read_dsl
from siemc_backends.elastic.lucene.parse import read as read_lucene
from tests.engines import indices
from tests.engines.random_queries import mappings
from tests.engines.random_queries.trial import answered
from tests.engines.server import Query, Server

pytestmark = pytest.mark.engines

INDEX = Index(
    "regressions",
    {
        "address": FieldType("ip"),
        "number": FieldType("long"),
        "when": FieldType("date"),
        "flag": FieldType("boolean"),
        "low": FieldType("keyword", normalizer="lowercase"),
        "k": FieldType("keyword"),
        "o.plain": FieldType("keyword"),
    },
)
SCHEMA = Schema("regressions", "elastic", "Regressions", (INDEX,))


def asked(server: Server, query: Query, *events: Event) -> list[bool] | None:
    """Which of the events the server finds; ``None`` if it refuses the query."""
    server.make(INDEX.pattern, mappings.body(INDEX))
    documents = {str(at): indices.document(event) for at, event in enumerate(events)}
    assert server.put(INDEX.pattern, documents) == {}
    [found] = answered(server, INDEX.pattern, [query])
    return None if isinstance(found, str) else [str(at) in found for at in range(len(events))]


def dsl(body: Query) -> Reading:
    return read_dsl(json.dumps(body), SCHEMA)[0]


def term(field: str, value: Any, **options: Any) -> Query:
    return {"term": {field: {"value": value, **options}}}


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        ("::1/24", [True, True, False]),
        ("::/0", [True, True, True]),
        ("::fffe:0:0/95", [True, False, False]),
        ("::fffe:0:0/96", [False, False, False]),
        ("fe80::1/16", [False, False, True]),
        ("0.0.0.0/0", [True, False, False]),
    ],
)
def test_a_wide_network_of_ipv6_has_all_of_ipv4(
    server: Server, network: str, expected: list[bool]
) -> None:
    events: list[Event] = [{"address": [each]} for each in ("10.0.0.1", "::1", "fe80::1")]
    query = term("address", network)
    assert asked(server, query, *events) == expected
    assert [evaluate(dsl(query).formula, event) for event in events] == expected


@pytest.mark.parametrize("bits", [8, 96, 104, 128])
def test_a_network_around_ipv4_within_ipv6_is_refused(server: Server, bits: int) -> None:
    query = term("address", f"::ffff:10.0.0.1/{bits}")
    assert asked(server, query) is None
    with pytest.raises(ReadError, match="no value of a ip field"):
        dsl(query)


def test_an_empty_text_is_no_value_of_a_number(server: Server) -> None:
    query: Query = {"exists": {"field": "number"}}
    empty: Event = {"number": [""]}
    assert asked(server, query, empty) == [False]
    reading = dsl(query)
    assert evaluate(reading.formula, empty)
    assert "SA12" in reading.assumptions


@pytest.mark.parametrize(
    ("field", "bound"),
    [("address", "10.0.0.0/8"), ("address", "x"), ("flag", ""), ("flag", "TRUE"), ("flag", "tru")],
)
def test_a_bound_that_is_no_value_of_the_type_is_refused(
    server: Server, field: str, bound: str
) -> None:
    for bounds in ({"gte": bound}, {"gte": bound, "lt": bound}):
        query: Query = {"range": {field: bounds}}
        assert asked(server, query) is None
        with pytest.raises(ReadError, match="is no bound of"):
            dsl(query)


def test_a_date_takes_no_term_without_case(server: Server) -> None:
    query = term("when", "2026-01-02", case_insensitive=True)
    assert asked(server, query) is None
    with pytest.raises(ReadError, match="without case"):
        dsl(query)


def test_a_wrong_distance_is_refused_without_a_field_too(elasticsearch: Server) -> None:
    assert asked(elasticsearch, indices.query_string("v~05")) is None
    with pytest.raises(ReadError, match="is no distance"):
        read_lucene("v~05", SCHEMA)


@pytest.mark.parametrize(
    "clauses",
    [
        {"filter": term("k", "a"), "should": term("number", "x")},
        {"must": [term("k", "a")], "should": [term("number", "x")], "minimum_should_match": 0},
        {"must": [term("k", "a")], "should": [term("number", "x")], "minimum_should_match": 2},
    ],
)
def test_a_clause_that_decides_nothing_is_refused_all_the_same(
    server: Server, clauses: Query
) -> None:
    assert asked(server, {"bool": clauses}) is None
    with pytest.raises(ReadError, match="no value of a long field"):
        dsl({"bool": clauses})


def test_a_clause_that_decides_nothing_assumes_nothing() -> None:
    reading = dsl({"bool": {"filter": term("k", "a"), "should": term("address", "10.0.0.1")}})
    assert reading.assumptions == ()


@pytest.mark.parametrize(
    "body",
    [
        {"match_all": {"boost": -1}},
        {"match_all": {"boost": 1e300}},
        {"match_none": {"boost": True}},
        {"bool": {"boost": None}},
        {"bool": {"_name": ["a"]}},
        {"terms": {"k": ["a"], "_name": ["a"]}},
        {"term": {"k": {"value": "a", "boost": []}}},
        {"regexp": {"k": {"value": "a", "flags": "SOME"}}},
        {"regexp": {"k": {"value": "a", "max_determinized_states": "x"}}},
        {"prefix": {"k": {"value": "a", "rewrite": {"a": "b"}}}},
        {"range": {"n": {"lt": 5, "include_lower": 1.5}}},
    ],
)
def test_an_option_of_the_wrong_kind_is_refused(server: Server, body: Query) -> None:
    assert asked(server, body) is None
    with pytest.raises(ReadError):
        dsl(body)


@pytest.mark.parametrize("caseless", [False, True])
def test_an_empty_pattern_does_not_find_the_empty_text(server: Server, caseless: bool) -> None:
    query: Query = {"wildcard": {"k": {"value": "", "case_insensitive": caseless}}}
    empty: Event = {"k": [""]}
    assert asked(server, query, empty) == [False]
    assert not evaluate(dsl(query).formula, empty)


def test_opensearch_finds_no_empty_text_without_case(server: Server) -> None:
    query = term("k", "", case_insensitive=True)
    empty: Event = {"k": [""]}
    assert asked(server, query, empty) == [server.name == "elasticsearch"]
    assert evaluate(dsl(query).formula, empty)


def test_opensearch_takes_no_wildcard_on_a_constant_keyword_in_a_query_string(
    opensearch: Server,
) -> None:
    index = Index("constant", {"same": FieldType("constant_keyword")})
    opensearch.make(index.pattern, mappings.body(index))
    opensearch.put(index.pattern, {"0": {"same": mappings.CONSTANT}})
    queries: list[Query] = [
        {"wildcard": {"same": {"value": "F*d*"}}},
        indices.query_string("same:F*d*"),
        {"query_string": {"query": "same:F*d*", "fields": ["same"]}},
    ]
    plain, lenient, strict = opensearch.hits(index.pattern, queries)
    assert (plain, lenient) == (frozenset({"0"}), frozenset())
    assert isinstance(strict, str)
    assert "Can only use wildcard queries on keyword and text fields" in strict


def test_the_old_form_of_a_range_is_still_opensearch(opensearch: Server) -> None:
    query: Query = {"range": {"number": {"from": 4, "to": 6}}}
    event: Event = {"number": [5]}
    assert asked(opensearch, query, event) == [True]
    assert evaluate(dsl(query).formula, event)


def test_an_expression_without_case_finds_letters_that_the_table_does_not(server: Server) -> None:
    query: Query = {"regexp": {"k": {"value": "k", "case_insensitive": True}}}
    kelvin: Event = {"k": ["\u212a"]}
    assert asked(server, query, kelvin) == [True]
    assert not evaluate(dsl(query).formula, kelvin)
    assert "SA02" in dsl(query).assumptions


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"query": "o:*"}, True),
        ({"query": "_exists_:o"}, True),
        ({"query": "*", "fields": ["o"]}, False),
        ({"query": "o:[* TO *]"}, False),
        ({"query": "o:>*"}, False),
        ({"query": "o.plain:[* TO *]"}, True),
        ({"query": "*", "default_field": "o.plain"}, True),
    ],
)
def test_an_object_is_no_field_but_where_it_is_asked_whether_it_exists(
    server: Server, query: Query, expected: bool
) -> None:
    event: Event = {"o.plain": ["x"]}
    assert asked(server, {"query_string": query}, event) == [expected]
    assert evaluate(dsl({"query_string": query}).formula, event) == expected


@pytest.mark.parametrize(
    ("text", "is_query"),
    [
        (r'k:["a\\" TO b]', True),
        (r'k:["a\\" TO "b"]', False),  # the first bound is "a\\" TO "
        (r'k:["a\" TO "b" TO c]', False),
        (r'k:["a\"b" TO "c"]', True),
        (r'k:["a"b TO c]', True),
    ],
)
def test_a_quoted_bound_runs_on_to_the_last_quotation_mark_that_may_end_it(
    server: Server, text: str, is_query: bool
) -> None:
    assert (asked(server, indices.query_string(text)) is not None) == is_query
    if is_query:
        read_lucene(text, SCHEMA)
    else:
        with pytest.raises(ReadError):
            read_lucene(text, SCHEMA)


def test_whether_an_escaped_capital_is_lowered_is_for_the_version_to_say(server: Server) -> None:
    query: Query = {"wildcard": {"low": {"value": "\\AB*"}}}
    found = asked(server, query, {"low": ["abc"]})
    assert found == [server.name == "elasticsearch"]
    assert [type(atom.test) for atom in atoms(dsl(query).formula)] == [Opaque]
