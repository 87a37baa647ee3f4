"""Saved searches: a rule's stanza in ``savedsearches.conf``.

The names of settings are those of savedsearches.conf.spec 9.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from siemc.metadata import Metadata
from siemc.publish.deployment import Build, Deployment, Suppression
from siemc.publish.entities import Entities, entities
from siemc.publish.levels import DEFAULT, SPLUNK_SEVERITY
from siemc.publish.texts import minute, one_line, told_by

# An hour and five minutes of the one before: what arrives late is found by the next run. That may
# start a little later in its hour, so the suppression that keeps an event from alerting twice is
# longer than both
EARLIEST, LATEST = "-70m@m", "-5m@m"
PERIOD = "75m"
_TECHNIQUE = re.compile(r"attack\.t\d{4}(\.\d{3})?")


@dataclass(frozen=True, slots=True)
class Search:
    """A rule's query as a saved search: its stanza's name, its text, and what is known of it."""

    name: str
    text: str
    rule_id: str
    metadata: Metadata
    deployment: Deployment
    label: str = ""
    """What is said before the description: that the search is not exact, and why it is here."""

    @property
    def level(self) -> str:
        """The deployment's severity, else the rule's level, else medium."""
        return self.deployment.severity or self.metadata.level or DEFAULT


def settings(search: Search, build: Build) -> dict[str, str]:
    """The settings of the stanza, in their order."""
    found = entities(search.metadata)
    splunk = search.deployment.splunk
    return {
        "description": description(search),
        "disabled": "0" if search.deployment.enabled else "1",
        "enableSched": "1",
        "cron_schedule": splunk.get("schedule") or f"{minute(search.rule_id, 60)} * * * *",
        "schedule_window": "auto",
        "dispatch.earliest_time": splunk.get("earliest", EARLIEST),
        "dispatch.latest_time": splunk.get("latest", LATEST),
        "realtime_schedule": "0",
        "counttype": "number of events",
        "relation": "greater than",
        "quantity": "0",
        "alert.track": "1",
        "alert.severity": str(SPLUNK_SEVERITY[search.level]),
        "alert.digest_mode": "1" if build.es else "0",
        **dict(_suppression(search, found)),
        "is_visible": "0" if build.es else "1",
        "request.ui_dispatch_app": "SplunkEnterpriseSecuritySuite" if build.es else "search",
        **_enterprise(search, found, build),
        "search": search.text,
    }


def _enterprise(search: Search, found: Entities, build: Build) -> dict[str, str]:
    if not build.es:
        return {}
    from siemc.publish.enterprise import settings as enterprise

    return enterprise(search, found)


def _suppression(search: Search, found: Entities) -> Iterator[tuple[str, str]]:
    """Per host and user until the next run is over, unless the deployment says otherwise."""
    said = search.deployment.suppression("splunk")
    if said is False:
        yield "alert.suppress", "0"
        return
    chosen = said if isinstance(said, Suppression) else Suppression(found.names, PERIOD)
    yield "alert.suppress", "1"
    yield "alert.suppress.period", chosen.period
    yield "alert.suppress.fields", ",".join(chosen.fields)


def description(search: Search) -> str:
    """What the rule detects, its techniques, its level, its id and its author, on one line."""
    metadata = search.metadata
    techniques = [each.removeprefix("attack.").upper() for each in techniques_of(metadata)]
    facts = [
        f"MITRE ATT&CK {', '.join(techniques)}" if techniques else "",
        f"level {metadata.level}" if metadata.level else "",
        credit(search),
    ]
    told = f"{search.label} {told_by(metadata)}".strip()
    return one_line(f"{told} ({'; '.join(each for each in facts if each)})")


def credit(search: Search) -> str:
    """The rule and its author, whom the Detection Rule License wants named where a rule matches."""
    authors = one_line(", ".join(search.metadata.authors))
    return f"Sigma rule {search.rule_id}{f' by {authors}' if authors else ''}"


def techniques_of(metadata: Metadata) -> tuple[str, ...]:
    """The tags that name techniques: ``attack.t1105``."""
    found = (tag.lower() for tag in metadata.tags)
    return tuple(dict.fromkeys(tag for tag in found if _TECHNIQUE.fullmatch(tag)))
