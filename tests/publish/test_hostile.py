"""Nothing that a rule says becomes a stanza, a setting, a macro or a token of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siemc.publish.build import Built
from tests.publish import app, built, conf, rule, rules_of, search_of

NASTY = [
    "a\n[evil]\nsearch = index=*",
    "a]\n[evil",
    "[evil]",
    "]]",
    "ends with a backslash \\",
    "a\\\nsearch = | delete",
    "$env$ and $result.x$",
    "`evil_macro`",
    "`a` | `b`",
    "\"quoted\" 'single'",
    "| delete",
    "# comment",
    "\u2028[evil]\u2029",
    "\x85disabled = 0",
    "\x0b[evil]\x0c",
    "\u202egpj.exe",
    "{{ 7 * 7 }} {% x %}",
    "\ud800 lone",
    "a = b",
    "   ",
    "\\",
]
FIELDS = {
    "app": {"install", "package", "id", "ui", "launcher"},
}


def with_everywhere(text: str) -> str:
    """A rule that says this wherever a rule says anything."""
    return rule(
        title=text,
        description=text,
        author=text,
        references=[text],
        falsepositives=[text],
        fields=[text],
        tags=["attack.t1059", "cve.2021-1"],
        detection={
            "selection": {"Image|endswith": "\\evil.exe", "CommandLine|contains": text},
            "filter_main_x": {"CommandLine": text},
            "condition": "selection and not filter_main_x",
        },
    )


def check(found: Built) -> None:
    """The app and the rules are those of one rule, whatever it says."""
    published = {o.kind: o for o in found.published[0].outputs if o.text is not None}
    if "saved-search" in published:
        assert published["saved-search"].verdict == "exact"
        stanzas = conf(found, "savedsearches")
        assert len(stanzas) == 1
        assert search_of(found)["disabled"] == "1"
        macros = conf(found, "macros")
        assert set(macros) == {"siemc_sysmon", "a_filter"}
        assert set(conf(found, "app")) == FIELDS["app"]
        json.loads(app(found)["app.manifest"])
        text = search_of(found)["search"]
        calls = text.split("`")[1::2]
        assert calls == ["siemc_sysmon", "a_filter"]
        for key, value in search_of(found).items():
            if key.startswith("action.notable.param.rule_") or key.endswith("_risk_message"):
                assert value.replace("$Computer$", "").count("$") == 0
    if "detection-rule" in published:
        (made,) = rules_of(found)
        assert published["detection-rule"].verdict == "exact"
        assert made["name"]
        assert made["description"]


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
@pytest.mark.parametrize("es", [False, True])
def test_hostile_texts_stay_texts(tmp_path: Path, text: str, es: bool) -> None:
    found = built(tmp_path, [with_everywhere(text)], build={"es": es})
    if found.published[0].outputs[0].status != "failed":
        check(found)


@pytest.mark.slow
@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.text(
        st.sampled_from("\\\n\r[]$`\"'|#= a\u2028{}") | st.characters(), min_size=1, max_size=20
    )
)
def test_random_texts_stay_texts(tmp_path: Path, text: str) -> None:
    found = built(tmp_path, [with_everywhere(text)], build={"es": True})
    if found.published[0].outputs[0].status != "failed":
        check(found)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"build": {"app": "../x"}}, "[build], app"),
        ({"build": {"label": "a]\n[b"}}, "[build], label"),
        ({"build": {"index": "a | delete"}}, "[build], index"),
        ({"build": {"index": "a\n"}}, "[build], index"),
        ({"build": {"nothing": 1}}, "nothing"),
        ({"deploy": [{}, {"severity": "dire"}]}, "[[deploy]] 2, severity"),
        (
            {"deploy": [{"splunk": {"schedule": "* * * *", "earliest": "-1h"}}]},
            "[[deploy]] 1, splunk.schedule",
        ),
        ({"deploy": [{"splunk": {"suppress": {"fields": ["a\nb"], "period": "1h"}}}]}, "suppress"),
        ({"deploy": [{"allow": {}}]}, "reason"),
        ({"deploy": [{"allow": {"reason": "x", "targets": ["kqll"]}}]}, "allow.targets"),
        ({"deploy": [{"splunk": {"schedule": "0 6 * * *"}}]}, "earliest"),
        ({"deploy": [{"splunk": {"schedule": "* * * * \\", "earliest": "-1h"}}]}, "schedule"),
        ({"deploy": [{"elastic": {"index": ["-*"]}}]}, "elastic.index"),
        ({"build": {"app": "search"}}, "[build], app"),
        ({"build": {"index": "a*b"}}, "[build], index"),
        ({"build": {"label": " x "}}, "[build], label"),
        ({"build": {"author": "a\u2028[evil]"}}, "[build], author"),
        ({"deploy": [{"elastic": {"from": "yesterday"}}]}, "elastic.from"),
    ],
)
def test_settings_that_are_wrong_are_told_where(
    tmp_path: Path, table: dict[str, Any], said: str
) -> None:
    from siemc.diagnostics import UsageError

    with pytest.raises(UsageError) as raised:
        built(tmp_path, [rule()], **table)
    assert raised.value.diagnostic.code == "SC305"
    assert said in raised.value.diagnostic.message
