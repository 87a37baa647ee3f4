"""What Sysmon's pipelines make of an event: values worked out from the pipelines' sources.

(The sources are named in ``sysmon`` and ``arguments``.)
"""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from tests.engines.recordings import arguments, translate
from tests.engines.recordings.small import event, fields, has


def test_a_new_process_in_sysmon() -> None:
    raw = event(
        translate.SYSMON,
        1,
        RuleName="-",
        UtcTime="2026-01-02 03:04:06.789",
        ProcessGuid="{A}",
        ProcessId="12",
        Image=r"C:\x\cmd.exe",
        CommandLine=r'"C:\x\cmd.exe" /c "a b" ',
        Company="-",
        Product="Q",
        OriginalFileName="Cmd.Exe",
        Hashes="MD5=AB00,SHA256=0000,IMPHASH=CD",
        ParentImage=r"C:\p.exe",
        ParentProcessId="0x1f",
        User=r"HOST\me",
        IntegrityLevel="High",
    )
    expected = {
        "@timestamp": "2026-01-02T03:04:06.789Z",
        "process.entity_id": "{A}",
        "process.pid": 12,
        "process.executable": r"C:\x\cmd.exe",
        "process.name": "cmd.exe",
        "process.command_line": r'"C:\x\cmd.exe" /c "a b" ',
        "process.args": [r"C:\x\cmd.exe", "/c", "a b"],
        "process.args_count": 3,
        "process.pe.original_file_name": "Cmd.Exe",
        "process.pe.product": "Q",
        "process.pe.company": None,
        "process.pe.imphash": "cd",
        "process.hash.md5": "ab00",
        "process.hash.sha256": None,
        "related.hash": ["ab00", "cd"],
        "process.parent.executable": r"C:\p.exe",
        "process.parent.pid": 31,
        "user.domain": "HOST",
        "user.name": "me",
        "rule.name": None,
        "winlog.event_data.Product": "Q",
        "winlog.event_data.IntegrityLevel": "High",
        "winlog.event_data.Image": None,
        "winlog.event_data.CommandLine": None,
        "winlog.event_data.User": None,
        "winlog.event_data.Hashes": None,
        "winlog.event_data.ProcessId": None,
    }
    assert has(fields(raw), expected)


def test_a_connection_in_sysmon() -> None:
    raw = event(
        translate.SYSMON,
        3,
        Protocol="tcp",
        Initiated="true",
        SourceIsIpv6="false",
        SourceIp="10.0.0.1",
        SourcePort="1024",
        DestinationIp="no address",
        DestinationHostname="example.org",
        DestinationPortName="https",
        SourcePortName="other",
    )
    expected = {
        "network.transport": "tcp",
        "network.direction": "egress",
        "network.type": "ipv4",
        "network.protocol": "https",
        "source.ip": ip_address("10.0.0.1"),
        "source.port": 1024,
        "destination.ip": None,
        "destination.domain": "example.org",
        "winlog.event_data.SourcePortName": None,
        "winlog.event_data.DestinationIp": None,
        "winlog.event_data.Initiated": None,
    }
    assert has(fields(raw), expected)


def test_a_loaded_image_is_a_file_and_a_dll() -> None:
    raw = event(
        translate.SYSMON,
        7,
        Image=r"C:\a.exe",
        ImageLoaded=r"C:\d\b.c.dll",
        OriginalFileName="b.dll",
        Description="D",
        Hashes="IMPHASH=EE",
        Signed="true",
        Signature="S",
        SignatureStatus="Valid",
    )
    expected = {
        "process.executable": r"C:\a.exe",
        "process.pe.description": None,
        "file.path": r"C:\d\b.c.dll",
        "file.directory": r"C:\d",
        "file.name": "b.c.dll",
        "file.extension": "dll",
        "file.pe.original_file_name": "b.dll",
        "file.pe.description": "D",
        "file.pe.imphash": "ee",
        "file.code_signature.subject_name": "S",
        "file.code_signature.status": "Valid",
        "file.code_signature.valid": True,
        "dll.path": r"C:\d\b.c.dll",
        "dll.pe.imphash": "ee",
        "dll.code_signature.status": "Valid",
        "winlog.event_data.Signed": "true",
        "winlog.event_data.SignatureStatus": "Valid",
        "winlog.event_data.ImageLoaded": None,
    }
    assert has(fields(raw), expected)
    assert not any(name.startswith("dll.") for name in translate.winlogbeat(raw).fields)


@pytest.mark.parametrize(
    ("details", "kind", "value"),
    [
        ("DWORD (0x0000000f)", "SZ_DWORD", "15"),
        ("QWORD (0x00000000-0x00000005)", "SZ_QWORD", "5"),
        ("Binary Data", "REG_BINARY", "Binary Data"),
        (r"C:\x", "REG_SZ", r"C:\x"),
    ],
)
def test_a_registry_value(details: str, kind: str, value: str) -> None:
    path = r"HKLM\Software\K\(Default)"
    raw = event(translate.SYSMON, 13, EventType="SetValue", TargetObject=path, Details=details)
    expected = {
        "registry.path": path,
        "registry.hive": "HKLM",
        "registry.key": r"Software\K\(Default)",
        "registry.value": "(Default)",
        "registry.data.type": kind,
        "registry.data.strings": value,
        "winlog.event_data.EventType": "SetValue",
        "winlog.event_data.Details": details,
        "winlog.event_data.TargetObject": None,
    }
    assert has(fields(raw), expected)


def test_winlogbeat_does_not_keep_a_registry_values_details() -> None:
    raw = event(translate.SYSMON, 13, TargetObject=r"HKU\x", Details="y")
    found = translate.winlogbeat(raw)
    assert found.pattern == "winlogbeat-*"
    assert found.fields["registry.data.strings"] == ["y"]
    assert "winlog.event_data.Details" not in found.fields


def test_an_answer_to_a_dns_query() -> None:
    raw = event(
        translate.SYSMON, 22, QueryName="a.org", QueryResults="type:  5 b.org;::ffff:10.0.0.1;x;"
    )
    expected = {
        "dns.question.name": "a.org",
        "dns.resolved_ip": ip_address("10.0.0.1"),
        "dns.answers.data": ["b.org", "10.0.0.1"],
        "network.protocol": "dns",
        "winlog.event_data.QueryName": None,
    }
    assert has(fields(raw), expected)


def test_the_source_of_an_access_is_the_process() -> None:
    raw = event(
        translate.SYSMON,
        10,
        SourceImage=r"C:\s.exe",
        SourceProcessGUID="{A}",
        SourceThreadId="7",
        TargetImage=r"C:\t.exe",
        GrantedAccess="0x1000",
    )
    expected = {
        "process.executable": r"C:\s.exe",
        "process.entity_id": "{A}",
        "process.thread.id": 7,
        "winlog.event_data.TargetImage": r"C:\t.exe",
        "winlog.event_data.GrantedAccess": "0x1000",
        "winlog.event_data.SourceImage": None,
    }
    assert has(fields(raw), expected)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", ()),
        (" a  b\tc ", ("a", "b", "c")),
        (r'"a b" c\d', ("a b", r"c\d")),
        (r"a\\b \\", (r"a\\b", "\\\\")),
        (r'\"a\\"b c"', ('"a\\b c',)),
        ('"a""b c"', ('a"b', "c")),
        ('""', ("",)),
        ('"open end', ("open end",)),
    ],
)
def test_arguments_by_windows_rule(line: str, expected: tuple[str, ...]) -> None:
    assert arguments.windows(line) == expected
