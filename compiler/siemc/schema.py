"""Schemas: what a target's index holds, without which a query has no meaning.

A ``Schema`` gives for each field its types in every index behind the pattern. It comes from a
shipped profile (JSON, generated from the package that defines the mapping) or is open: any field,
of one default type.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

from siemc.formula import YamlPath


class SchemaError(ValueError):
    """What a file says of the user's indices is not understood: why, and at which place in it."""

    def __init__(self, why: str, place: YamlPath) -> None:
        super().__init__(why)
        self.place = place


@dataclass(frozen=True, slots=True)
class FieldType:
    """One mapping of a field: its type, and what decides how a value compares.

    ``type`` is Elasticsearch's name (``keyword``, ``wildcard``, ``text``, ``long``, ``ip``, …) or
    ``splunk``. ``normalizer`` is the keyword's normalizer; ``ignore_above`` the number of
    characters past which a value is not indexed. ``subfields`` are the multi-fields by name.
    """

    type: str
    ignore_above: int | None = None
    normalizer: str | None = None
    searchable: bool = True
    subfields: tuple[tuple[str, FieldType], ...] = ()

    @property
    def is_term(self) -> bool:
        """Whether the whole value is one term: wildcards and expressions see all of it."""
        return self.type in {"keyword", "wildcard", "constant_keyword", "splunk"}

    @property
    def is_text(self) -> bool:
        """Whether the value is analysed into words."""
        return self.type in {"text", "match_only_text", "search_as_you_type"}

    @property
    def is_number(self) -> bool:
        """Whether the field is numeric."""
        return self.type in NUMERIC

    @property
    def cased(self) -> bool:
        """Whether terms compare with case (no lowercase normalizer, not Splunk's search)."""
        return self.type != "splunk" and self.normalizer != "lowercase"

    def subfield(self, name: str) -> FieldType | None:
        """The multi-field of this name, if there is one."""
        return next((kind for key, kind in self.subfields if key == name), None)


WHOLE = frozenset({"long", "integer", "short", "byte", "unsigned_long"})
NUMERIC = WHOLE | {"double", "float", "half_float", "scaled_float"}


@dataclass(frozen=True, slots=True)
class Dynamic:
    """A dynamic template: fields that match the pattern get this type when they first appear."""

    match: str
    type: FieldType


@dataclass(frozen=True)
class Index:
    """The fields of one index pattern, by full dotted name.

    ``lower_values`` are those whose values are always written in lower case here, ``absent`` those
    that the ingest pipeline removes, whatever a dynamic template would make of them.
    """

    pattern: str
    fields: Mapping[str, FieldType] = field(default_factory=dict)
    dynamic: tuple[Dynamic, ...] = ()
    lower_values: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()

    def lookup(self, name: str) -> FieldType | None:
        """The type of a field or multi-field in this index, declared or by a dynamic template."""
        found = self.fields.get(name)
        if found is not None or name in self.absent:
            return found
        parent, _, last = name.rpartition(".")
        above = self.fields.get(parent)
        if above is not None and above.type != "nested":  # which has no multi-fields
            return above.subfield(last)
        return next((rule.type for rule in self.dynamic if fnmatchcase(name, rule.match)), None)


@dataclass(frozen=True)
class Schema:
    """The mapping a query is compiled for; see the module's text.

    ``closed`` schemas know all their fields; a field they lack does not exist. ``whole_event`` is
    the field that holds the whole event as text. ``lower_values`` are fields whose values the
    ingest pipeline writes in lower case, whatever the mapping says. ``base`` is the shipped schema
    this one extends; ``own`` marks the user's.
    """

    name: str
    platform: str
    title: str
    indices: tuple[Index, ...]
    closed: bool = True
    version: str = ""
    sources: tuple[str, ...] = ()
    licence: str = ""
    whole_event: str | None = None
    lower_values: frozenset[str] = frozenset()
    base: str | None = None
    own: bool = False

    def types(self, name: str) -> tuple[FieldType, ...]:
        """The distinct types of a field over all indices that have it; empty if none has."""
        try:
            return self._cache[name]
        except KeyError:
            found = [index.lookup(name) for index in self.indices]
            distinct = tuple(dict.fromkeys(kind for kind in found if kind is not None))
            self._cache[name] = distinct
            return distinct

    @cached_property
    def _cache(self) -> dict[str, tuple[FieldType, ...]]:
        return {}

    def writes_lower(self, name: str) -> bool:
        """Whether every index that has the field only holds lower-case values of it."""
        found = self._lower.get(name)
        if found is None:
            holders = [index for index in self.indices if index.lookup(name) is not None]
            everywhere = bool(holders) and all(name in each.lower_values for each in holders)
            found = self._lower[name] = name in self.lower_values or everywhere
        return found

    @cached_property
    def _lower(self) -> dict[str, bool]:
        return {}

    def has(self, name: str) -> bool:
        """Whether some index has the field."""
        return bool(self.types(name))

    def declares(self, name: str) -> bool:
        """Whether some index lists the field itself, not only a pattern that it fits."""
        return any(name in index.fields for index in self.indices)

    @cached_property
    def field_names(self) -> tuple[str, ...]:
        """Every declared field, sorted."""
        return tuple(sorted({name for index in self.indices for name in index.fields}))

    @property
    def patterns(self) -> tuple[str, ...]:
        """The index patterns."""
        return tuple(index.pattern for index in self.indices)

    def within(self, patterns: Iterable[str]) -> Schema:
        """The same schema with only these index patterns; unknown patterns add nothing.

        The same patterns give the same object, so that what is known of its fields is kept.
        """
        wanted = frozenset(patterns)
        found = self._parts.get(wanted)
        if found is None:
            kept = tuple(index for index in self.indices if index.pattern in wanted)
            found = self._parts[wanted] = replace(self, indices=kept)
        return found

    @cached_property
    def _parts(self) -> dict[frozenset[str], Schema]:
        return {}


def load_schema(path: Path) -> Schema:
    """A schema from a profile's JSON file, whose shape ``docs/schemas.md`` describes.

    Raises ``OSError``, ``json.JSONDecodeError``, ``KeyError`` or ``TypeError`` on a file that is
    not a profile; the caller knows what to say about it.
    """
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    types = {key: field_type(spec) for key, spec in data["types"].items()}
    return Schema(
        name=data["name"],
        platform=data["platform"],
        title=data["title"],
        indices=tuple(_index(entry, types) for entry in data["indices"]),
        closed=data["closed"],
        version=data.get("version", ""),
        sources=tuple(data.get("source", ())),
        licence=data.get("licence", ""),
        whole_event=data.get("whole_event"),
        lower_values=_lower(data),
    )


def _lower(data: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(name for name, how in data.get("values", {}).items() if how == "lower")


def _index(entry: Mapping[str, Any], types: Mapping[str, FieldType]) -> Index:
    return Index(
        pattern=entry["pattern"],
        fields={name: types[key] for name, key in entry["fields"].items()},
        dynamic=tuple(Dynamic(d["match"], types[d["type"]]) for d in entry.get("dynamic", ())),
        lower_values=_lower(entry),
        absent=frozenset(entry.get("absent", ())),
    )


def field_type(spec: Mapping[str, Any]) -> FieldType:
    """A field's type from its mapping, multi-fields included."""
    return FieldType(
        type=spec["type"],
        ignore_above=spec.get("ignore_above"),
        normalizer=spec.get("normalizer"),
        searchable=spec.get("indexed", True),
        subfields=tuple((name, field_type(sub)) for name, sub in spec.get("fields", {}).items()),
    )
