"""How the answers of ``verify``, ``equiv`` and ``diff`` look: text, JSON, and Markdown."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from siemc.changes import Change
from siemc.diagnostics import assumption
from siemc.evaluate import Event
from siemc.markdown import code, fenced, plain
from siemc.prove.verdict import Verdict, Witness
from siemc.prove.words import event_text, exclusion_object, place_text, verdict_object
from siemc.render import CONTRACT, diagnostic_object, diagnostic_text, visible
from siemc.verify import Verification

SHOWN = 200
SAID: Mapping[str, str] = {
    "exact": "exact: the query matches what the rule matches",
    "wider": "wider: the query matches all that the rule does, and more",
    "narrower": "narrower: the query misses events of the rule, and matches no others",
    "different": "different: the query misses events of the rule, and matches others",
}
BETWEEN: Mapping[str, str] = {
    "exact": "equal: both match the same events",
    "wider": "wider: the second matches all that the first does, and more",
    "narrower": "narrower: the second misses events of the first, and matches no others",
    "different": "different: each matches events that the other does not",
}


BEHIND = "matched by the query alone, if what is not understood lets it through"
_NOT_SETTLED = "unknown: {} in the time there is"
_OPAQUE = "unknown: it rests on a text that only its own system understands"


def _said(verdict: Verdict, words: Mapping[str, str]) -> str:
    """The verdict in words; where half of it is settled, that half."""
    if verdict.relation in words:
        return words[verdict.relation]
    if "yes" in (verdict.misses, verdict.extra):
        return _NOT_SETTLED.format("they differ as shown; the rest is not settled")
    return _OPAQUE if verdict.opaque else _NOT_SETTLED.format("not settled")


def verification_text(found: Verification, query: str) -> str:
    """A verification for a terminal."""
    head = f"{visible(found.rule.title or found.rule.path)}: {found.target} on {found.schema}"
    lines = [head, _said(found.verdict, SAID), *_without_scopes(found, query)]
    for witness in found.verdict.witnesses:
        lines += ["", "missed by the query:" if witness.rule else "matched by the query alone:"]
        lines.append(f"  {_event(witness.event)}")
        lines += [f"  {why}" for why in _why(found, query, witness)]
    if found.lost and found.verdict.extra == "unknown":
        lines += ["", f"{BEHIND}:", *(f"  {why}" for why in _lost(found))]
    return "\n".join([*lines, *_basis(found.verdict)])


def _without_scopes(found: Verification, query: str) -> Iterator[str]:
    """What is left of a difference if both are without their scopes."""
    if found.apart is None or found.apart.relation == "unknown":
        return
    put = [f"the rule's {visible(name)}" for name in found.apart.fields]
    put += [_clipped(query[start:end]) for start, end in found.apart.spans]
    yield f"without {' and '.join(put)} it is {SAID[found.apart.relation]}"


def _why(found: Verification, query: str, witness: Witness) -> Iterator[str]:
    if witness.rule:
        for start, end in found.refusing:
            yield f"refused by {_where(query, start, end)}: {_clipped(query[start:end])}"
        return
    yield from _unasked(found)
    yield from _lost(found, witness)


def _unasked(found: Verification) -> Iterator[str]:
    places: dict[str, list[str]] = {}
    for field, place in found.unasked:
        where = "added by its mapping" if place is None else visible(place_text(place))
        places.setdefault(visible(field or "a keyword"), []).append(where)
    for name, (first, *others) in places.items():
        more = f" and {len(others):,} more" if others else ""
        yield f"the rule also asks for {name} ({first}{more})"


def _lost(found: Verification, shown: Witness | None = None) -> Iterator[str]:
    """The exclusions that are lost, each with its event, unless that is shown already."""
    for lost in found.lost:
        where = "" if lost.place is None else f" ({visible(place_text(lost.place))})"
        yield f"lost exclusion: {visible(lost.name)}{where}"
        if lost.witness is not None and lost.witness != shown:
            yield f"  {_event(lost.witness.event)}"


def _where(query: str, start: int, end: int) -> str:
    """A place in the query, from 1: by its characters, or by its line where there are several."""
    if "\n" not in query:
        return f"characters {start + 1} to {end}"
    before = query[:start]
    line = before.count("\n") + 1
    return f"line {line}, column {len(before) - before.rfind(chr(10))}"


def _clipped(text: str) -> str:
    shown = visible(" ".join(text.split()))
    return shown if len(shown) <= SHOWN else f"{shown[: SHOWN - 1]}…"


def _event(event: Event) -> str:
    """An event as JSON that does not move the cursor."""
    text = event_text(event)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)


def _basis(verdict: Verdict) -> Iterator[str]:
    if verdict.opaque:
        yield ""
        texts = ", ".join(map(_clipped, verdict.opaque))
        yield f"not understood, and so equal only to itself: {texts}"
    if verdict.assumptions:
        yield ""
    for each in verdict.assumptions:
        yield f"rests on {each}: {assumption(each).text}"


def verification_markdown(found: Verification, query: str) -> str:
    """A verification for a pull request."""
    title = plain(found.rule.title or found.rule.path)
    lines = [f"### {title}: {found.target} on {plain(found.schema)}", ""]
    lines += [_said(found.verdict, SAID), ""]
    lines += [f"{plain(line)}\n" for line in _without_scopes(found, query)]
    for witness in found.verdict.witnesses:
        what = "Missed by the query" if witness.rule else "Matched by the query alone"
        lines += [f"{what}:", "", *fenced(_event(witness.event), "json"), ""]
        lines += [f"- {plain(why.strip())}" for why in _why(found, query, witness)]
        lines.append("")
    if found.lost and found.verdict.extra == "unknown":
        lines += [f"{BEHIND}:", "", *(f"- {plain(why.strip())}" for why in _lost(found)), ""]
    lines += [f"- {plain(line)}" for line in _basis(found.verdict) if line]
    return "\n".join(lines).rstrip()


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
            "unasked": [{"field": f, "place": p and place_text(p)} for f, p in found.unasked],
            "apart": _apart(found),
            "assumptions": _assumptions(found.verdict),
            "diagnostics": [diagnostic_object(each) for each in found.notes],
        }
    )


def _apart(found: Verification) -> dict[str, Any] | None:
    if found.apart is None:
        return None
    spans = [list(span) for span in found.apart.spans]
    return {"verdict": found.apart.relation, "fields": list(found.apart.fields), "spans": spans}


def verdict_text(verdict: Verdict, names: Sequence[str]) -> str:
    """Two queries, compared, for a terminal; ``names`` are what they are called."""
    names = [visible(each) for each in names]
    lines = [f"{names[0]} and {names[1]}: {_said(verdict, BETWEEN)}"]
    for witness in verdict.witnesses:
        lines += ["", f"matched by {names[0 if witness.rule else 1]} alone:"]
        lines.append(f"  {_event(witness.event)}")
    return "\n".join([*lines, *_basis(verdict)])


def verdict_markdown(verdict: Verdict, names: Sequence[str]) -> str:
    """Two queries, compared, for a pull request."""
    names = [plain(each) for each in names]
    lines = [f"### {names[0]} and {names[1]}", "", _said(verdict, BETWEEN), ""]
    for witness in verdict.witnesses:
        lines += [f"Matched by {names[0 if witness.rule else 1]} alone:", ""]
        lines += [*fenced(_event(witness.event), "json"), ""]
    return "\n".join([*lines, *(f"- {plain(line)}" for line in _basis(verdict) if line)]).rstrip()


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
        title = visible(each.rule.title or "untitled rule")
        lines.append(f"{each.kind}: {title} ({visible(each.rule.path)})")
        for witness in each.verdict.witnesses if each.verdict else ():
            which = "old" if witness.rule else "new"
            lines.append(f"  {which} alone matches {_event(witness.event)}")
        told = "\n".join(map(diagnostic_text, each.diagnostics))
        lines += [f"  {line}" for line in told.splitlines()]
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
            title = plain(each.rule.title or "untitled rule")
            rows += [f"- **{each.kind}**: {title} ({code(each.rule.path)})"]
            rows += _indented(each)
    return "\n".join([f"### What the rules match: {counted(counts)}", "", *rows]).rstrip()


def _indented(change: Change) -> Iterator[str]:
    for witness in change.verdict.witnesses if change.verdict else ():
        yield ""
        yield f"  {'The old' if witness.rule else 'The new'} version alone matches:"
        yield ""
        yield from (f"  {line}" for line in fenced(_event(witness.event), "json"))
        yield ""
    for note in change.diagnostics:
        where = ":".join(str(part) for part in (note.path, note.line, note.column) if part)
        yield f"  - {plain(f'{where}: {note.code}: {note.message}')}"


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
