"""Emitting: what Lucene, KQL and the Query DSL do alike."""

from __future__ import annotations

from collections.abc import Callable

from siemc.backend import Emission, Layout, Problem, Span
from siemc.formula import Atom, Formula, Origin
from siemc.passes import depth, simplify
from siemc_backends.elastic import limits
from siemc_backends.elastic.forms import AnyOf, Form
from siemc_backends.elastic.outline import Bare, Part, Value, clauses, outline, some
from siemc_backends.elastic.resolve import Resolver

# ``None`` where the language has no form at all
FormPrinter = Callable[[Form, tuple[Origin, ...]], Part | None]
PartWriter = Callable[[Part, Layout], tuple[str, list[Span]]]
# How many queries are in each other at most, as Elasticsearch counts them (``limits``)
Levels = Callable[[Part], int]


class Emitter:
    """Prints one formula: ``show`` makes an outline of each form, ``write`` a text of them all.

    ``everything`` is the query that matches every event.
    """

    def __init__(
        self,
        resolver: Resolver,
        everything: str,
        show: FormPrinter,
        write: PartWriter,
        levels: Levels | None = None,
    ) -> None:
        self.resolver = resolver
        self.everything = everything
        self.show = show
        self.write = write
        self.levels = levels
        self.complete = True

    def emit(self, formula: Formula, layout: Layout) -> Emission:
        """The query's text, with its problems, assumptions and spans."""
        if depth(formula) > limits.MAX_DEPTH:
            return Emission(None, (Problem("SC213", limits.TOO_DEEP, limits.DEPTH_HINT),))
        part = outline(simplify(formula), self._leaf, self.everything)
        findings = self.resolver.findings
        levels = self.levels(part) if self.levels is not None else 1
        limits.check(findings, levels, clauses(part))
        if not self.complete:
            return Emission(None, findings.problems, findings.assumptions)
        text, spans = self.write(part, layout)
        return Emission(text, findings.problems, findings.assumptions, tuple(spans))

    def _leaf(self, atom: Atom) -> Part:
        form = self.resolver.form(atom)
        if form is not None:
            part = self._form(form, atom.origins)
            if part is not None:
                return part
        self.complete = False
        return Bare(Value(self.everything, atom.origins))

    def _form(self, form: Form, origins: tuple[Origin, ...]) -> Part | None:
        if not isinstance(form, AnyOf):
            return self.show(form, origins)
        parts = [self._form(each, origins) for each in form.forms]
        return some([part for part in parts if part is not None])
