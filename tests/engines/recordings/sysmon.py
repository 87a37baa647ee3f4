"""What Sysmon's ingest pipelines make of an event.

Written from elastic/integrations,
``packages/windows/data_stream/sysmon_operational/elasticsearch/ingest_pipeline/default.yml``
@029004a38214 and, for the ``dll`` fields that event 7 has since pull request 16442,
``_dev/test/pipeline/test-image-loaded-failed-signature.json-expected.json`` @621d6c0ddee2 beside
it; and from elastic/beats, ``x-pack/winlogbeat/module/sysmon/ingest/sysmon.yml`` @00bd2bd999dd,
with ``test/testdata/ingest/sysmon-11-registry.golden.json`` @96274591465c. The two differ in the
event data's ``Details``, which only the integration keeps, in event 7's ``dll``, which only the
integration has, and in the hashes of event 26.

Left out, as no rule asks for them: the constants of ``event.category``, ``type`` and ``action``,
``related.user``, ``hosts`` and ``ip``, ``network.community_id``, the parts of a DNS name and
``sysmon.dns.status``, the status in words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from tests.engines.recordings import arguments
from tests.engines.recordings.draft import Draft, last_part, put_file
from tests.engines.recordings.raw import words

UTC_TIME = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d{3})")
HIVES = {
    "HKEY_CLASSES_ROOT": "HKCR",
    "HKEY_CURRENT_CONFIG": "HKCC",
    "HKEY_CURRENT_USER": "HKCU",
    "HKEY_DYN_DATA": "HKDD",
    "HKEY_LOCAL_MACHINE": "HKLM",
    "HKEY_PERFORMANCE_DATA": "HKPD",
    "HKEY_USERS": "HKU",
}
QWORD = re.compile(r"QWORD \(0x([0-9A-F]{8})-0x([0-9A-F]{8})\)", re.IGNORECASE)
DWORD = re.compile(r"DWORD \(0x([0-9A-F]{8})\)", re.IGNORECASE)
MAPPED = re.compile(r"\[?::ffff:([0-9]+\.[0-9]+\.[0-9]+\.[0-9]+)(?:\](?::[0-9]+)?)?")
REMOVED = words(
    "ProcessId ParentProcessId SourceProcessId SourceThreadId SourceIp SourcePort SourcePortName "
    "DestinationIp DestinationPort DestinationPortName RuleName User Initiated SourceIsIpv6 "
    "DestinationIsIpv6 QueryStatus Archived IsExecutable QueryResults UtcTime Hash Hashes "
    "TargetObject"
)


@dataclass(frozen=True)
class Edition:
    """Where the two pipelines differ."""

    process_hashes: frozenset[str]
    has_dll: bool
    removed: tuple[str, ...]


INTEGRATION = Edition(frozenset({"1", "23", "24", "25"}), True, REMOVED)
WINLOGBEAT = Edition(frozenset({"1", "23", "24", "25", "26"}), False, (*REMOVED, "Details"))


def run(draft: Draft, edition: Edition) -> None:
    """Turn the agent's document into the one that is indexed."""
    draft.drop_empty()
    _common(draft)
    hashes = _hashes(draft)
    if draft.code in edition.process_hashes:
        _put_hashes(draft, "process", hashes)
        hashes = {}
    _process(draft)
    _file(draft, hashes)
    if edition.has_dll and draft.code == "7":
        _dll(draft, hashes)
    _network(draft)
    _dns(draft)
    _user(draft)
    _own(draft)
    _registry(draft)
    draft.rename("TargetProcessGuid", "winlog.event_data.TargetProcessGUID")
    draft.drop(edition.removed)


def _common(draft: Draft) -> None:
    time = UTC_TIME.fullmatch(draft.get("UtcTime") or "")
    if time:
        draft.set("@timestamp", f"{time[1]}T{time[2]}Z")
    draft.rename("RuleName", "rule.name")
    if draft.code == "255":
        draft.rename("ID", "error.code")
    if draft.code == "25":
        draft.rename("Type", "message")
    draft.rename("Hash", "winlog.event_data.Hashes")


def _hashes(draft: Draft) -> dict[str, str]:
    """The hashes by algorithm, in lower case; those that are all zeros are none."""
    parts = [each.partition("=") for each in (draft.get("Hashes") or "").split(",")]
    if not all(sign for _, sign, _ in parts):  # a pair without its sign: the processor gives up
        return {}
    pairs = ((name.lower(), value.lower()) for name, _, value in parts)
    found = {name: value for name, value in pairs if value.strip("0")}
    draft.set("related.hash", list(found.values()))
    return found


def _put_hashes(draft: Draft, group: str, hashes: dict[str, str]) -> None:
    for name, value in hashes.items():
        draft.set(f"{group}.pe.imphash" if name == "imphash" else f"{group}.hash.{name}", value)


def _process(draft: Draft) -> None:
    for name in ("ProcessGuid", "SourceProcessGuid", "SourceProcessGUID"):
        draft.rename(name, "process.entity_id")
    draft.number("ProcessId", "process.pid")
    draft.number("SourceProcessId", "process.pid")
    draft.number("SourceThreadId", "process.thread.id")
    for name in ("Image", "SourceImage", "Destination"):
        draft.rename(name, "process.executable")
    draft.rename("CommandLine", "process.command_line")
    draft.rename("CurrentDirectory", "process.working_directory")
    draft.rename("ParentProcessGuid", "process.parent.entity_id")
    draft.number("ParentProcessId", "process.parent.pid")
    draft.rename("ParentImage", "process.parent.executable")
    draft.rename("ParentCommandLine", "process.parent.command_line")
    if draft.code != "7":
        _version(draft, "process.pe")
    for process in ("process", "process.parent"):
        arguments.put(draft, process)
        path = draft.text(f"{process}.executable")
        if path and "\\" in path:
            draft.set(f"{process}.name", last_part(path) or None)


