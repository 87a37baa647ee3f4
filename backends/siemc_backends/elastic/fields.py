"""What the mapping of a field says about comparing its values, over all indices that have it."""

from __future__ import annotations

from dataclasses import dataclass

from siemc.schema import FieldType, Schema
from siemc_backends.elastic.platform import CASELESS

NO_LIMIT = 1 << 62


@dataclass(frozen=True, slots=True)
class Facts:
    """The variants of a field, and what is true of all or of some of them.

    ``term``: on each the whole value is one term. ``cased``: some compare case; ``uncased``: some
    ignore it. ``limited``: some have an ``ignore_above``. ``caseless``: each has a lowercase
    ``.caseless`` sub-field; ``caseless_same``: and none of those cuts off more than its parent.
    ``wildcard``: some have that type, on which a glob of wildcards alone, such as ``?*``, is taken
    for an exists query (``WildcardFieldMapper.wildcardQuery``, "not a pure length query").
    """

    kinds: tuple[FieldType, ...]
    term: bool
    cased: bool
    uncased: bool
    limited: bool
    caseless: bool
    caseless_same: bool
    caseless_limited: bool
    searchable: bool
    wildcard: bool

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

    @property
    def families(self) -> int:
        """How many type families Kibana's data view shows: ``wildcard`` counts as ``keyword``.

        Elasticsearch's reference, "Field capabilities API": types are reported by family.
        """
        return len({_FAMILY.get(kind.type, kind.type) for kind in self.kinds})


_FAMILY = {"wildcard": "keyword", "constant_keyword": "keyword", "match_only_text": "text"}


def facts(schema: Schema, name: str) -> Facts:
    """The facts on a field; of one that the schema lacks, those of a plain keyword."""
    kinds = schema.types(name) or _UNKNOWN
    known = _by_identity.get(id(kinds))
    if known is None or known.kinds is not kinds:
        if len(_by_identity) >= MOST_KNOWN:
            _by_identity.clear()
        known = _by_identity[id(kinds)] = _facts(kinds)
    return known


_UNKNOWN = (FieldType("keyword"),)
MOST_KNOWN = 8192
# By identity: a schema hands out the same tuple each time, and hashing one costs more than a query
_by_identity: dict[int, Facts] = {}


def _facts(kinds: tuple[FieldType, ...]) -> Facts:
    subs = [kind.subfield(CASELESS) for kind in kinds]
    usable = [sub for sub in subs if sub is not None and not sub.cased and sub.searchable]
    every = len(usable) == len(kinds)
    return Facts(
        kinds=kinds,
        term=all(kind.is_term for kind in kinds),
        cased=any(kind.cased for kind in kinds),
        uncased=any(not kind.cased for kind in kinds),
        limited=any(kind.ignore_above is not None for kind in kinds),
        caseless=every,
        caseless_same=every
        and all(_limit(sub) >= _limit(kind) for sub, kind in zip(usable, kinds, strict=True)),
        caseless_limited=any(sub.ignore_above is not None for sub in usable),
        searchable=all(kind.searchable for kind in kinds),
        wildcard=any(kind.type == "wildcard" for kind in kinds),
    )


def _limit(kind: FieldType) -> int:
    return NO_LIMIT if kind.ignore_above is None else kind.ignore_above
