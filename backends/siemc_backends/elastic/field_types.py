"""The type of one field of a user's mapping, with what about it cannot be claimed.

Facts are from Elasticsearch's reference, "Mapping parameters" and the pages of the field types.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from siemc.formula import YamlPath
from siemc.schema import FieldType, SchemaError

# Parameters that change neither which values a query finds nor which field it looks in
HARMLESS = frozenset(
    {"type", "index", "doc_values", "store", "norms", "index_options", "similarity", "meta"}
    | {"boost", "eager_global_ordinals", "fields", "ignore_above", "normalizer", "coerce"}
    | {"format", "locale", "scaling_factor", "value", "copy_to", "depth_limit"}
    | {"time_series_dimension", "time_series_metric", "synthetic_source_keep"}
    # of analysed text, on which nothing but existence is claimed
    | {"analyzer", "search_analyzer", "search_quote_analyzer", "term_vector", "fielddata"}
    | {"fielddata_frequency_filter", "index_prefixes", "index_phrases", "max_shingle_size"}
    | {"position_increment_gap"}
)
# These count only where they are set to true
SWITCHES = frozenset({"ignore_malformed", "split_queries_on_whitespace"})
LOWERCASE = "lowercase"


def field_type(spec: Mapping[str, Any], place: YamlPath, inner: bool = False) -> FieldType:
    """The type of a field, or of a multi-field (``inner``).

    Raises ``SchemaError`` where the mapping has another shape than Elasticsearch gives it.
    """
    kind = text_at(spec, "type", place)
    if kind == "splunk":
        raise SchemaError("Elasticsearch has no field type splunk", (*place, "type"))
    found = FieldType(
        kind,
        ignore_above=_ignore_above(spec, place),
        normalizer=spec.get("normalizer"),
        searchable=not _is_false(spec, "index") and _is_enabled(spec),
        subfields=tuple(_multi_fields(spec, place)),
    )
    if why := ", ".join(_oddities(spec, kind, inner)):
        found = hidden(found, why)
    return _normalized(found, kind)


def hidden(kind: FieldType, why: str) -> FieldType:
    """The type as one that no test is claimed on; its multi-fields hold the same values."""
    return replace(
        kind,
        type=f"{kind.type} with {why}",
        searchable=False,
        subfields=tuple((name, hidden(sub, why)) for name, sub in kind.subfields),
    )


def _normalized(found: FieldType, kind: str) -> FieldType:
    """Only the built-in normalizer is known: what another does is said in the index's settings."""
    name = found.normalizer
    if name is None or (name == LOWERCASE and kind == "keyword"):
        return found
    return replace(found, type=f"{found.type} with the normalizer {name}", normalizer=None)


def _oddities(spec: Mapping[str, Any], kind: str, inner: bool) -> Iterator[str]:
    """The parameters for which a query finds other events than the values say.

    ``null_value``: an absent value is found as this one. ``ignore_malformed``: a value is there and
    not indexed; on an ``ip`` multi-field that is known. A ``script`` makes the values itself.
    """
    for key, value in spec.items():
        if key in SWITCHES:
            if not _is_false(spec, key) and not (inner and kind == "ip"):
                yield key
        elif key not in HARMLESS and value is not None and value != {"enabled": True}:
            yield key


def _multi_fields(spec: Mapping[str, Any], place: YamlPath) -> Iterator[tuple[str, FieldType]]:
    inner = mapping_at(spec.get("fields", {}), (*place, "fields"))
    for name, sub in inner.items():
        at = (*place, "fields", name)
        yield name, field_type(mapping_at(sub, at), at, inner=True)


def _ignore_above(spec: Mapping[str, Any], place: YamlPath) -> int | None:
    found = spec.get("ignore_above")
    if found is None:
        return None
    text = str(found)
    if not text.isascii() or not text.isdecimal():
        raise SchemaError(f"ignore_above cannot be {text}", (*place, "ignore_above"))
    return int(text)


def _is_false(spec: Mapping[str, Any], key: str) -> bool:
    return str(spec.get(key, True)).lower() == "false"


def _is_enabled(spec: Mapping[str, Any]) -> bool:
    return not _is_false(spec, "enabled")


def copy_targets(spec: Mapping[str, Any], place: YamlPath) -> tuple[str, ...]:
    """The fields that get this field's values as well (``copy_to``)."""
    return texts_at(spec, "copy_to", place)


def mapping_at(value: Any, place: YamlPath) -> Mapping[str, Any]:
    """The value, which has to be an object."""
    if not isinstance(value, dict):
        raise SchemaError(f"{place[-1]} is no object", place)
    return value


def text_at(spec: Mapping[str, Any], key: str, place: YamlPath, default: str | None = None) -> str:
    """The text that an object has under a key, which it has to have if there is no default."""
    found = spec.get(key, default)
    if found is None:
        raise SchemaError(f"{place[-1]} has no {key}", place)
    if not isinstance(found, str):
        raise SchemaError(f"{key} is no text", (*place, key))
    return found


def texts_at(spec: Mapping[str, Any], key: str, place: YamlPath) -> tuple[str, ...]:
    """The text, or each of the texts, that an object has under a key, if it has it."""
    found = spec.get(key, [])
    texts = found if isinstance(found, list) else [found]
    if not all(isinstance(each, str) for each in texts):
        raise SchemaError(f"{key} is no text", (*place, key))
    return tuple(texts)
