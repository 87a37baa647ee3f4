"""Write the schema profile ``splunk-sysmon`` from the data sources of Splunk's security content.

``python tools/build_splunk_profile.py DIRECTORY`` reads ``DIRECTORY/*.yml`` (``data_sources`` of
splunk/security_content, Apache-2.0): the names of the fields that the add-ons extract from each
Windows event. ``--check`` compares with the committed file.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

SPLUNK = Path(__file__).resolve().parents[1] / "backends" / "siemc_backends" / "splunk"
PROFILE = SPLUNK / "profiles" / "splunk-sysmon.json"
TABLES = Path(__file__).resolve().parent / "field_tables"

NOT_EXTRACTED = ("Data", "Message")
"""The unnamed parameters of an event, and the rendered message, unless the source has it listed."""


def profile(directory: Path) -> dict[str, Any]:
    """The profile: one index a data source; Sysmon's closed, the others open but for two names.

    The event data of a Windows event may have any name, and security_content describes a few dozen
    of some thousand events; so only Sysmon, whose events are all known, can catch a typing error.
    """
    sources = yaml.safe_load((SPLUNK / "sources.yml").read_text(encoding="utf-8"))["sources"]
    events = [_event(path) for path in sorted(directory.glob("*.yml"))]
    return {
        "name": "splunk-sysmon",
        "platform": "splunk",
        "title": "Splunk: Add-ons for Sysmon and for Microsoft Windows, events as XML",
        "version": "security_content data sources of 2024-07",
        "source": [
            "splunk/security_content, data_sources/*.yml: fields by event",
            "Sysmon's event schema 4.90: the data of events that security_content does not have",
            "data sources other than sysmon are open: their event data may have any name",
        ],
        "licence": "Apache-2.0 (field names)",
        "closed": True,
        "whole_event": "_raw",
        "types": {"text": {"type": "splunk"}},
        "indices": [_index(source["id"], source, events) for source in sources],
    }


def _event(path: Path) -> tuple[str, frozenset[str]]:
    """The channel an event arrives from, and its fields."""
    data: Mapping[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return _channel(data["source"]), frozenset(name for name in data["fields"] if ":" not in name)


def _index(name: str, source: Mapping[str, Any], events: Iterable[Any]) -> dict[str, Any]:
    wanted = _arrivals(source)
    fields = {field for place, names in events if place in wanted for field in names}
    if name == "sysmon":
        fields |= set(_sysmon_schema())
    dynamic = [] if name == "sysmon" else [{"match": p, "type": "text"} for p in open_patterns()]
    return {
        "pattern": name,
        "dynamic": dynamic,
        "fields": dict.fromkeys(sorted(fields, key=lambda field: (field.lower(), field)), "text"),
    }


def _arrivals(source: Mapping[str, Any]) -> frozenset[str]:
    """Every channel that the pipeline's scope names for this data source's log sources."""
    items = yaml.safe_load((SPLUNK / source["pipeline"]).read_text(encoding="utf-8"))
    found: set[str] = set()
    for item in items["transformations"]:
        place = item.get("conditions", {}).get("source")
        wanted = item.get("rule_conditions", [])
        if place and any(_same(c, s) for c in wanted for s in source["logsources"]):
            found |= {_channel(p) for p in (place if isinstance(place, list) else [place])}
    return frozenset(found)


def _channel(source: str) -> str:
    """The channel in small letters, for the add-on's ``source`` of text and of XML alike."""
    return source.lower().rpartition("wineventlog:")[2]


def _same(condition: Mapping[str, str], logsource: Mapping[str, str]) -> bool:
    return {key: value for key, value in condition.items() if key != "type"} == dict(logsource)


def _sysmon_schema() -> list[str]:
    names = yaml.safe_load((TABLES / "sysmon_schema.yml").read_text(encoding="utf-8"))
    return [field for fields in names.values() for field in fields]


def open_patterns() -> list[str]:
    """Patterns that together match every name but those of ``NOT_EXTRACTED``."""
    firsts = "".join(word[0] for word in NOT_EXTRACTED)
    patterns = [f"[!{firsts}]*"]
    for word in NOT_EXTRACTED:
        for length in range(1, len(word)):
            patterns += [word[:length], f"{word[:length]}[!{word[length]}]*"]
        patterns.append(f"{word}?*")
    return patterns


def main(arguments: list[str] | None = None) -> int:
    """Write or compare; the exit code is 1 when the file differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path, help="data_sources of splunk/security_content")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    options = parser.parse_args(arguments)
    text = json.dumps(profile(options.directory), indent=1) + "\n"
    same = PROFILE.is_file() and PROFILE.read_text(encoding="utf-8") == text
    if not same and not options.check:
        PROFILE.parent.mkdir(parents=True, exist_ok=True)
        PROFILE.write_text(text, encoding="utf-8")
    return 1 if options.check and not same else 0


if __name__ == "__main__":
    sys.exit(main())
