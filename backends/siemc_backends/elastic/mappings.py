"""The schema of a user's own indices, from what ``GET <index>/_mapping`` answers.

Each backing index is an index of its own, by its own name: two of one data stream may differ, and
the query has to hold on both. What a mapping says and a ``FieldType`` cannot makes the field one
that nothing is claimed of: its type is then named after that, such as ``keyword with null_value``.
Facts are from Elasticsearch's reference, "Mapping parameters" and "Field data types".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from siemc.formula import YamlPath
from siemc.schema import Dynamic, FieldType, Index, Schema, SchemaError
from siemc_backends.elastic.dynamic_templates import (
    Template,
    dynamics,
    first_match,
    json_types,
    literal,
    read_templates,
)
from siemc_backends.elastic.field_types import copy_targets, field_type, hidden, mapping_at, text_at

UNMAPPED = FieldType("none (dynamic: false)", searchable=False)
REFUSED = FieldType("none (dynamic: strict)", searchable=False)
DISABLED = FieldType("object that is not enabled", searchable=False)
RUNTIME = FieldType("runtime field", searchable=False)
PASSED = FieldType("field of a passthrough object", searchable=False)
# "dynamic"; with strict_allow_templates a field is new only where a template makes it
MODES = frozenset({"true", "false", "strict", "runtime", "strict_allow_templates"})
CLOSED = frozenset({"false", "strict"})
OBJECTS = frozenset({"object", "nested", "passthrough"})
OF_MAPPING = frozenset(
    {"properties", "dynamic", "dynamic_templates", "runtime", "enabled", "subobjects", "_meta"}
    | {"date_detection", "dynamic_date_formats", "numeric_detection", "_source", "_routing"}
    | {"_data_stream_timestamp", "_size", "_field_names", "_doc_count", "_tier", "_ignored"}
)
OF_OBJECT = frozenset(
    {"type", "properties", "dynamic", "enabled", "subobjects", "include_in_parent"}
    | {"include_in_root", "synthetic_source_keep", "store_array_source"}
    | {"priority", "time_series_dimension"}
)


def is_mappings(data: Any) -> bool:
    """Whether this is what ``_mapping`` answers: for each index an object with its mapping."""
    return isinstance(data, dict) and any(
        isinstance(each, dict) and "mappings" in each for each in data.values()
    )


def mappings_schema(data: Mapping[str, Any], name: str) -> Schema:
    """The schema of these indices. Raises ``SchemaError`` for what is not understood."""
    found = [_read(index, entry) for index, entry in data.items()]
    indices = [each.index() for each in found]
    pairs = zip(found, indices, strict=True)
    known = _of_any(indices)
    grown = tuple(dict.fromkeys(each for index in indices for each in index.dynamic))
    several = f"{len(indices)} indices" if len(indices) > 1 else "one index"
    return Schema(
        name=name,
        platform="elastic",
        title=f"The mapping of {several}",
        indices=tuple(_with_others(each, index, known, grown) for each, index in pairs),
        sources=("GET <index>/_mapping",),
    )


def _read(name: str, entry: Any) -> _Mapped:
    """What one index's mapping says."""
    place = (name, "mappings")
    spec = mapping_at(mapping_at(entry, (name,)).get("mappings"), place)
    _check_keys(spec, OF_MAPPING, place)
    templates = read_templates(spec.get("dynamic_templates"), place)
    found = _Mapped(name, templates)
    found.copied |= dict.fromkeys(to for each in templates for to in each.copy_to)
    found.add_object("", spec, place, "true")
    at = (*place, "runtime")
    found.settle(mapping_at(spec.get("runtime", {}), at), at)
    return found


def _check_keys(spec: Mapping[str, Any], known: frozenset[str], place: YamlPath) -> None:
    for key in spec:
        if key not in known:
            raise SchemaError(f"the mapping parameter {key} is not known", (*place, key))


