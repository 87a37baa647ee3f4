"""How a drift looks: text, JSON, and Markdown for a pull request."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from siemc.markdown import code, plain
from siemc.publish.drift import ArtifactDrift, Drift, RuleDrift, VerdictDrift
from siemc.publish.recorded import RecordedOutput, RecordedRule
from siemc.render import CONTRACT, visible

OTHERWISE = "no rule in it differs: what it says of itself or its settings do"


def drift_text(found: Drift) -> str:
    """A drift for a terminal; artifacts that are the same are only counted."""
    lines = [*_artifact_lines(found), *map(_verdict_text, found.verdicts)]
    lines += [f"made otherwise: {visible(each)}" for each in found.basis]
    return "\n".join([*lines, f"artifacts: {_counted(found.counts)}"])


def _artifact_lines(found: Drift) -> Iterator[str]:
    for each in found.artifacts:
        if each.kind != "same":
            yield f"{each.kind}: {visible(each.path)} ({visible(each.artifact)})"
            yield from (f"  {rule.kind}: {_named(rule.rule)}" for rule in _rules(each))
            if _otherwise(each):
                yield f"  {OTHERWISE}"


def _verdict_text(found: VerdictDrift) -> str:
    return f"{found.turn}: {_named(found.rule)}, {visible(_moved(found))}"


def _named(rule: RecordedRule) -> str:
    return f"{visible(rule.title or 'untitled rule')} ({visible(rule.path)})"


def drift_markdown(found: Drift) -> str:
    """A drift for a pull request."""
    lines = [f"### What is published: artifacts: {_counted(found.counts)}", ""]
    for each in found.artifacts:
        if each.kind != "same":
            lines.append(f"- **{each.kind}**: {code(each.path)} ({plain(each.artifact)})")
            lines += [f"  - {rule.kind}: {_marked(rule.rule)}" for rule in _rules(each)]
            lines += [f"  - {OTHERWISE}"] if _otherwise(each) else []
    lines += [f"- made otherwise: {plain(each)}" for each in found.basis]
    if found.verdicts:
        turns = Counter(each.turn for each in found.verdicts)
        lines += ["", f"### Verdicts: {_counted(turns)}", ""]
        lines += [
            f"- **{each.turn}**: {_marked(each.rule)}: {plain(_moved(each))}"
            for each in found.verdicts
        ]
    return "\n".join(lines).rstrip()


def _marked(rule: RecordedRule) -> str:
    return f"{plain(rule.title or 'untitled rule')} ({code(rule.path)})"


def _rules(found: ArtifactDrift) -> tuple[RuleDrift, ...]:
    """The rules to show: the file of one query says by its path whose it is."""
    return () if found.artifact == "query" else found.rules


def _otherwise(found: ArtifactDrift) -> bool:
    return found.kind == "changed" and not found.rules


def _moved(found: VerdictDrift) -> str:
    after = found.after
    return f"{after.kind} in {after.target}: {_state(found.before)} → {_state(after)}"


def _state(output: RecordedOutput) -> str:
    """What is known of an output, in a few words."""
    if output.artifact is None:
        why = f" ({', '.join(output.codes)})" if output.codes else ""
        return f"{output.status}{why}"
    under = f" under {', '.join(output.assumptions)}" if output.assumptions else ""
    return f"{output.verdict}{under}{', allowed' if output.allowed else ''}"


def _counted(counts: Counter[Any]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())) or "none"


def drift_json(found: Drift) -> str:
    """A drift as a line of JSON; ``docs/ci.md`` describes it."""
    shown = {
        "contract": CONTRACT,
        "artifacts": [
            {
                "path": each.path,
                "kind": each.artifact,
                "change": each.kind,
                "rules": [{**_ref(rule.rule), "change": rule.kind} for rule in each.rules],
            }
            for each in found.artifacts
        ],
        "verdicts": [
            {
                "rule": _ref(each.rule),
                "kind": each.after.kind,
                "target": each.after.target,
                "turn": each.turn,
                "before": _known(each.before),
                "after": _known(each.after),
            }
            for each in found.verdicts
        ],
        "basis": list(found.basis),
    }
    return json.dumps(shown, ensure_ascii=False, separators=(", ", ": "))


def _ref(rule: RecordedRule) -> dict[str, Any]:
    return {"id": rule.id, "title": rule.title, "path": rule.path}


def _known(output: RecordedOutput) -> dict[str, Any]:
    return {
        "status": output.status,
        "verdict": output.verdict,
        "assumptions": list(output.assumptions),
        "codes": list(output.codes),
    }
