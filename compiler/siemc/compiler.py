"""The compiler: rules in, one ``Query`` per rule and target out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from siemc.backend import Backend, Emission, Layout, Platform, Problem, backends
from siemc.diagnostics import Diagnostic, SiemcError, UsageError, assumption, did_you_mean
from siemc.formula import atoms
from siemc.plans import ALL_SOURCES, Plan, Plans, Scoped
from siemc.query import Query, RuleRef, Status
from siemc.schema import Schema
from siemc.schemas import find_schema
from siemc.sources import DataSource

if TYPE_CHECKING:
    from sigma.processing.pipeline import ProcessingPipeline

    from siemc.load import BrokenRule, LoadedRule
    from siemc.prove.proof import Proof

DEFAULT_TARGETS = ("spl", "kql", "lucene")
NO_MAPPING = "none"


@dataclass(frozen=True, slots=True)
class Options:
    """How to compile.

    ``pipelines`` are files of processing pipelines, and ``none`` to leave out the shipped ones;
    ``schemas`` names a schema, or a profile's file, by target; ``sources`` are data sources to
    add to the first that has every field (``all`` for all of them). ``inexact`` says what becomes
    of a query that is not exact; ``scope`` whether Splunk queries name their source or its macro.
    ``prove`` is whether each query is read back and compared with its rule, ``exclusions`` whether
    each of the rule's exclusions is as well, and ``nearest`` whether the nearest text of a refused
    query is; ``strict`` refuses what rests on an assumption.
    """

    targets: Sequence[str] = DEFAULT_TARGETS
    pipelines: Sequence[str | Path] = ()
    schemas: Mapping[str, str] = field(default_factory=dict)
    sources: Sequence[str] = ()
    inexact: Literal["refuse", "label"] = "refuse"
    scope: Literal["source", "macro"] = "source"
    pretty: bool = False
    prove: bool = True
    exclusions: bool = False
    nearest: bool = True
    strict: bool = False


@dataclass(frozen=True, slots=True)
class _Target:
    backend: Backend
    schema: Schema | None
    """The schema that was named, if one was."""


class Compiler:
    """Compiles rules with one set of options. Raises ``UsageError`` where they are wrong."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.mapped = NO_MAPPING not in options.pipelines
        self.targets = [self._target(name) for name in dict.fromkeys(options.targets)]
        self.user_pipelines = [Path(each) for each in options.pipelines if each != NO_MAPPING]
        self.notes = self._check_user_pipelines()
        self._pipelines: dict[tuple[str, str | None], ProcessingPipeline | None] = {}
        self._shipped_fields: dict[Path, tuple[frozenset[str], frozenset[str]]] = {}
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

    def _check_user_pipelines(self) -> tuple[Diagnostic, ...]:
        """What there is to say of the user's pipelines; ``UsageError`` if one is none."""
        if not self.user_pipelines:
            return ()
        from siemc.pipelines import unapplied

        self._read_user_pipelines()
        return tuple(note for path in self.user_pipelines for note in unapplied(path))

    def _read_user_pipelines(self) -> list[ProcessingPipeline]:
        """The user's pipelines, new each time: pySigma ties one to the whole it is part of."""
        if not self.user_pipelines:
            return []
        from siemc.pipelines import read_pipeline

        return [read_pipeline(path) for path in self.user_pipelines]

    def default_schemas(self) -> dict[str, str]:
        """The schema that each target without a named one falls back on, by target."""
        return {
            each.backend.id: self.default_schema(each.backend.platform)
            for each in self.targets
            if each.schema is None
        }

    def default_schema(self, platform: Platform) -> str:
        """The schema for a platform when none is named."""
        return platform.default_schema if self.mapped else platform.raw_schema

    def compile(self, rule: LoadedRule | BrokenRule) -> list[Query]:
        """The queries of a rule, one per target, in the targets' order. Never raises.

        A rule that could not be loaded is a failed query per target.
        """
        from siemc.load import BrokenRule

        return self._failed(rule) if isinstance(rule, BrokenRule) else self.of(rule).queries()

    def of(self, loaded: LoadedRule) -> Compilation:
        """The compilation of one rule: its queries, and the plans they are made from."""
        return Compilation(self, loaded)

    def fields(self, loaded: LoadedRule, target: str) -> tuple[frozenset[str], tuple[str, ...]]:
        """The fields the rule's query tests in this target, and the index patterns it runs on.

        None where it has no plan.
        """
        try:
            plan = self.plan(loaded, target)
        except SiemcError:
            return frozenset(), ()
        names = frozenset(atom.field for atom in atoms(plan.formula) if atom.field)
        return names, plan.schema.patterns

    def plan(self, loaded: LoadedRule, target: str) -> Plan:
        """What the rule becomes on the target's schema. Raises ``SiemcError`` if nothing."""
        return self.of(loaded).plan(target)

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

    def schema(self, target: str) -> Schema:
        """The schema that a target's queries run on, unless a rule has no mapping."""
        chosen = next(each for each in self.targets if each.backend.id == target)
        platform = chosen.backend.platform
        return chosen.schema or platform.schema(self.default_schema(platform))

    def schema_name(self, target: str) -> str:
        """The name of that schema."""
        return self._schema_name(next(e for e in self.targets if e.backend.id == target))

    def _schema_name(self, target: _Target) -> str:
        return target.schema.name if target.schema else self.default_schema(target.backend.platform)

    def query(self, loaded: LoadedRule, target: _Target, plans: Plans) -> Query:
        """The query of one rule in one target."""
        try:
            plan = plans.plan(target.backend.platform, target.schema)
        except SiemcError as error:
            said = error.diagnostic
            found = said if said.path else said.at(loaded.path, loaded.document)
            return Query(
                rule=rule_ref(loaded),
                target=target.backend.id,
                schema=self._schema_name(target),
                status="failed" if found.code < "SC100" else "refused",
                diagnostics=(*self.notes, *loaded.notes, found),
            )
        emission = target.backend.emit(plan.formula, plan.schema, Layout(self.options.pretty))
        proof = self._proof(target, plan, plans, emission)
        return self._result(loaded, target, plan, emission, proof)

    def _proof(self, target: _Target, plan: Plan, plans: Plans, emission: Emission) -> Proof | None:
        if not self.options.prove or emission.text is None:
            return None
        if not self.options.nearest and (plan.refused or emission.problems):
            return None
        from siemc.prove.proof import prove

        proof = prove(plan.formula, emission.text, target.backend, plan.schema)
        if not self.options.exclusions:
            return proof
        return plans.judged.add(proof, plan.formula, plan.schema, emission.spans)

    def _result(
        self,
        loaded: LoadedRule,
        target: _Target,
        plan: Plan,
        emission: Emission,
        proof: Proof | None,
    ) -> Query:
        problems = () if plan.refused else emission.problems
        codes = {*emission.assumptions, *(proof.verdict.assumptions if proof else ())}
        found = [problem_diagnostic(each, loaded) for each in problems]
        if not problems and not plan.refused:
            found += [each.at(loaded.path, loaded.document) for each in self.doubts(proof, codes)]
        status = self._status(bool(found) or plan.refused, emission.text)
        shown = status in {"compiled", "labelled"}
        return Query(
            rule=rule_ref(loaded),
            target=target.backend.id,
            schema=plan.schema.name,
            status=status,
            text=emission.text if shown else None,
            nearest=None if shown else emission.text,
            verdict=proof.verdict.relation if proof else "unproved",
            sources=plan.sources,
            assumptions=tuple(assumption(code) for code in sorted(codes)),
            diagnostics=(
                *self.notes,
                *loaded.notes,
                *(each.at(loaded.path, loaded.document) for each in plan.diagnostics),
                *found,
            ),
            spans=emission.spans,
            proof=proof,
        )

    def doubts(self, proof: Proof | None, codes: Collection[str]) -> Iterator[Diagnostic]:
        """Why a query that its emitter holds to be exact is not let out."""
        if proof is not None and proof.verdict.relation != "exact":
            from siemc.prove.words import doubt

            yield doubt(proof)
        if self.options.strict and codes:
            named = ", ".join(sorted(codes))
            hint = "Leave out --strict, or see docs/diagnostics.md for what is assumed."
            yield Diagnostic("SC218", f"The query rests on {named}.", hint)

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

    def shipped_fields(self, source: DataSource) -> tuple[frozenset[str], frozenset[str]]:
        """The field names that a data source's own pipeline takes and writes; made once."""
        from siemc.pipelines import field_names, read_pipeline

        if source.pipeline not in self._shipped_fields:
            self._shipped_fields[source.pipeline] = field_names(read_pipeline(source.pipeline))
        return self._shipped_fields[source.pipeline]

    def _combined(self, source: DataSource | None) -> ProcessingPipeline | None:
        if source is None and not self.user_pipelines:
            return None
        from siemc.pipelines import combine, field_names, read_pipeline

        shipped = [read_pipeline(source.pipeline)] if source else []
        if source:  # noted here, since to read it again takes as long as to compile a rule
            self._shipped_fields[source.pipeline] = field_names(shipped[0])
        return combine([*shipped, *self._read_user_pipelines()])


