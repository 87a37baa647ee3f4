"""Which field of the index a name in a query is, and which type decides.

A multi-field (``process.executable.caseless``) holds its parent's values, so a leaf on it is read
as one on the parent, compared by the multi-field's own type (Elasticsearch reference,
"multi-fields").
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import NamedTuple

from siemc.schema import FieldType, Index

# Elasticsearch reference, "Metadata fields": every index has them, and no event does
METADATA = frozenset(
    {"_doc_count", "_field_names", "_id", "_ignored", "_index", "_nested_path", "_routing"}
    | {"_seq_no", "_size", "_source", "_tier", "_type", "_version"}
)
_METADATA = FieldType("metadata", searchable=False)


class Found(NamedTuple):
    """A field of the index: the name its values have in an event, and the type that decides."""

    name: str
    kind: FieldType


def find(index: Index, name: str, network: bool = False) -> Found | None:
    """The field that ``name`` means in this index, or ``None`` if it has no such field.

    Where a dynamic template makes both possible, ``x.ip`` is a field of its own, unless it is asked
    for a ``network``: the template's ``ip`` multi-field holds addresses, a text never is a network.
    """
    kind = index.fields.get(name)
    if kind is None and name in METADATA:
        kind = _METADATA
    if kind is not None:
        return Found(name, kind)
    parent, _, last = name.rpartition(".")
    above = index.fields.get(parent)
    if above is None:
        above = _dynamic(index, parent) if parent else None
        if above is not None and not network:
            above = _without_ip(above)
    sub = above.subfield(last) if above is not None else None
    if sub is not None:
        return Found(parent, sub)
    kind = _dynamic(index, name)
    return None if kind is None else Found(name, kind)


def _dynamic(index: Index, name: str) -> FieldType | None:
    if name in index.absent:
        return None
    return next((rule.type for rule in index.dynamic if fnmatchcase(name, rule.match)), None)


def _without_ip(kind: FieldType) -> FieldType | None:
    return None if any(sub.type == "ip" for _, sub in kind.subfields) else kind


def children(index: Index, name: str) -> tuple[str, ...]:
    """The declared fields below an object."""
    start = f"{name}."
    return tuple(each for each in index.fields if each.startswith(start))


def may_grow(index: Index, name: str) -> bool:
    """Whether a dynamic template may add fields below an object, of which nothing is known."""
    return any(rule.match.startswith(f"{name}.") for rule in index.dynamic)


def is_nested(index: Index, name: str) -> bool:
    """Whether the field lies in a ``nested`` object, whose values are documents of their own."""
    while name:
        kind = index.fields.get(name)
        if kind is not None and kind.type == "nested":
            return True
        name = name.rpartition(".")[0]
    return False
