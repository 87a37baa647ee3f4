"""Small mappings that between them have each type that the readers know.

A server is only given what it has as Elastic has it. No jar holds Elastic's types ``wildcard``,
``match_only_text`` and ``constant_keyword``; OpenSearch's ``wildcard`` and ``constant_keyword`` are
other programs (``test_stand_ins.py``, ``refusals.CONSTANT``). So a keyword stands for the first, in
Elasticsearch a text for the second, and the third is tried in OpenSearch only, without patterns.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from siemc.schema import FieldType, Index, Schema
from tests.engines import indices

STAND_INS = {
    "elasticsearch": {"wildcard": "keyword", "match_only_text": "text"},
    "opensearch": {"wildcard": "keyword"},
}
LIMIT = 24
CONSTANT = "Fixed value"
KEYWORD = FieldType("keyword")
LOWERED = FieldType("keyword", normalizer="lowercase", ignore_above=LIMIT)

EVERY_TYPE = Index(
    "every-type",
    {
        "k": FieldType(
            "keyword",
            ignore_above=LIMIT,
            subfields=(("caseless", LOWERED), ("text", FieldType("match_only_text"))),
        ),
        "o.plain": KEYWORD,
        "o.low": FieldType("keyword", normalizer="lowercase"),
        "w": FieldType("wildcard", ignore_above=LIMIT),
        "t": FieldType("text"),
        "m": FieldType("match_only_text"),
        "address": FieldType("ip"),
        "number": FieldType("long"),
        "part": FieldType("double"),
        "when": FieldType("date"),
        "flag": FieldType("boolean"),
        "same": FieldType("constant_keyword"),
    },
)
# What lies behind one pattern need not have one type; ``only`` is in one of them.
FIRST = Index(
    "mixed-first",
    {
        "x": KEYWORD,
        "y": FieldType("long"),
        "z": FieldType("date"),
        "low": FieldType("keyword", normalizer="lowercase"),
        "v": KEYWORD,
        "only": KEYWORD,
    },
)
SECOND = Index(
    "mixed-second",
    {
        "x": FieldType("text"),
        "y": KEYWORD,
        "z": KEYWORD,
        "low": KEYWORD,
        "v": FieldType("wildcard"),
    },
)


def schemas(server: str) -> tuple[Schema, ...]:
    """The schemas that are tried on a server."""
    return (
        _schema("every type", server, EVERY_TYPE),
        _schema("mixed types", server, FIRST, SECOND),
    )


def _schema(name: str, server: str, *found: Index) -> Schema:
    return Schema(name, "elastic", name, tuple(_on(index, server) for index in found))


def _on(index: Index, server: str) -> Index:
    kinds = {name: _stand_in(kind, server) for name, kind in index.fields.items()}
    if server == "elasticsearch":
        kinds = {n: kind for n, kind in kinds.items() if kind.type != "constant_keyword"}
    return replace(index, fields=kinds)


def _stand_in(kind: FieldType, server: str) -> FieldType:
    subfields = tuple((name, _stand_in(sub, server)) for name, sub in kind.subfields)
    name = STAND_INS[server].get(kind.type, kind.type)
    return replace(kind, type=name, subfields=subfields)


def body(index: Index) -> dict[str, Any]:
    """The request that makes the index, its constant with its value."""
    properties: dict[str, Any] = {}
    for name, kind in index.fields.items():
        above, _, last = name.rpartition(".")
        place = properties
        if above:
            place = properties.setdefault(above, {"properties": {}})["properties"]
        place[last] = _property(kind)
    return {
        "settings": indices.SETTINGS,
        "mappings": {"dynamic": False, "properties": properties},
    }


def _property(kind: FieldType) -> dict[str, Any]:
    found: dict[str, Any] = {"type": kind.type}
    if kind.type == "constant_keyword":
        found["value"] = CONSTANT
    if kind.ignore_above is not None:
        found["ignore_above"] = kind.ignore_above
    if kind.normalizer is not None:
        found["normalizer"] = kind.normalizer
    if kind.subfields:
        found["fields"] = {name: _property(sub) for name, sub in kind.subfields}
    return found
