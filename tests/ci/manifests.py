"""Manifests for tests: of the form that ``docs/artifacts.md`` describes."""

from __future__ import annotations

from typing import Any

ID = "11111111-1111-4111-8111-111111111111"


def output(**changed: Any) -> dict[str, Any]:
    """A detection rule that is exact, with what is named changed."""
    return {
        "kind": "detection-rule",
        "target": "kql",
        "schema": "agent-windows",
        "artifact": "elastic/detection-rules.ndjson",
        "name": ID,
        "sha256": "a" * 64,
        "status": "compiled",
        "verdict": "exact",
        "assumptions": [],
        "sources": ["sysmon"],
        "allowed": None,
        "codes": [],
        **changed,
    }


def refused(**changed: Any) -> dict[str, Any]:
    """An output that is not published."""
    why = {"artifact": None, "name": None, "sha256": None, "status": "refused"}
    return output(**{**why, "verdict": "wider", "codes": ["SC201"], **changed})


def rule(*outputs: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """A rule with these outputs."""
    return {
        "id": ID,
        "title": "Good",
        "path": "windows/good.yml",
        "document": 0,
        "sha256": "b" * 64,
        "outputs": list(outputs),
        **changed,
    }


def artifact(**changed: Any) -> dict[str, Any]:
    """An artifact of detection rules."""
    return {
        "path": "elastic/detection-rules.ndjson",
        "kind": "detection-rules",
        "sha256": "c" * 64,
        "bytes": 1,
        "rules": 1,
        **changed,
    }


def manifest(
    rules: list[dict[str, Any]] | None = None,
    artifacts: list[dict[str, Any]] | None = None,
    **changed: Any,
) -> dict[str, Any]:
    """A manifest, of one exact rule in one artifact where nothing else is said."""
    return {
        "contract": 1,
        "siemc": "0.1.0",
        "pysigma": "1.5.1",
        "pipelines": [{"name": "elastic/ecs_sysmon.yml", "sha256": "d" * 64}],
        "schemas": [{"target": "kql", "name": "agent-windows", "sha256": "e" * 64}],
        "artifacts": [artifact()] if artifacts is None else artifacts,
        "rules": [rule(output())] if rules is None else rules,
        **changed,
    }
