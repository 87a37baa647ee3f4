"""Hostile input through the command line: a diagnostic or a query, never a traceback."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cli import GOOD, Run

pytestmark = pytest.mark.slow

Siemc = Callable[..., Run]
ALL = [arg for name in ("spl", "kql", "lucene", "dsl") for arg in ("-t", name)]


def rule(detection: Mapping[str, Any]) -> str:
    """A process creation rule with this detection (JSON is YAML)."""
    head = {"title": "t", "logsource": {"product": "windows", "category": "process_creation"}}
    return json.dumps({**head, "detection": detection})


ANY = {"Image|endswith": "\\evil.exe"}
DETECTIONS: dict[str, dict[str, Any]] = {
    "5,000 values": {
        "a": {"Image|endswith": [f"\\p{i}.exe" for i in range(5000)]},
        "condition": "a",
    },
    "500 unknown fields": {"a": {f"F{i}": "x" for i in range(500)}, "condition": "a"},
    "long condition": {"a": ANY, "b": ANY, "condition": " and ".join(["a", "b"] * 2000)},
    "nested parentheses": {"a": ANY, "condition": "(" * 3000 + "a" + ")" * 3000},
    "nested not": {"a": ANY, "condition": "not " * 3000 + "a"},
    "ninety levels": {"a": ANY, "condition": "not (" * 45 + "a" + ")" * 45},
    "regex identifiers": {"a.*": ANY, "d[": ANY, "(c": ANY, "condition": "a.* or d["},
    "operator identifiers": {"and": ANY, "not": ANY, "condition": "and"},
    "empty field": {"a": {"": "x"}, "condition": "a"},
    "field with a line break": {"a": {"Im\nage": "x"}, "condition": "a"},
    "field that closes its quote": {"a": {'a" OR b="': "x"}, "condition": "a"},
    "deep regular expression": {"a": {"Image|re": "(" * 300 + "a" + ")" * 300}, "condition": "a"},
    "huge repetition": {"a": {"Image|re": "(a{1000}){1000}"}, "condition": "a"},
    "backtracking": {"a": {"Image|re": "(a+)+" * 30}, "condition": "a"},
    "many wildcards": {"a": {"Image|contains": "*a?" * 300}, "condition": "a"},
    "control characters": {"a": {"Image": ["\x1b[2J", "\x9b", "a\nb", "\u202e"]}, "condition": "a"},
}


@pytest.mark.parametrize("name", DETECTIONS)
@pytest.mark.parametrize("options", [[], ["-p", "none", "--inexact", "label"]], ids=["map", "raw"])
def test_detection(folder: Path, siemc: Siemc, name: str, options: list[str]) -> None:
    (folder / "hostile.yml").write_text(rule(DETECTIONS[name]))
    run = siemc("compile", "hostile.yml", *ALL, *options, "--format", "json")
    assert run.code in {0, 1}
    assert len(run.objects()) == 4
    for each in run.objects():
        assert each["query"] is not None or any(
            found["severity"] == "error" for found in each["diagnostics"]
        )
        assert not any(c in (each["query"] or "") for c in "\n\r\x1b\x9b")


@pytest.mark.parametrize(
    "name",
    ["_scope_sysmon", "_scope_sysmon_event", "_cond_abcdefghij", "_cond_1", "_scope", "_own_a"],
)
def test_search_named_as_what_pipelines_add_keeps_its_meaning(
    folder: Path, siemc: Siemc, name: str
) -> None:
    plain = {"a": ANY, "b": {"CommandLine": "c"}, "condition": "b and not a"}
    other = {name: ANY, "b": {"CommandLine": "c"}, "condition": f"b and not {name}"}
    (folder / "mine.yml").write_text(
        "transformations:\n- {type: add_condition, conditions: {CommandLine: z}}\n"
    )
    found = []
    for detection in (plain, other):
        (folder / "hostile.yml").write_text(rule(detection))
        run = siemc("compile", "hostile.yml", "-t", "spl", "-t", "dsl", "-p", "mine.yml")
        assert run.code == 0, run.err
        assert "SC105" not in run.err
        found.append(run.out)
    assert found[0] == found[1]
    assert "evil.exe" in found[0]


def test_pipeline_that_takes_the_name_of_a_search_is_refused(folder: Path, siemc: Siemc) -> None:
    (folder / "mine.yml").write_text(
        "transformations:\n- {type: add_condition, name: selection, conditions: {index: x}}\n"
    )
    run = siemc("compile", "good.yml", "-t", "spl", "-p", "mine.yml")
    assert (run.code, run.out) == (1, "")
    assert "SC103" in run.err
    assert "named selection" in run.err


NINEFOLD = "{0}: &{0} [*{1}, *{1}, *{1}, *{1}, *{1}, *{1}, *{1}, *{1}, *{1}]\n"
TEXTS = {
    "bomb": "a: &a [x, x, x, x]\n" + "".join(map(NINEFOLD.format, "bcdefghi", "abcdefgh")),
    "recursion": GOOD.replace("selection:", "selection: &s", 1).replace("'\\evil.exe'", "*s"),
    "python tag": GOOD.replace("'\\evil.exe'", '!!python/object/apply:os.system ["id"]'),
    "only markers": "---\n---\n---\n",
    "empty": "",
    "wrong types": "title: [1]\nid: {}\nlogsource: 5\ndetection: [1, 2]\nlevel: 7\ntags: 5\n",
    "tabs": "title:\tt\nlogsource:\n\tproduct: x\n",
    "huge number": GOOD.replace("'\\evil.exe'", "1" * 400),
    "deep": "[" * 5000,
}


@pytest.mark.parametrize("name", TEXTS)
def test_text(folder: Path, siemc: Siemc, name: str) -> None:
    (folder / "hostile.yml").write_text(TEXTS[name])
    run = siemc("compile", "good.yml", "hostile.yml", "-t", "spl")
    assert run.code in {0, 1}
    assert "evil.exe" in run.out


@pytest.mark.skipif(os.name != "posix", reason="needs named pipes and links")
def test_things_in_a_folder_that_are_no_files(folder: Path, siemc: Siemc) -> None:
    rules = folder / "rules"
    (rules / "folder.yml").mkdir(parents=True)
    (rules / "folder.yml" / "inside.yml").write_text(GOOD)
    os.mkfifo(rules / "pipe.yml")
    (rules / "loop").symlink_to(".")
    (rules / "dangling.yml").symlink_to("nowhere")
    (rules / "utf16.yml").write_bytes(GOOD.encode("utf-16"))
    (rules / "nul.yml").write_bytes(b"title: a\0b\n")
    (rules / "x\x1b[31m\n.yml").write_text(GOOD)
    run = siemc("compile", "rules", "-t", "spl", "-o", "out")
    assert run.code == 1
    assert "queries: 2 compiled, 4 failed" in run.err
    assert "\x1b" not in run.err
    for name, code in (
        ("pipe", "SC001"),
        ("dangling", "SC001"),
        ("utf16", "SC003"),
        ("nul", "SC004"),
    ):
        assert f"{name}.yml" in run.err
        assert code in run.err
    assert sorted(path.name for path in (folder / "out").iterdir()) == ["folder.yml", "x__31m_.spl"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read anything")
def test_file_that_may_not_be_read(folder: Path, siemc: Siemc) -> None:
    (folder / "good.yml").chmod(0)
    run = siemc("compile", "good.yml", "-t", "spl")
    assert run.code == 1
    assert "error SC001: " in run.err


def test_many_rules(folder: Path, siemc: Siemc) -> None:
    (folder / "rules").mkdir()
    for i in range(300):
        (folder / "rules" / f"{i}.yml").write_text(GOOD.replace("evil", f"evil{i}"))
    run = siemc("compile", "rules", "-t", "spl")
    assert run.code == 0
    assert len(set(run.out.splitlines())) == 300
