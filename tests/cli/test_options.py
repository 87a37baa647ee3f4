"""What each option of ``siemc compile`` does to the queries."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from siemc_backends.elastic.platform import ELASTIC
from tests.cli import GOOD, TELEGRAM, Run

Siemc = Callable[..., Run]
SYSMON = 'source="XmlWinEventLog:Microsoft-Windows-Sysmon/Operational" EventCode=1'
SECURITY = 'source="XmlWinEventLog:Security" EventCode=4688'


def spl(siemc: Siemc, *args: str) -> str:
    """The SPL of the good rule."""
    run = siemc("compile", "good.yml", "-t", "spl", *args)
    assert run.code == 0, run.err
    return run.out.rstrip("\n")


def test_pretty_puts_each_exclusion_on_a_line(siemc: Siemc) -> None:
    lines = siemc("compile", TELEGRAM, "-t", "spl", "--pretty").out.splitlines()
    assert len(lines) > 5
    assert sum("brave.exe" in line for line in lines) == 1
    assert siemc("compile", TELEGRAM, "-t", "spl", "--one-line").out.count("\n") == 1


def test_scope_macro_stands_for_the_source(siemc: Siemc) -> None:
    assert spl(siemc, "--scope", "macro") == '`sysmon` EventCode=1 Image="*\\\\evil.exe"'
    assert spl(siemc, "--scope", "source").startswith(SYSMON)


def test_source_adds_another_with_its_own_scope_and_names(siemc: Siemc) -> None:
    both = spl(siemc, "--source", "security")
    assert f'({SYSMON} Image="*\\\\evil.exe")' in both
    assert f'({SECURITY} NewProcessName="*\\\\evil.exe")' in both
    assert " OR " in both
    assert spl(siemc, "--source", "all") == both
    assert SECURITY not in spl(siemc)


def test_source_that_lacks_a_field_is_left_out_whole_with_a_warning(
    folder: Path, siemc: Siemc
) -> None:
    # Event 4688 has no OriginalFileName, and on Splunk its index takes any name.
    (folder / "good.yml").write_text(GOOD.replace("Image|endswith", "OriginalFileName|endswith"))
    run = siemc("compile", "good.yml", "-t", "spl", "--source", "security")
    assert run.code == 0
    assert "4688" not in run.out
    assert (
        "good.yml:7:5: warning SC106: Windows Security log has no field OriginalFileName" in run.err
    )


def test_second_source_serves_a_rule_that_the_first_cannot_and_says_so(
    folder: Path, siemc: Siemc
) -> None:
    # Sysmon's event 1 has no SubjectUserName; Security's 4688 has.
    (folder / "good.yml").write_text(GOOD.replace("Image|endswith", "SubjectUserName|endswith"))
    run = siemc("compile", "good.yml", "-t", "spl")
    assert (run.code, run.out.startswith(SECURITY)) == (0, True)
    assert "warning SC106: Sysmon has no field SubjectUserName" in run.err


def test_pipeline_none_keeps_the_rules_names_and_drops_the_scope(siemc: Siemc) -> None:
    assert spl(siemc, "-p", "none") == 'Image="*\\\\evil.exe"'


MAPPING = """
name: mine
priority: {priority}
transformations:
- type: field_name_mapping
  mapping: {{{old}: {new}}}
