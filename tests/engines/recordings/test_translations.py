"""What the agent and the other pipelines make of an event: values worked out from their sources.

(The sources are named in ``agent``, ``security`` and ``powershell``.)
"""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from tests.engines.recordings import translate
from tests.engines.recordings.raw import RawEvent, User
from tests.engines.recordings.small import event, fields, has

AUDITING = "Microsoft-Windows-Security-Auditing"


def test_what_the_agent_sends() -> None:
    raw = RawEvent(
        "Any",
        "P",
        5,
        "host",
        "2026-01-02T03:04:05Z",
        data={"A": "a\r\nb\r\n\n", "Empty": ""},
        user_data={"B": "b"},
        xml_name="Failure",
        keywords=0x8010000000000000,
        user=User("S-1-5-18", "SYSTEM"),
        process_id=4,
    )
    expected = {
        "@timestamp": "2026-01-02T03:04:05Z",
        "event.code": "5",
        "event.outcome": "failure",
        "event.provider": "P",
        "host.name": "host",
        "winlog.channel": "Any",
        "winlog.event_data.A": "a\nb",
        "winlog.event_data.Empty": None,
        "winlog.user_data.B": "b",
        "winlog.user_data.xml_name": "Failure",
        "winlog.user.identifier": "S-1-5-18",
        "winlog.user.name": "SYSTEM",
        "winlog.user.domain": None,
        "winlog.process.pid": 4,
    }
    assert has(fields(raw), expected)


@pytest.mark.parametrize(
    ("channel", "pattern"),
    [
        ("Microsoft-Windows-Sysmon/Operational", "logs-windows.sysmon_operational-*"),
        ("Microsoft-Windows-PowerShell/Operational", "logs-windows.powershell_operational-*"),
        ("Windows PowerShell", "logs-windows.powershell-*"),
        ("Security", "logs-system.security-*"),
        ("security", "logs-system.security-*"),
        ("System", "logs-system.system-*"),
        ("Application", "logs-system.application-*"),
        ("Microsoft-Windows-WMI-Activity/Operational", "logs-windows.forwarded-*"),
    ],
)
def test_each_log_has_its_data_stream(channel: str, pattern: str) -> None:
    assert translate.agent_windows(event(channel, 1)).pattern == pattern


def test_a_log_whose_pipeline_is_not_written_is_refused() -> None:
    with pytest.raises(translate.UntranslatedError):
        translate.agent_windows(event("Microsoft-Windows-Windows Defender/Operational", 1116))


def test_a_new_process_in_the_security_log() -> None:
    raw = event(
        "Security",
        4688,
        AUDITING,
        SubjectUserName="me",
        SubjectUserSid="S-1-5-21",
        TargetUserName="-",
        NewProcessId="0x1a4",
        NewProcessName=r"C:\x.exe",
        ProcessId="0x10",
        ParentProcessName=r"C:\p.exe",
        CommandLine='"a b"  c',
        MandatoryLabel="S-1-16-12288",
    )
    expected = {
        "process.pid": 420,
        "process.executable": r"C:\x.exe",
        "process.name": "x.exe",
        "process.command_line": '"a b"  c',
        "process.args": ['"a b"', "", "c"],
        "process.parent.pid": 16,
        "process.parent.executable": r"C:\p.exe",
        "user.name": "me",
        "user.id": "S-1-5-21",
        "winlog.event_data.CommandLine": '"a b"  c',
        "winlog.event_data.ProcessId": "0x10",
        "winlog.event_data.SubjectUserName": "me",
        "winlog.event_data.MandatoryLabel": "S-1-16-12288",
        "winlog.event_data.TargetUserName": None,
        "winlog.event_data.NewProcessName": None,
    }
    assert has(fields(raw), expected)


def test_access_codes_become_several_values() -> None:
    raw = event(
        "Security",
        4663,
        AUDITING,
        ObjectName=r"\REGISTRY\MACHINE\X",
        ObjectType="Key",
        AccessList="%%4417\n\t\t\t\t%%4418",
        AccessMask="0x6",
        ProcessName=r"C:\x.exe",
    )
    expected = {
        "registry.path": r"\REGISTRY\MACHINE\X",
        "winlog.event_data.AccessList": ["4417", "4418"],
        "winlog.event_data.AccessMask": "0x6",
        "winlog.event_data.ObjectName": r"\REGISTRY\MACHINE\X",
        "winlog.event_data.ProcessName": r"C:\x.exe",
        "process.executable": None,
    }
    assert has(fields(raw), expected)


def test_a_logon() -> None:
    raw = event(
        "Security",
        4624,
        AUDITING,
        LogonType="3",
        SubjectUserName="-",
        TargetUserName="me@realm",
        TargetDomainName="D",
        IpAddress="::ffff:10.0.0.1",
        IpPort="0",
        WorkstationName="W",
        ProcessId="0x0",
        ProcessName="-",
    )
    expected = {
        "winlog.logon.type": "Network",
        "user.name": "me",
        "user.domain": "D",
        "source.ip": ip_address("10.0.0.1"),
        "source.port": 0,
        "source.domain": "W",
        "process.pid": 0,
        "winlog.event_data.LogonType": "3",
        "winlog.event_data.TargetUserName": "me@realm",
        "winlog.event_data.IpAddress": None,
        "winlog.event_data.WorkstationName": None,
    }
    assert has(fields(raw), expected)


