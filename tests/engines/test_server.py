"""The harness itself: the servers take our mappings, and answer as their manuals say.

If these fail, no other test here says anything of a reader.
"""

from __future__ import annotations

from typing import Any

import pytest

from siemc.schema import FieldType, Index
from siemc_backends.elastic.platform import ELASTIC
from tests.engines import indices
from tests.engines.server import Query, Server

pytestmark = pytest.mark.engines

FOLDED = FieldType("keyword", normalizer="lowercase", ignore_above=8)
INDEX = Index(
    "small",
    {
        "plain": FieldType("keyword", ignore_above=8, subfields=(("folded", FOLDED),)),
        "free": FieldType("wildcard"),
        "words": FieldType("match_only_text"),
        "address": FieldType("ip"),
        "number": FieldType("long"),
        "when": FieldType("date"),
        "flag": FieldType("boolean"),
    },
)
EVENTS: dict[str, dict[str, Any]] = {
    "one": {"plain": ["Abc"], "free": ["a B"], "words": ["The quick fox"], "address": ["10.1.2.3"]},
    "two": {"plain": ["abc", ""], "number": [5], "when": ["2026-01-02"], "flag": [True]},
    "long": {"plain": ["abcdefghi"], "address": ["fe80::1"]},
    "none": {},
}
ASKED: list[tuple[Query, set[str]]] = [
    (indices.query_string("plain:abc"), {"two"}),
    (indices.query_string("plain.folded:ABC"), {"one", "two"}),
    (indices.query_string("plain:abcdefghi"), set()),
    (indices.query_string("_exists_:plain"), {"one", "two"}),
    (indices.query_string('plain:""'), {"two"}),
    (indices.query_string("NOT plain:abc"), {"one", "long", "none"}),
    (indices.query_string(r"free:a\ B"), {"one"}),
    (indices.query_string('words:"quick fox"'), {"one"}),
    (indices.query_string('address:"10.0.0.0/8"'), {"one"}),
    (indices.query_string("number:[4 TO 5]"), {"two"}),
    (indices.query_string("when:>2025"), {"two"}),
    (indices.query_string("flag:true"), {"two"}),
    ({"wildcard": {"plain": {"value": "AB*", "case_insensitive": True}}}, {"one", "two"}),
]
KQL: list[tuple[str, set[str]]] = [
    ("plain: abc", {"two"}),
    ("plain: A*", {"one"}),
    ("not plain: *", {"long", "none"}),
    ("address: 10.0.0.0/8 or number >= 5", {"one", "two"}),
]


@pytest.fixture(scope="module")
def name() -> str:
    return "harness"


def test_each_query_finds_what_the_manual_says(server: Server, name: str) -> None:
    server.make(name, indices.body(INDEX, server.name))
    assert server.put(name, EVENTS) == {}
    found = server.hits(name, [query for query, _ in ASKED])
    assert [(q, f) for (q, _), f in zip(ASKED, found, strict=True)] == [
        (query, frozenset(wanted)) for query, wanted in ASKED
    ]


def test_elasticsearch_reads_kql(elasticsearch: Server, name: str) -> None:
    elasticsearch.make(name, indices.body(INDEX, "elasticsearch"))
    elasticsearch.put(name, EVENTS)
    found = elasticsearch.hits(name, [indices.kql(text) for text, _ in KQL])
    assert found == [frozenset(wanted) for _, wanted in KQL]


def test_what_a_server_refuses_is_a_reason(server: Server, name: str) -> None:
    server.make(name, indices.body(INDEX, server.name))
    refused = server.put(name, {"bad": {"address": ["no address"]}})
    assert "no address" in refused["bad"]
    [found] = server.hits(name, [indices.query_string("plain:(")])
    assert isinstance(found, str)


@pytest.mark.parametrize("profile", ["agent-windows", "defend", "winlogbeat-9"])
def test_a_server_takes_the_mappings_of_a_profile(server: Server, profile: str) -> None:
    for index in ELASTIC.schema(profile).indices:
        server.make("profile", indices.body(index, server.name))
    server.drop("profile")
