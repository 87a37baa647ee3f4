"""How queries and diagnostics look: text for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from siemc.diagnostics import Assumption, Diagnostic
from siemc.query import Query

if TYPE_CHECKING:
    from siemc.prove.proof import Proof

CONTRACT = 1


def query_json(query: Query) -> str:
    """One line of the JSON contract, version 1; ``docs/json.md`` describes every key."""
    return json.dumps(query_object(query), ensure_ascii=False, separators=(", ", ": "))


def query_object(query: Query) -> dict[str, Any]:
    """A query as the contract's object; diagnostics must have been located."""
    rule = query.rule
    return {
        "contract": CONTRACT,
        "rule": {"id": rule.id, "title": rule.title, "path": rule.path},
        "target": query.target,
        "schema": query.schema,
        "sources": [
            {"id": each.id, "used": each.used, "lacks": list(each.lacks)} for each in query.sources
        ],
        "status": query.status,
        "query": query.text,
        "nearest": query.nearest,
        "verdict": query.verdict,
        "proof": None if query.proof is None else _proof(query.proof),
        "assumptions": [{"code": each.code, "text": each.text} for each in query.assumptions],
        "diagnostics": [diagnostic_object(each) for each in query.diagnostics],
    }


def _proof(proof: Proof) -> dict[str, Any]:
    from siemc.prove.words import proof_object

    return proof_object(proof)


def diagnostic_object(diagnostic: Diagnostic) -> dict[str, Any]:
    """A diagnostic as the contract's object."""
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "path": diagnostic.path,
        "line": diagnostic.line,
        "column": diagnostic.column,
    }


def diagnostic_text(diagnostic: Diagnostic) -> str:
    """``path:line:column: severity SC123: message`` and, on a second line, what to do."""
    places = [
        str(part)
        for part in (diagnostic.path, diagnostic.line, diagnostic.column)
        if part is not None
    ]
    head = ":".join(places) + ": " if places else "siemc: "
    text = f"{head}{diagnostic.severity} {diagnostic.code}: {diagnostic.message}"
    return f"{visible(text)}\n    {visible(diagnostic.hint)}" if diagnostic.hint else visible(text)


def visible(text: str) -> str:
    """The text with control characters escaped: a rule's title must not move the cursor."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def rule_block(queries: Iterable[Query]) -> str:
    """All queries of one rule under its title, for reading."""
    found = list(queries)
    rule = found[0].rule
    title = visible(rule.title or "untitled rule")
    lines = [f"# {title}  ({visible(rule.path)})"]
    width = max(len(each.target) for each in found)
    for each in found:
        lines += _entry(each, width)
    return "\n".join(lines)


def _entry(query: Query, width: int) -> list[str]:
    label = query.target.ljust(width)
    if query.text is not None:
        kept = query.text.replace("\n", "\n" + " " * (width + 2))
        mark = "inexact: " if query.status == "labelled" else ""
        return [f"{label}  {mark}{kept}"]
    codes = ", ".join(dict.fromkeys(_errors(query)))
    lines = [f"{label}  {query.status}: {codes}"]
    if query.nearest is not None:
        kept = query.nearest.replace("\n", "\n" + " " * (width + 4))
        lines.append(f"{' ' * width}  nearest, not exact: {kept}")
    return lines


def _errors(query: Query) -> Iterable[str]:
    return (each.code for each in query.diagnostics if each.severity == "error")


def summary(counts: Mapping[str, int]) -> str:
    """How many queries became what, in one line."""
    order = ("compiled", "labelled", "refused", "failed")
    said = [f"{counts[status]} {status}" for status in order if status in counts]
    return "queries: " + ", ".join(said)


def assumed(counts: Mapping[Assumption, int]) -> list[str]:
    """What the queries' exactness rests on, a line for each assumption with how many rest on it."""
    return [
        f"siemc: {count} rest on {each.code}: {each.text.rstrip('.')}."
        for each, count in sorted(counts.items(), key=lambda pair: pair[0].code)
    ]
