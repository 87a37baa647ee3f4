"""The text of a pipeline and of a platform's data-source table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from tools.pipelines.items import (
    Item,
    blanks,
    by_event,
    cases,
    hashes,
    mapped,
    marker,
    rest,
    stripped,
    values,
)
from tools.pipelines.tables import Table, logsources, versions

WINDOWS_XML = "XmlWinEventLog:"
"""What the Splunk add-on puts before the channel in ``source`` when it reads events as XML."""


def render_pipeline(table: Table) -> str:
    """The pipeline's YAML, loadable with ``ProcessingPipeline.from_yaml``."""
    data = {
        "name": table.data["name"],
        "priority": table.data["priority"],
        "transformations": list(_items(table)),
    }
    lines = [
        "Made by tools/build_pipelines.py from tools/field_tables; do not edit.",
        f"Channels and event ids: {versions()}.",
        "Fields:",
        *(f"  {source}" for source in table.data["read"]),
        "Left unmapped:",
        *(f"  {name}: {reason}" for name, reason in table.data["unmapped"].items()),
    ]
    return "".join(f"# {line}\n" for line in lines) + _dump(data)


def render_sources(path: Path, tables: Mapping[str, Table]) -> dict[str, str]:
    """The text of ``sources.yml`` by platform."""
    chosen = yaml.safe_load(path.read_text(encoding="utf-8"))
    note = "# Made by tools/build_pipelines.py from tools/field_tables/sources.yml; do not edit.\n"
    return {
        platform: note + _dump({"sources": [_source(e, entries, tables) for e in entries]})
        for platform, entries in chosen.items()
    }


def _source(entry: Item, entries: list[Item], tables: Mapping[str, Table]) -> Item:
    table = tables[entry["table"]]
    _, pipeline = table.data["pipeline"].split("/", 1)
    source = {
        "id": entry["id"],
        "title": entry["title"],
        "pipeline": pipeline,
        "logsources": _served(entry, entries, table),
        "schemas": entry.get("schemas") or {"splunk-sysmon": [entry["id"]]},
    }
    if "macro" in entry:
        source |= {"macro": entry["macro"], "macro_replaces": ["source"]}
    return source


def _served(entry: Item, entries: list[Item], table: Table) -> list[dict[str, str]]:
    wanted = entry.get("services")
    if wanted is None:
        return table.logsources()
    if wanted == "rest":
        others = [e.get("services", []) for e in entries if e is not entry]
        taken = {name for names in others for name in names}
        wanted = [name for name in table.services if name not in taken]
    categories = [name for name, event in table.categories.items() if event.service in wanted]
    return logsources(categories, wanted)


def _items(table: Table) -> Iterator[Item]:
    yield marker(table)
    yield from cases(table)
    yield from blanks(table)
    for entry in table.data.get("values", ()):
        yield from values(table, entry)
    for entry in table.data.get("hashes", ()):
        yield from hashes(table, entry)
    for entry in table.data.get("events", ()):
        yield from by_event(table, entry)
    for entry in table.data["map"]:
        yield rest(table, entry) if "rest" in entry else mapped(table, entry)
        yield from stripped(table, entry)
    yield from _scope(table)


def _scope(table: Table) -> Iterator[Item]:
    name = f"_scope_{table.id.replace('-', '_')}"
    for category, tests in table.defend.items():
        conditions = {**table.data["scope"]["defend_all"], **tests}
        yield _condition(name, conditions, logsources([category], []))
    # Each goes in front of the condition: the channel, added last, comes first.
    for category, event in table.categories.items():
        conditions = _codes(table.data["platform"], event.codes)
        yield _condition(f"{name}_event", conditions, logsources([category], []))
    for service, channels in table.channels.items():
        categories = [n for n, event in table.categories.items() if event.service == service]
        conditions = _channel(table.data["platform"], channels)
        yield _condition(name, conditions, logsources(categories, [service]))


def _condition(name: str, conditions: Item, sources: list[dict[str, str]]) -> Item:
    return {
        "type": "add_condition",
        "name": name,
        "conditions": conditions,
        "rule_conditions": [{"type": "logsource", **source} for source in sources],
        "rule_cond_op": "or",
    }


def _channel(platform: str, channels: tuple[str, ...]) -> Item:
    if platform == "splunk":
        return {"source": _single([WINDOWS_XML + channel for channel in channels])}
    return {"winlog.channel": _single(list(channels))}


def _codes(platform: str, codes: tuple[int, ...]) -> Item:
    if platform == "splunk":
        return {"EventCode": _single(list(codes))}
    return {"event.code": _single([str(code) for code in codes])}


def _single(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


class _Dumper(yaml.SafeDumper):
    """YAML without anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write every value out."""
        return True


def _dump(data: Item) -> str:
    text: str = yaml.dump(data, Dumper=_Dumper, sort_keys=False, width=100, allow_unicode=True)
    return text
