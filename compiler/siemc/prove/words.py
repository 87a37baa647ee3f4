"""Verdicts in words: for a diagnostic, a terminal, a pull request, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address
from json import dumps
from typing import Any

from siemc.diagnostics import Diagnostic
from siemc.evaluate import Event, Value
from siemc.formula import YamlPath
from siemc.prove.exclusions import Exclusion
from siemc.prove.proof import Proof
from siemc.prove.verdict import Relation, Verdict, Witness

RELATIONS: Mapping[Relation, str] = {
    "exact": "equals its rule",
    "wider": "catches all that its rule does, and more",
    "narrower": "misses events of its rule, and catches no others",
    "different": "misses events of its rule, and catches others",
    "unknown": "could be neither proved equal to its rule nor shown to differ",
}


def doubt(proof: Proof) -> Diagnostic:
    """Why a query is not let out, with the event that shows it."""
    if proof.unread is not None:
        message = f"The query cannot be read back: {proof.unread}."
        return Diagnostic("SC217", message, "Report this rule to siemc's issue tracker.")
    verdict = proof.verdict
    message = f"Read back, the query {RELATIONS[verdict.relation]}."
    if verdict.opaque:
        message += f" It rests on {', '.join(verdict.opaque)}."
    hint = "Report this rule to siemc's issue tracker; --no-prove lets the query out as it is."
    if verdict.witnesses:
        hint = f"{told(verdict.witnesses[0])} {hint}"
    return Diagnostic("SC217", message, hint)


def told(witness: Witness) -> str:
    """A witness in one sentence."""
    does = "the rule matches and the query does not" if witness.rule else "only the query matches"
    return f"On {event_text(witness.event)} {does}."


def event_text(event: Event) -> str:
    """An event on one line, as JSON; ``{}`` is the event without any of the fields."""
    return dumps(event_object(event), ensure_ascii=False)


def event_object(event: Event) -> dict[str, Any]:
    """An event as JSON has it: a lone value by itself, several as a list."""
    return {name: _plain(values) for name, values in sorted(event.items())}


def _plain(values: Sequence[Value]) -> Any:
    plain = [str(v) if isinstance(v, IPv4Address | IPv6Address) else v for v in values]
    return plain[0] if len(plain) == 1 else plain


def proof_object(proof: Proof) -> dict[str, Any]:
    """The ``proof`` of the JSON contract; ``docs/json.md`` describes every key."""
    verdict = proof.verdict
    return {
        **verdict_object(verdict),
        "unread": proof.unread,
        "exclusions": [exclusion_object(each) for each in proof.exclusions],
    }


def verdict_object(verdict: Verdict) -> dict[str, Any]:
    """The answers of a verdict, and the events that show them."""
    return {
        "misses": verdict.misses,
        "extra": verdict.extra,
        "witnesses": [
            {"event": event_object(each.event), "rule": each.rule, "query": each.query}
            for each in verdict.witnesses
        ],
        "opaque": list(verdict.opaque),
        "indices": list(verdict.indices) if verdict.relation != "exact" else [],
    }


def exclusion_object(exclusion: Exclusion) -> dict[str, Any]:
    """An exclusion of the JSON contract."""
    witness = exclusion.witness
    return {
        "name": exclusion.name,
        "place": None if exclusion.place is None else place_text(exclusion.place),
        "effect": exclusion.effect,
        "event": None if witness is None else event_object(witness.event),
        "implied_by": list(exclusion.implied_by),
        "spans": [list(span) for span in exclusion.spans],
    }


def place_text(place: YamlPath) -> str:
    """A place in the rule, as ``detection.filter_main.Image|endswith[2]``."""
    text = ""
    for step in place:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.lstrip(".")
