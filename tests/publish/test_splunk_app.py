"""The Splunk app: saved searches, macros, and the settings they run by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from siemc.publish.readback import expand
from tests.publish import ID, RULES, app, built, built_of, conf, rule, search_of

SCOPE = '(source="XmlWinEventLog:Microsoft-Windows-Sysmon/Operational")'


def test_a_saved_search_is_a_macro_of_its_source_and_a_filter_of_its_own(tmp_path: Path) -> None:
    found = built(tmp_path, {"proc_x": rule(1)})
    search = search_of(found)["search"]
    assert search.startswith("`siemc_sysmon` EventCode=1 ")
    assert search.endswith(" | `proc_x_filter`")
    macros = {name: stanza.get("definition") for name, stanza in conf(found, "macros").items()}
    assert macros == {"siemc_sysmon": SCOPE, "proc_x_filter": "search *"}


def test_the_site_names_its_index_once(tmp_path: Path) -> None:
    found = built(tmp_path, [rule(1), rule(2)], build={"index": "win*"})
    macros = conf(found, "macros")
    definition = macros["siemc_sysmon"].get("definition") or ""
    assert definition.startswith('(index="win*" ')
    assert all(each.verdict == "exact" for p in found.published for each in p.outputs if each.text)


def test_a_rule_with_an_index_of_its_own_has_its_scope_written_out(tmp_path: Path) -> None:
    deploy = [{"id": "00000001-1111-4111-8111-111111111111", "splunk": {"index": "dmz"}}]
    found = built(tmp_path, [rule(1), rule(2)], deploy=deploy)
    own, other = (search_of(found, number)["search"] for number in (0, 1))
    assert own.startswith('index="dmz" source=')
    assert other.startswith("`siemc_sysmon` ")


def test_it_is_disabled_and_spread_over_the_hour_unless_it_is_configured(tmp_path: Path) -> None:
    found = built(tmp_path, [rule(number) for number in range(1, 9)])
    searches = [search_of(found, number) for number in range(8)]
    assert {each["disabled"] for each in searches} == {"1"}
    minutes = {each["cron_schedule"].split()[0] for each in searches}
    assert len(minutes) > 4
    assert all(0 <= int(each) < 60 for each in minutes)
    # the window is longer than the hour between two runs, so what comes late is not lost
    assert {(s["dispatch.earliest_time"], s["dispatch.latest_time"]) for s in searches} == {
        ("-70m@m", "-5m@m")
    }


@pytest.mark.parametrize(
    ("level", "severity"),
    [("informational", "2"), ("low", "3"), ("medium", "4"), ("high", "5"), ("critical", "6")],
)
def test_the_severity_is_the_level(tmp_path: Path, level: str, severity: str) -> None:
    assert search_of(built(tmp_path, [rule(level=level)]))["alert.severity"] == severity


def test_the_deployment_says_how_a_rule_runs(tmp_path: Path) -> None:
    splunk = {
        "schedule": "*/5 * * * *",
        "earliest": "-15m",
        "latest": "now",
        "suppress": {"fields": ["Computer", "Image"], "period": "4h"},
    }
    deploy = [
        {"tag": "attack.execution", "enabled": True, "severity": "low", "splunk": splunk},
        {"id": ID.replace("1", "9"), "enabled": False},
    ]
    found = search_of(built(tmp_path, [rule()], deploy=deploy))
    assert found["disabled"] == "0"
    assert found["alert.severity"] == "3"
    assert found["cron_schedule"] == "*/5 * * * *"
    assert found["dispatch.earliest_time"] == "-15m"
    assert found["alert.suppress.fields"] == "Computer,Image"
    assert found["alert.suppress.period"] == "4h"


def test_suppression_can_be_switched_off(tmp_path: Path) -> None:
    found = search_of(built(tmp_path, [rule()], deploy=[{"splunk": {"suppress": False}}]))
    assert found["alert.suppress"] == "0"
    assert "alert.suppress.fields" not in found


def test_the_description_names_techniques_level_rule_and_author(tmp_path: Path) -> None:
    found = search_of(built(tmp_path, [rule(1, author="A, B")]))["description"]
    assert found == (
        "Detects a program. (MITRE ATT&CK T1059.001; level high; "
        "Sigma rule 00000001-1111-4111-8111-111111111111 by A, B)"
    )


def test_without_es_there_is_no_action_of_enterprise_security(tmp_path: Path) -> None:
    assert not [key for key in search_of(built(tmp_path, [rule()])) if key.startswith("action.")]


# What Splunk's own detections have: contentctl, savedsearches_detections.j2
ES_KEYS = {
    "action.correlationsearch.enabled",
    "action.correlationsearch.label",
    "action.correlationsearch.annotations",
    "action.correlationsearch.metadata",
    "action.notable",
    "action.notable.param.rule_title",
    "action.notable.param.rule_description",
    "action.notable.param.security_domain",
    "action.notable.param.severity",
    "action.notable.param.nes_fields",
    "action.notable.param.drilldown_searches",
    "action.risk",
    "action.risk.param._risk_message",
    "action.risk.param._risk",
    "action.risk.param._risk_score",
    "action.risk.param.verbose",
}


def es(tmp_path: Path, **parts: Any) -> dict[str, str]:
    return search_of(built(tmp_path, [rule(**parts)], build={"es": True}))


def test_with_es_it_has_the_keys_of_a_detection(tmp_path: Path) -> None:
    found = es(tmp_path, fields=["ParentCommandLine", "NoSuchField"])
    assert {key for key in found if key.startswith("action.")} == ES_KEYS
    assert json.loads(found["action.correlationsearch.annotations"]) == {
        "mitre_attack": ["T1059.001"],
        "sigma": ["00000001-1111-4111-8111-111111111111"],
    }
    risk = json.loads(found["action.risk.param._risk"])
    assert {"risk_object_field": "User", "risk_object_type": "user", "risk_score": 73} in risk
    threats = {each.get("threat_object_field") for each in risk}
    assert {"Image", "ParentImage", "CommandLine", "ParentCommandLine"} <= threats
    assert "NoSuchField" not in threats
    assert found["action.notable.param.nes_fields"] == "Computer,User"


def test_the_drilldown_asks_for_the_events_of_the_host(tmp_path: Path) -> None:
    (found,) = json.loads(es(tmp_path)["action.notable.param.drilldown_searches"])
    assert found["search"].endswith(' | `a_filter` | search Computer="$Computer$"')
    assert found["earliest_offset"] == "$info_min_time$"


def test_a_query_with_dollars_is_no_drilldown_whose_tokens_would_be_replaced(
    tmp_path: Path,
) -> None:
    detection = {"selection": {"CommandLine|contains": "$env:temp$"}, "condition": "selection"}
    found = es(tmp_path, detection=detection)
    assert json.loads(found["action.notable.param.drilldown_searches"]) == []


@pytest.mark.parametrize("with_es", [False, True])
def test_searches_and_macros_are_seen_where_results_are_looked_at(
    tmp_path: Path, with_es: bool
) -> None:
    found = built(tmp_path, [rule()], build={"es": with_es})
    assert app(found)["metadata/default.meta"].count("export = system") == 2


def test_the_app_is_named_and_versioned_by_the_settings(tmp_path: Path) -> None:
    settings = {"app": "my_app", "label": "Mine", "version": "2.3.4", "author": "Blue Team"}
    found = built(tmp_path, [rule()], build=settings)
    stanzas = conf(found, "app")
    assert stanzas["package"].get("id") == "my_app"
    assert stanzas["launcher"].get("version") == "2.3.4"
    manifest = json.loads(app(found)["app.manifest"])
    assert manifest["info"]["id"] == {"group": None, "name": "my_app", "version": "2.3.4"}
    assert list(conf(found, "savedsearches")) == ["Mine - Rule 1 - Rule"]
    assert search_of(found)["search"].startswith("`my_app_sysmon` ")


def test_a_long_title_is_cut_with_a_mark_of_its_rule(tmp_path: Path) -> None:
    title = "Something Very Long That Goes On And On Beyond What Splunk Takes For A Name Of It"
    names = list(
        conf(built(tmp_path, [rule(1, title=title), rule(2, title=title)]), "savedsearches")
    )
    assert len(set(names)) == 2
    assert all(len(each) <= 81 and each.endswith(" - Rule") for each in names)


def test_rules_of_one_title_or_file_name_keep_names_of_their_own(tmp_path: Path) -> None:
    texts = {"x/a": rule(1, title="Same"), "y/A": rule(2, title="same")}
    both = built(tmp_path, texts)
    names = set(conf(both, "savedsearches"))
    assert len(names) == 2
    macros = {name for name in conf(both, "macros") if name.endswith("_filter")}
    assert len(macros) == 2
    # A third rule changes neither
    more = built(tmp_path, {**texts, "a/0": rule(3, title="Other")})
    assert names < set(conf(more, "savedsearches"))
    assert macros < set(conf(more, "macros"))


def test_a_younger_rule_does_not_take_the_name_of_an_older_one(tmp_path: Path) -> None:
    alone = built(tmp_path / "a", {"x/a": rule(2, title="Same", date="2024-01-01")})
    (name,) = conf(alone, "savedsearches")
    texts = {
        "x/a": rule(2, title="Same", date="2024-01-01"),
        "b/a": rule(1, title="Same", date="2024-06-01"),
    }
    both = conf(built(tmp_path / "b", texts), "savedsearches")
    assert len(both) == 2
    assert "00000002-1111" in (both[name].get("description") or "")
    assert (both[name].get("search") or "").endswith("| `a_filter`")


def test_a_title_made_to_be_that_of_another_rule_does_not_take_its_name(tmp_path: Path) -> None:
    twins = [rule(1, title="Same"), rule(2, title="Same")]
    marked = list(conf(built(tmp_path / "a", twins), "savedsearches"))
    title = marked[0].removeprefix("siemc - ").removesuffix(" - Rule")
    found = built(tmp_path / "b", [*twins, rule(3, title=title)])
    assert len(conf(found, "savedsearches")) == 3


def test_every_macro_that_is_called_is_defined(tmp_path: Path) -> None:
    found = built_of(RULES)
    macros = {name: s.get("definition") or "" for name, s in conf(found, "macros").items()}
    for stanza in conf(found, "savedsearches").values():
        assert "`" not in expand(stanza.get("search") or "", macros)
    assert len(conf(found, "savedsearches")) == len(list(RULES.glob("*.yml")))
