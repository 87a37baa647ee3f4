"""Saved searches as detections of Splunk Enterprise Security.

The keys are those that Splunk's own content is published with: ``savedsearches_detections.j2`` of
splunk/contentctl (correlation search, notable, risk). Their values are JSON where that has JSON.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from siemc.publish.entities import Entities
from siemc.publish.levels import RISK_SCORE
from siemc.publish.saved_search import Search, credit, techniques_of
from siemc.publish.texts import title_of, told_by, without_tokens


def settings(search: Search, found: Entities) -> dict[str, str]:
    """The settings of the actions ``correlationsearch``, ``notable`` and ``risk``."""
    title = without_tokens(title_of(search.metadata))
    told = told_by(search.metadata)
    return {
        "action.correlationsearch.enabled": "1",
        "action.correlationsearch.label": search.name,
        "action.correlationsearch.annotations": _json(_annotations(search)),
        "action.correlationsearch.metadata": _json(_metadata(search)),
        "action.notable": "1",
        "action.notable.param.rule_title": title,
        "action.notable.param.rule_description": without_tokens(f"{told} ({credit(search)})"),
        "action.notable.param.security_domain": found.domain,
        "action.notable.param.severity": search.level,
        "action.notable.param.nes_fields": ",".join(found.names),
        "action.notable.param.drilldown_searches": _json(_drilldowns(search, found)),
        "action.risk": "1",
        "action.risk.param._risk_message": f"{title} on {_token(found.names[0])}",
        "action.risk.param._risk": _json(_risk(search, found)),
        "action.risk.param._risk_score": "0",
        "action.risk.param.verbose": "0",
    }


def _annotations(search: Search) -> dict[str, Any]:
    techniques = [each.removeprefix("attack.").upper() for each in techniques_of(search.metadata)]
    return {"mitre_attack": techniques, "sigma": [search.rule_id]}


def _metadata(search: Search) -> dict[str, Any]:
    """As contentctl has it: the id, a version and the time of publication, in seconds."""
    day = search.metadata.modified or search.metadata.date
    told: dict[str, Any] = {"detection_id": search.rule_id, "detection_version": "1"}
    if day:
        told["publish_time"] = datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()
    return told


def _drilldowns(search: Search, found: Entities) -> list[dict[str, str]]:
    """The events behind a notable, for the host or user it is about.

    Enterprise Security replaces ``$field$`` anywhere in a drilldown: a query that has the sign in
    a value cannot be one.
    """
    if "$" in search.text:
        return []
    name = found.names[0]
    return [
        {
            "name": f'View the events of this detection on "{_token(name)}"',
            "search": f'{search.text} | search {name}="{_token(name)}"',
            "earliest_offset": _token("info_min_time"),
            "latest_offset": _token("info_max_time"),
        }
    ]


def _risk(search: Search, found: Entities) -> list[dict[str, Any]]:
    score = search.deployment.risk_score
    if score is None:
        score = RISK_SCORE[search.level]
    objects: list[dict[str, Any]] = [
        {"risk_object_field": name, "risk_object_type": kind, "risk_score": score}
        for name, kind in found.risk
    ]
    threats = [
        {"threat_object_field": name, "threat_object_type": kind} for name, kind in found.threat
    ]
    return objects + threats


def _token(name: str) -> str:
    return f"${name}$"


def _json(value: Any) -> str:
    """On one line, in ASCII: no character of it is one that a configuration file reads."""
    return json.dumps(value, sort_keys=True, separators=(", ", ": "))
