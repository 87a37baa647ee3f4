"""The Elastic platform: its schemas and its data sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from siemc.schema import Dynamic, FieldType, Index, Schema, load_schema
from siemc.sources import DataSource, load_sources

HERE = Path(__file__).parent
PROFILES = ("winlogbeat-9", "agent-windows", "defend")
CASELESS = "caseless"
# Lucene refuses a term of more than 32,766 bytes, and with it the whole document; UTF-8 takes up to
# four bytes a character (Elasticsearch's reference, "ignore_above")
LONGEST_KEYWORD = 8191


@dataclass(frozen=True, slots=True)
class ElasticPlatform:
    """Elasticsearch with Kibana; see ``siemc.backend.Platform``."""

    id: str = "elastic"
    default_schema: str = "winlogbeat-9"
    raw_schema: str = "raw-cased"
    cased: bool = True

    @property
    def schema_names(self) -> tuple[str, ...]:
        """The names of the shipped schemas."""
        return (*PROFILES, "ecs-caseless", "raw", "raw-cased")

    def schema(self, name: str) -> Schema:
        """A shipped schema; raises ``KeyError`` for an unknown name."""
        if name not in self.schema_names:
            raise KeyError(name)
        return _schema(name)

    def sources(self) -> Sequence[DataSource]:
        """The data sources of ``sources.yml``, the preferred ones first."""
        return _sources()

    def schema_of(self, data: Any, name: str) -> Schema | None:
        """The schema of the indices in an answer of ``GET <index>/_mapping``."""
        from siemc_backends.elastic.mappings import is_mappings, mappings_schema

        return mappings_schema(data, name) if is_mappings(data) else None

    def templates(self, schema: Schema, fields: Iterable[str]) -> Mapping[str, Any]:
        """The component templates that add ``.caseless`` sub-fields, where the schema has them."""
        from siemc_backends.elastic.template import component_template

        return component_template(schema, fields) if schema.base else {}


@cache
def _sources() -> tuple[DataSource, ...]:
    return load_sources(HERE / "sources.yml")


@cache
def _schema(name: str) -> Schema:
    if name == "raw":
        return _raw("raw", "Any field: keyword with a lowercase normalizer", "lowercase")
    if name == "raw-cased":
        return _raw("raw-cased", "Any field: plain keyword, which compares case", None)
    if name == "ecs-caseless":
        return caseless(_schema("agent-windows"))
    return load_schema(HERE / "profiles" / f"{name}.json")


def _raw(name: str, title: str, normalizer: str | None) -> Schema:
    """An index with any field, each a keyword with an ``ip`` sub-field for what is an address.

    In a real mapping that sub-field has ``ignore_malformed``, since most values are no address.
    """
    kind = FieldType("keyword", normalizer=normalizer, subfields=(("ip", FieldType("ip")),))
    return Schema(
        name=name,
        platform="elastic",
        title=title,
        indices=(Index("*", dynamic=(Dynamic("*", kind),)),),
        closed=False,
        whole_event="event.original",
    )


def caseless(schema: Schema) -> Schema:
    """``agent-windows`` with a lowercase ``.caseless`` sub-field on each keyword and wildcard.

    The sub-field holds as much as a keyword parent. Under a wildcard parent it holds at most
    ``LONGEST_KEYWORD`` characters: without a limit, one longer value would cost the document.
    """
    indices = tuple(
        replace(
            index,
            fields=_with_caseless(index.fields),
            dynamic=tuple(Dynamic(d.match, with_caseless(d.type)) for d in index.dynamic),
        )
        for index in schema.indices
    )
    return replace(
        schema,
        name="ecs-caseless",
        title=f"{schema.title}, with a lowercase .caseless sub-field on every keyword",
        indices=indices,
        base=schema.name,
    )


def _with_caseless(fields: Mapping[str, FieldType]) -> dict[str, FieldType]:
    made: dict[FieldType, FieldType] = {}
    for kind in fields.values():
        if kind not in made:
            made[kind] = with_caseless(kind)
    return {name: made[kind] for name, kind in fields.items()}


def with_caseless(kind: FieldType) -> FieldType:
    """The type with a ``.caseless`` sub-field, if it is a keyword that lacks one."""
    wanted = kind.type in {"keyword", "wildcard"} and kind.searchable and kind.cased
    if not wanted or kind.subfield(CASELESS):
        return kind
    limit = kind.ignore_above
    if kind.type == "wildcard":
        limit = min(limit or LONGEST_KEYWORD, LONGEST_KEYWORD)
    sub = FieldType("keyword", ignore_above=limit, normalizer="lowercase")
    return replace(kind, subfields=(*kind.subfields, (CASELESS, sub)))


ELASTIC = ElasticPlatform()
