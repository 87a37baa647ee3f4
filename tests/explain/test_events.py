"""Event coverage; what is expected is in Microsoft's pages on Sysmon and on each log."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from siemc.explain.events import EventUse, event_coverage, table, title
from siemc.load import LoadedRule, load, load_text
from siemc.lower import lower
from siemc.passes import simplify

CORPUS = os.environ.get("SIEMC_CORPUS")
RULES = Path(__file__).parents[2] / "rules"

SYSMON = "Microsoft-Windows-Sysmon"
SYSMON_LOG = "Microsoft-Windows-Sysmon/Operational"
AUDITING = "Microsoft-Windows-Security-Auditing"


def uses(logsource: dict[str, str], **detection: Any) -> tuple[EventUse, ...]:
    detection = detection or {"sel": {"Image": "a"}}
    detection.setdefault("condition", "sel")
    data = {"title": "t", "logsource": logsource, "detection": detection}
    return of(load_text(json.dumps(data)).rules[0])


def of(loaded: LoadedRule) -> tuple[EventUse, ...]:
    return event_coverage(loaded, simplify(lower(loaded).formula))


def category(name: str, **detection: Any) -> list[tuple[str, int | None, bool]]:
    found = uses({"product": "windows", "category": name}, **detection)
    return [(each.provider, each.event_id, each.also) for each in found]


def service(name: str, **detection: Any) -> list[tuple[str, int | None, str | None]]:
    found = uses({"product": "windows", "service": name}, **detection)
    return [(each.provider, each.event_id, each.title) for each in found]


def test_a_network_connection_is_sysmons_event_3() -> None:
    (path,) = RULES.glob("*telegram*.yml")
    expected = EventUse(SYSMON, SYSMON_LOG, 3, "Network connection")
    assert of(load([path]).rules[0]) == (expected,)


def test_a_new_process_is_sysmons_event_first_and_also_one_of_the_security_log() -> None:
    assert uses({"product": "windows", "category": "process_creation"}) == (
        EventUse(SYSMON, SYSMON_LOG, 1, "Process creation"),
        EventUse(AUDITING, "Security", 4688, "A new process has been created", also=True),
    )


@pytest.mark.parametrize(
    ("name", "first", "also"),
    [
        ("registry_event", [12, 13, 14], [4657]),
        ("registry_set", [13], [4657]),
        ("registry_delete", [12], []),
        ("pipe_created", [17, 18], []),
        ("wmi_event", [19, 20, 21], []),
        ("file_event", [11], []),
        ("file_delete", [23], [26]),
        ("image_load", [7], []),
        ("dns_query", [22], []),
        ("process_access", [10], []),
        ("sysmon_error", [255], []),
        ("ps_script", [4104], [4104]),
        ("ps_classic_start", [400], []),
    ],
)
def test_a_category_stands_for_its_events(name: str, first: list[int], also: list[int]) -> None:
    found = category(name)
    assert [code for _, code, beside in found if not beside] == first
    assert [code for _, code, beside in found if beside] == also


def test_a_rule_may_pick_some_events_of_its_category() -> None:
    picked = category("registry_event", sel={"EventID": [12, 14]})
    assert picked == [(SYSMON, 12, False), (SYSMON, 14, False)]
    assert [code for _, code, _ in category("pipe_created", sel={"EventID": 1})] == [17, 18]


def test_what_no_log_holds_is_a_trace_without_a_channel() -> None:
    found = uses({"product": "windows", "category": "file_access"})
    assert found == (EventUse("Microsoft-Windows-Kernel-File", "", None, None),)


def test_a_service_stands_for_the_events_that_the_rule_asks_for() -> None:
    assert service("security", sel={"EventID": [4624, "4625"]}) == [
        (AUDITING, 4624, "An account was successfully logged on"),
        (AUDITING, 4625, "An account failed to log on"),
    ]


def test_an_event_that_the_rule_excludes_is_not_asked_for() -> None:
    found = service(
        "security",
        sel={"EventID": 4688},
        out={"EventID": 4689},
        condition="sel and not out",
    )
    assert [code for _, code, _ in found] == [4688]


def test_without_an_event_id_it_is_the_channel_alone() -> None:
    assert uses({"product": "windows", "service": "taskscheduler"}) == (
        EventUse(
            "Microsoft-Windows-TaskScheduler",
            "Microsoft-Windows-TaskScheduler/Operational",
            None,
            None,
        ),
    )


def test_part_of_an_event_id_is_no_event_id() -> None:
    assert service("security", sel={"EventID|startswith": "46"}) == [(AUDITING, None, None)]


def test_an_event_of_a_shared_log_is_its_providers() -> None:
    # https://learn.microsoft.com/en-us/previous-versions/windows/it-pro/windows-10/security/threat-protection/auditing/other-events
    assert service("security", sel={"EventID": 1102}) == [
        ("Microsoft-Windows-Eventlog", 1102, "The audit log was cleared")
    ]
    assert service("system", sel={"EventID": 7045}) == [
        ("Service Control Manager", 7045, "A service was installed in the system")
    ]


def test_the_provider_that_the_rule_names_settles_whose_event_it_is() -> None:
    named = {"Provider_Name": "Microsoft-Windows-Kernel-General", "EventID": 16}
    assert service("system", sel=named) == [
        ("Microsoft-Windows-Kernel-General", 16, "The access history in a hive was cleared")
    ]
    assert service("system", sel={"EventID": 16}) == [("System", 16, None)]
    (unknown,) = service("system", sel={"Provider_Name": "Vendor", "EventID": 16})
    assert unknown == ("Vendor", 16, None)


def test_a_provider_is_known_by_its_older_name() -> None:
    named = {"Provider_Name": "kerberos-key-distribution-center", "EventID": 39}
    ((provider, _, known),) = service("system", sel=named)
    assert provider == "Microsoft-Windows-Kerberos-Key-Distribution-Center"
    assert known is not None


def test_each_provider_has_its_own_of_several_events() -> None:
    found = service(
        "system",
        a={"Provider_Name": "Service Control Manager", "EventID": 7036},
        b={"Provider_Name": "Microsoft-Windows-Eventlog", "EventID": 104},
        condition="a or b",
    )
    assert {(provider, code) for provider, code, _ in found} == {
        ("Service Control Manager", 7036),
        ("Microsoft-Windows-Eventlog", 104),
    }


def test_an_event_of_a_service_with_several_channels_is_in_its_own() -> None:
    # https://learn.microsoft.com/en-us/windows/security/application-security/application-control/app-control-for-business/applocker/using-event-viewer-with-applocker
    found = uses({"product": "windows", "service": "applocker"}, sel={"EventID": [8004, 8007]})
    assert {each.event_id: each.channel for each in found} == {
        8004: "Microsoft-Windows-AppLocker/EXE and DLL",
        8007: "Microsoft-Windows-AppLocker/MSI and Script",
    }


@pytest.mark.parametrize(
    "logsource",
    [
        {"product": "linux", "category": "process_creation"},
        {"category": "proxy"},
        {"product": "windows"},
        {"product": "windows", "category": "unheard_of"},
        {"product": "windows", "service": "unheard_of"},
    ],
)
def test_a_log_source_that_is_not_windows_or_not_known_has_no_events(
    logsource: dict[str, str],
) -> None:
    assert uses(logsource) == ()


def test_sysmon_has_every_event_that_its_page_lists() -> None:
    # https://learn.microsoft.com/en-us/sysinternals/downloads/sysmon
    known = table()["providers"][SYSMON]["channels"][SYSMON_LOG]
    assert {int(code) for code in known} == {*range(1, 30), 255}
    assert title(SYSMON, SYSMON_LOG, 26) == "FileDeleteDetected (File Delete logged)"
    assert title(SYSMON, SYSMON_LOG, 30) is None


def test_every_event_of_a_category_has_a_title() -> None:
    rows = [
        tuple(each)
        for row in table()["categories"].values()
        for each in (*row["events"], *row["also"])
        if each[2] is not None
    ]
    assert rows
    assert [row for row in rows if title(*row) is None] == []


def test_the_table_says_where_it_is_from_and_on_what_terms() -> None:
    assert "Microsoft" in table()["licence"]
    assert "event_titles.yml" in table()["source"]
    sources = [row["source"] for row in table()["providers"].values() if row["source"]]
    assert sources
    assert all(
        each.startswith(("https://learn.microsoft.com/", "https://support.microsoft.com/"))
        for each in sources
    )


# Of ScreenConnect, Service Bus and Exchange, which are not part of Windows, and what no page
# and no manifest at hand gives a title for
UNTITLED = {
    ("ScreenConnect", 200),
    ("ScreenConnect", 201),
    ("Microsoft-ServiceBus-Client", 40300),
    ("Microsoft-ServiceBus-Client", 40301),
    ("Microsoft-ServiceBus-Client", 40302),
    ("Microsoft-Windows-AppxPackagingOM", 157),
    ("Microsoft-Windows-SMBServer", 4000),
}


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS, reason="SIEMC_CORPUS does not name the public rules")
def test_every_public_rule_for_windows_has_events_with_titles() -> None:
    rules = load([Path(str(CORPUS)) / "sigmahq" / "rules"]).rules
    windows = [rule for rule in rules if rule.rule.logsource.product == "windows"]
    assert len(windows) > 2000
    named = [r for r in windows if r.rule.logsource.category or r.rule.logsource.service]
    assert [rule.path for rule in named if not of(rule)] == []
    events = {use for rule in windows for use in of(rule) if use.event_id is not None}
    assert {(use.provider, use.event_id) for use in events if use.title is None} == UNTITLED


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS, reason="SIEMC_CORPUS does not name the public rules")
def test_no_public_rule_for_another_product_has_events() -> None:
    rules = load([Path(str(CORPUS)) / "sigmahq" / "rules"]).rules
    others = [rule for rule in rules if rule.rule.logsource.product != "windows"]
    assert len(others) > 500
    assert [rule.path for rule in others if of(rule)] == []
