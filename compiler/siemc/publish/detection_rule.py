"""Detection rules: a rule as Kibana imports it, ``POST /api/detection_engine/rules/_import``.

The keys are those of ``BaseCreateProps`` and ``QueryRuleCreateFields`` (elastic/kibana,
``detection_engine/model/rule_schema``); an import also wants ``rule_id``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from siemc.explain.attack import Technique, coverage, table
from siemc.formula import Formula, atoms
from siemc.markdown import code, plain
from siemc.metadata import Metadata
from siemc.publish.deployment import Build, Deployment, Suppression
from siemc.publish.levels import DEFAULT, KIBANA_SEVERITY, RISK_SCORE
from siemc.publish.texts import one_line, title_of
from siemc.schema import Schema

INTERVAL, FURTHER = "5m", 4
"""Elastic's own rules run every five minutes and look four minutes further back."""
TACTIC_URL = "https://attack.mitre.org/tactics/"


@dataclass(frozen=True, slots=True)
class Detection:
    """What a detection rule is made of.

    ``indices`` are the patterns it searches, ``own`` the names of the rule's own searches;
    ``guide`` is Markdown about its exclusions; ``label`` says, where it is not exact, that it is
    not and why it is here.
    """

    rule_id: str
    metadata: Metadata
    deployment: Deployment
    formula: Formula
    schema: Schema
    indices: tuple[str, ...]
    language: str
    query: str
    filters: Sequence[Mapping[str, Any]] = ()
    sources: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    own: frozenset[str] = frozenset()
    guide: str = ""
    label: str = ""


def rule_object(found: Detection, build: Build) -> dict[str, Any]:
    """The rule as an object, its keys sorted; what it says nothing of is left out."""
    metadata, deployment = found.metadata, found.deployment
    level = deployment.severity or metadata.level or DEFAULT
    elastic = deployment.elastic
    score = deployment.risk_score
    made: dict[str, Any] = {
        "author": [one_line(each) for each in metadata.authors],
        "description": _description(found),
        "enabled": bool(deployment.enabled),
        "false_positives": [one_line(each) for each in metadata.false_positives],
        "filters": list(found.filters),
        "from": elastic.get("from") or _lookback(elastic.get("interval", INTERVAL)),
        "index": list(elastic.get("index", found.indices)),
        "interval": elastic.get("interval", INTERVAL),
        "language": found.language,
        "license": one_line(metadata.licence),
        "max_signals": 100,
        "name": title_of(metadata),
        "note": found.guide,
        "query": found.query,
        "references": [one_line(each) for each in metadata.references if each.strip()],
        "risk_score": RISK_SCORE[level] if score is None else score,
        "rule_id": found.rule_id,
        "setup": _setup(found),
        "severity": KIBANA_SEVERITY[level],
        "tags": list(_tags(metadata)),
        "threat": list(threat(metadata.tags)),
        "timestamp_override": "event.ingested",
        "to": "now",
        "type": "query",
        "version": _version(metadata),
        **_optional(found, build),
    }
    return {key: made[key] for key in sorted(made) if made[key] not in ("", [])}


def _lookback(interval: str) -> str:
    """Where a run begins to look: one interval ago, and a little further."""
    seconds = {"s": 1, "m": 60, "h": 3600}[interval[-1]] * int(interval[:-1])
    return f"now-{-(-seconds // 60) + FURTHER}m"


def _description(found: Detection) -> str:
    lines = [one_line(each) for each in found.metadata.description.strip().splitlines()]
    told = "\n".join(lines) or title_of(found.metadata)
    return f"{found.label} {told}".strip()


def _optional(found: Detection, build: Build) -> dict[str, Any]:
    more: dict[str, Any] = {}
    suppression = found.deployment.suppression("elastic")
    if isinstance(suppression, Suppression):
        number, unit = int(suppression.period[:-1]), suppression.period[-1]
        more["alert_suppression"] = {
            "duration": {"unit": unit, "value": number},
            "group_by": list(suppression.fields[:3]),
            "missing_fields_strategy": "suppress",
        }
    if build.required_fields:
        more["required_fields"] = [{"name": n, "type": t} for n, t in required_fields(found)]
    more["investigation_fields"] = {"field_names": list(_highlighted(found))}
    return more


def _highlighted(found: Detection) -> Iterator[str]:
    """Where it happened and who did it, and the fields that the rule itself tests."""
    tested = {
        atom.field
        for atom in atoms(found.formula)
        if atom.field and any(origin.identifier in found.own for origin in atom.origins)
    }
    yield from dict.fromkeys(["host.name", "user.name", *sorted(tested)])


def required_fields(found: Detection) -> Iterator[tuple[str, str]]:
    """The fields that the rule tests, each with its type in the first index that has it."""
    names = {atom.field for atom in atoms(found.formula) if atom.field}
    for name in sorted(names):
        kinds = found.schema.types(name)
        yield name, kinds[0].type if kinds else "keyword"


def _setup(found: Detection) -> str:
    """The setup guide: where the events come from, which fields they need, what is assumed."""
    lines = [f"Compiled from Sigma rule {code(found.rule_id)} for the index schema "]
    lines[0] += f"{code(found.schema.name)}."
    if found.sources:
        lines.append(f"Data source: {', '.join(map(code, found.sources))}.")
    fields = [f"- {code(name)} ({kind})" for name, kind in required_fields(found)]
    if fields:
        lines += ["", "Required fields:", "", *fields]
    if found.assumptions:
        from siemc.diagnostics import assumption

        told = (f"- {plain(assumption(each).text)}" for each in found.assumptions)
        lines += ["", "That the query equals the rule rests on:", "", *told]
    return "\n".join(lines)


def _tags(metadata: Metadata) -> Iterator[str]:
    yield from dict.fromkeys(["Sigma", *(one_line(each) for each in metadata.tags)])


def _version(metadata: Metadata) -> int:
    """The day of the last change as a number, 20240115: a later version is a greater one."""
    day = (metadata.modified or metadata.date).replace("-", "")
    return int(day) if day.isdigit() else 1


def threat(tags: Iterable[str]) -> Iterator[dict[str, Any]]:
    """ATT&CK: every tactic of every technique, retired techniques as those that follow them."""
    current = coverage(_current(tags))
    for tactic in current.tactics:
        if not tactic.retired:
            made: dict[str, Any] = {
                "framework": "MITRE ATT&CK",
                "tactic": {
                    "id": tactic.id,
                    "name": tactic.name,
                    "reference": f"{TACTIC_URL}{tactic.id}/",
                },
            }
            found = [_technique(each) for each in tactic.techniques if not each.retired]
            yield {**made, "technique": found} if found else made


def _current(tags: Iterable[str]) -> Iterator[str]:
    """The tags, those of a retired technique replaced by its successor's."""
    retired = table()["retired"]
    for tag in tags:
        head, _, name = tag.partition(".")
        row = retired.get(name.upper()) if head.lower() == "attack" else None
        if row is None:
            yield tag
        elif row["by"]:
            yield f"attack.{row['by'].lower()}"


def _technique(technique: Technique) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": technique.id,
        "name": technique.name,
        "reference": technique.url,
    }
    below = [_technique(each) for each in technique.subtechniques if not each.retired]
    return {**made, "subtechnique": below} if below else made
