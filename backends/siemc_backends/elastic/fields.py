"""What the mapping of a field says about comparing its values, over all indices that have it."""

from __future__ import annotations

from dataclasses import dataclass

from siemc.schema import FieldType, Schema
from siemc_backends.elastic.platform import CASELESS

NO_LIMIT = 1 << 62


@dataclass(frozen=True, slots=True)
class Facts:
    """The variants of a field, and what is true of all or of some of them.

    ``absent``: the schema knows all its fields and this is none. ``searchable``: each variant is
    indexed. ``term``: on each the whole value is one term. ``cased``: some compare case;
    ``uncased``: some ignore it. ``lower``: only lower-case values are ever written. ``limited``:
    some have an ``ignore_above``. ``caseless``: each has a lowercase ``.caseless`` sub-field;
    ``caseless_same``: and none of those cuts off more than its parent. ``wildcard``: some have that
    type, on which a glob of wildcards alone, such as ``?*``, is taken for an exists query
    (``WildcardFieldMapper.wildcardQuery``, "not a pure length query"). ``families``: how many type
    families Kibana's data view shows.
    """

    kinds: tuple[FieldType, ...]
    absent: bool
    searchable: bool
    term: bool
    cased: bool
    uncased: bool
    lower: bool
    limited: bool
    caseless: bool
    caseless_same: bool
    caseless_limited: bool
    wildcard: bool
    families: int

    def all_of(self, *types: str) -> bool:
        """Whether the field has one of these types in every index."""
        return all(kind.type in types for kind in self.kinds)

    @property
    def number(self) -> bool:
        """Whether the field is numeric in every index."""
        return all(kind.is_number for kind in self.kinds)

    @property
    def text(self) -> bool:
        """Whether some index analyses the field into words."""
        return any(kind.is_text for kind in self.kinds)


class FieldFacts(dict[str, Facts]):
    """The facts on each field of a schema, worked out when a field is first asked for."""

    def __init__(self, schema: Schema) -> None:
        super().__init__()
        self.schema = schema

    def __missing__(self, name: str) -> Facts:
        known = self[name] = _facts(self.schema, name)
        return known


def field_facts(schema: Schema) -> FieldFacts:
    """The facts on a schema's fields; of one that the schema lacks, those of a plain keyword."""
    found = _by_identity.get(id(schema))
    if found is None or found.schema is not schema:
        if len(_by_identity) >= MOST_SCHEMAS:
            _by_identity.clear()
        found = _by_identity[id(schema)] = FieldFacts(schema)
    return found


MOST_SCHEMAS = 64
# By identity: to hash a schema, with all its fields, would cost more than a query
_by_identity: dict[int, FieldFacts] = {}

_UNKNOWN = (FieldType("keyword"),)
# Elasticsearch's reference, "Field capabilities API": types are reported by family
_FAMILY = {"wildcard": "keyword", "constant_keyword": "keyword", "match_only_text": "text"}


def _facts(schema: Schema, name: str) -> Facts:
    found = schema.types(name)
    kinds = found or _UNKNOWN
    subs = [kind.subfield(CASELESS) for kind in kinds]
    usable = [sub for sub in subs if sub is not None and not sub.cased and sub.searchable]
    every = len(usable) == len(kinds)
    return Facts(
        kinds=kinds,
        absent=schema.closed and not found,
        searchable=all(kind.searchable for kind in kinds),
        term=all(kind.is_term for kind in kinds),
        cased=any(kind.cased for kind in kinds),
        uncased=any(not kind.cased for kind in kinds),
        lower=schema.writes_lower(name),
        limited=any(kind.ignore_above is not None for kind in kinds),
        caseless=every,
        caseless_same=every
        and all(_limit(sub) >= _limit(kind) for sub, kind in zip(usable, kinds, strict=True)),
        caseless_limited=any(sub.ignore_above is not None for sub in usable),
        wildcard=any(kind.type == "wildcard" for kind in kinds),
        families=len({_FAMILY.get(kind.type, kind.type) for kind in kinds}),
    )


def _limit(kind: FieldType) -> int:
    return NO_LIMIT if kind.ignore_above is None else kind.ignore_above