@dataclass
class _Mapped:
    """The fields of one index as they are read.

    ``modes`` is by object what ``dynamic`` says, ``below`` the fields whose keys are no fields of
    the mapping, ``aliases`` where each alias is and leads, ``copied`` the targets of ``copy_to``.
    """

    name: str
    templates: tuple[Template, ...]
    fields: dict[str, FieldType] = field(default_factory=dict)
    modes: dict[str, str] = field(default_factory=dict)
    below: list[Dynamic] = field(default_factory=list)
    aliases: dict[str, tuple[str, YamlPath]] = field(default_factory=dict)
    copied: dict[str, None] = field(default_factory=dict)

    def add_object(self, name: str, spec: Mapping[str, Any], place: YamlPath, above: str) -> None:
        """An object's fields, or the mapping's own; ``above`` is what it inherits as dynamic."""
        mode = str(spec.get("dynamic", above)).lower()
        if mode not in MODES:
            raise SchemaError(f"dynamic cannot be {mode}", (*place, "dynamic"))
        self.modes[name] = mode
        start = f"{name}." if name else ""
        if str(spec.get("enabled", True)).lower() == "false":
            self.below.append(Dynamic(f"{literal(start)}*", DISABLED))
        elif name and mode in CLOSED:
            kind = UNMAPPED if mode == "false" else REFUSED
            self.below.append(Dynamic(f"{literal(start)}*", kind))
        properties = mapping_at(spec.get("properties", {}), (*place, "properties"))
        for key, each in properties.items():
            at = (*place, "properties", key)
            self._add(f"{start}{key}", mapping_at(each, at), at, mode)

    def _add(self, name: str, spec: Mapping[str, Any], place: YamlPath, mode: str) -> None:
        kind = text_at(spec, "type", place, "object")
        if kind in OBJECTS:
            _check_keys(spec, OF_OBJECT, place)
            if kind == "nested":
                self.fields[name] = FieldType("nested")
            self.add_object(name, spec, place, mode)
            if kind == "passthrough":
                self._pass_through(name)
        elif kind == "alias":
            self.aliases[name] = text_at(spec, "path", place), (*place, "path")
        else:
            self._add_field(name, field_type(spec, place), copy_targets(spec, place))

    def _add_field(self, name: str, kind: FieldType, targets: Iterable[str]) -> None:
        self.copied |= dict.fromkeys(targets)
        if kind.type.startswith("flattened"):
            # no key of it is a field of the mapping, and each is searched as one
            self.below += [Dynamic(literal(name), kind), Dynamic(f"{literal(name)}.*", kind)]
        else:
            self.fields[name] = kind

    def _pass_through(self, name: str) -> None:
        """The fields of a ``passthrough`` object are found without its name, too."""
        start = f"{name}."
        for each in [key for key in self.fields if key.startswith(start)]:
            self.fields.setdefault(each.removeprefix(start), PASSED)

    def settle(self, runtime: Mapping[str, Any], at: YamlPath) -> None:
        """What only the whole mapping can say: copies, aliases, and runtime fields over fields."""
        for name in self.copied:
            kind = self.fields.get(name, FieldType("text"))
            self.fields[name] = hidden(kind, "values of other fields (copy_to)")
        for name, spec in runtime.items():
            inner = mapping_at(spec, (*at, name)).get("fields", {})
            below = [f"{name}.{key}" for key in mapping_at(inner, (*at, name, "fields"))]
            # what a query finds is made by a script, be there a field of that name or not
            self.fields |= dict.fromkeys([name, *below], RUNTIME)
        for name, (path, place) in self.aliases.items():
            self.fields.setdefault(name, self._target(name, path, place))

    def _target(self, name: str, path: str, place: YamlPath) -> FieldType:
        found = None if path in self.aliases else Index("", self.fields, tuple(self.below))
        kind = found.lookup(path) if found else None
        if kind is None:
            raise SchemaError(f"the alias {name} is for {path}, which is no field", place)
        return kind

    def index(self) -> Index:
        """The index by itself: fields, and what a dynamic template makes in a known place."""
        made = [each for each in dynamics(self.templates) if self._may_grow(each.match)]
        return Index(self.name, self.fields, (*self.below, *made))

    def _may_grow(self, pattern: str) -> bool:
        if self.modes[""] not in CLOSED:
            return True
        grown = (name for name, mode in self.modes.items() if mode not in CLOSED)
        return any(pattern.startswith(f"{literal(name)}.") for name in grown)

    def new_field(self, name: str, kinds: Iterable[FieldType]) -> FieldType | None:
        """What an event makes of a field that this index lacks and others have, as ``kinds``.

        ``None`` where no event can have it (``strict``, or the name is an object's), or none has
        had it yet and no template says what it becomes ("Dynamic field mapping").
        """
        parts = name.split(".")
        above = [".".join(parts[:end]) for end in range(len(parts))]
        if name in self.modes:
            return None
        mode = next(self.modes[each] for each in reversed(above) if each in self.modes)
        if mode == "false":
            return UNMAPPED
        return None if mode == "strict" else first_match(self.templates, name, json_types(kinds))


def _of_any(indices: Iterable[Index]) -> dict[str, list[FieldType]]:
    """The fields of all indices, each with its types."""
    found: dict[str, list[FieldType]] = {}
    for index in indices:
        for name, kind in index.fields.items():
            if kind.type != "nested":
                found.setdefault(name, []).append(kind)
    return found


def _with_others(
    mapped: _Mapped, index: Index, known: Mapping[str, list[FieldType]], grown: Iterable[Dynamic]
) -> Index:
    """The index with what becomes of the fields that others have, or may get, and it lacks."""
    made = {
        name: kind
        for name, kinds in known.items()
        if index.lookup(name) is None and (kind := mapped.new_field(name, kinds)) is not None
    }
    is_false = mapped.modes[""] == "false"
    more = [Dynamic(each.match, UNMAPPED) for each in grown] if is_false else []
    return Index(index.pattern, {**index.fields, **made}, (*index.dynamic, *more))
