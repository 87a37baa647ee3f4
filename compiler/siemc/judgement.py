"""How the answers of ``verify``, ``equiv`` and ``diff`` look: text, JSON, and Markdown."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from siemc.changes import Change
from siemc.diagnostics import assumption
from siemc.prove.verdict import Verdict, Witness
from siemc.prove.words import event_text, exclusion_object, place_text, verdict_object
from siemc.render import CONTRACT, diagnostic_object, diagnostic_text, visible
from siemc.verify import Verification

SHOWN = 200
SAID = {
    "exact": "exact: the query matches what the rule matches",
    "wider": "wider: the query matches all that the rule does, and more",
    "narrower": "narrower: the query misses events of the rule, and matches no others",
    "different": "different: the query misses events of the rule, and matches others",
    "unknown": "unknown: not settled in the time there is",
}
BETWEEN = {
    "exact": "equal: both match the same events",
    "wider": "wider: the second matches all that the first does, and more",
    "narrower": "narrower: the second misses events of the first, and matches no others",
    "different": "different: each matches events that the other does not",
    "unknown": "unknown: not settled in the time there is",
}
SIGNS = {"wider": "+", "narrower": "-", "different": "±", "unknown": "?", "broken": "!"}


def verification_text(found: Verification, query: str) -> str:
    """A verification for a terminal."""
    head = f"{visible(found.rule.title or found.rule.path)}: {found.target} on {found.schema}"
    lines = [head, SAID[found.verdict.relation]]
    for witness in found.verdict.witnesses:
        lines += ["", "missed by the query:" if witness.rule else "matched by the query alone:"]
        lines.append(f"  {event_text(witness.event)}")
        lines += [f"  {why}" for why in _why(found, query, witness)]
    return "\n".join([*lines, *_basis(found.verdict)])


def _why(found: Verification, query: str, witness: Witness) -> Iterator[str]:
    if witness.rule:
        for start, end in found.refusing:
            yield f"refused by characters {start + 1} to {end}: {_clipped(query[start:end])}"
        return
    for lost in found.lost:
        where = "" if lost.place is None else f" ({place_text(lost.place)})"
        yield f"lost exclusion: {lost.name}{where}"
        if lost.witness is not None and lost.witness.event != witness.event:
            yield f"  {event_text(lost.witness.event)}"


def _clipped(text: str) -> str:
    shown = visible(" ".join(text.split()))
    return shown if len(shown) <= SHOWN else f"{shown[: SHOWN - 1]}…"


def _basis(verdict: Verdict) -> Iterator[str]:
    if verdict.opaque:
        yield ""
        yield f"not understood, and so equal only to itself: {', '.join(verdict.opaque)}"
    if verdict.assumptions:
        yield ""
    for code in verdict.assumptions:
        yield f"rests on {code}: {assumption(code).text}"


def verification_markdown(found: Verification, query: str) -> str:
    """A verification for a pull request."""
    title = visible(found.rule.title or found.rule.path)
    lines = [f"### {title}: {found.target} on {found.schema}", "", SAID[found.verdict.relation], ""]
    for witness in found.verdict.witnesses:
        what = "Missed by the query" if witness.rule else "Matched by the query alone"
        lines += [f"{what}:", "", *_fenced(event_text(witness.event), "json"), ""]
        lines += [f"- {why.strip()}" for why in _why(found, query, witness)]
    lines += [f"- {line}" for line in _basis(found.verdict) if line]
    return "\n".join(lines).rstrip()


def _fenced(text: str, language: str) -> list[str]:
    """A code block whose fence is longer than any run of backquotes in it."""
    runs = [len(run) for run in "".join(c if c == "`" else " " for c in text).split()]
    fence = "`" * max(3, *(n + 1 for n in runs)) if runs else "```"
    return [f"{fence}{language}", text, fence]


def verification_json(found: Verification) -> str:
    """A verification as one JSON object; ``docs/json.md`` describes it."""
    rule = found.rule
    return _json(
        {
            "contract": CONTRACT,
            "rule": {"id": rule.id, "title": rule.title, "path": rule.path},
            "target": found.target,
            "schema": found.schema,
            "verdict": found.verdict.relation,
            **verdict_object(found.verdict),
            "lost": [exclusion_object(each) for each in found.lost],
            "refusing": [list(span) for span in found.refusing],
            "assumptions": _assumptions(found.verdict),
            "diagnostics": [diagnostic_object(each) for each in found.notes],
        }
    )


def verdict_text(verdict: Verdict, names: Sequence[str]) -> str:
    """Two queries, compared, for a terminal; ``names`` are what they are called."""
    lines = [f"{names[0]} and {names[1]}: {BETWEEN[verdict.relation]}"]
    for witness in verdict.witnesses:
        lines += ["", f"matched by {names[0 if witness.rule else 1]} alone:"]
        lines.append(f"  {event_text(witness.event)}")
    return "\n".join([*lines, *_basis(verdict)])


def verdict_markdown(verdict: Verdict, names: Sequence[str]) -> str:
    """Two queries, compared, for a pull request."""
    lines = [f"### {names[0]} and {names[1]}", "", BETWEEN[verdict.relation], ""]
    for witness in verdict.witnesses:
        lines += [f"Matched by {names[0 if witness.rule else 1]} alone:", ""]
        lines += [*_fenced(event_text(witness.event), "json"), ""]
    return "\n".join([*lines, *(f"- {line}" for line in _basis(verdict) if line)]).rstrip()


def verdict_json(verdict: Verdict, names: Sequence[str]) -> str:
    """Two queries, compared, as one JSON object; ``docs/json.md`` describes it."""
    found = verdict_object(verdict)
    for witness in found["witnesses"]:
        witness["first"], witness["second"] = witness.pop("rule"), witness.pop("query")
    return _json(
        {
            "contract": CONTRACT,
            "first": names[0],
            "second": names[1],
            "verdict": verdict.relation,
            **found,
            "assumptions": _assumptions(verdict),
        }
    )


def changes_text(found: Iterable[Change]) -> str:
    """What changed, rule by rule, for a terminal; rules that are the same are only counted."""
    lines: list[str] = []
    counts: Counter[str] = Counter()
    for each in found:
        counts[each.kind] += 1
        if each.kind == "same":
            continue
        lines.append(f"{each.kind}: {visible(each.rule.title or '')} ({visible(each.rule.path)})")
        for witness in each.verdict.witnesses if each.verdict else ():
            which = "old" if witness.rule else "new"
            lines.append(f"  {which} alone matches {event_text(witness.event)}")
        lines += [f"  {diagnostic_text(note)}" for note in each.diagnostics]
    return "\n".join([*lines, counted(counts)])


def counted(counts: Counter[str]) -> str:
    """How many rules became what, in one line."""
    said = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
    return f"rules: {said or 'none'}"


def changes_markdown(found: Iterable[Change]) -> str:
    """What changed, for a pull request."""
    rows: list[str] = []
    counts: Counter[str] = Counter()
    for each in found:
        counts[each.kind] += 1
        if each.kind != "same":
            rows += [f"- **{each.kind}**: {visible(each.rule.title or '')} (`{each.rule.path}`)"]
            rows += _indented(each)
    return "\n".join([f"### What the rules match: {counted(counts)}", "", *rows]).rstrip()


def _indented(change: Change) -> Iterator[str]:
    for witness in change.verdict.witnesses if change.verdict else ():
        yield ""
        yield f"  {'The old' if witness.rule else 'The new'} version alone matches:"
        yield ""
        yield from (f"  {line}" for line in _fenced(event_text(witness.event), "json"))
        yield ""
    for note in change.diagnostics:
        yield f"  - {note.code}: {visible(note.message)}"


def change_json(change: Change) -> str:
    """One rule's change as a line of JSON; ``docs/json.md`` describes it."""
    rule = change.rule
    return _json(
        {
            "contract": CONTRACT,
            "rule": {"id": rule.id, "title": rule.title, "path": rule.path},
            "change": change.kind,
            "witnesses": [] if change.verdict is None else _versions(change.verdict),
            "diagnostics": [diagnostic_object(each) for each in change.diagnostics],
        }
    )


def _versions(verdict: Verdict) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = verdict_object(verdict)["witnesses"]
    return [{"event": w["event"], "old": w["rule"], "new": w["query"]} for w in found]


def _assumptions(verdict: Verdict) -> list[dict[str, str]]:
    return [{"code": code, "text": assumption(code).text} for code in verdict.assumptions]


def _json(found: dict[str, Any]) -> str:
    return json.dumps(found, ensure_ascii=False, separators=(", ", ": "))
