"""What PowerShell's ingest pipelines make of an event, of the new log and of the old one.

Written from elastic/integrations, ``packages/windows/_dev/shared/ingest_pipeline``:
``powershell_operational.yml`` @146501bdf10b and ``powershell.yml`` @aebe1fc22917; Winlogbeat's
(elastic/beats, ``x-pack/winlogbeat/module/powershell/ingest``) are their older copies. Left out:
the hash and the entropy of a script, ``event.category`` and ``type``, ``related.*``.
"""

from __future__ import annotations

import re

from tests.engines.recordings import arguments
from tests.engines.recordings.draft import DATA, Draft, PipelineError, put_file
from tests.engines.recordings.raw import words

CONTEXT = re.compile(r"\s{8,}([A-Za-z][A-Za-z0-9 _.\-]*?)\s*[:=](.*)")
DETAIL = re.compile(r"\t(\w+)=", re.ASCII)
LINE = re.compile(r"([^(]+)\(([^)]+)\):\s*(.+)?")
BINDING = re.compile(r"name=(.+);\s*value=(.+)")
REMOVED = words(
    "SequenceNumber User ConnectedUser ContextInfo Severity MessageTotal MessageNumber Payload"
)
REMOVED_CLASSIC = words("param1 param2 param3 SequenceNumber DetailTotal DetailSequence UserId")
# Java's trim(): all that is not above a blank.
BLANKS = "".join(map(chr, range(33)))


def operational(draft: Draft) -> None:
    """Microsoft-Windows-PowerShell/Operational."""
    if draft.code == "4103":
        _context(draft)
    _without_blanks(draft)
    draft.drop_empty()
    draft.number("SequenceNumber", "event.sequence")
    _host(draft, "HostID")
    draft.set("process.pid", draft.fields.get("winlog.process.pid"))
    _account(draft)
    draft.number("MessageNumber", "powershell.sequence")
    draft.number("MessageTotal", "powershell.total")
    draft.rename("ShellID", "powershell.id")
    _engine(draft, "PipelineID", ("RunspaceID", "RunspaceId"))
    draft.rename("ScriptBlockId", "powershell.file.script_block_id")
    draft.rename("ScriptBlockText", "powershell.file.script_block_text")
    script = draft.text("powershell.file.script_block_text")
    draft.set("powershell.file.script_block_text", script.strip(BLANKS) if script else None)
    if draft.code == "4103":
        _details(draft, "Payload")
    arguments.put(draft)
    draft.rename("Path", DATA + "ScriptName")
    _script_file(draft)
    draft.drop(REMOVED)


def classic(draft: Draft) -> None:
    """Windows PowerShell. Raises ``PipelineError`` where the pipeline stops."""
    if draft.code == "800":
        _pairs(draft, draft.get("param2"))
    else:
        _fields(draft, draft.get("param3"))
    draft.drop_empty()
    draft.number("SequenceNumber", "event.sequence")
    _host(draft, "HostId")
    parts = (draft.get("UserId") or "").split("\\")
    if len(parts) == 2:
        draft.set("user.domain", parts[0] or None)
        draft.set("user.name", parts[1] or None)
    draft.rename("NewEngineState", "powershell.engine.new_state")
    draft.rename("PreviousEngineState", "powershell.engine.previous_state")
    draft.rename("NewProviderState", "powershell.provider.new_state")
    draft.rename("ProviderName", "powershell.provider.name")
    draft.number("DetailTotal", "powershell.total")
    draft.number("DetailSequence", "powershell.sequence")
    _engine(draft, "PipelineId", ("RunspaceId",))
    if draft.code == "800":
        _details(draft, "param3")
    arguments.put(draft)
    _script_file(draft)
    draft.drop(REMOVED_CLASSIC)