class Compilation:
    """One rule in the targets of a compiler; what several of them share is made once."""

    def __init__(self, compiler: Compiler, loaded: LoadedRule) -> None:
        self.compiler = compiler
        self.loaded = loaded
        self._plans = Plans(compiler, loaded)

    def queries(self, wanted: Collection[str] | None = None) -> list[Query]:
        """The rule's queries, in the targets' order; of all targets, or these. Never raises."""
        return [
            self.compiler.query(self.loaded, each, self._plans)
            for each in self.compiler.targets
            if wanted is None or each.backend.id in wanted
        ]

    def plan(self, target: str) -> Plan:
        """What the rule becomes on the target's schema. Raises ``SiemcError`` if nothing."""
        chosen = self._target(target)
        return self._plans.plan(chosen.backend.platform, chosen.schema)

    def scoped(self, target: str, prefix: str) -> Scoped:
        """The target's plan with scope macros. Raises ``SiemcError`` where there is no plan."""
        return self._plans.scoped(self._target(target).backend.platform, self.plan(target), prefix)

    def _target(self, name: str) -> _Target:
        return next(each for each in self.compiler.targets if each.backend.id == name)


def rule_ref(loaded: LoadedRule) -> RuleRef:
    """Which rule this is."""
    rule = loaded.rule
    return RuleRef(str(rule.id) if rule.id else None, rule.title, loaded.path, loaded.document)


def problem_diagnostic(problem: Problem, loaded: LoadedRule) -> Diagnostic:
    """Why a part of the rule is not exact in a target, at its place in the rule."""
    return Diagnostic(
        problem.code,
        problem.message,
        problem.hint,
        loaded.path,
        place=problem.origins[0].path if problem.origins else None,
        document=loaded.document,
    )
