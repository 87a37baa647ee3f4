"""Field tables with the log sources, channels and event ids of pySigma's packages filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

OWN_TABLE = frozenset({"sysmon", "security"})
"""Services that have a table of their own on every platform."""

PACKAGES = ("pysigma", "pysigma-pipeline-sysmon", "pysigma-pipeline-windows")


@dataclass(frozen=True)
class Event:
    """A Sigma category: the service whose channel holds it, and the event ids there."""

    service: str
    codes: tuple[int, ...]


@dataclass(frozen=True)
class Table:
    """One field table: its data, and the services, categories and channels in its scope."""

    data: Mapping[str, Any]
    channels: Mapping[str, tuple[str, ...]]
    categories: Mapping[str, Event]

    @property
    def id(self) -> str:
        """The name of the scope."""
        return str(self.data["id"])

    @property
    def services(self) -> tuple[str, ...]:
        """The services in scope."""
        return tuple(self.channels)

    @property
    def defend(self) -> Mapping[str, Mapping[str, Any]]:
        """The scope of each category where it is not a channel and an event id."""
        scope: Mapping[str, Mapping[str, Any]] = self.data["scope"].get("defend", {})
        return scope

    def logsources(self) -> list[dict[str, str]]:
        """Every log source in scope."""
        return logsources((*self.categories, *self.defend), self.services)


def logsources(categories: Iterable[str], services: Iterable[str]) -> list[dict[str, str]]:
    """Windows log sources of these categories, then of these services."""
    found = [{"product": "windows", "category": name} for name in categories]
    return found + [{"product": "windows", "service": name} for name in services]


def versions() -> str:
    """The packages the scopes come from, with their versions."""
    return ", ".join(f"{name} {version(name)}" for name in PACKAGES)


def read_table(path: Path, channels: Path) -> Table:
    """A field table from its file; ``channels`` adds services that pySigma does not know."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    known = {**_package_channels(), **yaml.safe_load(channels.read_text(encoding="utf-8"))}
    scope = data["scope"]
    services = _services(scope.get("services", []), data["platform"], known)
    kept = {name: _listed(known[name]) for name in services}
    return Table(data, kept, _categories(scope.get("categories", {}), data, services))


def _services(wanted: Any, platform: str, known: Mapping[str, Any]) -> list[str]:
    if wanted != "others":
        return list(wanted)
    own = OWN_TABLE | ({"powershell", "powershell-classic", "windefend"} - _shared(platform))
    return [name for name in known if name not in own]


def _shared(platform: str) -> frozenset[str]:
    """The services that need no table of their own on this platform."""
    kept = {"powershell", "powershell-classic", "windefend"} if platform == "splunk" else set()
    return frozenset(kept)


def _categories(wanted: Any, data: Mapping[str, Any], services: list[str]) -> dict[str, Event]:
    if isinstance(wanted, Mapping):
        return {n: Event(spec["service"], tuple(spec["codes"])) for n, spec in wanted.items()}
    table = _sysmon_events() if wanted == "sysmon" else _windows_events()
    override = {n: Event("sysmon", tuple(c)) for n, c in data.get("overrides", {}).items()}
    found = {name: event for name, event in table.items() if event.service in services}
    return {**found, **override}


@cache
def _package_channels() -> dict[str, Any]:
    from sigma.pipelines.common import windows_logsource_mapping

    return {**windows_logsource_mapping}


@cache
def _sysmon_events() -> dict[str, Event]:
    from sigma.pipelines.sysmon.sysmon import sysmon_generic_logsource_eventid_mapping as table

    return {name: Event("sysmon", _listed(codes)) for name, codes in table.items()}


@cache
def _windows_events() -> dict[str, Event]:
    from sigma.pipelines.windows.windows import windows_generic_category_channel_mapping as table

    return {n: Event(str(s["service"]), _listed(s["EventID"])) for n, s in table.items()}


def _listed(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list) else (value,)
