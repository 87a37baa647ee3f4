"""Data sources: where the events of a Sigma log source really come from on a platform.

A log source may have several: process creation is Sysmon's event 1, Security's 4688 and Elastic
Defend's own events. Each has its pipeline of field names and scope.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siemc.schema import Schema


@dataclass(frozen=True, slots=True)
class LogSource:
    """A Sigma log source, or a pattern of one: a part that is ``None`` matches any."""

    product: str | None = None
    category: str | None = None
    service: str | None = None

    def covers(self, other: LogSource) -> bool:
        """Whether every part named here is the same there."""
        pairs = (
            (self.product, other.product),
            (self.category, other.category),
            (self.service, other.service),
        )
        return all(mine is None or mine == theirs for mine, theirs in pairs)

    def __str__(self) -> str:
        named = {"product": self.product, "category": self.category, "service": self.service}
        return ", ".join(f"{key} {value}" for key, value in named.items() if value) or "none"


@dataclass(frozen=True, slots=True)
class DataSource:
    """One source of events: its pipeline, the log sources it serves and its indices per schema.

    ``schemas`` maps a schema's name to the index patterns that hold these events. ``macro`` is the
    search macro that can stand for the scope tests on ``macro_replaces``.
    """

    id: str
    title: str
    pipeline: Path
    logsources: tuple[LogSource, ...]
    schemas: Mapping[str, tuple[str, ...]]
    macro: str | None = None
    macro_replaces: tuple[str, ...] = ()

    def serves(self, logsource: LogSource) -> bool:
        """Whether events of this log source are here."""
        return any(pattern.covers(logsource) for pattern in self.logsources)

    def patterns(self, schema: Schema) -> tuple[str, ...] | None:
        """The index patterns that hold these events, or ``None`` if the schema has none of them.

        On a schema of the user's own every data source is thought to be in all of its indices:
        that is the empty tuple.
        """
        if schema.own:
            return ()
        return self.schemas.get(schema.base or schema.name)


def load_sources(path: Path) -> tuple[DataSource, ...]:
    """The data sources of a platform's ``sources.yml``; pipelines are named relative to it."""
    import ryaml

    data: Mapping[str, Any] = ryaml.loads(path.read_text(encoding="utf-8"))
    return tuple(_source(entry, path.parent) for entry in data["sources"])


def _source(entry: Mapping[str, Any], folder: Path) -> DataSource:
    return DataSource(
        id=entry["id"],
        title=entry["title"],
        pipeline=folder / entry["pipeline"],
        logsources=tuple(LogSource(**pattern) for pattern in entry["logsources"]),
        schemas={name: tuple(patterns) for name, patterns in entry["schemas"].items()},
        macro=entry.get("macro"),
        macro_replaces=tuple(entry.get("macro_replaces", ())),
    )
