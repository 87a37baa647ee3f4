"""Formula to Lucene, as Elasticsearch's ``query_string`` and Kibana's Lucene mode read it."""

from __future__ import annotations

from siemc.backend import Emission, Layout, Span
from siemc.formula import Formula, Glob, Origin, Wild
from siemc.regex.letters import glob_to_lucene
from siemc.schema import Schema
from siemc_backends.elastic.dialect import MAX_LENGTH, Dialect, has_controls, too_long
from siemc_backends.elastic.emitter import Emitter
from siemc_backends.elastic.forms import (
    Anywhere,
    Form,
    Missing,
    Pattern,
    Present,
    Range,
    Scalar,
    Words,
)
from siemc_backends.elastic.lucene.escape import (
    is_writable_name,
    name,
    quoted,
    wildcard,
)
from siemc_backends.elastic.outline import Bare, Clause, Negated, Part, Value, some
from siemc_backends.elastic.resolve import Resolver
from siemc_backends.elastic.values import clip, show
from siemc_backends.elastic.writer import Operators, Writer

# ``a OR NOT b`` is ``a AND NOT b`` to the classic parser: the negation needs its own parentheses,
# which Elasticsearch then completes to "everything but" (Queries.fixNegativeQueryIfNeeded)
OPERATORS = Operators("AND", "OR", "NOT", lone_not=True)
DIALECT = Dialect(patterns=True, controls="nowhere")
_BOUNDS = {">": "{{{} TO *]", ">=": "[{} TO *]", "<": "[* TO {}}}", "<=": "[* TO {}]"}


def emit(formula: Formula, schema: Schema, layout: Layout) -> Emission:
    """The query for an index of this schema; see ``siemc.backend.Emission``."""
    printer = _Printer(Resolver(schema, folds=True, dialect=DIALECT))
    return Emitter(printer.resolver, "*:*", printer.form, _write).emit(formula, layout)


def _write(part: Part, layout: Layout) -> tuple[str, list[Span]]:
    return Writer(OPERATORS, layout.pretty).query(part)


class _Printer:
    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver

    def form(self, form: Form, origins: tuple[Origin, ...]) -> Part:
        match form:
            case Words():
                text = self._glob(form.field, form.glob, form.fold)
                return self._clause(form.field, text, origins)
            case Pattern(field, text):
                return self._clause(field, f"/{text}/", origins)
            case Scalar(field, text, kind):
                bare = kind == "boolean" or text.isdigit()
                return self._clause(field, text if bare else quoted(text), origins)
            case Range(field, op, text):
                return self._clause(field, _BOUNDS[op].format(text), origins)
            case Present(field):
                return self._present(field, origins)
            case Missing(field, or_empty):
                return self._missing(field, or_empty, origins)
            case Anywhere(glob):
                return Bare(Value(self._glob("the event", glob, False), origins))
            case _:  # the resolver spreads AnyOf, and makes no pattern where there are none
                raise AssertionError(form)

    def _clause(self, field: str, text: str, origins: tuple[Origin, ...]) -> Part:
        return Clause(f"{self._name(field)}:", (Value(text, origins),))

    def _name(self, field: str) -> str:
        if not is_writable_name(field):
            message = f"The field name {clip(field)} cannot be written: Lucene reads a pattern."
            self.resolver.problem("SC212", field, message, "Use -t dsl, or rename the field.")
        return name(field)

    def _present(self, field: str, origins: tuple[Origin, ...]) -> Part:
        return Bare(Value(f"_exists_:{self._name(field)}", origins))

    def _missing(self, field: str, or_empty: bool, origins: tuple[Origin, ...]) -> Part:
        absent = Negated(self._present(field, origins))
        return some([absent, self._clause(field, '""', origins)]) if or_empty else absent

    def _glob(self, field: str, test: Glob, fold: bool) -> str:
        if fold:
            return self._folded(field, test)
        if test.literal is not None:
            return quoted(test.literal)
        text = wildcard(test)
        return self._unwritable(field, test) if text is None else text

    def _folded(self, field: str, test: Glob) -> str:
        """The glob with both cases of each letter, as an expression over the whole value."""
        text = glob_to_lucene(test.parts, fold="none", cased=False)
        if has_controls(text):
            return self._unwritable(field, test)
        if too_long(text):
            message = (
                f"{field} compares case, and {show(test)} with both cases of each letter is longer "
                f"than the {MAX_LENGTH} characters that an expression may have."
            )
            self.resolver.problem("SC213", field, message, "Use -t dsl, which can ignore case.")
        return f"/{text}/"

    def _unwritable(self, field: str, test: Glob) -> str:
        message = f"{show(test)} for {field} has a line break or control character beside a *."
        self.resolver.problem("SC212", field, message, "Use -t dsl, which can hold it.")
        parts = (part if isinstance(part, Wild) else _dotted(part) for part in test.parts)
        return wildcard(Glob(tuple(parts))) or "*"


def _dotted(text: str) -> str:
    """The text with a space for each character that a term with wildcards cannot hold."""
    return "".join(" " if has_controls(char) else char for char in text)
