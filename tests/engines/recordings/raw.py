"""The common shape of a recorded Windows event.

All values are texts, as Windows renders them in the event's XML: numbers in decimal or as ``0x``,
GUIDs in braces, booleans as ``true`` and ``false``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

AUDIT_FAILURE = 1 << 52
AUDIT_SUCCESS = 1 << 53
GUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


class RecordingError(ValueError):
    """A file of events cannot be read: which, and why."""


@dataclass(frozen=True)
class User:
    """The account of the process that logged the event; names are there if they were looked up."""

    identifier: str
    name: str = ""
    domain: str = ""
    type: str = ""


@dataclass(frozen=True)
class RawEvent:
    """One event. ``data`` and ``user_data`` hold its fields by their own names.

    ``time`` is in ISO 8601, UTC. ``keywords`` is the bit mask. ``level``, ``opcode``, ``task`` and
    ``message`` are the rendered words, where the recording has them.
    """

    channel: str
    provider: str
    event_id: int
    computer: str
    time: str
    data: Mapping[str, str] = field(default_factory=dict)
    user_data: Mapping[str, str] = field(default_factory=dict)
    xml_name: str = ""
    provider_guid: str = ""
    activity_id: str = ""
    record_id: str = ""
    version: int = 0
    keywords: int = 0
    process_id: int = 0
    thread_id: int = 0
    user: User | None = None
    level: str = ""
    opcode: str = ""
    task: str = ""
    message: str = ""


def words(names: str) -> tuple[str, ...]:
    """Names that stand in one text, a blank between each two."""
    return tuple(names.split())


def text(value: object) -> str:
    """A value of a JSON recording as Windows writes it in XML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    found = str(value)
    return f"{{{found}}}" if GUID.fullmatch(found) else found