def _context(draft: Draft) -> None:
    """The fields of event 4103's ``ContextInfo``; a line that starts none belongs to the last."""
    found: dict[str, str] = {}
    name = None
    for line in re.split(r"\r?\n", draft.get("ContextInfo") or ""):
        start = CONTEXT.fullmatch(line)
        if start:
            name, found[start[1]] = start[1], start[2]
        elif name is not None:
            found[name] += "\n" + line
    draft.fields |= {DATA + each: value.strip(BLANKS) for each, value in found.items()}


def _without_blanks(draft: Draft) -> None:
    for name in [each for each in draft.fields if each.startswith(DATA)]:
        draft.fields[re.sub(r"\s", "", name)] = draft.fields.pop(name)


def _pairs(draft: Draft, details: str | None) -> None:
    """The processor ``kv`` on event 800's second parameter; it stops at a part without a sign."""
    if details is None:
        raise PipelineError("field [winlog.event_data.param2] not present")
    for part in re.split("\n\t", details):
        name, sign, value = part.partition("=")
        if not sign:
            raise PipelineError("field [winlog.event_data.param2] has a part without [=]")
        target = DATA + name.strip("\n\t")
        before = draft.fields.get(target)
        here = value.strip("\n\t")
        both = [*(before if isinstance(before, list) else [before or ""]), here]
        draft.fields[target] = here if before is None else list(both)


def _fields(draft: Draft, details: str | None) -> None:
    """The fields of another event's third parameter, whatever stands between their names."""
    if details is None:
        return
    found = list(DETAIL.finditer(details))
    if not found:
        raise PipelineError("No match found")
    ends = [each.start() for each in found[1:]] + [len(details)]
    for each, end in zip(found, ends, strict=True):
        draft.fields[DATA + each[1]] = details[each.end() : end].strip(BLANKS)


def _host(draft: Draft, identifier: str) -> None:
    draft.rename(identifier, "process.entity_id")
    draft.rename("HostApplication", "process.command_line")
    draft.rename("HostName", "process.title")


def _account(draft: Draft) -> None:
    """The user who runs PowerShell, and another one who is connected to it."""
    for name in ("domain", "name"):
        draft.set(f"user.{name}", draft.text(f"winlog.user.{name}"))
    draft.set("user.id", draft.text("winlog.user.identifier"))
    parts = (draft.get("ConnectedUser") or "").split("\\")
    if len(parts) != 2:
        return
    for name, value in zip(("domain", "name"), parts, strict=True):
        draft.set(f"destination.user.{name}", draft.text(f"user.{name}"))
        draft.set(f"source.user.{name}", value or None)
        draft.set(f"user.{name}", value or None)


def _engine(draft: Draft, pipeline: str, runspaces: tuple[str, ...]) -> None:
    draft.rename("EngineVersion", "powershell.engine.version")
    draft.rename(pipeline, "powershell.pipeline_id")
    for name in runspaces:
        draft.rename(name, "powershell.runspace_id")
    draft.rename("HostVersion", "powershell.process.executable_version")
    draft.rename("CommandLine", "powershell.command.value")
    draft.rename("CommandPath", "powershell.command.path")
    draft.rename("CommandName", "powershell.command.name")
    draft.rename("CommandType", "powershell.command.type")


def _details(draft: Draft, name: str) -> None:
    """The lines of a command's details, each as what it is and what it is about."""
    for line in (draft.get(name) or "").rstrip("\n").split("\n"):
        found, group = LINE.fullmatch(line), "powershell.command.invocation_details"
        if found is None:
            _also(draft, f"{group}.value", line)
            continue
        binding = BINDING.fullmatch(found[3] or "") if found[1] == "ParameterBinding" else None
        _also(draft, f"{group}.type", found[1])
        _also(draft, f"{group}.related_command", found[2])
        _also(draft, f"{group}.name", binding[1] if binding else None)
        _also(draft, f"{group}.value", binding[2] if binding else found[3])


def _also(draft: Draft, target: str, value: str | None) -> None:
    if value:
        draft.append(target, value)


def _script_file(draft: Draft) -> None:
    put_file(draft, draft.get("ScriptName"))
    draft.rename("ScriptName", "file.path")
