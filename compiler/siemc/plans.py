"""Plans: which data sources a rule is compiled for on a schema, and the formula they give."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from siemc.backend import Platform
from siemc.diagnostics import Diagnostic
from siemc.formula import And, Atom, Formula, Not, Opaque, Or, Origin, atoms, disjunction
from siemc.lower import Scope, lower
from siemc.missing import Lack, Missing, missing_fields
from siemc.passes import simplify
from siemc.query import SourceUse
from siemc.schema import Schema
from siemc.sources import DataSource, LogSource

if TYPE_CHECKING:
    from sigma.processing.pipeline import ProcessingPipeline

    from siemc.compiler import Compiler
    from siemc.load import LoadedRule
    from siemc.prove.proof import Judged

ALL_SOURCES = "all"


@dataclass(frozen=True, slots=True)
class Plan:
    """What one rule becomes on one schema, before a target prints it."""

    formula: Formula
    schema: Schema
    sources: tuple[SourceUse, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Scoped:
    """A plan's formula with macros for its scopes, and what each macro stands for, by its name."""

    formula: Formula
    macros: Mapping[str, Formula]


class Plans:
    """The plans of one rule; what several targets share is made once."""

    def __init__(self, compiler: Compiler, loaded: LoadedRule) -> None:
        self.compiler = compiler
        self.loaded = loaded
        logsource = loaded.rule.logsource
        self.logsource = LogSource(logsource.product, logsource.category, logsource.service)
        self._formulas: dict[tuple[str, str | None], tuple[Formula, tuple[Origin, ...]]] = {}
        self._plans: dict[tuple[str, int | None], Plan] = {}

    @cached_property
    def judged(self) -> Judged:
        """What the exclusions of the rule's formulas do."""
        from siemc.prove.proof import Judged

        return Judged()

    def plan(self, platform: Platform, named: Schema | None) -> Plan:
        """The plan for a platform and the schema that was named, if one was."""
        # By identity: two files of the user's may give two schemas the same name.
        key = (platform.id, id(named) if named else None)
        if key not in self._plans:
            self._plans[key] = self._make(platform, named)
        return self._plans[key]

    def scoped(self, platform: Platform, plan: Plan, prefix: str) -> Scoped:
        """The plan with the macros of its data sources, ``prefix`` before their names.

        The plan itself where it has no data source, or one without a macro.
        """
        used = {each.id for each in plan.sources if each.used}
        chosen = [each for each in platform.sources() if each.id in used]
        parts: list[Formula] = []
        macros: dict[str, Formula] = {}
        for source in chosen:
            formula, _ = self._formula(platform, source)
            scope = [atom for atom in atoms(formula) if self._is_scope(atom, source)]
            if source.macro is None or not scope:
                return Scoped(plan.formula, {})
            name = f"{prefix}{source.macro}"
            macros[name] = simplify(disjunction(dict.fromkeys(scope)))
            parts.append(_replaced(formula, set(scope), Opaque(f"`{name}`")))
        return Scoped(simplify(disjunction(parts)) if parts else plan.formula, macros)

    def _is_scope(self, atom: Atom, source: DataSource) -> bool:
        """Whether a pipeline added this test, on a field that the source's macro stands for."""
        own = self.loaded.rule.detection.detections
        added = not any(origin.identifier in own for origin in atom.origins)
        return added and atom.field in source.macro_replaces

    def _make(self, platform: Platform, named: Schema | None) -> Plan:
        schema = named or platform.schema(self.compiler.default_schema(platform))
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
            return self._unmapped(platform, named, (self._no_mapping(named),))
        return self._unmapped(platform, named, (self._no_source(named),), refused=True)

    def _unmapped(
        self,
        platform: Platform,
        schema: Schema,
        notes: tuple[Diagnostic, ...] = (),
        refused: bool = False,
    ) -> Plan:
        formula, lost = self._formula(platform, None)
        return Plan(formula, schema, (), (*notes, *self._lost(lost)), refused)

    def _from_sources(
        self, platform: Platform, schema: Schema, candidates: list[DataSource]
    ) -> Plan:
        lacks = {
            each.id: self._lacks(platform, each, schema, first=each is candidates[0])
            for each in candidates
        }
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
        return Plan(
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

        A source after the ``first`` must list a field that its own pipeline does not write: in its
        open indices any misspelt name would be at home, and so would one that only the first source
        has, or that a pipeline of the user's gave to a field of the first.
        """
        formula, _ = self._formula(platform, source)
        patterns = source.patterns(schema) or ()
        written = None if first else self.compiler.shipped_fields(source)[1]
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
            f"There is no mapping of the log source {self.logsource} for schema {raw.name}: the "
            "rule's own field names are used, without a shipped scope.",
            "Give a processing pipeline with -p, or say -p none if these are your field names.",
            place=("logsource",),
        )

    def _no_source(self, schema: Schema) -> Diagnostic:
        return Diagnostic(
            "SC101",
            f"No data source of schema {schema.name} holds the log source {self.logsource}.",
            "Name a schema that has these events, or use -p none and --schema raw.",
            place=("logsource",),
        )

    def _source_notes(
        self,
        schema: Schema,
        candidates: list[DataSource],
        lacks: Mapping[str, list[Missing]],
        used: list[DataSource],
    ) -> tuple[Diagnostic, ...]:
        """Why the sources left out are, of those asked for or preferred to the first one used.

        Where none is left, the first is what the user has to hear of.
        """
        wanted = self.compiler.options.sources
        preferred = candidates[: candidates.index(used[0])] if used else candidates[:1]
        told = [
            each
            for each in candidates
            if each in preferred or each.id in wanted or ALL_SOURCES in wanted
        ]
        if not told:
            return ()
        own = {each.field for each in self._own_atoms() if each.field}
        notes: list[Diagnostic] = []
        for source in told:
            taken, _ = self.compiler.shipped_fields(source)
            lack = Lack(source, schema, own, refused=not used)
            notes += lack.diagnostics(lacks[source.id], taken)
        return tuple(notes)

    def _own_atoms(self) -> Iterable[Atom]:
        """The leaves of the rule as it was written."""
        return atoms(lower(self.loaded).formula)


def _replaced(formula: Formula, scope: Collection[Atom], macro: Opaque) -> Formula:
    """The formula with the macro in the place of each of these atoms."""
    match formula:
        case Atom(origins=origins):
            return Atom(None, macro, origins) if formula in scope else formula
        case Not(item):
            return Not(_replaced(item, scope, macro))
        case And(items):
            return And(tuple(_replaced(item, scope, macro) for item in items))
        case Or(items):
            return Or(tuple(_replaced(item, scope, macro) for item in items))
        case _:
            return formula
