"""Outputs: what is published of one rule, whatever artifact holds it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from siemc.backend import Problem
from siemc.compiler import Compilation, problem_diagnostic
from siemc.diagnostics import Diagnostic
from siemc.formula import atoms
from siemc.load import LoadedRule
from siemc.metadata import Metadata
from siemc.plans import Plan
from siemc.prove.proof import Proof
from siemc.publish.deployment import Deployment
from siemc.query import RuleRef, Status, Verdict

OutputKind = Literal["query", "saved-search", "detection-rule"]


@dataclass(frozen=True, slots=True)
class Subject:
    """The rule that something is published of."""

    compilation: Compilation
    rule: RuleRef
    metadata: Metadata
    deployment: Deployment

    @property
    def loaded(self) -> LoadedRule:
        """The rule as it was loaded."""
        return self.compilation.loaded


@dataclass(frozen=True, slots=True)
class Output:
    """One query, saved search or detection rule, or why there is none.

    ``text`` is what its artifact holds of it, ``None`` where it is not published; ``name`` the
    query's file, the saved search's stanza or the detection rule's ``rule_id``. ``assumptions`` are
    codes. ``allowed`` is the reason for which it is published though it is not exact. ``macros``
    are those that a saved search calls, with their definitions; ``fields`` those that the query
    tests, on indices of these patterns.
    """

    kind: OutputKind
    target: str
    schema: str
    status: Status
    verdict: Verdict = "unproved"
    name: str | None = None
    text: str | None = None
    assumptions: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    allowed: str | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    macros: Mapping[str, str] = field(default_factory=dict)
    fields: frozenset[str] = frozenset()
    indices: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of what is wrong with it, or worth a warning, each once."""
        found = (each.code for each in self.diagnostics if each.severity != "note")
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Draft:
    """A query as an artifact would hold it, before it is known whether it may.

    ``text`` is ``None`` where some part of the rule has no form in the target.
    """

    kind: OutputKind
    target: str
    plan: Plan
    text: str | None
    problems: tuple[Problem, ...] = ()
    assumptions: tuple[str, ...] = ()
    proof: Proof | None = None

    def is_hopeless(self, subject: Subject) -> bool:
        """Whether it will be refused whatever it is proved to be."""
        is_doubtful = self.plan.refused or bool(self.problems)
        return self.text is None or (
            is_doubtful and subject.deployment.allowed(self.target) is None
        )

    def output(self, subject: Subject) -> Output:
        """What becomes of it: published if it is exact, or if the deployment allows for it."""
        codes = {*self.assumptions, *(self.proof.verdict.assumptions if self.proof else ())}
        wrong = [] if self.plan.refused else list(self._wrong(subject, codes))
        is_wrong = self.plan.refused or bool(wrong)
        allowed = subject.deployment.allowed(self.target) if self.text and is_wrong else None
        return Output(
            kind=self.kind,
            target=self.target,
            schema=self.plan.schema.name,
            status="compiled" if not is_wrong else "labelled" if allowed else "refused",
            verdict=self._verdict,
            text=self.text if allowed or not is_wrong else None,
            assumptions=tuple(sorted(codes)),
            sources=tuple(each.id for each in self.plan.sources if each.used),
            allowed=allowed,
            diagnostics=(*self._notes(subject), *wrong),
            fields=frozenset(a.field for a in atoms(self.plan.formula) if a.field),
            indices=self.plan.schema.patterns,
        )

    @property
    def _verdict(self) -> Verdict:
        """That of the proof; where fields are missing, to be equal on the rest proves nothing."""
        found = self.proof.verdict.relation if self.proof else "unproved"
        return "unproved" if self.plan.refused and found == "exact" else found

    def _notes(self, subject: Subject) -> Iterator[Diagnostic]:
        """What there is to say of the rule and of its plan."""
        loaded = subject.loaded
        yield from subject.compilation.compiler.notes
        yield from loaded.notes
        yield from (each.at(loaded.path, loaded.document) for each in self.plan.diagnostics)

    def _wrong(self, subject: Subject, codes: Collection[str]) -> Iterator[Diagnostic]:
        """Why it is not let out."""
        loaded = subject.loaded
        yield from (problem_diagnostic(each, loaded) for each in self.problems)
        if not self.problems:
            found = subject.compilation.compiler.doubts(self.proof, codes)
            yield from (each.at(loaded.path, loaded.document) for each in found)


def sha256(text: str | bytes) -> str:
    """The hash of a text in UTF-8, or of bytes, in hexadecimal digits."""
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return hashlib.sha256(data).hexdigest()
