"""Reader of the recordings of OTRF's Security Datasets: JSON lines in a zip, made by NXLog.

NXLog (``im_msvistalog``) puts the system's fields and the event's own beside each other, so a field
of the event that is called like one of the system's is lost; only Sysmon's ``EventType`` was kept,
as ``EventTypeOrignal``. User data is not told from event data, and events of the old kind, with
unnamed parameters, have their message alone.
(NXLog's reference manual, "Event Logging for Windows Vista/2008 and later", "Fields".)
"""

from __future__ import annotations

import json
import os
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.engines.recordings.raw import RawEvent, RecordingError, User, text, words

# Fields of the system, of NXLog and of the Logstash that received them.
SYSTEM = words(
    "@timestamp @version AccountName AccountType ActivityID Category Channel Domain "
    "ERROR_EVT_UNRESOLVED EventID EventReceivedTime EventTime EventType EventTypeOrignal "
    "ExecutionProcessID Hostname Keywords Message Opcode OpcodeValue ProviderGuid RecordNumber "
    "RelatedActivityID Severity SeverityValue SourceModuleName SourceModuleType SourceName Task "
    "ThreadID UserID Version host port tags"
)
LEVELS = {1: "verbose", 2: "information", 3: "warning", 4: "error", 5: "critical"}
CLASSIC = "Windows PowerShell"
# The templates of the old PowerShell's messages, whose holes are the parameters in this order.
TEMPLATES = {
    (400, 403): (r"Engine state is changed from (\w*) to (\w*)\. \n\nDetails: \n(.*)", (2, 1, 3)),
    (600,): (r"Provider \"(.*?)\" is (\w*)\. \n\nDetails: \n(.*)", (1, 2, 3)),
    (800,): (
        r"Pipeline execution details for command line: ?(.*?)\. \n\n"
        r"Context Information: \n(.*?) ?\n\nDetails: \n(.*)",
        (1, 2, 3),
    ),
}


def folder() -> Path | None:
    """Where the zips are: ``otrf`` in ``SIEMC_EVENTS``, or in ``events`` beside the corpus."""
    named, corpus = os.environ.get("SIEMC_EVENTS"), os.environ.get("SIEMC_CORPUS")
    found = Path(named) if named else Path(corpus).parent / "events" if corpus else None
    inside = found / "otrf" if found else None
    return inside if inside and inside.is_dir() else None


def read(path: Path) -> Iterator[RawEvent]:
    """The events of a zip, in their order. Raises ``RecordingError``."""
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield from _lines(archive.read(name), f"{path}: {name}")
    except (OSError, zipfile.BadZipFile) as error:
        raise RecordingError(f"{path}: {error}") from error


def _lines(content: bytes, place: str) -> Iterator[RawEvent]:
    # Only a line feed ends a line: values hold other characters that ``splitlines`` splits at.
    for number, line in enumerate(content.decode("utf-8").split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield event(json.loads(line))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RecordingError(f"{place}, line {number}: {error!r}") from error


def event(row: Mapping[str, Any]) -> RawEvent:
    """One line's event."""
    channel, message = row["Channel"], row.get("Message", "")
    return RawEvent(
        channel=channel,
        provider=row["SourceName"],
        event_id=int(row["EventID"]),
        computer=row["Hostname"],
        time=_time(row["@timestamp"]),
        data=parameters(row["EventID"], message) if channel == CLASSIC else _data(row),
        provider_guid=row.get("ProviderGuid", ""),
        activity_id=row.get("ActivityID", ""),
        record_id=str(row["RecordNumber"]),
        version=row.get("Version", 0),
        keywords=row["Keywords"] & (1 << 64) - 1,
        process_id=row["ExecutionProcessID"],
        thread_id=row["ThreadID"],
        user=_user(row),
        level=LEVELS.get(row["SeverityValue"], ""),
        opcode=row.get("Opcode", ""),
        task=row.get("Category", ""),
        message=message,
    )


def _data(row: Mapping[str, Any]) -> dict[str, str]:
    found = {name: text(value) for name, value in row.items() if name not in SYSTEM}
    if "EventTypeOrignal" in row:
        found["EventType"] = text(row["EventTypeOrignal"])
    return found


def _user(row: Mapping[str, Any]) -> User | None:
    if "UserID" not in row:
        return None
    name, domain, kind = (row.get(each, "") for each in ("AccountName", "Domain", "AccountType"))
    return User(row["UserID"], name, domain, kind)


def _time(stamp: str) -> str:
    found = datetime.fromisoformat(stamp).astimezone(UTC)
    return found.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parameters(event_id: int, message: str) -> dict[str, str]:
    """The unnamed parameters of an event of the old PowerShell, taken from its message."""
    plain = message.replace("\r\n", "\n")
    for ids, (template, order) in TEMPLATES.items():
        found = re.fullmatch(template, plain, re.DOTALL) if event_id in ids else None
        if found:
            return {f"param{at}": found[group] for at, group in enumerate(order, 1)}
    return {}
