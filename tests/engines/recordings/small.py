"""Small events for tests, and a look at the documents made of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.engines.recordings import translate
from tests.engines.recordings.raw import RawEvent


def event(channel: str, event_id: int, provider: str = "P", **data: str) -> RawEvent:
    return RawEvent(channel, provider, event_id, "host", "2026-01-02T03:04:05Z", data)


def fields(found: RawEvent) -> dict[str, Any]:
    """The document's fields; a single value stands for itself."""
    made = translate.agent_windows(found).fields
    return {name: values[0] if len(values) == 1 else values for name, values in made.items()}


def has(found: Mapping[str, Any], expected: Mapping[str, Any]) -> bool:
    """Whether a document has these fields; ``None`` is one that it has not."""
    return {name: found.get(name) for name in expected} == dict(expected)
