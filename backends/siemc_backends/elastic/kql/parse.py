"""Reading KQL back: what Kibana makes of it, and Elasticsearch of that.

Kibana, kbn-es-query, ``functions/is.ts`` and ``functions/range.ts`` (9.x): the type of a field in
the data view, over all its indices, decides which query a value becomes; each index then answers
that query by its own mapping.
"""

from __future__ import annotations

import re
from functools import partial

from siemc.formula import Atom, Formula, Opaque
from siemc.reading import ReadError, Reading, place
from siemc.schema import Schema
from siemc_backends.elastic.dsl.fields import field_name, is_constant
from siemc_backends.elastic.dsl.program import EVERYTHING, MOST_NESTED, Leaf, levels, readings
from siemc_backends.elastic.kql.grammar import Parser, Relation
from siemc_backends.elastic.kql.literals import Value
from siemc_backends.elastic.kql.words import escaped, query_string
from siemc_backends.elastic.reading.engine import At, Engine
from siemc_backends.elastic.reading.fields import find

# Kibana before 8.5 split such a value at its spaces (kibana#140629), before 8.12.1 it did not
# escape the other signs anew, so that a backslash was lost (kibana#174464).
_VERSION_DECIDES = re.compile(r"[\\*?\s]")
VERSION = "SA08"

_SURROGATE = re.compile("[\ud800-\udfff]")

# The types that Elasticsearch's field capabilities call a keyword ("Keyword type family").
KEYWORDS = frozenset({"keyword", "wildcard", "constant_keyword"})
DATES = frozenset({"date", "date_nanos"})


def read(text: str, schema: Schema) -> tuple[Reading, ...]:
    """The query's formula for each distinct mapping of its fields.

    Raises ``ReadError`` for what is no KQL, and for nested fields, patterns of field names and
    values that Elasticsearch refuses.
    """
    steps = Parser(text, _DataView(schema).leaf).parse()
    # Kibana puts each leaf in a ``bool`` and the whole in another (``es_query/build_es_query.ts``)
    if levels(steps, leaf=2) + 1 > MOST_NESTED:
        limit = f"indices.query.bool.max_nested_depth: {MOST_NESTED}"
        raise ReadError(f"nested deeper than Elasticsearch takes ({limit})", 0, len(text))
    return readings(steps, schema)


class _DataView:
    """Makes the leaves of one query, by the types that its fields have over all indices."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.kinds: dict[str, str] = {}

    def leaf(self, field: Value, relation: Relation, value: Value, at: At) -> Leaf:
        """The leaf of one expression."""
        if field.is_lone and value.is_lone and relation == ":":
            return EVERYTHING
        if value.text is None:
            raise ReadError("null is no value: Elasticsearch refuses it; write not field: *", *at)
        if _SURROGATE.search(field.shown + value.shown):
            raise ReadError("an escape here stands for half a character", *at)
        name = field.text
        if name is None:
            return Leaf((), partial(_anywhere, value, at))
        if not field.quoted and name in {"true", "false"}:
            # it is no text then, so that the data view has no such field
            raise ReadError(f'a truth value is no field: write "{name}" in quotes', *at)
        field_name(field.shown, at)
        if relation == ":":
            return Leaf((name,), self._is(name, value, at))
        bound = value.shown
        return Leaf((name,), lambda engine: engine.range(name, relation, bound, at))

    def _is(self, name: str, value: Value, at: At) -> partial[Formula]:
        """``functions/is.ts``: which query a field and a value become."""
        if value.is_lone:
            return partial(_exists, name, at)
        kind = self._kind(name)
        if value.pieces:
            return partial(_wildcard if kind == "keyword" else query_string, name, value, at)
        make = {"keyword": _term, "date": _date}.get(kind, _phrase if value.quoted else _match)
        return partial(make, name, value, at)

    def _kind(self, name: str) -> str:
        """Kibana's type of the field: that which it has in all indices, or none."""
        kind = self.kinds.get(name)
        if kind is None:
            found = (find(index, name) for index in self.schema.indices)
            types = {each.kind.type for each in found if each is not None}
            kind = "keyword" if types <= KEYWORDS else "date" if types <= DATES else ""
            self.kinds[name] = kind = kind if types else ""
        return kind


def _anywhere(value: Value, at: At, engine: Engine) -> Formula:
    """A value without a field is sought in the index's default fields, each in its own way."""
    kind = "phrase" if value.quoted else "pattern" if value.pieces else "words"
    return Atom(None, Opaque(f"{kind} in the default fields: {value.shown}"), place(*at))


def _exists(name: str, at: At, engine: Engine) -> Formula:
    return engine.exists(name, at)


def _wildcard(name: str, value: Value, at: At, engine: Engine) -> Formula:
    if any(_VERSION_DECIDES.search(piece) for piece in value.pieces):
        engine.assumptions.add(VERSION)
    if is_constant(engine, name):
        # it takes Kibana's escapes for text, so that a-b* finds nothing: ``dsl.fields``
        return engine.term(name, escaped(value), at)
    return engine.wildcard(name, value.parts, at)


def _term(name: str, value: Value, at: At, engine: Engine) -> Formula:
    return engine.term(name, value.shown, at)


def _date(name: str, value: Value, at: At, engine: Engine) -> Formula:
    return engine.between(name, [(">=", value.shown), ("<=", value.shown)], at)


def _phrase(name: str, value: Value, at: At, engine: Engine) -> Formula:
    return engine.phrase(name, value.shown, at)


def _match(name: str, value: Value, at: At, engine: Engine) -> Formula:
    return engine.words(name, value.shown, at)
