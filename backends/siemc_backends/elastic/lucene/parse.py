"""The reader of the target ``lucene``: Elasticsearch's ``query_string``, Kibana's Lucene mode.

What each clause does is from Elasticsearch's reference, "Query string query", and from its class
``QueryStringQueryParser``; the grammar is in ``grammar``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from siemc.formula import (
    FALSE,
    RUN,
    TRUE,
    Atom,
    CompareOp,
    Formula,
    Not,
    Opaque,
    conjunction,
    disjunction,
)
from siemc.reading import ReadError, Reading, place
from siemc.schema import Schema
from siemc_backends.elastic.dsl.fields import plain_name
from siemc_backends.elastic.lucene.grammar import Group, Leaf, Part, parse
from siemc_backends.elastic.reading import regexp
from siemc_backends.elastic.reading.engine import At, Engine, FormatError, engines

EXISTS = "_exists_"
MANY_CLAUSES, CLAUSES = "SA11", 1024


def read(text: str, schema: Schema) -> tuple[Reading, ...]:
    """The query as Elasticsearch runs it, once for each distinct mapping of its fields.

    Raises ``ReadError``. Terms without a field are sought in all fields, which is ``Opaque``.
    """
    if is_blank(text):
        raise ReadError("The query is empty: Kibana finds all with it, Elasticsearch nothing.", 0)
    query = parse(text)
    found = []
    for patterns, engine in engines(schema, fields(query)):
        formula = interpret(query, engine)
        found.append(engine.reading(formula, patterns))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Options:
    """What a ``query_string`` query may say beside its text.

    ``fields`` are those of ``default_field`` or ``fields``, without boosts; none are all.
    ``lenient``: values of the wrong type find nothing.
    """

    fields: tuple[str, ...] = ()
    operator: Literal["OR", "AND"] = "OR"
    lenient: bool = False


def query_string(
    text: str, engine: Engine, where: int | At = 0, options: Options | None = None
) -> Formula:
    """A ``query_string`` query inside another language.

    ``where`` is the number of characters of the whole text before it, or one place for all of its
    leaves and errors, if its text is written with escapes there. Raises ``ReadError``.
    """
    options = options or Options()
    if is_blank(text):
        return FALSE
    reader = _Reader(engine, options, where)
    try:
        query = parse(text, options.operator)
    except ReadError as error:
        raise ReadError(error.message, *reader.place_of(error.start, error.end)) from None
    return reader.read(query)


def interpret(query: Part, engine: Engine) -> Formula:
    """The formula of a parsed query whose default is every field."""
    return _Reader(engine, Options(), 0).read(query)


def is_blank(text: str) -> bool:
    """Whether Java's ``trim`` leaves nothing of the text."""
    return not text.strip("".join(map(chr, range(33))))


def fields(query: Part) -> tuple[str, ...]:
    """The fields the query names."""
    names = []
    for leaf in _leaves(query):
        names.append(leaf.text if leaf.field == EXISTS else leaf.field)
    return tuple(dict.fromkeys(name for name in names if name is not None))


def _leaves(query: Part) -> Iterator[Leaf]:
    stack = [query]
    while stack:
        match stack.pop():
            case Leaf() as leaf:
                yield leaf
            case Group(clauses):
                stack.extend(part for _, part in reversed(clauses))


class _Reader:
    """Turns parsed clauses into formulas for one engine."""

    def __init__(self, engine: Engine, options: Options, where: int | At) -> None:
        self.engine = engine
        self.defaults = options.fields
        self.all_fields = not self.defaults or "*" in self.defaults
        # QueryStringQueryBuilder.doToQuery: lenient unless told, where the default is all fields.
        # Whether it is, is a setting of the index (Elastic's own templates list the default
        # fields): not told is not lenient here, so that nothing is read that may be refused.
        self.lenient = options.lenient
        self.where = where

    def read(self, query: Part) -> Formula:
        """The formula of the whole query."""
        if sum(1 for _ in _leaves(query)) > CLAUSES:
            self.engine.assumptions.add(MANY_CLAUSES)
        return self.part(query)

    def place_of(self, start: int, end: int) -> At:
        """Where in the whole text these characters of the query stand."""
        if isinstance(self.where, int):
            return start + self.where, end + self.where
        return self.where

    def part(self, part: Part) -> Formula:
        """The formula of a leaf, or of a ``BooleanQuery`` with its clauses.

        Optional clauses decide only where none is required. Only forbidden ones mean all others:
        Lucene would find nothing, Elasticsearch repairs it (``Queries.fixNegativeQueryIfNeeded``).
        """
        if isinstance(part, Leaf):
            return self._leaf(part)
        required: list[Formula] = []
        optional: list[Formula] = []
        forbidden: list[Formula] = []
        lists = {"must": required, "should": optional, "must not": forbidden}
        for occur, inner in part.clauses:
            lists[occur].append(self.part(inner))
        if optional and not required:
            required.append(disjunction(optional))
        return conjunction([*required, *map(Not, forbidden)])

    def _leaf(self, leaf: Leaf) -> Formula:
        at = self.place_of(leaf.start, leaf.end)
        if leaf.field == EXISTS and leaf.kind in {"term", "phrase"}:
            return self.engine.exists(self._name(leaf.text, at), at)
        if leaf.field == "*" or (leaf.field is None and self.all_fields):
            if leaf.kind == "wildcard" and leaf.text == "*":
                return TRUE
            if leaf.kind == "regexp":
                regexp.read(leaf.text, False, False, at)  # to be refused if it is none
            if leaf.kind == "fuzzy":
                _check_distance(leaf, at)
            return Atom(None, Opaque(_shown(leaf)), place(*at))
        if leaf.field is not None:
            return self._on_field(leaf, self._name(leaf.field, at), at)
        names = (self._name(name, at) for name in self.defaults)
        return disjunction(self._on_default(leaf, name, at) for name in names)

    def _name(self, name: str, at: At) -> str:
        if "*" in name:
            message = f"The field pattern '{name[:60]}' stands for many fields: name each of them."
            raise ReadError(message, *at)
        return plain_name(name, at)

    def _on_default(self, leaf: Leaf, field: str, at: At) -> Formula:
        """``QueryParserHelper.resolveMappingFields`` drops what is no field, objects too."""
        return FALSE if self.engine.is_object(field) else self._on_field(leaf, field, at)

    def _on_field(self, leaf: Leaf, field: str, at: At) -> Formula:
        try:
            return _KINDS[leaf.kind](self.engine, leaf, field, at)
        except FormatError:
            if self.lenient:
                return FALSE
            raise


