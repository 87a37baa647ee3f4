"""The compiler: rules in, one ``Query`` per rule and target out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from siemc.backend import Backend, Emission, Layout, Platform, backends
from siemc.diagnostics import Diagnostic, SiemcError, UsageError, assumption, did_you_mean
from siemc.formula import Formula, Origin, atoms, disjunction
from siemc.lower import Scope, lower
from siemc.missing import Missing, lacking, missing_fields
from siemc.passes import simplify
from siemc.query import Query, RuleRef, SourceUse, Status
from siemc.schema import Schema
from siemc.schemas import find_schema
from siemc.sources import DataSource, LogSource

if TYPE_CHECKING:
    from sigma.processing.pipeline import ProcessingPipeline

    from siemc.load import BrokenRule, LoadedRule

DEFAULT_TARGETS = ("spl", "kql", "lucene")
NO_MAPPING = "none"
ALL_SOURCES = "all"


@dataclass(frozen=True, slots=True)
class Options:
    """How to compile.

    ``pipelines`` are files of processing pipelines, and ``none`` to leave out the shipped ones;
    ``schemas`` names a schema, or a profile's file, by target; ``sources`` are data sources to
    add to the first that has every field (``all`` for all of them). ``inexact`` says what becomes
    of a query that is not exact; ``scope`` whether Splunk queries name their source or its macro.
    """

    targets: Sequence[str] = DEFAULT_TARGETS
    pipelines: Sequence[str | Path] = ()
    schemas: Mapping[str, str] = field(default_factory=dict)
    sources: Sequence[str] = ()
    inexact: Literal["refuse", "label"] = "refuse"
    scope: Literal["source", "macro"] = "source"
    pretty: bool = False


@dataclass(frozen=True, slots=True)
class _Target:
    backend: Backend
    schema: Schema | None
    """The schema that was named, if one was."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What one rule becomes on one schema, before a target prints it."""

    formula: Formula
    schema: Schema
    sources: tuple[SourceUse, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    refused: bool = False


class Compiler:
    """Compiles rules with one set of options. Raises ``UsageError`` where they are wrong."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.mapped = NO_MAPPING not in options.pipelines
        self.targets = [self._target(name) for name in dict.fromkeys(options.targets)]
        self.user_pipelines = [Path(each) for each in options.pipelines if each != NO_MAPPING]
        self._read_user_pipelines()
        self._pipelines: dict[tuple[str, str | None], ProcessingPipeline | None] = {}
        self._field_names: dict[tuple[str, str], tuple[frozenset[str], frozenset[str]]] = {}
        self._check_schemas()
        self._check_sources()

    def _target(self, name: str) -> _Target:
        known = backends()
        if name not in known:
            hint = f"{did_you_mean(name, known)}Targets are: {', '.join(known)}."
            raise UsageError(Diagnostic("SC302", f"There is no target {name}.", hint))
        backend = known[name]
        wanted = self.options.schemas.get(name)
        return _Target(backend, None if wanted is None else find_schema(wanted, backend.platform))

    def _check_schemas(self) -> None:
        known = backends()
        for name in self.options.schemas:
            if name not in known:
                hint = f"{did_you_mean(name, known)}Targets are: {', '.join(known)}."
                message = f"A schema is named for {name}, which is no target."
                raise UsageError(Diagnostic("SC302", message, hint))

    def _check_sources(self) -> None:
        known = {source.id for each in self.targets for source in each.backend.platform.sources()}
        for name in self.options.sources:
            if name != ALL_SOURCES and name not in known:
                near = did_you_mean(name, known)
                hint = f"{near}Data sources are: {', '.join(sorted(known))}, or all."
                raise UsageError(Diagnostic("SC304", f"There is no data source {name}.", hint))

    def _read_user_pipelines(self) -> list[ProcessingPipeline]:
        """The user's pipelines, new each time: pySigma ties one to the whole it is part of."""
        if not self.user_pipelines:
            return []
        from siemc.mapping import read_pipeline

        return [read_pipeline(path) for path in self.user_pipelines]

    def default_schemas(self) -> dict[str, str]:
        """The schema that each target without a named one falls back on, by target."""
        return {
            each.backend.id: self._default_schema(each.backend.platform)
            for each in self.targets
            if each.schema is None
        }

    def _default_schema(self, platform: Platform) -> str:
        return platform.default_schema if self.mapped else platform.raw_schema

    def compile(self, rule: LoadedRule | BrokenRule) -> list[Query]:
        """The queries of a rule, one per target, in the targets' order. Never raises.

        A rule that could not be loaded is a failed query per target.
        """
        from siemc.load import BrokenRule

        return self._failed(rule) if isinstance(rule, BrokenRule) else self._compiled(rule)

    def _compiled(self, loaded: LoadedRule) -> list[Query]:
        plans = _Plans(self, loaded)
        return [self._query(loaded, target, plans) for target in self.targets]

    def fields(self, loaded: LoadedRule, target: str) -> tuple[str, ...]:
        """The fields the rule's query tests in this target; none where it has no plan."""
        chosen = next(each for each in self.targets if each.backend.id == target)
        try:
            plan = _Plans(self, loaded).plan(chosen)
        except SiemcError:
            return ()
        return tuple(dict.fromkeys(atom.field for atom in atoms(plan.formula) if atom.field))

    def _failed(self, broken: BrokenRule) -> list[Query]:
        ref = RuleRef(broken.id, broken.title, broken.path, broken.document)
        return [
            Query(
                rule=ref,
                target=each.backend.id,
                schema=self._schema_name(each),
                status="failed",
                diagnostics=broken.diagnostics,
            )
            for each in self.targets
        ]

    def _schema_name(self, target: _Target) -> str:
        return (
            target.schema.name if target.schema else self._default_schema(target.backend.platform)
        )

    def _query(self, loaded: LoadedRule, target: _Target, plans: _Plans) -> Query:
        ref = rule_ref(loaded)
        try:
            plan = plans.plan(target)
        except SiemcError as error:
            found = error.diagnostic.at(loaded.path, loaded.document)
            return Query(
                rule=ref,
                target=target.backend.id,
                schema=self._schema_name(target),
                status="failed" if found.code < "SC100" else "refused",
                diagnostics=(*loaded.notes, found),
            )
        emission = target.backend.emit(plan.formula, plan.schema, Layout(self.options.pretty))
        return self._result(loaded, target, plan, emission)

    def _result(
        self, loaded: LoadedRule, target: _Target, plan: _Plan, emission: Emission
    ) -> Query:
        problems = [
            Diagnostic(each.code, each.message, each.hint, place=_place(each.origins))
            for each in emission.problems
        ]
        found = (*plan.diagnostics, *(each for each in problems if not plan.refused))
        status = self._status(bool(problems) or plan.refused, emission.text)
        shown = status in {"compiled", "labelled"}
        return Query(
            rule=rule_ref(loaded),
            target=target.backend.id,
            schema=plan.schema.name,
            status=status,
            text=emission.text if shown else None,
            nearest=None if shown else emission.text,
            sources=plan.sources,
            assumptions=tuple(assumption(code) for code in emission.assumptions),
            diagnostics=(
                *loaded.notes,
                *(each.at(loaded.path, loaded.document) for each in found),
            ),
            spans=emission.spans,
        )

    def _status(self, inexact: bool, text: str | None) -> Status:
        if not inexact:
            return "compiled"
        return "labelled" if self.options.inexact == "label" and text else "refused"

    def pipeline(self, platform: Platform, source: DataSource | None) -> ProcessingPipeline | None:
        """The pipelines for a data source, shipped and the user's, as one; made once."""
        key = (platform.id, source.id if source else None)
        if key not in self._pipelines:
            self._pipelines[key] = self._combined(source)
        return self._pipelines[key]

    def field_names(
        self, platform: Platform, source: DataSource
    ) -> tuple[frozenset[str], frozenset[str]]:
        """The field names that a data source's pipelines take and write; made once."""
        from siemc.mapping import field_names

        key = (platform.id, source.id)
        if key not in self._field_names:
            pipeline = self.pipeline(platform, source)
            self._field_names[key] = (
                field_names(pipeline) if pipeline else (frozenset(), frozenset())
            )
        return self._field_names[key]

    def _combined(self, source: DataSource | None) -> ProcessingPipeline | None:
        if source is None and not self.user_pipelines:
            return None
        from siemc.mapping import combine, read_pipeline

        shipped = [read_pipeline(source.pipeline)] if source else []
        return combine([*shipped, *self._read_user_pipelines()])


class _Plans:
    """The plans of one rule; what several targets share is made once."""

    def __init__(self, compiler: Compiler, loaded: LoadedRule) -> None:
        self.compiler = compiler
        self.loaded = loaded
        logsource = loaded.rule.logsource
        self.logsource = LogSource(logsource.product, logsource.category, logsource.service)
        self._formulas: dict[tuple[str, str | None], tuple[Formula, tuple[Origin, ...]]] = {}
        self._plans: dict[tuple[str, int | None], _Plan] = {}

    def plan(self, target: _Target) -> _Plan:
        platform = target.backend.platform
        # By identity: two files of the user's may give two schemas the same name.
        key = (platform.id, id(target.schema) if target.schema else None)
        if key not in self._plans:
            self._plans[key] = self._make(platform, target.schema)
        return self._plans[key]

    def _make(self, platform: Platform, named: Schema | None) -> _Plan:
        schema = named or platform.schema(self.compiler._default_schema(platform))
        if not self.compiler.mapped:
            return self._unmapped(platform, schema)
        candidates = [
            source
            for source in platform.sources()
            if source.serves(self.logsource) and source.patterns(schema) is not None
        ]
        if candidates:
            return self._from_sources(platform, schema, candidates)
        if named is None:
            raw = platform.schema(platform.raw_schema)
            return self._unmapped(platform, raw, (self._no_mapping(raw),))
        if not named.closed:
            return self._unmapped(platform, named)
        return self._unmapped(platform, named, (self._no_source(named),), refused=True)

    def _unmapped(
        self,
        platform: Platform,
        schema: Schema,
        notes: tuple[Diagnostic, ...] = (),
        refused: bool = False,
    ) -> _Plan:
        formula, lost = self._formula(platform, None)
        return _Plan(formula, schema, (), (*notes, *self._lost(lost)), refused)

    def _from_sources(
        self, platform: Platform, schema: Schema, candidates: list[DataSource]
    ) -> _Plan:
        lacks = {
            each.id: self._lacks(platform, each, schema, first=each is candidates[0])
            for each in candidates
        }
        used = self._choose(candidates, lacks)
        uses = tuple(
            SourceUse(each.id, each in used, tuple(name for name, _ in lacks[each.id]))
            for each in candidates
        )
        notes = self._source_notes(platform, schema, candidates, lacks, used)
        shown = used or candidates[:1]
        formulas = [self._formula(platform, each) for each in shown]
        formula = simplify(disjunction(each for each, _ in formulas))
        lost = tuple(dict.fromkeys(origin for _, found in formulas for origin in found))
        patterns = [name for each in shown for name in each.patterns(schema) or ()]
        return _Plan(
            formula,
            schema.within(patterns) if patterns else schema,
            uses,
            (*notes, *self._lost(lost)),
            refused=not used,
        )

    def _choose(
        self, candidates: list[DataSource], lacks: Mapping[str, list[Missing]]
    ) -> list[DataSource]:
        """The first data source that has every field, and those asked for that have."""
        whole = [each for each in candidates if not lacks[each.id]]
        wanted = self.compiler.options.sources
        return [
            each for each in whole if each is whole[0] or each.id in wanted or ALL_SOURCES in wanted
        ]

    def _lacks(
        self, platform: Platform, source: DataSource, schema: Schema, first: bool
    ) -> list[Missing]:
        """The fields the mapped rule uses and this source's indices do not have.

        A source after the ``first`` must list a field that no pipeline has mapped: in its open
        indices any misspelt name, or one that only the first source has, would be at home.
        """
        formula, _ = self._formula(platform, source)
        patterns = source.patterns(schema) or ()
        written = None if first else self.compiler.field_names(platform, source)[1]
        return missing_fields(formula, schema.within(patterns) if patterns else schema, written)

    def _formula(
        self, platform: Platform, source: DataSource | None
    ) -> tuple[Formula, tuple[Origin, ...]]:
        pipeline = self.compiler.pipeline(platform, source)
        key = (platform.id, source.id if source else None) if pipeline else ("", None)
        if key not in self._formulas:
            self._formulas[key] = self._lower(platform, source, pipeline)
        return self._formulas[key]

    def _lower(
        self, platform: Platform, source: DataSource | None, pipeline: ProcessingPipeline | None
    ) -> tuple[Formula, tuple[Origin, ...]]:
        if pipeline is None:
            return simplify(lower(self.loaded).formula), ()
        from siemc.mapping import map_rule

        macro = source.macro if source and self.compiler.options.scope == "macro" else None
        replaced = source.macro_replaces if source else ()
        mapped = map_rule(self.loaded, pipeline, Scope(platform.cased, macro, replaced))
        return simplify(mapped.formula), mapped.lost

    def _lost(self, lost: Iterable[Origin]) -> tuple[Diagnostic, ...]:
        return tuple(
            Diagnostic(
                "SC105",
                f"The processing pipelines dropped a part of {origin.identifier}.",
                "If that is not what you want, change the pipeline that drops it.",
                place=origin.path,
            )
            for origin in lost
        )

    def _no_mapping(self, raw: Schema) -> Diagnostic:
        return Diagnostic(
            "SC104",
            f"There is no mapping for the log source {self.logsource}; the rule's own field "
            f"names are used, on schema {raw.name}.",
            "Give a processing pipeline with -p, or say -p none if these are your field names.",
            place=("logsource",),
        )

    def _no_source(self, schema: Schema) -> Diagnostic:
        return Diagnostic(
            "SC101",
            f"No data source of schema {schema.name} holds the log source {self.logsource}.",
            "Name a schema that has these events, or use -p none with the schema raw.",
            place=("logsource",),
        )

    def _source_notes(
        self,
        platform: Platform,
        schema: Schema,
        candidates: list[DataSource],
        lacks: Mapping[str, list[Missing]],
        used: list[DataSource],
    ) -> tuple[Diagnostic, ...]:
        """Why the sources left out are, of those asked for or preferred to the first one used."""
        wanted = self.compiler.options.sources
        preferred = candidates[: candidates.index(used[0])] if used else candidates
        notes: list[Diagnostic] = []
        for source in candidates:
            if source in preferred or source.id in wanted or ALL_SOURCES in wanted:
                taken, _ = self.compiler.field_names(platform, source)
                notes += lacking(source, schema, lacks[source.id], taken, refused=not used)
        return tuple(notes)


def rule_ref(loaded: LoadedRule) -> RuleRef:
    """Which rule this is."""
    rule = loaded.rule
    return RuleRef(str(rule.id) if rule.id else None, rule.title, loaded.path, loaded.document)


def _place(origins: tuple[Origin, ...]) -> tuple[str | int, ...] | None:
    return origins[0].path if origins else None
