"""Component templates that give an index its ``.caseless`` sub-fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from siemc.schema import FieldType, Index, Schema
from siemc_backends.elastic.platform import CASELESS, ELASTIC


def component_template(schema: Schema, fields: Iterable[str]) -> dict[str, Any]:
    """A component template per data stream that has some of ``fields``, by the template's name.

    ``schema`` already has the sub-fields, over the shipped schema that it names as its ``base``.

    Each is the body of ``PUT _component_template/<name>``. A field's mapping is given whole, since
    of two templates that name it the later one replaces it. The normalizer ``lowercase`` ships with
    Elasticsearch and needs no settings (Elasticsearch's reference, "normalizer"). A template acts
    on the next backing index: roll the data stream over.
    """
    wanted = sorted({name.removesuffix(f".{CASELESS}") for name in fields})
    shipped = {index.pattern: index for index in ELASTIC.schema(schema.base or schema.name).indices}
    found = {
        template_name(index): _properties(index, shipped[index.pattern], wanted)
        for index in schema.indices
    }
    return {
        name: {
            "template": {"mappings": {"properties": properties}},
            "_meta": {
                "description": f"Lowercase .{CASELESS} sub-fields for detection rules",
                "managed_by": "siemc schema template",
            },
        }
        for name, properties in found.items()
        if properties
    }


def template_name(index: Index) -> str:
    """``logs-system.security@custom`` for ``logs-system.security-*``: the name Fleet looks for."""
    return f"{index.pattern.removesuffix('*').removesuffix('-')}@custom"


def _properties(index: Index, shipped: Index, wanted: Iterable[str]) -> dict[str, Any]:
    """The mappings of the fields that differ from the shipped ones, objects within objects."""
    properties: dict[str, Any] = {}
    for name in wanted:
        kind = index.lookup(name)
        if kind is not None and kind != shipped.lookup(name):
            *parents, last = name.split(".")
            place = properties
            for parent in parents:
                place = place.setdefault(parent, {}).setdefault("properties", {})
            place[last] = _mapping(kind)
    return properties


def _mapping(kind: FieldType) -> dict[str, Any]:
    mapping: dict[str, Any] = {"type": kind.type}
    if kind.ignore_above is not None:
        mapping["ignore_above"] = kind.ignore_above
    if kind.normalizer is not None:
        mapping["normalizer"] = kind.normalizer
    if kind.subfields:
        mapping["fields"] = {name: _mapping(sub) for name, sub in kind.subfields}
    return mapping
