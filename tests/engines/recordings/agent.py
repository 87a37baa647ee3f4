"""The document that the agent sends: what Winlogbeat and the Elastic Agent's input write.

From elastic/beats: ``winlogbeat/sys/winevent/event.go`` @0409ebd037b0 (``Fields``),
``winlogbeat/sys/winevent/maputil.go`` @180e7f3e6d28 (``AddPairs``: no empty values, Windows' line
ends become Unix', those at the end go) and ``winlogbeat/eventlog/eventlog.go`` @00cd2b9ee584
(``ToEvent``). Left out: fields about the agent, and ``event.original``.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.engines.recordings.draft import Draft
from tests.engines.recordings.raw import AUDIT_FAILURE, AUDIT_SUCCESS, RawEvent


def draft(event: RawEvent) -> Draft:
    """The document of an event, before any pipeline."""
    made = Draft({"@timestamp": event.time, "event.kind": "event"})
    made.fields |= {
        "event.code": str(event.event_id),
        "event.provider": event.provider,
        "host.name": event.computer,
        "winlog.channel": event.channel,
        "winlog.computer_name": event.computer,
        "winlog.event_id": str(event.event_id),
        "winlog.provider_name": event.provider,
        "winlog.record_id": event.record_id,
    }
    _words(made, event)
    _numbers(made, event)
    _user(made, event)
    _pairs(made, "winlog.event_data.", event.data)
    _pairs(made, "winlog.user_data.", event.user_data)
    if event.user_data:
        made.set("winlog.user_data.xml_name", event.xml_name or None)
    return made


def _words(made: Draft, event: RawEvent) -> None:
    made.set("winlog.provider_guid", event.provider_guid or None)
    made.set("winlog.activity_id", event.activity_id or None)
    made.set("winlog.opcode", event.opcode or None)
    made.set("winlog.task", event.task or None)
    made.set("event.action", event.task or None)
    made.set("log.level", event.level or None)
    made.set("message", lines(event.message) or None)
    if event.keywords & AUDIT_FAILURE:
        made.set("event.outcome", "failure")
    elif event.keywords & AUDIT_SUCCESS:
        made.set("event.outcome", "success")


def _numbers(made: Draft, event: RawEvent) -> None:
    made.set("winlog.version", event.version or None)
    made.set("winlog.process.pid", event.process_id or None)
    made.set("winlog.process.thread.id", event.thread_id or None)


def _user(made: Draft, event: RawEvent) -> None:
    if event.user is not None:
        made.set("winlog.user.identifier", event.user.identifier)
        made.set("winlog.user.name", event.user.name or None)
        made.set("winlog.user.domain", event.user.domain or None)
        made.set("winlog.user.type", event.user.type or None)


def _pairs(made: Draft, prefix: str, pairs: Mapping[str, str]) -> None:
    made.fields |= {prefix + name: lines(value) for name, value in pairs.items() if value}


def lines(value: str) -> str:
    """A text with Unix' line ends, none of them at its end (``RemoveWindowsLineEndings``)."""
    return value.replace("\r\n", "\n").rstrip("\n")
