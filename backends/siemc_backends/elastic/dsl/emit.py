"""Formula to Elasticsearch's Query DSL, as JSON text.

Elasticsearch's reference: "Boolean query", "Term query", "Terms query", "Wildcard query", "Prefix
query", "Regexp query", "Range query", "Exists query".
"""

from __future__ import annotations

from collections.abc import Mapping
from json.encoder import encode_basestring_ascii

from siemc.backend import Emission, Layout
from siemc.folding import is_beyond_ascii
from siemc.formula import Formula, Glob, Origin, Wild
from siemc.regex.letters import glob_to_lucene
from siemc.schema import Schema
from siemc_backends.elastic.dialect import MAX_LENGTH, Dialect, too_long
from siemc_backends.elastic.dsl.render import levels, render
from siemc_backends.elastic.emitter import Emitter
from siemc_backends.elastic.forms import (
    Form,
    Missing,
    Pattern,
    Present,
    Range,
    Scalar,
    Words,
)
from siemc_backends.elastic.outline import Bare, Clause, Negated, Part, Value, some
from siemc_backends.elastic.resolve import Resolver
from siemc_backends.elastic.values import clip, is_finite, show

DIALECT = Dialect(patterns=True, controls="anywhere")
EVERYTHING = '{"match_all":{}}'
_BOUNDS: Mapping[str, str] = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}
_WILDCARD = str.maketrans({"\\": "\\\\", "*": "\\*", "?": "\\?"})


def emit(formula: Formula, schema: Schema, layout: Layout) -> Emission:
    """The query for an index of this schema; see ``siemc.backend.Emission``."""
    printer = _Printer(Resolver(schema, folds=True, dialect=DIALECT))
    return Emitter(printer.resolver, EVERYTHING, printer.form, render, levels).emit(formula, layout)


class _Printer:
    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver

    def form(self, form: Form, origins: tuple[Origin, ...]) -> Part | None:
        match form:
            case Words(field, glob, fold):
                return self._words(field, glob, fold, origins)
            case Pattern(field, text):
                return _query("regexp", field, f'{{"value":{_json(text)}}}', origins)
            case Scalar(field, text, kind):
                value = _json(text) if kind == "address" else text
                return Clause(field, (Value(value, origins),))
            case Range(field, op, text):
                return _query("range", field, f'{{"{_BOUNDS[op]}":{_number(text)}}}', origins)
            case Present(field):
                return self._present(field, origins)
            case Missing(field, or_empty):
                absent = Negated(self._present(field, origins))
                return some([absent, _term(field, "", origins)]) if or_empty else absent
            case _:  # a search of the whole event has no plain form here
                return None

    def _present(self, field: str, origins: tuple[Origin, ...]) -> Part:
        if "*" in field:
            message = f"The field name {clip(field)} is a pattern of names for an exists query."
            self.resolver.problem("SC212", field, message, "Rename the field.")
        return Bare(Value(f'{{"exists":{{"field":{_json(field)}}}}}', origins))

    def _words(self, field: str, test: Glob, fold: bool, origins: tuple[Origin, ...]) -> Part:
        literals = [part for part in test.parts if isinstance(part, str)]
        if fold and any(map(is_beyond_ascii, literals)):
            return self._beyond_ascii(field, test, origins)
        if test.literal is not None and not fold:
            return _term(field, test.literal, origins)
        also = ',"case_insensitive":true' if fold else ""
        if test.literal is not None:
            kind, value = "term", test.literal
        elif len(test.parts) == 2 and literals and test.parts[1] is Wild.RUN:
            kind, value = "prefix", literals[0]
        else:
            kind, value = "wildcard", _wildcard(test)
        return _query(kind, field, f'{{"value":{_json(value)}{also}}}', origins)

    def _beyond_ascii(self, field: str, test: Glob, origins: tuple[Origin, ...]) -> Part:
        """``case_insensitive`` is for ASCII letters only: both cases of each letter, written out.

        Elasticsearch's reference, "Wildcard query": "case insensitive matching … ASCII"; see
        ``AutomatonQueries.toCaseInsensitiveChar``.
        """
        text = glob_to_lucene(test.parts, fold="none", cased=False)
        if too_long(text):
            message = f"{show(test)} on {field}, in both cases, is longer than {MAX_LENGTH}."
            hint = "Raise index.max_regex_length, or shorten the value."
            self.resolver.problem("SC213", field, message, hint)
        return _query("regexp", field, f'{{"value":{_json(text)}}}', origins)


# JSON in ASCII: a line separator or a right-to-left mark in a value is then an escape
_json = encode_basestring_ascii


def _number(text: str) -> str:
    return text if is_finite(text) else _json(text)


def _term(field: str, text: str, origins: tuple[Origin, ...]) -> Part:
    return Clause(field, (Value(_json(text), origins),))


def _query(kind: str, field: str, body: str, origins: tuple[Origin, ...]) -> Part:
    return Bare(Value(f'{{"{kind}":{{{_json(field)}:{body}}}}}', origins))


def _wildcard(test: Glob) -> str:
    return "".join(
        part.value if isinstance(part, Wild) else part.translate(_WILDCARD) for part in test.parts
    )
