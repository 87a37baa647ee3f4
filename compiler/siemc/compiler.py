"""The compiler: rules in, one ``Query`` per rule and target out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from siemc.backend import Backend, Emission, Layout, Platform, backends
from siemc.diagnostics import Diagnostic, SiemcError, UsageError, assumption
from siemc.formula import Formula, Origin, SameAs, atoms, disjunction
from siemc.lower import Scope, lower
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
        self._check_schemas()
        self._check_sources()

    def _target(self, name: str) -> _Target:
        known = backends()
        if name not in known:
            hint = f"Targets are: {', '.join(known)}."
            raise UsageError(Diagnostic("SC302", f"There is no target {name}.", hint))
        backend = known[name]
        wanted = self.options.schemas.get(name)
        return _Target(backend, find_schema(wanted, backend.platform) if wanted else None)

    def _check_schemas(self) -> None:
        known = backends()
        for name in self.options.schemas:
            if name not in known:
                hint = f"Targets are: {', '.join(known)}."
                message = f"A schema is named for {name}, which is no target."
                raise UsageError(Diagnostic("SC302", message, hint))

    def _check_sources(self) -> None:
        known = {source.id for each in self.targets for source in each.backend.platform.sources()}
        for name in self.options.sources:
            if name != ALL_SOURCES and name not in known:
                hint = f"Data sources are: {', '.join(sorted(known))}, or all."
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
        self._plans: dict[tuple[str, str | None], _Plan] = {}

    def plan(self, target: _Target) -> _Plan:
        platform = target.backend.platform
        key = (platform.id, target.schema.name if target.schema else None)
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
        lacks = {each.id: self._lacks(platform, each, schema) for each in candidates}
        used = self._choose(candidates, lacks)
        uses = tuple(
            SourceUse(each.id, each in used, tuple(name for name, _ in lacks[each.id]))
            for each in candidates
        )
        notes = self._source_notes(schema, candidates, lacks, used)
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
        self, candidates: list[DataSource], lacks: Mapping[str, list[tuple[str, Origin | None]]]
    ) -> list[DataSource]:
        """The first data source that has every field, and those asked for that have."""
        whole = [each for each in candidates if not lacks[each.id]]
        wanted = self.compiler.options.sources
        return [
            each for each in whole if each is whole[0] or each.id in wanted or ALL_SOURCES in wanted
        ]

    def _lacks(
        self, platform: Platform, source: DataSource, schema: Schema
    ) -> list[tuple[str, Origin | None]]:
        """The fields the mapped rule uses and this source's indices do not have."""
        formula, _ = self._formula(platform, source)
        patterns = source.patterns(schema) or ()
        return missing_fields(formula, schema.within(patterns) if patterns else schema)

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
        schema: Schema,
        candidates: list[DataSource],
        lacks: Mapping[str, list[tuple[str, Origin | None]]],
        used: list[DataSource],
    ) -> tuple[Diagnostic, ...]:
        """Why the sources that were left out are: an error each if none is left."""
        wanted = self.compiler.options.sources
        notes = []
        for source in candidates:
            asked = not used or source.id in wanted or ALL_SOURCES in wanted
            if asked and lacks[source.id]:
                code = "SC106" if used else "SC102"
                notes += [
                    _lacking(code, source, schema, name, origin)
                    for name, origin in lacks[source.id]
                ]
        return tuple(notes)


def _lacking(
    code: str, source: DataSource, schema: Schema, name: str, origin: Origin | None
) -> Diagnostic:
    near = get_close_matches(name, schema.field_names, n=1, cutoff=0.8)
    if code == "SC106":
        hint = f"The query leaves out {source.title}; nothing to do if you do not collect it."
    elif near:
        hint = f"Did you mean {near[0]}?"
    else:
        hint = "Map the field with a processing pipeline (-p), or name a schema that has it."
    message = f"{source.title} has no field {name} on schema {schema.name}."
    return Diagnostic(code, message, hint, place=origin.path if origin else None)


def missing_fields(formula: Formula, schema: Schema) -> list[tuple[str, Origin | None]]:
    """The fields a formula tests that the schema lacks, each with the first place that does."""
    found: dict[str, Origin | None] = {}
    for atom in atoms(formula):
        names = [atom.field] if atom.field else []
        if isinstance(atom.test, SameAs):
            names.append(atom.test.field)
        for name in names:
            if name not in found and not schema.has(name):
                found[name] = atom.origins[0] if atom.origins else None
    return list(found.items())


def rule_ref(loaded: LoadedRule) -> RuleRef:
    """Which rule this is."""
    rule = loaded.rule
    return RuleRef(str(rule.id) if rule.id else None, rule.title, loaded.path, loaded.document)


def _place(origins: tuple[Origin, ...]) -> tuple[str | int, ...] | None:
    return origins[0].path if origins else None