def test_a_connection_in_the_security_log() -> None:
    raw = event(
        "Security",
        5156,
        AUDITING,
        Application=r"\device\x.exe",
        Direction="%%14593",
        SourceAddress="10.0.0.1",
        SourcePort="5",
        DestAddress="::1",
        DestPort="443",
        Protocol="6",
        ProcessId="9",
    )
    expected = {
        "process.executable": r"\device\x.exe",
        "network.direction": "outbound",
        "network.transport": "tcp",
        "source.ip": ip_address("10.0.0.1"),
        "destination.ip": ip_address("::1"),
        "destination.port": 443,
        "winlog.event_data.ProcessId": "9",
        "winlog.event_data.Direction": "%%14593",
        "winlog.event_data.DestPort": None,
        "winlog.event_data.Application": None,
    }
    assert has(fields(raw), expected)


def test_a_file_of_a_share() -> None:
    raw = event(
        "Security",
        5145,
        AUDITING,
        ShareName=r"\\*\C$",
        ShareLocalPath=r"\??\C:",
        RelativeTargetName=r"a\b.txt",
    )
    expected = {
        "file.name": r"a\b.txt",
        "file.path": r"\??\C:\a\b.txt",
        "file.extension": "txt",
        "winlog.event_data.RelativeTargetName": r"a\b.txt",
    }
    assert has(fields(raw), expected)


def test_an_event_of_another_provider_in_the_security_log_is_left_as_it_is() -> None:
    raw = event("Security", 4688, "Other", NewProcessName="x", Nothing="-")
    expected = {
        "winlog.event_data.NewProcessName": "x",
        "process.executable": None,
        "winlog.event_data.Nothing": None,
    }
    assert has(fields(raw), expected)


def test_winlogbeat_tells_the_security_log_by_its_case() -> None:
    raw = event("security", 4688, AUDITING, NewProcessName="x", Nothing="-")
    found = translate.winlogbeat(raw).fields
    assert found["winlog.event_data.NewProcessName"] == ["x"]
    assert found["winlog.event_data.Nothing"] == ["-"]


def test_a_script_block() -> None:
    raw = event(
        translate.POWERSHELL,
        4104,
        ScriptBlockText="\t a\nb \n",
        ScriptBlockId="{A}",
        Path=r"C:\x\y.ps1",
        MessageNumber="1",
        MessageTotal="2",
    )
    expected = {
        "powershell.file.script_block_text": "a\nb",
        "powershell.file.script_block_id": "{A}",
        "powershell.sequence": 1,
        "powershell.total": 2,
        "file.path": r"C:\x\y.ps1",
        "file.name": "y.ps1",
        "winlog.event_data.ScriptBlockText": None,
        "winlog.event_data.Path": None,
        "winlog.event_data.MessageNumber": None,
    }
    assert has(fields(raw), expected)


def test_a_command_with_its_context() -> None:
    context = (
        "        Severity = Informational\r\n        Host Name = ConsoleHost\r\n"
        "        Host Application = a -Command b\r\n  c = d\r\n        Command Name = Get-X\r\n"
        "        User = D\\u\r\n        Shell ID = S\r\n"
    )
    payload = 'CommandInvocation(Get-X): "Get-X"\r\nParameterBinding(Get-X): name="N"; value="V"'
    raw = event(translate.POWERSHELL, 4103, ContextInfo=context, Payload=payload)
    details = "powershell.command.invocation_details"
    expected = {
        "process.title": "ConsoleHost",
        "process.command_line": "a -Command b\n  c = d",
        "powershell.command.name": "Get-X",
        "powershell.id": "S",
        f"{details}.type": ["CommandInvocation", "ParameterBinding"],
        f"{details}.name": '"N"',
        f"{details}.value": ['"Get-X"', '"V"'],
        "winlog.event_data.ContextInfo": None,
        "winlog.event_data.Payload": None,
        "winlog.event_data.Severity": None,
    }
    assert has(fields(raw), expected)


def test_the_old_powershell_starts() -> None:
    details = (
        "\tNewEngineState=Available\n\tSequenceNumber=3\n\n\tHostApplication=a b\n\tPipelineId="
    )
    raw = event(translate.CLASSIC, 400, param1="Available", param2="None", param3=details)
    expected = {
        "powershell.engine.new_state": "Available",
        "process.command_line": "a b",
        "event.sequence": 3,
        "powershell.pipeline_id": None,
        "winlog.event_data.param1": None,
        "winlog.event_data.PipelineId": None,
    }
    assert has(fields(raw), expected)


def test_a_pipeline_of_the_old_powershell() -> None:
    context = "\tDetailTotal=2\n\n\tUserId=D\\u\n\tHostApplication=a=b\n\tScriptName=C:\\x.ps1"
    raw = event(translate.CLASSIC, 800, param1="x", param2=context, param3="Get-X(A): b")
    expected = {
        "powershell.total": 2,
        "user.name": "u",
        "process.command_line": "a=b",
        "file.path": r"C:\x.ps1",
        "powershell.command.invocation_details.value": "b",
        "winlog.event_data.UserId": None,
    }
    assert has(fields(raw), expected)


@pytest.mark.parametrize(
    "raw",
    [
        event(translate.CLASSIC, 800, param1="x"),
        event(translate.CLASSIC, 800, param2="\tA=b\n\tno sign\n\tC=d"),
        event(translate.CLASSIC, 400, param3="no names"),
    ],
)
def test_a_pipeline_that_stops_leaves_the_rest_as_it_is(raw: RawEvent) -> None:
    found = fields(raw)
    assert found["event.kind"] == "pipeline_error"
    assert found["error.message"]
    assert "winlog.event_data.C" not in found
    assert [name for name in found if name.startswith("winlog.event_data.param")]