"""


def test_own_pipeline_adds_to_the_shipped_one_or_stands_alone(folder: Path, siemc: Siemc) -> None:
    text = MAPPING.format(priority=99, old="Image", new="image_path")
    (folder / "mine.yml").write_text(text)
    alone = spl(siemc, "-p", "none", "-p", "mine.yml")
    assert alone == 'image_path="*\\\\evil.exe"'
    run = siemc("compile", "good.yml", "-t", "spl", "-p", "mine.yml", "-s", "raw")
    assert run.out == 'image_path="*\\\\evil.exe"\n'


def test_pipelines_go_by_priority_then_by_the_order_given(folder: Path, siemc: Siemc) -> None:
    (folder / "late.yml").write_text(MAPPING.format(priority=20, old="b", new="c"))
    (folder / "early.yml").write_text(MAPPING.format(priority=10, old="Image", new="b"))
    for order in (["late.yml", "early.yml"], ["early.yml", "late.yml"]):
        options = [arg for name in ("none", *order) for arg in ("-p", name)]
        assert spl(siemc, *options) == 'c="*\\\\evil.exe"'
    (folder / "late.yml").write_text(MAPPING.format(priority=10, old="b", new="c"))
    assert spl(siemc, "-p", "none", "-p", "late.yml", "-p", "early.yml") == 'b="*\\\\evil.exe"'


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("", "1:1", "SC301"),
        ("- a\n", "1:1", "SC301"),
        ("priority: high\n", "1:1", "priority is not a number"),
        ("transformations: 5\n", "1:1", "transformations is not a list"),
        ("transformation: []\n", "1:1", "SC301"),
        ("name: x\ntransformations:\n- type: nope\n", "3:3", "nope"),
        ("transformations:\n- {type: drop_detection_item}\n- 5\n", "3:3", "SC301"),
        (
            "transformations:\n- type: replace_string\n  regex: '(('\n  replacement: x\n",
            "2:3",
            "((",
        ),
        ("transformations:\n- {type: x\n", "3:1", "SC004"),
        ("name: a\nname: b\n", "2:1", "SC005"),
    ],
)
def test_broken_pipeline_is_2_with_its_place(
    folder: Path, siemc: Siemc, text: str, place: str, said: str
) -> None:
    (folder / "mine.yml").write_text(text)
    run = siemc("compile", "good.yml", "-p", "mine.yml")
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith(f"mine.yml:{place}: error ")
    assert said in run.err


def test_pipeline_that_fails_on_a_rule_refuses_it(folder: Path, siemc: Siemc) -> None:
    # pySigma does not check the settings of this transformation; applying it is an AttributeError.
    (folder / "mine.yml").write_text("transformations:\n- {type: field_name_mapping, mapping: 5}\n")
    run = siemc("compile", "good.yml", "-t", "spl", "-p", "mine.yml")
    assert (run.code, run.out) == (1, "")
    assert "error SC103: The processing pipeline refuses this rule: " in run.err


def test_postprocessing_and_finalizers_are_not_applied_and_that_is_said_once(
    folder: Path, siemc: Siemc
) -> None:
    text = (
        "postprocessing:\n- {type: embed, prefix: 'index=main '}\nfinalizers:\n- {type: concat}\n"
    )
    (folder / "mine.yml").write_text(text)
    (folder / "more.yml").write_text(GOOD)
    run = siemc("compile", "good.yml", "more.yml", "-t", "spl", "-t", "lucene", "-p", "mine.yml")
    assert run.code == 0
    assert "index=main" not in run.out
    assert run.err.count("mine.yml:1:1: warning SC107: ") == 1
    assert run.err.count("mine.yml:3:1: warning SC107: ") == 1
    found = siemc("compile", "good.yml", "-t", "spl", "-p", "mine.yml", "--format", "json").object()
    assert [each["code"] for each in found["diagnostics"]] == ["SC107", "SC107"]


def test_bare_schema_is_for_every_target_of_its_platform(siemc: Siemc) -> None:
    args = ["-s", "agent-windows", "--format", "json"]
    run = siemc("compile", "good.yml", "-t", "spl", "-t", "kql", "-t", "lucene", *args)
    shown = {each["target"]: each["schema"] for each in run.objects()}
    assert shown == {"spl": "splunk-sysmon", "kql": "agent-windows", "lucene": "agent-windows"}
    assert "using spl=splunk-sysmon; without a mapping, raw" in run.err


def test_schema_of_a_target_wins_over_a_bare_one(siemc: Siemc) -> None:
    args = ["-s", "kql=ecs-caseless", "-s", "raw", "--format", "json"]
    run = siemc("compile", "good.yml", "-t", "spl", "-t", "kql", "-t", "lucene", *args)
    shown = {each["target"]: each["schema"] for each in run.objects()}
    assert shown == {"spl": "raw", "kql": "ecs-caseless", "lucene": "raw"}
    assert "no schema named" not in run.err


def profile(path: Path, normalizer: str | None) -> Path:
    """A profile of the user's own, with one field, called ``mine``."""
    kind = {"type": "keyword"} | ({"normalizer": normalizer} if normalizer else {})
    data = {
        "name": "mine",
        "platform": "elastic",
        "title": "Mine",
        "closed": True,
        "types": {"k": kind},
        "indices": [
            {
                "pattern": "mine-*",
                "fields": {"Image": "k", "winlog.channel": "k", "event.code": "k"},
            }
        ],
    }
    path.write_text(json.dumps(data))
    return path


def test_schema_from_a_file_bare_and_by_target(folder: Path, siemc: Siemc) -> None:
    profile(folder / "lower.json", "lowercase")
    for option in ("lower.json", "kql=lower.json"):
        run = siemc("compile", "good.yml", "-t", "kql", "-p", "none", "-s", option)
        assert (run.code, run.out) == (0, "Image: *\\\\evil.exe\n")


def test_two_files_of_one_schema_name_stay_apart(folder: Path, siemc: Siemc) -> None:
    profile(folder / "lower.json", "lowercase")
    profile(folder / "plain.json", None)
    args = ["-s", "lucene=lower.json", "-s", "kql=plain.json", "--format", "json", "-p", "none"]
    run = siemc("compile", "good.yml", "-t", "lucene", "-t", "kql", *args)
    assert [each["status"] for each in run.objects()] == ["compiled", "refused"]


@pytest.mark.parametrize(
    "text", ["{", "[]", "{}", '{"name": "x"}', '"x"', "\\ud800", '{"types": 5}'], ids=repr
)
def test_file_that_is_no_schema_is_2(folder: Path, siemc: Siemc, text: str) -> None:
    (folder / "mine.json").write_text(text)
    for option in ("mine.json", "kql=mine.json"):
        run = siemc("compile", "good.yml", "-s", option)
        assert (run.code, run.out) == (2, "")
        assert "mine.json" in run.err
        assert "error SC303: This is not a schema profile" in run.err


def test_schema_of_another_platform_is_2(folder: Path, siemc: Siemc) -> None:
    profile(folder / "mine.json", None)
    run = siemc("compile", "good.yml", "-t", "spl", "-s", "spl=mine.json")
    assert run.code == 2
    assert "Schema mine is for elastic, not for splunk." in run.err


def test_every_shipped_schema_can_be_named(siemc: Siemc) -> None:
    for name in ELASTIC.schema_names:
        run = siemc("compile", "good.yml", "-t", "dsl", "-s", name, "--format", "json")
        assert run.object()["schema"] == name
