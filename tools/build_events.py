"""Write ``compiler/siemc/data/windows-events.json``: Windows providers, channels, event titles.

Titles come from the hand-kept ``event_titles.yml``; which events a Sigma category stands for, and
which channels a service, from the installed packages pysigma, pysigma-pipeline-sysmon and
pysigma-pipeline-windows. ``--check`` compares only.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml
from sigma.pipelines.common import windows_logsource_mapping
from sigma.pipelines.sysmon.sysmon import sysmon_generic_logsource_eventid_mapping
from sigma.pipelines.windows.windows import (
    generic_logsource_to_windows_audit_event_mapping,
    windows_generic_category_channel_mapping,
)

PROJECT = Path(__file__).resolve().parents[1]
TARGET = PROJECT / "compiler" / "siemc" / "data" / "windows-events.json"
TITLES = PROJECT / "tools" / "event_titles.yml"
CHANNELS = PROJECT / "tools" / "field_tables" / "channels.yml"
PACKAGES = ("pysigma", "pysigma-pipeline-sysmon", "pysigma-pipeline-windows")

Table = Mapping[str, Any]
Row = tuple[str, str | None, int | None]
"""Provider, channel and event id."""


def build() -> str:
    """The text of ``windows-events.json``."""
    titles = yaml.safe_load(TITLES.read_text(encoding="utf-8"))
    services = _services()
    data = {
        "about": "Made by tools/build_events.py; see siemc/explain/events.py.",
        "version": titles["version"],
        "source": [TITLES.name, *(f"{name} {version(name)}" for name in PACKAGES)],
        "licence": titles["licence"],
        "providers": {name: _provider(row) for name, row in titles["providers"].items()},
        "main_providers": dict(_main_providers(services, titles)),
        "services": services,
        "categories": dict(sorted(_categories(services, titles).items())),
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _services() -> dict[str, list[str]]:
    """The channels of each service."""
    own = yaml.safe_load(CHANNELS.read_text(encoding="utf-8"))
    return {
        name: _listed(channel) for name, channel in {**windows_logsource_mapping, **own}.items()
    }


def _provider(row: Table) -> dict[str, Any]:
    channels = {name: events for name, events in row.items() if name not in ("source", "aliases")}
    return {
        "source": row.get("source"),
        "aliases": row.get("aliases", []),
        "channels": {
            channel: {str(code): title for code, title in sorted(events.items())}
            for channel, events in channels.items()
        },
    }


def _main_providers(services: Mapping[str, list[str]], titles: Table) -> Iterator[tuple[str, str]]:
    """The provider of each channel that only one writes to, or that is named for it."""
    for channel in dict.fromkeys(each for channels in services.values() for each in channels):
        writers = [name for name, row in titles["providers"].items() if channel in row]
        main = titles["main_providers"].get(channel)
        if main or len(writers) == 1:
            yield channel, main or writers[0]


def _categories(services: Mapping[str, list[str]], titles: Table) -> dict[str, Any]:
    """The events of each category: those of its first source, and others that serve it too."""
    found: dict[str, tuple[list[Row], list[Row]]] = {}
    providers = dict(_main_providers(services, titles))

    def rows(service: str, codes: Any) -> list[list[Row]]:
        return [
            [(providers[channel], channel, code) for code in _listed(codes)]
            for channel in services[service]
        ]

    for name, codes in sysmon_generic_logsource_eventid_mapping.items():
        (more,) = rows("sysmon", titles["further"].get(name, []))
        found[name] = (rows("sysmon", codes)[0], more)
    for name, spec in windows_generic_category_channel_mapping.items():
        first, *others = rows(str(spec["service"]), spec["EventID"])
        found[name] = (first, [row for each in others for row in each])
    audit: Any = generic_logsource_to_windows_audit_event_mapping  # annotated as ast.Dict
    for name, spec in audit.items():
        found[name][1].extend(rows("security", spec["EventID"])[0])
    for name, provider in titles["traces"].items():
        found[name] = ([(provider, None, None)], [])
    return {name: {"events": events, "also": also} for name, (events, also) in found.items()}


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


def main(arguments: list[str] | None = None) -> int:
    """Write or compare; the exit code is 1 when the file differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check = parser.parse_args(arguments).check
    text = build()
    same = TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text
    if not same:
        print(f"{'differs' if check else 'written'}: {TARGET.relative_to(PROJECT)}")
    if not same and not check:
        TARGET.write_text(text, encoding="utf-8")
    return int(check and not same)


if __name__ == "__main__":
    sys.exit(main())