def _version(draft: Draft, group: str) -> None:
    """The file's version resource; all but its original name stays in the event data too."""
    draft.rename("OriginalFileName", f"{group}.original_file_name")
    draft.copy("Company", f"{group}.company")
    draft.copy("Description", f"{group}.description")
    draft.copy("FileVersion", f"{group}.file_version")
    draft.copy("Product", f"{group}.product")


def _file(draft: Draft, hashes: dict[str, str]) -> None:
    if draft.code in {"6", "7", "15", "26", "29"}:
        _put_hashes(draft, "file", hashes)
    draft.rename("TargetFilename", "file.path")
    draft.rename("Device", "file.path")
    draft.rename("PipeName", "file.name")
    draft.rename("ImageLoaded", "file.path")
    draft.copy("Signature", "file.code_signature.subject_name")
    draft.copy("SignatureStatus", "file.code_signature.status")
    if draft.get("SignatureStatus") == "Valid":
        draft.set("file.code_signature.valid", True)
    if draft.code == "7":
        _version(draft, "file.pe")
    put_file(draft, draft.text("file.path"))


def _dll(draft: Draft, hashes: dict[str, str]) -> None:
    """The loaded image once more. ``Signed`` says why a signature failed, where it did."""
    _put_hashes(draft, "dll", hashes)
    draft.set("dll.path", draft.text("file.path"))
    draft.set("dll.name", draft.text("file.name"))
    draft.set("dll.pe.original_file_name", draft.text("file.pe.original_file_name"))
    draft.copy("Signature", "dll.code_signature.subject_name")
    status = draft.get("SignatureStatus") or draft.get("Signed")
    draft.set("dll.code_signature.status", status)


def _network(draft: Draft) -> None:
    draft.rename("Protocol", "network.transport")
    if draft.code == "22":
        draft.set("network.protocol", "dns")
    else:
        draft.rename("DestinationPortName", "network.protocol")
        draft.rename("SourcePortName", "network.protocol")
    for side, name in (("source", "Source"), ("destination", "Destination")):
        draft.address(f"{name}Ip", f"{side}.ip")
        draft.rename(f"{name}Hostname", f"{side}.domain")
        draft.number(f"{name}Port", f"{side}.port")
    directions = {"true": "egress", "false": "ingress"}
    draft.set("network.direction", directions.get(draft.get("Initiated") or ""))
    types = {"true": "ipv6", "false": "ipv4"}
    draft.set("network.type", types.get(draft.get("SourceIsIpv6") or ""))


def _dns(draft: Draft) -> None:
    """The name asked for, and the addresses and names among the answers."""
    draft.rename("QueryName", "dns.question.name")
    answers = [each for each in (draft.get("QueryResults") or "").split(";") if each]
    named = [parts for each in answers if each.startswith("type:") and (parts := each.split())]
    resolved = [_address(each) for each in answers if not each.startswith("type:")]
    addresses = [each for each in resolved if each is not None]
    names = [parts[2] for parts in named if len(parts) == 3]
    draft.set("dns.resolved_ip", list(addresses))
    draft.set("dns.answers.data", [*names, *map(str, addresses)])


def _address(text: str) -> IPv4Address | IPv6Address | None:
    mapped = MAPPED.fullmatch(text)
    try:
        return ip_address(mapped[1] if mapped else text)
    except ValueError:
        return None


def _user(draft: Draft) -> None:
    draft.set("user.id", draft.text("winlog.user.identifier"))
    parts = (draft.get("User") or "").split("\\")
    if len(parts) == 2:
        draft.set("user.domain", parts[0] or None)
        draft.set("user.name", parts[1] or None)


def _own(draft: Draft) -> None:
    """The fields that ECS has no name for."""
    for name, target in (("Archived", "archived"), ("IsExecutable", "is_executable")):
        found = (draft.get(name) or "").lower()
        if found in {"true", "false"}:
            draft.set(f"sysmon.file.{target}", found == "true")


def _registry(draft: Draft) -> None:
    path = draft.get("TargetObject")
    if path is None or draft.code not in {"12", "13", "14"}:
        return
    first, _, rest = path.partition("\\")
    hive = HIVES.get(first, first if first in HIVES.values() else None)
    draft.set("registry.path", path)
    draft.set("registry.hive", hive)
    if hive:
        draft.set("registry.key", rest or None)
    draft.set("registry.value", last_part(path))
    details = draft.get("Details")
    if details is not None:
        kind, value = _typed(details)
        draft.set("registry.data.type", kind)
        draft.set("registry.data.strings", [value])


def _typed(details: str) -> tuple[str, str]:
    """The type and the text of a value that Sysmon shows."""
    if wide := QWORD.fullmatch(details):
        # The pipeline moves the high half by eight bits, not by 32; kept as it is.
        return "SZ_QWORD", str((int(wide[1], 16) << 8) + int(wide[2], 16))
    if narrow := DWORD.fullmatch(details):
        return "SZ_DWORD", str(int(narrow[1], 16))
    return ("REG_BINARY" if details == "Binary Data" else "REG_SZ"), details
