"""Schemas: types over several indices, dynamic templates, and the file of a profile."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from siemc.backend import Platform
from siemc.diagnostics import UsageError
from siemc.schema import Dynamic, FieldType, Index, Schema, load_schema
from siemc.schemas import find_schema, schema_file
from siemc_backends.elastic.platform import ELASTIC
from siemc_backends.splunk import SPLUNK

KEYWORD = FieldType("keyword", ignore_above=1024)
LOWER = FieldType("keyword", normalizer="lowercase")
TEXT = FieldType("match_only_text", subfields=(("keyword", KEYWORD),))
LONG = FieldType("long")


def schema(*indices: Index, closed: bool = True) -> Schema:
    return Schema("s", "elastic", "S", indices, closed=closed)


TWO = schema(
    Index("one-*", {"a": KEYWORD, "b": KEYWORD, "t": TEXT}),
    Index("two-*", {"a": KEYWORD, "b": LONG}, (Dynamic("data.*", LOWER),), frozenset({"a"})),
)


def test_types_are_those_of_every_index_each_once() -> None:
    assert TWO.types("a") == (KEYWORD,)
    assert TWO.types("b") == (KEYWORD, LONG)
    assert TWO.types("nope") == ()


def test_multi_field_is_found_by_its_full_name() -> None:
    assert TWO.types("t.keyword") == (KEYWORD,)
    assert TWO.types("t.nope") == ()
    assert TEXT.subfield("keyword") == KEYWORD


def test_dynamic_template_has_a_field_and_does_not_declare_it() -> None:
    assert TWO.types("data.x") == (LOWER,)
    assert (TWO.has("data.x"), TWO.declares("data.x")) == (True, False)
    assert (TWO.has("a"), TWO.declares("a")) == (True, True)


def test_within_keeps_only_the_patterns_named() -> None:
    assert TWO.within(["one-*", "nope"]).patterns == ("one-*",)
    assert TWO.within(["one-*"]).types("b") == (KEYWORD,)
    assert TWO.within([]).types("a") == ()


def test_lower_values_must_hold_in_every_index_that_has_the_field() -> None:
    assert not TWO.writes_lower("a")
    assert TWO.within(["two-*"]).writes_lower("a")
    assert not TWO.within(["two-*"]).writes_lower("b")


@pytest.mark.parametrize(
    ("kind", "term", "text", "number", "cased"),
    [
        (KEYWORD, True, False, False, True),
        (LOWER, True, False, False, False),
        (FieldType("wildcard"), True, False, False, True),
        (TEXT, False, True, False, True),
        (LONG, False, False, True, True),
        (FieldType("splunk"), True, False, False, False),
    ],
    ids=lambda value: value.type if isinstance(value, FieldType) else "",
)
def test_properties_of_types(
    kind: FieldType, term: bool, text: bool, number: bool, cased: bool
) -> None:
    assert (kind.is_term, kind.is_text, kind.is_number, kind.cased) == (term, text, number, cased)


PROFILE = {
    "name": "mine",
    "platform": "elastic",
    "title": "Mine",
    "closed": True,
    "whole_event": "event.original",
    "types": {
        "k": {"type": "keyword", "ignore_above": 256, "fields": {"low": {"type": "keyword"}}},
        "n": {"type": "long", "indexed": False},
    },
    "values": {"host": "lower"},
    "indices": [
        {
            "pattern": "m-*",
            "fields": {"f": "k", "g": "n"},
            "dynamic": [{"match": "x.*", "type": "k"}],
        }
    ],
}


def test_profile_is_read_as_the_page_says(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(PROFILE))
    found = load_schema(path)
    assert (found.name, found.platform, found.closed) == ("mine", "elastic", True)
    assert found.whole_event == "event.original"
    assert found.types("f")[0].ignore_above == 256
    assert found.has("f.low")
    assert found.has("x.y")
    assert not found.types("g")[0].searchable
    assert found.writes_lower("host")
    assert find_schema(str(path), ELASTIC).own


@pytest.mark.parametrize("key", ["name", "platform", "title", "closed", "types", "indices"])
def test_profile_without_a_key_is_refused_by_name(tmp_path: Path, key: str) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({name: value for name, value in PROFILE.items() if name != key}))
    with pytest.raises(UsageError) as caught:
        schema_file(path)
    assert (
        caught.value.diagnostic.message
        == f"This is not a schema profile: {key} is missing or unknown."
    )


def test_profile_that_is_not_json_has_a_place(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text('{"name": "mine",\n  oops}')
    with pytest.raises(UsageError) as caught:
        schema_file(path)
    found = caught.value.diagnostic
    assert (found.code, found.line, found.column) == ("SC303", 2, 3)


@pytest.mark.parametrize("platform", [SPLUNK, ELASTIC], ids=lambda each: each.id)
def test_shipped_schemas(platform: Platform) -> None:
    for name in platform.schema_names:
        found = platform.schema(name)
        assert (found.name, found.platform, found.own) == (name, platform.id, False)
        assert found.indices
        assert found.closed is (name not in {"raw", "raw-cased"})
        if found.closed:
            assert found.sources
            assert found.field_names
    assert {platform.default_schema, platform.raw_schema} <= set(platform.schema_names)


def test_caseless_gives_every_searchable_term_field_a_lowercase_sub_field() -> None:
    found = ELASTIC.schema("ecs-caseless")
    for name in ELASTIC.schema("agent-windows").field_names:
        for kind in found.types(name):
            if kind.type in {"keyword", "wildcard"} and kind.searchable:
                caseless = kind.subfield("caseless")
                assert caseless is not None, name
                assert caseless.normalizer == "lowercase"
