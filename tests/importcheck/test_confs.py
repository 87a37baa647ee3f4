"""Configuration files of Splunk: lines, stanzas, settings and their values."""

from __future__ import annotations

import pytest

from tests.importcheck import SEARCHES, codes, said
from tests.importcheck.conftest import CheckFile

CONF = "savedsearches.conf"


def one(settings: str) -> str:
    return f"[A search]\nsearch = index=main\n{settings}\n"


def test_a_good_file_has_nothing_said_of_it(check_file: CheckFile) -> None:
    report = check_file(CONF, SEARCHES)
    assert said(report) == []
    assert dict(report.counts) == {"file of settings": 1, "saved search": 1}


def test_a_line_that_goes_on_without_a_backslash_is_stray(check_file: CheckFile) -> None:
    ((code, line, message),) = said(check_file(CONF, one("") + "| stats count\n"))
    assert (code, line) == ("SC324", 4)
    assert "'| stats count'" in message


def test_half_a_header_is_stray(check_file: CheckFile) -> None:
    assert ("SC324", 4) in [each[:2] for each in said(check_file(CONF, one("") + "[half\n"))]


def test_a_stanza_twice(check_file: CheckFile) -> None:
    ((code, line, message),) = said(check_file(CONF, one("") + one("")))
    assert (code, line) == ("SC325", 4)
    assert message.endswith("first on line 1.")


def test_a_setting_twice(check_file: CheckFile) -> None:
    ((code, line, _),) = said(check_file(CONF, one("search = other")))
    assert (code, line) == ("SC325", 3)


@pytest.mark.parametrize(
    ("setting", "meant"),
    [
        ("cron_shedule = 5 * * * *", "cron_schedule"),
        ("dispatch.earliest = -1h", ""),
        ("action.email.recipients = a@b.example", ""),
        ("action.notabel = 1", ""),
        ("action.notable.param.rule_titel = x", "action.notable.param.rule_title"),
        ("action.correlationsearch.anotations = {}", "action.correlationsearch.annotations"),
        ("is_scheduled = 1", ""),
    ],
)
def test_a_key_that_nobody_knows(check_file: CheckFile, setting: str, meant: str) -> None:
    report = check_file(CONF, one(setting))
    assert codes(report) == ["SC326"]
    hint = report.findings[0].diagnostic.hint
    assert f"Did you mean {meant}?" in hint if meant else True


@pytest.mark.parametrize(
    "setting",
    [
        "action.email.to = a@b.example",
        "action.email.message.alert = text",
        "action.email.useNSSubject = 1",
        "action.summary_index.anything = text",
        "action.slack = 1",
        "action.slack.param.channel = soc",
        "action.webhook.param.url = https://b.example",
        "action.escu.something_new = text",
        "action.risk.param._risk_message = text",
        "display.statistics.format.0.precision = 2",
        "auto_summarize.dispatch.earliest_time = -1d",
    ],
)
def test_a_key_of_a_family_is_known(check_file: CheckFile, setting: str) -> None:
    assert said(check_file(CONF, one(setting))) == []


@pytest.mark.parametrize(
    "setting",
    [
        "disabled = maybe",
        "enableSched = true\ncron_schedule = 5 * * * *",  # "the only acceptable values … 0 and 1"
        "max_concurrent = many",
        "max_concurrent = -1",
        "cron_schedule = 5 * * *",
        "cron_schedule = 60 * * * *",
        "cron_schedule = 5 24 * * *",
        "cron_schedule = 5 * 0 * *",
        "cron_schedule = 5 * * 13 *",
        "cron_schedule = 5 * * * 8",
        "cron_schedule = */0 * * * *",
        "cron_schedule = 30-10 * * * *",
        "cron_schedule = 5 * * JAN *",  # "does not currently support names of months or days"
        "alert.severity = 0",
        "alert.severity = 7",
        "alert.severity = high",
        "alert.track = perhaps",
        "alert.suppress.period = often",
        "dispatch.earliest_time = yesterday",
        "dispatch.earliest_time = -70 minutes",
        "dispatch.earliest_time = -70x",
        "dispatch.ttl = 10 days",
        "counttype = number of things",
        "relation = more than",
        "quantity = some",
        "schedule_window = wide",
        "allow_skew = 50",
        "schedule_priority = urgent",
        "action.email = sure",
        "action.correlationsearch.annotations = {'mitre_attack': []}",
        "action.correlationsearch.annotations = []",
        "action.correlationsearch.metadata = {",
        'action.risk.param._risk = {"risk_object_field": "user"}',
        "action.notable.param.drilldown_searches = [{}",
        'action.notable.param.nes_fields = ["user"',
        "action.notable.param.severity = grave",
    ],
)
def test_a_value_that_the_setting_does_not_take(check_file: CheckFile, setting: str) -> None:
    ((code, line, message),) = said(check_file(CONF, one(setting)))
    assert (code, line) == ("SC327", 3)
    assert message.startswith(setting.split(" = ", maxsplit=1)[0])


