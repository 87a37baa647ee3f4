"""Event coverage: which Windows events a rule reads, by its log source and its event ids.

Channels, ids and titles come from ``data/windows-events.json`` (made by ``tools/build_events.py``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from siemc.explain.exclusions import affirmed
from siemc.formula import Equals, Formula, Glob, Test
from siemc.load import LoadedRule

EVENT_FIELD = "EventID"
PROVIDER_FIELD = "Provider_Name"


@dataclass(frozen=True, slots=True)
class EventUse:
    """An event that the rule reads; ``event_id`` is ``None`` where it reads the whole channel.

    ``provider`` is the channel's name where several providers write to it and the rule names none;
    ``channel`` is ``""`` for a trace, which has none. ``title`` is ``None`` if it is not known.
    ``also``: another source of the same events than the log source's first, such as event 4688 of
    the Security log beside Sysmon's event 1.
    """

    provider: str
    channel: str
    event_id: int | None
    title: str | None
    also: bool = False


def event_coverage(loaded: LoadedRule, formula: Formula) -> tuple[EventUse, ...]:
    """The events of the rule; none for a log source outside Windows, or one that is not known.

    A category stands for the events of its own, of which the rule may pick some by their ids; a
    service for those whose ids the rule asks for, or else for its channels.
    """
    source = loaded.rule.logsource
    if source.product != "windows":
        return ()
    codes = tuple(dict.fromkeys(_codes(formula)))
    if source.category in table()["categories"]:
        found = _of_category(table()["categories"][source.category], codes)
    elif source.service in table()["services"]:
        named = frozenset(_providers(formula))
        found = _of_service(table()["services"][source.service], codes, named)
    else:
        return ()
    return tuple(dict.fromkeys(found))


@cache
def table() -> Mapping[str, Any]:
    """The table: ``providers``, ``main_providers`` (by channel), ``services``, ``categories``."""
    text = (files("siemc") / "data" / "windows-events.json").read_text(encoding="utf-8")
    data: Mapping[str, Any] = json.loads(text)
    return data


def title(provider: str, channel: str, code: int) -> str | None:
    """The title of an event, if it is known."""
    row = table()["providers"].get(provider, {"channels": {}})
    found: str | None = row["channels"].get(channel, {}).get(str(code))
    return found


def _of_category(row: Mapping[str, Any], codes: Sequence[int]) -> Iterator[EventUse]:
    """The category's events; only those that the rule asks for, if it asks for some of them."""
    rows = [(each, also) for also, key in enumerate(("events", "also")) for each in row[key]]
    wanted = [each for each in rows if each[0][2] in codes] or rows
    for (provider, channel, code), also in wanted:
        yield _use(provider, channel or "", code, also=bool(also))


def _of_service(
    channels: Sequence[str], codes: Sequence[int], named: frozenset[str]
) -> Iterator[EventUse]:
    if not codes:
        for channel in channels:
            yield from _whole(channel, named)
    for code in codes:
        holding = [each for each in channels if _writers(each, code)] or channels[:1]
        for also, channel in enumerate(holding):
            for provider in _chosen(channel, code, named):
                yield _use(provider, channel, code, also=bool(also))


def _whole(channel: str, named: frozenset[str]) -> Iterator[EventUse]:
    for provider in sorted(named) or [_main(channel)]:
        yield _use(provider, channel, None)


def _chosen(channel: str, code: int, named: frozenset[str]) -> list[str]:
    """The providers that this event of the channel comes from."""
    writers = _writers(channel, code)
    if found := [provider for provider in writers if provider in named]:
        return found
    if len(named) == 1:
        return list(named)
    if len(writers) == 1:
        return writers
    return [_main(channel)]


def _writers(channel: str, code: int) -> list[str]:
    """The providers with an event of this id in this channel."""
    return [name for name in table()["providers"] if title(name, channel, code) is not None]


def _main(channel: str) -> str:
    found: str = table()["main_providers"].get(channel, channel)
    return found


def _use(provider: str, channel: str, code: int | None, also: bool = False) -> EventUse:
    known = None if code is None else title(provider, channel, code)
    return EventUse(provider, channel, code, known, also)


def _codes(formula: Formula) -> Iterator[int]:
    """The event ids that the rule asks for, whole ones only."""
    for text in _asked(formula, EVENT_FIELD):
        if text.isascii() and text.isdigit():
            yield int(text)


def _providers(formula: Formula) -> Iterator[str]:
    """The providers that the rule asks for, by the names of the table."""
    names = _names()
    for text in _asked(formula, PROVIDER_FIELD):
        yield names.get(text.lower(), text)


@cache
def _names() -> Mapping[str, str]:
    """The provider by each of its names, in small letters."""
    return {
        name.lower(): provider
        for provider, row in table()["providers"].items()
        for name in (provider, *row["aliases"])
    }


def _asked(formula: Formula, field: str) -> Iterable[str]:
    """The whole values that the rule asks for in this field."""
    return filter(None, (_whole_value(a.test) for a in affirmed(formula) if a.field == field))


def _whole_value(test: Test) -> str | None:
    match test:
        case Equals(value):
            return str(value)
        case Glob((str() as text,)):
            return text
        case _:
            return None
