"""Formula to KQL, the Kibana Query Language."""

from __future__ import annotations

from siemc.backend import Emission, Layout, Span
from siemc.formula import ONE, RUN, Formula, Glob, Origin
from siemc.formula import glob as make_glob
from siemc.schema import Schema
from siemc_backends.elastic import limits
from siemc_backends.elastic.dialect import Dialect
from siemc_backends.elastic.emitter import Emitter
from siemc_backends.elastic.forms import (
    Anywhere,
    Form,
    Missing,
    Present,
    Range,
    Scalar,
    Words,
)
from siemc_backends.elastic.kql.escape import name, obstacle, quoted, wildcard
from siemc_backends.elastic.outline import Bare, Clause, Negated, Part, Value, some
from siemc_backends.elastic.resolve import Resolver
from siemc_backends.elastic.values import clip, show
from siemc_backends.elastic.writer import Operators, Writer

OPERATORS = Operators("and", "or", "not", lone_not=False)
DIALECT = Dialect(patterns=False, controls="inside")


def emit(formula: Formula, schema: Schema, layout: Layout) -> Emission:
    """The query for an index of this schema; see ``siemc.backend.Emission``."""
    printer = _Printer(Resolver(schema, folds=False, dialect=DIALECT))
    everything = "*:*"
    return Emitter(printer.resolver, everything, printer.form, _write, _levels).emit(
        formula, layout
    )


def _write(part: Part, layout: Layout) -> tuple[str, list[Span]]:
    return Writer(OPERATORS, layout.pretty).query(part)


def _levels(part: Part) -> int:
    """The queries Kibana makes of it: it puts each leaf in a ``bool``, and all of them in one.

    kbn-es-query, ``functions/is.ts`` and ``es_query/build_es_query.ts``.
    """
    return limits.joined(part) + 3


class _Printer:
    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver

    def form(self, form: Form, origins: tuple[Origin, ...]) -> Part:
        match form:
            case Words():
                text = self._glob(form.field, form.glob)
                return self._clause(form.field, text, origins)
            case Scalar(field, text, kind):
                bare = kind == "boolean" or text.isdigit()
                return self._clause(field, text if bare else quoted(text), origins)
            case Range(field, op, text):
                return Bare(Value(f"{self._name(field)} {op} {text}", origins))
            case Present(field):
                return self._present(field, origins)
            case Missing(field, or_empty):
                absent = Negated(self._present(field, origins))
                empty = self._clause(field, '""', origins)
                return some([absent, empty]) if or_empty else absent
            case Anywhere(glob):
                return Bare(Value(self._glob(None, glob), origins))
            case _:  # the resolver spreads AnyOf, and makes no pattern where there are none
                raise AssertionError(form)

    def _clause(self, field: str, text: str, origins: tuple[Origin, ...]) -> Part:
        return Clause(f"{self._name(field)}: ", (Value(text, origins),))

    def _name(self, field: str) -> str:
        if "*" in field:
            message = f"Kibana hands on the name {clip(field)} as a pattern of names."
            self.resolver.problem("SC212", field, message, "Use -t dsl, or rename the field.")
        return name(field)

    def _present(self, field: str, origins: tuple[Origin, ...]) -> Part:
        return Bare(Value(f"{self._name(field)}: *", origins))

    def _glob(self, field: str | None, test: Glob) -> str:
        literal = test.literal
        if literal is not None:
            return quoted(literal)
        where = field or "the event"
        if ONE in test.parts:
            message = f"KQL has no wildcard for one character, which {show(test)} on {where} needs."
            self.resolver.problem("SC205", field, message, "Use -t lucene or -t dsl.")
            test = make_glob(RUN if part is ONE else part for part in test.parts)
        why = obstacle(test)
        if why is not None:
            message = f"{show(test)} on {where} cannot be written: {why}."
            self.resolver.problem("SC212", field, message, "Use -t lucene or -t dsl.")
        if field is not None and self.resolver.known[field].families > 1:
            self._split_up(field, test)
        text, is_escaped = wildcard(test)
        if is_escaped:
            # until Kibana 8.12.1 a backslash was handed on unescaped (elastic/kibana#174464)
            self.resolver.findings.assumed.add("SA08")
        return text

    def _split_up(self, field: str, test: Glob) -> None:
        """Over mixed types Kibana makes a ``query_string``, where a space splits the value."""
        types = " and ".join(dict.fromkeys(kind.type for kind in self.resolver.known[field].kinds))
        message = f"{field} is {types} in different indices, where {show(test)} is split up."
        hint = "Narrow the data view to indices of one type; or use -t lucene or -t dsl."
        self.resolver.problem("SC214", field, message, hint)