@pytest.mark.parametrize(
    "setting",
    [
        "disabled = True",
        "cron_schedule = 00,20,40 */2 1-15 1,6 0-6",
        "cron_schedule = 3-59/5 * * * *",
        "dispatch.earliest_time = -70m@m",
        "dispatch.earliest_time = @w0",
        "dispatch.earliest_time = -1mon@mon+7d",
        "dispatch.earliest_time = rt-5m",
        "dispatch.earliest_time = 0",
        "dispatch.earliest_time = 1577836800.5",
        "dispatch.earliest_time = 2020-01-01T00:00:00.000+00:00",
        "dispatch.earliest_time = 01/02/2020\ndispatch.time_format = %d/%m/%Y",
        "dispatch.latest_time = now",
        "dispatch.latest_time =",
        "dispatch.ttl = 2p",
        "alert.suppress.period = 86300s",
        "alert.expires = 24h",
        "alert.track = auto",
        "allow_skew = 100%",
        "allow_skew = 5m",
        "schedule_window = auto",
        "counttype = number of events\nrelation = greater than\nquantity = 0",
        "action.notable.param.nes_fields = user,dest",
        'action.correlationsearch.annotations = {"mitre_attack": ["T1059"]}',
        'action.correlationsearch.related_searches = [\\\n"One",\\\n"Two"\\\n]',
        "action.escu.providing_technologies = null",
    ],
)
def test_a_value_that_the_setting_takes(check_file: CheckFile, setting: str) -> None:
    assert said(check_file(CONF, one(setting))) == []


def test_a_search_without_search(check_file: CheckFile) -> None:
    ((code, line, _),) = said(check_file(CONF, "[A search]\ndescription = x\n"))
    assert (code, line) == ("SC329", 1)


def test_the_default_stanza_is_no_search(check_file: CheckFile) -> None:
    report = check_file(CONF, "[default]\ndispatch.earliest_time = -30d\n\n" + one(""))
    assert said(report) == []
    assert report.counts["saved search"] == 1


@pytest.mark.parametrize(
    "settings",
    ["enableSched = 1", "counttype = custom", "alert.suppress = 1\nalert.digest_mode = 0"],
)
def test_a_setting_that_needs_another(check_file: CheckFile, settings: str) -> None:
    assert codes(check_file(CONF, one(settings))) == ["SC327"]


@pytest.mark.parametrize(
    ("length", "detection", "expected"),
    [
        (81, True, []),
        (82, True, ["SC332"]),
        (99, True, ["SC332"]),
        (100, True, ["SC328"]),
        (99, False, []),
        (100, False, ["SC332"]),
    ],
)
def test_a_long_name(
    check_file: CheckFile, length: int, detection: bool, expected: list[str]
) -> None:
    own = "action.correlationsearch.enabled = 1\n" if detection else ""
    assert codes(check_file(CONF, f"[{'x' * length}]\nsearch = a\n{own}")) == expected


def test_a_file_of_another_name_is_known_by_its_settings(check_file: CheckFile) -> None:
    assert codes(check_file("made.conf", one("alert.severity = 9"))) == ["SC327"]


def test_a_file_that_is_not_utf8(check_file: CheckFile) -> None:
    report = check_file(CONF, b"[a]\nsearch = \xff\n")
    assert [each[:2] for each in said(report)] == [("SC321", 2)]
    assert report.findings[0].diagnostic.column == 10


def test_app_conf_by_itself(check_file: CheckFile) -> None:
    text = "[launcher]\nversoin = 1\n[instal]\nx = 1\n[install]\nstate = off\n"
    assert codes(check_file("app.conf", text)) == ["SC326", "SC326", "SC327"]


def test_what_one_file_repeats_is_counted_and_not_said(check_file: CheckFile) -> None:
    report = check_file(CONF, one("") + "stray\n" * 6_000)
    assert len(report.findings) == 5_000
    assert report.left_out == 1_000


def test_a_file_of_millions_of_lines_is_not_read(check_file: CheckFile) -> None:
    assert codes(check_file(CONF, "\n" * 1_000_001)) == ["SC322"]
