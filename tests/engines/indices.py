"""Indices made from a schema: the mapping that a server is given, and the documents it holds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from siemc.evaluate import Value
from siemc.schema import FieldType, Index

# Types that stand for one that a server has not. Elastic publishes no jar with its `wildcard` and
# `match_only_text`; OpenSearch has a `wildcard` of its own, which is another program and has other
# faults (``test_stand_ins.py``). To each query that siemc writes or reads a wildcard field is a
# keyword without a limit. A constant keyword's value is in no profile: a document gives its own.
EVERYWHERE = {"wildcard": "keyword", "constant_keyword": "keyword", "scaled_float": "double"}
STAND_INS = {
    "elasticsearch": {"match_only_text": "text", "unsigned_long": "long"},
    "opensearch": {"flattened": "flat_object"},
}
SETTINGS = {
    "number_of_shards": 1,
    "number_of_replicas": 0,
    "refresh_interval": "-1",
    "queries.cache.enabled": False,  # no query is asked twice, and large ones fill the memory
}


def body(index: Index, server: str, names: Sequence[str] | None = None) -> dict[str, Any]:
    """The request that makes an index like this one; of ``names`` only, if they are given."""
    wanted = index.fields if names is None else {n: index.lookup(n) for n in names}
    properties: dict[str, Any] = {}
    for name, kind in sorted(wanted.items()):
        if kind is not None:
            _place(properties, name.split("."), mapping(kind, server))
    mappings = {"dynamic": False, "properties": properties}
    limit = {"index.mapping.total_fields.limit": 20_000}
    return {"settings": {**SETTINGS, **limit}, "mappings": mappings}


def _place(properties: dict[str, Any], path: Sequence[str], found: Mapping[str, Any]) -> None:
    first, *rest = path
    place = properties.setdefault(first, {})
    if rest:
        _place(place.setdefault("properties", {}), rest, found)
    else:
        place.update(found)


def mapping(kind: FieldType, server: str) -> dict[str, Any]:
    """The mapping of a field, with what stands for a type that this server lacks."""
    name = {**STAND_INS[server], **EVERYWHERE}.get(kind.type, kind.type)
    found: dict[str, Any] = {"type": name}
    if kind.ignore_above is not None and name == kind.type:
        found["ignore_above"] = kind.ignore_above
    if kind.normalizer is not None:
        found["normalizer"] = kind.normalizer
    if not kind.searchable:
        found |= {"index": False, "doc_values": False}
    if kind.subfields:
        found["fields"] = {each: _below(sub, server) for each, sub in kind.subfields}
    return found


def _below(kind: FieldType, server: str) -> dict[str, Any]:
    """A multi-field: of a text that is no address, one of addresses has nothing."""
    found = mapping(kind, server)
    return {**found, "ignore_malformed": True} if kind.type == "ip" else found


def document(event: Mapping[str, Sequence[Value]]) -> dict[str, Any]:
    """An event as a document, its fields by full dotted name."""
    return {name: [_plain(each) for each in values] for name, values in event.items()}


def _plain(value: Value) -> Any:
    return str(value) if isinstance(value, IPv4Address | IPv6Address) else value


def query_string(text: str) -> dict[str, Any]:
    """A Lucene query as Kibana sends it: its setting ``query:queryString:options``."""
    return {"query_string": {"query": text, "analyze_wildcard": True}}


def dsl(text: str) -> dict[str, Any]:
    """A query of the target ``dsl``, whose text may be the body of a search."""
    body: dict[str, Any] = json.loads(text)
    found: dict[str, Any] = body.get("query", body)
    return found


def kql(text: str) -> dict[str, Any]:
    """A KQL query, read by Elasticsearch itself (its module ``x-pack-kql``)."""
    return {"kql": {"query": text}}
