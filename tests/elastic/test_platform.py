"""The platform's schemas and the templates that make an index fit one."""

from __future__ import annotations

import json

import pytest

from siemc.schema import FieldType
from siemc_backends.elastic.platform import ELASTIC
from siemc_backends.elastic.template import component_template

SYSMON = "logs-windows.sysmon_operational@custom"


@pytest.mark.parametrize("name", ELASTIC.schema_names)
def test_each_shipped_schema_loads_by_its_name(name: str) -> None:
    schema = ELASTIC.schema(name)
    assert (schema.name, schema.platform) == (name, "elastic")
    assert schema.closed == (not name.startswith("raw"))


def test_an_unknown_schema_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        ELASTIC.schema("nope")


def test_the_defaults_are_shipped() -> None:
    assert ELASTIC.default_schema == "winlogbeat-9"
    assert ELASTIC.raw_schema == "raw-cased"
    assert {ELASTIC.default_schema, ELASTIC.raw_schema} <= set(ELASTIC.schema_names)


def test_raw_takes_any_field_and_keeps_addresses_and_the_whole_event() -> None:
    for name, normalizer in (("raw", "lowercase"), ("raw-cased", None)):
        schema = ELASTIC.schema(name)
        (kind,) = schema.types("any.field at all")
        assert (kind.type, kind.normalizer) == ("keyword", normalizer)
        assert kind.subfield("ip") == FieldType("ip")
        assert schema.whole_event == "event.original"


def test_ecs_caseless_adds_a_sub_field_to_each_keyword_and_wildcard() -> None:
    schema, base = ELASTIC.schema("ecs-caseless"), ELASTIC.schema("agent-windows")
    assert schema.base == "agent-windows"
    assert schema.patterns == base.patterns
    for index in schema.indices:
        for name, kind in index.fields.items():
            wanted = kind.type in {"keyword", "wildcard"} and kind.searchable
            assert bool(kind.subfield("caseless")) == wanted, name
        assert all(rule.type.subfield("caseless") for rule in index.dynamic)


def test_a_sub_field_holds_what_its_parent_holds_short_of_what_lucene_refuses() -> None:
    schema = ELASTIC.schema("ecs-caseless")
    limits = {
        (kind.type, kind.ignore_above, sub.ignore_above)
        for index in schema.indices
        for kind in index.fields.values()
        if (sub := kind.subfield("caseless")) is not None
    }
    assert {
        ("keyword", None, None),
        ("keyword", 1024, 1024),
        ("wildcard", None, 8191),
        ("wildcard", 1024, 1024),
    } == limits


def test_a_template_names_each_field_whole_per_data_stream() -> None:
    fields = ["destination.domain", "process.command_line", "event.code", "no.such.field"]
    found = component_template(ELASTIC.schema("ecs-caseless"), fields)
    properties = found[SYSMON]["template"]["mappings"]["properties"]
    assert properties["destination"]["properties"]["domain"] == {
        "type": "keyword",
        "ignore_above": 1024,
        "fields": {
            "caseless": {"type": "keyword", "ignore_above": 1024, "normalizer": "lowercase"}
        },
    }
    command_line = properties["process"]["properties"]["command_line"]
    assert command_line["fields"]["caseless"]["ignore_above"] == 1024
    assert command_line["type"] == "wildcard"
    assert "text" in command_line["fields"]
    assert "no" not in properties
    assert json.loads(json.dumps(found)) == found


def test_a_template_leaves_out_what_the_package_ships() -> None:
    shipped = component_template(ELASTIC.schema("ecs-caseless"), ["process.executable"])
    assert SYSMON not in shipped


def test_a_field_of_event_data_gets_an_explicit_mapping() -> None:
    found = component_template(ELASTIC.schema("ecs-caseless"), ["winlog.event_data.Details"])
    properties = found[SYSMON]["template"]["mappings"]["properties"]
    data = properties["winlog"]["properties"]["event_data"]["properties"]
    assert data["Details"]["fields"]["caseless"]["normalizer"] == "lowercase"


def test_only_a_schema_that_extends_another_has_templates() -> None:
    assert ELASTIC.templates(ELASTIC.schema("agent-windows"), ["destination.domain"]) == {}
    assert ELASTIC.templates(ELASTIC.schema("ecs-caseless"), ["destination.domain"])


def test_the_data_sources_serve_process_creation_sysmon_first() -> None:
    assert ELASTIC.sources()[0].id == "sysmon"
