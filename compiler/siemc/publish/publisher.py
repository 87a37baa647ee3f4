"""The publisher: what is published of each rule, whatever artifact holds it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from siemc.compiler import Compiler, rule_ref
from siemc.diagnostics import Diagnostic, SiemcError
from siemc.load import BrokenRule, LoadedRule
from siemc.metadata import metadata_of
from siemc.publish.deployment import Deployment, Deployments
from siemc.publish.names import Names
from siemc.publish.outputs import Output, OutputKind, Subject
from siemc.publish.rules import DetectionRules, Live
from siemc.publish.searches import SavedSearches
from siemc.query import Query, RuleRef, Status

NEEDED = ("spl", "kql", "lucene", "dsl")
"""The targets that saved searches and detection rules are made with."""
BY_ID: Sequence[tuple[OutputKind, str]] = (("saved-search", "spl"), ("detection-rule", "dsl"))
"""What is imported by the rule's id, and the target whose schema it runs on."""


@dataclass(frozen=True, slots=True)
class Published:
    """What becomes of one rule."""

    rule: RuleRef
    outputs: tuple[Output, ...]


class Publisher:
    """Publishes rules one by one; the compiler must have the targets ``NEEDED``.

    ``plain`` are the targets whose queries become files of their own.
    """

    def __init__(
        self,
        compiler: Compiler,
        deployments: Deployments,
        names: Names,
        plain: Iterable[str],
        live: Live,
    ) -> None:
        self.compiler = compiler
        self.deployments = deployments
        self.names = names
        self.plain = frozenset(plain)
        self.searches = SavedSearches(deployments.build, names)
        self.rules = DetectionRules(deployments.build, live)

    def publish(
        self, loaded: LoadedRule | BrokenRule, clash: Diagnostic | None, whole: bool = True
    ) -> Published:
        """The outputs of a rule; only its saved search unless ``whole``. Never raises.

        ``clash`` is why it can be in no artifact that goes by ids.
        """
        if isinstance(loaded, BrokenRule):
            return self._broken(loaded)
        ref, metadata = rule_ref(loaded), metadata_of(loaded)
        deployment = self.deployments.of(ref, self.names.place(ref), metadata.tags)
        subject = Subject(self.compiler.of(loaded), ref, metadata, deployment)
        kinds = BY_ID if whole else BY_ID[:1]
        outputs = self._queries(subject) if whole else []
        makers = {"saved-search": self.searches.output, "detection-rule": self.rules.output}
        for kind, target in kinds:
            if clash is not None:
                outputs.append(self._none(kind, target, clash))
            else:
                outputs.append(self._made(kind, target, makers[kind], subject))
        return Published(ref, tuple(outputs))

    def _queries(self, subject: Subject) -> list[Output]:
        found = subject.compilation.queries(self.plain)
        return [self._query(each, subject.deployment) for each in found]

    def _made(
        self, kind: OutputKind, target: str, make: Callable[[Subject], Output], subject: Subject
    ) -> Output:
        try:
            return make(subject)
        except SiemcError as error:
            said, loaded = error.diagnostic, subject.loaded
            return self._none(
                kind, target, said if said.path else said.at(loaded.path, loaded.document)
            )

    def _none(self, kind: OutputKind, target: str, *found: Diagnostic) -> Output:
        status: Status = "failed" if any(each.code < "SC100" for each in found) else "refused"
        return Output(kind, target, self.compiler.schema_name(target), status, diagnostics=found)

    def _broken(self, broken: BrokenRule) -> Published:
        ref = RuleRef(broken.id, broken.title, broken.path, broken.document)
        kinds: list[tuple[OutputKind, str]] = [("query", each) for each in sorted(self.plain)]
        kinds += BY_ID
        return Published(ref, tuple(self._none(k, t, *broken.diagnostics) for k, t in kinds))

    def _query(self, query: Query, deployment: Deployment) -> Output:
        text, status, allowed = query.text, query.status, None
        if text is None and query.nearest is not None:
            allowed = deployment.allowed(query.target)
            text, status = (query.nearest, "labelled") if allowed else (None, status)
        # Where fields are missing, the nearest query may well be equal on the rest of them
        hollow = status != "compiled" and query.verdict == "exact"
        return Output(
            kind="query",
            target=query.target,
            schema=query.schema,
            status=status,
            verdict="unproved" if hollow else query.verdict,
            name=None if text is None else self.names.query(query.rule, query.target, status),
            text=None if text is None else f"{text}\n",
            assumptions=tuple(each.code for each in query.assumptions),
            sources=tuple(each.id for each in query.sources if each.used),
            allowed=allowed,
            diagnostics=query.diagnostics,
        )
