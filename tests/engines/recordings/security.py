"""What the Security log's ingest pipeline makes of an event.

Written from elastic/integrations:
``packages/windows/data_stream/forwarded/elasticsearch/ingest_pipeline/security_standard.yml``
@0061d8d4dfa1 (the system package's ``standard.yml`` is a link to the same file),
``packages/windows/_dev/shared/ingest_pipeline/system_security_default.yml`` @d3aaa918d8b1 and
``security_common.yml`` @755ff6653dac. Winlogbeat's ``security_standard.yml`` is an older copy.

Left out, as no rule asks for them: the constants of ``event.category``, ``type`` and ``action``,
the texts that explain codes (``winlog.event_data.*Description``, ``service.type``,
``winlog.logon.failure``), ``related.*``, ``group.*``, security descriptors taken apart, scheduled
tasks taken apart, places of addresses.
"""

from __future__ import annotations

import re
from ipaddress import ip_address

from tests.engines.recordings import arguments
from tests.engines.recordings.draft import DATA, Draft, Values, last_part

PROVIDERS = frozenset({"Microsoft-Windows-Eventlog", "Microsoft-Windows-Security-Auditing"})


def _ids(text: str) -> frozenset[str]:
    """Event ids, given singly and as ranges."""
    found: set[str] = set()
    for part in text.split():
        first, _, last = part.partition("-")
        found |= {str(each) for each in range(int(first), int(last or first) + 1)}
    return frozenset(found)


TARGET_IS_USER = _ids("4624 4625 4634 4647 4648 4768-4771 4776 4964")
SUBJECT_IS_USER = _ids(
    "4648 4657 4662 4670 4672-4674 4688 4689 4697-4702 4706 4707 4713 4716-4720 4722-4735 "
    "4737-4764 4767 4781 4797-4799 4817 4904 4905 4907 4912 5136 5140 5145 5379-5382"
)
TARGET_BESIDE = _ids("4670 4720 4722-4726 4738 4740 4767 4797 4798 4817 4907")
TARGET_EFFECTIVE = _ids("4648 4688")
HAVE_PROCESS = _ids(
    "1100 1102 1104 1105 1108 4624 4625 4648 4670 4673 4674 4689 4697 4719 4720 4722-4735 4737 "
    "4738 4740-4764 4767-4771 4798 4799 4817 4904 4905 4907 4912 5140 5145"
)
HAVE_PRIVILEGES = _ids("4672-4674 4741-4743")
CONNECTIONS = _ids("5152 5156-5158")
LOGON_TYPES = {
    "2": "Interactive",
    "3": "Network",
    "4": "Batch",
    "5": "Service",
    "7": "Unlock",
    "8": "NetworkCleartext",
    "9": "NewCredentials",
    "10": "RemoteInteractive",
    "11": "CachedInteractive",
}
TRANSPORTS = {"1": "icmp", "2": "igmp", "6": "tcp", "17": "udp", "58": "ipv6-icmp"}
# The two of Windows' message table that name a direction.
DIRECTIONS = {"14592": "inbound", "14593": "outbound"}
UAC_BITS = (1 << 22) - 1  # of ``NewUacValue``, those that have a name


def run(draft: Draft) -> None:
    """Turn the agent's document into the one that is indexed."""
    draft.drop_empty()
    if draft.text("winlog.provider_name") in PROVIDERS:
        _standard(draft)
    if draft.code in _ids("4698-4702"):
        draft.copy("TaskName", "winlog.scheduled_task.name")
    _unmapped(draft)
    for name in [each for each, value in draft.fields.items() if _is_blank(value)]:
        del draft.fields[name]


def _is_blank(value: Values) -> bool:
    return isinstance(value, str) and not value.strip()


def _standard(draft: Draft) -> None:
    _codes(draft)
    _session(draft)
    _users(draft)
    _logon(draft)
    if draft.code in HAVE_PROCESS:
        _process(draft)
    if draft.code in CONNECTIONS:
        _connection(draft)
    if draft.code == "4688":
        _created(draft)
    _lists(draft)
    _objects(draft)


def _codes(draft: Draft) -> None:
    """Codes of Windows' message table lose their signs; several of them become several values."""
    draft.set("winlog.logon.type", LOGON_TYPES.get(draft.get("LogonType") or ""))
    draft.copy("ServiceName", "service.name")
    access = (draft.get("AccessList") or "").split()
    draft.set(DATA + "AccessList", [each.replace("%%", "") for each in access])
    mask = (draft.get("AccessMask") or "").split()
    draft.set(DATA + "AccessMask", [each.replace("%%", "") for each in mask])
    value, control = draft.get("NewUacValue"), draft.get("UserAccountControl")
    if value and int(value, 0) & UAC_BITS and control:
        codes = (each.replace("%%", "").strip() for each in control.split("\n"))
        draft.fields[DATA + "UserAccountControl"] = [each for each in codes if each]


def _session(draft: Draft) -> None:
    if draft.code not in {"4778", "4779"}:
        return
    draft.copy("AccountName", "user.name")
    draft.copy("AccountDomain", "user.domain")
    if draft.get("ClientAddress") == "LOCAL":
        draft.fields[DATA + "ClientAddress"] = "127.0.0.1"
    if draft.get("ClientAddress") != "Unknown":
        draft.copy("ClientAddress", "source.ip")
    draft.copy("ClientName", "source.domain")
    draft.copy("LogonID", "winlog.logon.id")


