"""Reader of Windows event logs: ``.evtx``, and the JSON that the package ``evtx`` makes of them.

SigmaHQ's ``regression_data`` has both for a rule (sigma-specification,
``sigmahq-regression-convention.md``); its ``info.yml`` says how many of the events the rule finds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.engines.missing import Missing
from tests.engines.recordings.raw import RawEvent, RecordingError, User, text

# What Windows calls the levels, in lower case (beats, winlogbeat/sys/winevent/winmeta.go).
LEVELS = {0: "information", 1: "critical", 2: "error", 3: "warning", 4: "information", 5: "verbose"}


@dataclass(frozen=True)
class Recording:
    """The events of one file, and how many of them the rule with this id finds, at least."""

    rule: str
    path: Path
    events: tuple[RawEvent, ...]
    count: int

    def __str__(self) -> str:
        return f"{self.rule}{self.path.suffix}"


def recordings(folder: Path, suffix: str) -> Iterator[Recording]:
    """The recordings with this suffix below a folder, by path. Raises ``RecordingError``."""
    for path in sorted(folder.rglob(f"*{suffix}")):
        info = yaml.safe_load((path.parent / "info.yml").read_text(encoding="utf-8"))
        count = info["regression_tests_info"][0].get("match_count", 1)
        yield Recording(path.stem, path, tuple(read(path)), count)


def read(path: Path) -> Iterator[RawEvent]:
    """The events of an ``.evtx`` or ``.json`` file. Raises ``RecordingError`` and ``Missing``."""
    found = _logged(path) if path.suffix == ".evtx" else _documents(path)
    for number, document in enumerate(found, 1):
        try:
            yield _event(document["Event"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RecordingError(f"{path}: event {number} is none of Windows: {error!r}") from error


def _logged(path: Path) -> Iterator[dict[str, Any]]:
    try:
        from evtx import PyEvtxParser
    except ImportError as error:
        raise Missing("event logs need the package evtx: pip install '.[engines]'") from error
    try:
        records: Iterator[Any] = PyEvtxParser(str(path)).records_json()
        for record in records:
            yield json.loads(record["data"])
    except (RuntimeError, OSError) as error:
        raise RecordingError(f"{path}: {error}") from error


def _documents(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON documents that stand one after another in a file."""
    content, at = path.read_text(encoding="utf-8-sig").strip(), 0
    decoder = json.JSONDecoder()
    while at < len(content):
        try:
            found, at = decoder.raw_decode(content, at)
        except ValueError as error:
            raise RecordingError(f"{path}: {error}") from error
        yield found
        at += len(content[at:]) - len(content[at:].lstrip())


def _event(event: Mapping[str, Any]) -> RawEvent:
    system = event["System"]
    name, user_data = next(iter((event.get("UserData") or {}).items()), ("", {}))
    provider, execution = _attributes(system, "Provider"), _attributes(system, "Execution")
    sid = _attributes(system, "Security").get("UserID")
    return RawEvent(
        channel=system["Channel"],
        provider=provider["Name"],
        event_id=int(_plain(system["EventID"])),
        computer=system["Computer"],
        time=_attributes(system, "TimeCreated")["SystemTime"],
        data=_pairs(event.get("EventData") or {}),
        user_data=_pairs(user_data or {}),
        xml_name=name,
        provider_guid=text(provider.get("Guid", "")),
        activity_id=text(_attributes(system, "Correlation").get("ActivityID", "")),
        record_id=str(system["EventRecordID"]),
        version=int(system.get("Version") or 0),
        keywords=int(system.get("Keywords") or "0", 0),
        process_id=int(execution.get("ProcessID", 0)),
        thread_id=int(execution.get("ThreadID", 0)),
        user=User(sid) if sid else None,
        level=LEVELS.get(int(system.get("Level") or 0), ""),
    )


def _attributes(system: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (system.get(name) or {}).get("#attributes", {})
    return found


def _plain(value: Any) -> Any:
    """An element's content; one that has attributes too is an object."""
    return value.get("#text") if isinstance(value, dict) else value


def _pairs(data: Mapping[str, Any]) -> dict[str, str]:
    """The named fields, and the unnamed ones as Winlogbeat numbers them: ``param1`` and so on.

    (beats, ``winlogbeat/sys/winevent/maputil.go``, ``AddPairs``.)
    """
    found: dict[str, str] = {}
    for name, value in data.items():
        inner = _plain(value)
        if isinstance(inner, list):
            found |= {f"param{at}": text(each) for at, each in enumerate(inner, 1)}
        elif inner is not None and not name.startswith("#"):
            found["param1" if name == "Data" else name] = text(inner)
    return found
