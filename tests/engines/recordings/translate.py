"""From a recorded event to the document that is searched, and the data stream it is in.

Which log goes where is from elastic/integrations (``packages/windows`` and ``packages/system``: a
data stream for each log, ``windows.forwarded`` for the rest) and elastic/beats
(``x-pack/winlogbeat/module/routing/ingest/routing.yml`` @0be3454385eb).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from siemc.evaluate import Value
from tests.engines.recordings import agent, powershell, security, sysmon
from tests.engines.recordings.draft import Draft, PipelineError
from tests.engines.recordings.raw import RawEvent

SYSMON = "Microsoft-Windows-Sysmon/Operational"
POWERSHELL = "Microsoft-Windows-PowerShell/Operational"
CLASSIC = "Windows PowerShell"
SECURITY = "Security"

Pipeline = Callable[[Draft], None]


def _nothing(_: Draft) -> None:
    """The pipelines of the other logs add nothing that is searched (``windows_event.yml``
    @d3aaa918d8b1; ``system`` and ``application``: ``default.yml`` @1a49df07adee, @47722300ae17)."""


# The Agent's input takes a log by its name, which Windows does not tell apart by case.
STREAMS: dict[str, tuple[str, Pipeline]] = {
    SYSMON: ("logs-windows.sysmon_operational-*", partial(sysmon.run, edition=sysmon.INTEGRATION)),
    POWERSHELL: ("logs-windows.powershell_operational-*", powershell.operational),
    CLASSIC: ("logs-windows.powershell-*", powershell.classic),
    SECURITY: ("logs-system.security-*", security.run),
    "System": ("logs-system.system-*", _nothing),
    "Application": ("logs-system.application-*", _nothing),
}
OTHERS = ("logs-windows.forwarded-*", _nothing)
BY_NAME = {name.lower(): stream for name, stream in STREAMS.items()}
# Logs with a pipeline that is not written here; no recording has one of their events.
UNTOLD = ("microsoft-windows-windows defender/", "microsoft-windows-applocker/")


class UntranslatedError(ValueError):
    """The log's pipeline is not written here."""


@dataclass(frozen=True)
class Document:
    """A document as ``evaluate`` takes it, and the index pattern it is in."""

    pattern: str
    fields: dict[str, list[Value]]


def agent_windows(event: RawEvent) -> Document:
    """The document in a data stream of the Elastic Agent. Raises ``UntranslatedError``."""
    channel = event.channel.lower()
    if channel.startswith(UNTOLD):
        raise UntranslatedError(f"the pipeline of {event.channel} is not written here")
    pattern, pipeline = BY_NAME.get(channel, OTHERS)
    return Document(pattern, _run(event, pipeline))


def winlogbeat(event: RawEvent) -> Document:
    """The document in Winlogbeat's index; its routing tells channels apart by case."""
    pipeline: Pipeline = _nothing
    if event.channel == SYSMON:
        pipeline = partial(sysmon.run, edition=sysmon.WINLOGBEAT)
    elif event.channel in {POWERSHELL, CLASSIC}:
        pipeline = STREAMS[event.channel][1]
    elif event.channel == SECURITY and event.provider in security.PROVIDERS:
        pipeline = security.run
    return Document("winlogbeat-*", _run(event, pipeline))


def _run(event: RawEvent, pipeline: Pipeline) -> dict[str, list[Value]]:
    draft = agent.draft(event)
    try:
        pipeline(draft)
    except PipelineError as error:
        draft.set("event.kind", "pipeline_error")
        draft.set("error.message", str(error))
    return {name: _listed(value) for name, value in draft.fields.items()}


def _listed(value: Value | list[Value]) -> list[Value]:
    return value if isinstance(value, list) else [value]
