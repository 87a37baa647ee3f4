"""A rule's detection rule: its query and filters, and the object that Kibana imports."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from siemc.backend import Layout, backends
from siemc.diagnostics import Diagnostic
from siemc.lower import lower
from siemc.passes import simplify
from siemc.plans import Plan
from siemc.publish.deployment import Build
from siemc.publish.detection_rule import Detection, rule_object
from siemc.publish.guide import guide
from siemc.publish.live import merged
from siemc.publish.ndjson import line
from siemc.publish.outputs import Draft, Output, Subject
from siemc.publish.readback import prove_rule
from siemc.publish.split import Split, split

Live = Mapping[str, Mapping[str, Any]]


class DetectionRules:
    """Makes the detection rules of one build; they run on the schema of the target ``dsl``.

    ``live`` is what analysts have set on rules that are imported already, by ``rule_id``.
    """

    def __init__(self, build: Build, live: Live) -> None:
        self.build = build
        self.live = live

    def output(self, subject: Subject) -> Output:
        """The rule's detection rule. Raises ``SiemcError`` where the rule has no plan."""
        plan = subject.compilation.plan("dsl")
        if plan.refused and not subject.deployment.allowed("dsl"):
            return Draft("detection-rule", "dsl", plan, None).output(subject)
        parts = self._parts(plan)
        draft = Draft("detection-rule", "dsl", plan, parts.query, parts.problems, parts.assumptions)
        if draft.is_hopeless(subject):
            return draft.output(subject)
        made = self._line(subject, draft, parts, "")
        proof = prove_rule(plan.formula, json.loads(made), backends(), plan.schema)
        output = replace(draft, text=made, proof=proof).output(subject)
        label = ""
        if output.allowed is not None:
            label = f"**Not exact ({output.verdict})**: {output.allowed}."
        if output.text is not None:
            text = self._line(subject, replace(draft, assumptions=output.assumptions), parts, label)
            output = replace(output, text=text)
        told = (*output.diagnostics, *_elsewhere(subject, plan))
        return replace(output, name=subject.rule.id, diagnostics=told)

    def _parts(self, plan: Plan) -> Split:
        known = backends()
        if self.build.language == "lucene":
            found = known["lucene"].emit(plan.formula, plan.schema, Layout())
            return Split(found.text, (), found.problems, found.assumptions)
        return split(plan.formula, plan.schema, known["kql"], known["dsl"])

    def _line(self, subject: Subject, draft: Draft, parts: Split, label: str) -> str:
        plan = draft.plan
        found = Detection(
            rule_id=subject.rule.id or "",
            metadata=subject.metadata,
            deployment=subject.deployment,
            formula=plan.formula,
            schema=plan.schema,
            indices=plan.schema.patterns,
            language=self.build.language,
            query=parts.query or "",
            filters=parts.filters,
            sources=tuple(each.id for each in plan.sources if each.used),
            assumptions=draft.assumptions,
            own=frozenset(subject.loaded.rule.detection.detections),
            guide=guide(simplify(lower(subject.loaded).formula)),
            label=label,
        )
        made = rule_object(found, self.build)
        return line(merged(made, self.live.get(found.rule_id.lower(), {})))


def _elsewhere(subject: Subject, plan: Plan) -> Iterator[Diagnostic]:
    """That the deployment's indices are not those that the verdict is about, if they are not."""
    named = subject.deployment.elastic.get("index", ())
    if set(named) - set(plan.schema.patterns):
        message = f"The rule is to run on {', '.join(named)}, which schema {plan.schema.name} "
        message += "says nothing about: the verdict holds if the mapping there is the same."
        hint = f"Name indices of the schema ({', '.join(plan.schema.patterns)}), or another schema."
        loaded = subject.loaded
        yield Diagnostic("SC319", message, hint, loaded.path, document=loaded.document)