def _shown(leaf: Leaf) -> str:
    high = f" TO {leaf.high}" if leaf.kind == "range" else ""
    return f"{leaf.kind}{leaf.suffix}: {leaf.text}{high}"


_ONE_SIDED: tuple[tuple[str, CompareOp], ...] = ((">=", ">="), ("<=", "<="), (">", ">"), ("<", "<"))


def _term(engine: Engine, leaf: Leaf, field: str, at: At) -> Formula:
    """A term; one that begins with a comparison is a range, escaped or not."""
    text = leaf.text
    if len(text) > 1 and text[0] in "<>":
        for sign, op in _ONE_SIDED:
            if text.startswith(sign) and len(text) > len(sign):
                return _bounds(engine, field, [(op, text[len(sign) :])], at)
    return _analysed(engine.words, engine, leaf, field, at)


def _phrase(engine: Engine, leaf: Leaf, field: str, at: At) -> Formula:
    return _analysed(engine.phrase, engine, leaf, field, at)


def _analysed(
    query: Callable[[str, str, At], Formula], engine: Engine, leaf: Leaf, field: str, at: At
) -> Formula:
    """Words of a text field; without one, Lucene drops the clause, which has then no truth value.

    A phrase's slop matters only there: a term has one position.
    """
    if not engine.is_text(field):
        return query(field, leaf.text, at)
    if not any(map(str.isalnum, leaf.text)):
        raise ReadError("Analysis leaves no word of this text: name words, or another field.", *at)
    return query(field, leaf.text + leaf.suffix, at)


def _prefix(engine: Engine, leaf: Leaf, field: str, at: At) -> Formula:
    return engine.wildcard(field, (leaf.text, RUN), at)


def _wildcard(engine: Engine, leaf: Leaf, field: str, at: At) -> Formula:
    """``f:*`` asks whether the field exists (``QueryStringQueryParser.getWildcardQuery``)."""
    return engine.exists(field, at) if leaf.text == "*" else engine.pattern(field, leaf.text, at)


def _regexp(engine: Engine, leaf: Leaf, field: str, at: At) -> Formula:
    return engine.regexp(field, leaf.text, at)


def _fuzzy(engine: Engine, leaf: Leaf, field: str, at: At) -> Formula:
    _check_distance(leaf, at)
    return engine.opaque("fuzzy" + leaf.suffix, field, leaf.text, at)


def _check_distance(leaf: Leaf, at: At) -> None:
    if leaf.suffix.lower() not in {"~", "~0", "~1", "~2", "~auto"}:
        raise ReadError(f"'{leaf.suffix[:20]}' is no distance: ~, ~0, ~1 and ~2 are.", *at)


def _range(engine: Engine, leaf: Leaf, field: str, at: At) -> Formula:
    bounds: list[tuple[CompareOp, str]] = []
    if leaf.text != "*":
        bounds.append((">=" if leaf.suffix[0] == "[" else ">", leaf.text))
    if leaf.high != "*":
        bounds.append(("<=" if leaf.suffix[1] == "]" else "<", leaf.high))
    return engine.between(field, bounds, at)


def _bounds(engine: Engine, field: str, bounds: list[tuple[CompareOp, str]], at: At) -> Formula:
    return engine.between(field, [bound for bound in bounds if bound[1] != "*"], at)


_KINDS: dict[str, Callable[[Engine, Leaf, str, At], Formula]] = {
    "term": _term,
    "phrase": _phrase,
    "prefix": _prefix,
    "wildcard": _wildcard,
    "regexp": _regexp,
    "fuzzy": _fuzzy,
    "range": _range,
}