def _users(draft: Draft) -> None:
    target = draft.get("TargetUserSid") or draft.get("TargetSid")
    if draft.code in TARGET_IS_USER:
        draft.set("user.id", target)
        draft.set("user.name", _name(draft))
        draft.copy("TargetDomainName", "user.domain")
    if draft.code in SUBJECT_IS_USER:
        draft.copy("SubjectUserSid", "user.id")
        draft.copy("SubjectUserName", "user.name")
        draft.copy("SubjectDomainName", "user.domain")
    for ids, group, sid in (
        (TARGET_BESIDE, "user.target", "TargetSid"),
        (TARGET_EFFECTIVE, "user.effective", "TargetUserSid"),
    ):
        if draft.code in ids:
            draft.copy(sid, f"{group}.id")
            draft.set(f"{group}.name", _name(draft))
            draft.copy("TargetDomainName", f"{group}.domain")
    draft.copy("OldTargetUserName", "user.target.name")
    draft.copy("NewTargetUserName", "user.changes.name")


def _name(draft: Draft) -> str | None:
    """The target's name without its realm."""
    found = draft.get("TargetUserName")
    return found.split("@")[0] if found else None


def _logon(draft: Draft) -> None:
    if draft.code in {"4634", "4647", "4964"}:
        draft.copy("TargetLogonId", "winlog.logon.id")
    draft.copy("SubjectLogonId", "winlog.logon.id")
    if draft.code != "1102":
        return
    for name, target in (
        ("SubjectUserSid", "user.id"),
        ("SubjectUserName", "user.name"),
        ("SubjectDomainName", "user.domain"),
        ("SubjectLogonId", "winlog.logon.id"),
    ):
        draft.set(target, draft.text(f"winlog.user_data.{name}"))


def _process(draft: Draft) -> None:
    draft.number("ProcessId", "process.pid")
    draft.drop(["ProcessId"])
    draft.take("ProcessName", "process.executable")
    draft.take("IpAddress", "source.ip")
    draft.number("IpPort", "source.port")
    draft.drop(["IpPort"])
    draft.take("WorkstationName", "source.domain")
    if draft.get("ClientAddress") != "Unknown":
        draft.take("ClientAddress", "related.ip")
    _named(draft, "process")


def _named(draft: Draft, process: str) -> None:
    path = draft.text(f"{process}.executable")
    draft.set(f"{process}.name", last_part(path) if path else None)


def _connection(draft: Draft) -> None:
    """An event of the Windows Filtering Platform."""
    for side, address, port in (
        ("destination", "DestAddress", "DestPort"),
        ("source", "SourceAddress", "SourcePort"),
    ):
        draft.take(address, f"{side}.ip")
        draft.number(port, f"{side}.port")
        draft.drop([port])
    draft.copy("Protocol", "network.iana_number")
    draft.set("network.transport", TRANSPORTS.get(draft.get("Protocol") or ""))
    draft.take("Application", "process.executable")
    _named(draft, "process")
    direction = (draft.get("Direction") or "").replace("%%", "")
    draft.set("network.direction", DIRECTIONS.get(direction))


def _created(draft: Draft) -> None:
    """A new process; its creator's id and its command line stay in the event data."""
    draft.number("NewProcessId", "process.pid")
    draft.drop(["NewProcessId"])
    draft.take("NewProcessName", "process.executable")
    draft.take("ParentProcessName", "process.parent.executable")
    _named(draft, "process")
    _named(draft, "process.parent")
    draft.number("ProcessId", "process.parent.pid")
    line = draft.get("CommandLine")
    if line is not None:
        found = arguments.at_blanks(line)
        draft.set("process.args", list(found))
        draft.set("process.args_count", len(found))
        draft.copy("CommandLine", "process.command_line")


def _lists(draft: Draft) -> None:
    privileges = draft.get("PrivilegeList")
    if privileges and draft.code in HAVE_PRIVILEGES:
        # Java's split drops what is empty at the end, not at the start.
        draft.fields[DATA + "PrivilegeList"] = list(re.split(r"\s+", privileges.rstrip()))
    sids = draft.get("SidList")
    if sids:
        joined = re.sub(r"\s+", " ", sids)
        listed = draft.code in {"4670", "4817", "4907", "4908"}
        draft.fields[DATA + "SidList"] = list(joined.split(" ")) if listed else joined


def _objects(draft: Draft) -> None:
    """Registry keys, and files of shares."""
    name = draft.get("ObjectName")
    is_key = draft.get("ObjectType") == "Key" or (name or "").upper().startswith("\\REGISTRY\\")
    audited = {"4656", "4658", "4660", "4661", "4662", "4663"}
    if name and (draft.code == "4657" or (draft.code in audited and is_key)):
        draft.set("registry.path", name)
    if draft.code not in {"5140", "5145"}:
        return
    draft.copy("RelativeTargetName", "file.name")
    draft.copy("ShareLocalPath", "file.directory")
    file, directory = draft.text("file.name"), draft.text("file.directory")
    if file is not None:
        draft.set("file.path", f"{directory}\\{file}" if directory else None)
        draft.set("file.target_path", f"{draft.get('ShareName') or ''}\\{file}")
        draft.set("file.extension", file.rpartition(".")[2] if "." in file else None)


def _unmapped(draft: Draft) -> None:
    """Addresses of IPv4 in the form of IPv6 become what they are."""
    for name in ("source.ip", "destination.ip", "related.ip"):
        found = draft.text(name)
        if found is not None:
            plain = re.sub(r"^\[?::ffff:([0-9.]+)(\](:[0-9]+)?)?$", r"\1", found)
            try:
                draft.fields[name] = ip_address(plain if name == "source.ip" else found)
            except ValueError:
                continue
