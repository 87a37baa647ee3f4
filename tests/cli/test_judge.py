"""``siemc verify``, ``equiv`` and ``diff``: answers, exit codes, and what is no query at all."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import siemc
from tests.cli import BROKEN, GOOD, RULES, Run

Siemc = Callable[..., Run]
TELEGRAM = f"{RULES}/net_connection_win_domain_telegram_api_non_browser_access.yml"
SCHEMAS = {
    "spl": "splunk-sysmon",
    "kql": "ecs-caseless",
    "lucene": "agent-windows",
    "dsl": "agent-windows",
}
# How each language writes the value of one exclusion among others
OPERA = {
    "spl": ', "*\\\\opera.exe"',
    "kql": " or *\\\\opera.exe",
    "lucene": " OR *\\\\opera.exe",
    "dsl": ',{"wildcard":{"process.executable.caseless":{"value":"*\\\\\\\\opera.exe"}}}',
}


def emitted(target: str) -> str:
    (query,) = siemc.compile([TELEGRAM], [target], schemas={target: SCHEMAS[target]})
    assert query.text
    return query.text


def verify(siemc: Siemc, folder: Path, target: str, text: str, *options: str) -> Run:
    (folder / "query.txt").write_text(text, encoding="utf-8")
    schema = ["-s", SCHEMAS[target]]
    return siemc("verify", TELEGRAM, "--query", "query.txt", "-l", target, *schema, *options)


@pytest.mark.parametrize("target", SCHEMAS)
def test_a_query_is_its_rule(folder: Path, siemc: Siemc, target: str) -> None:
    run = verify(siemc, folder, target, emitted(target) + "\n")
    assert run.code == 0
    assert "exact: the query matches what the rule matches" in run.out


@pytest.mark.parametrize("target", SCHEMAS)
def test_the_exclusion_that_was_lost_is_named_with_an_event(
    folder: Path, siemc: Siemc, target: str
) -> None:
    text = emitted(target)
    assert OPERA[target] in text
    run = verify(siemc, folder, target, text.replace(OPERA[target], ""), "--format", "json")
    assert run.code == 1
    found = json.loads(run.out)
    assert (found["verdict"], found["misses"], found["extra"]) == ("wider", "no", "yes")
    assert [each["name"] for each in found["lost"]] == ["filter_main_opera"]
    (witness,) = found["witnesses"]
    image = "Image" if target == "spl" else "process.executable"
    assert witness["event"][image].lower().endswith("opera.exe")


def test_what_is_missed_is_shown_with_the_place_that_refuses_it(folder: Path, siemc: Siemc) -> None:
    text = f"{emitted('spl')} index=main"
    run = verify(siemc, folder, "spl", text, "--format", "json")
    assert run.code == 1
    found = json.loads(run.out)
    assert found["verdict"] == "narrower"
    assert [text[start:end] for start, end in found["refusing"]] == ["index=main"]


def test_a_macro_leaves_the_answer_open(folder: Path, siemc: Siemc) -> None:
    run = verify(siemc, folder, "spl", f"`sysmon` {emitted('spl')}")
    assert run.code == 3
    assert "unknown" in run.out
    assert "`sysmon`" in run.out


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("spl", "Image=a | stats count by Image"),
        ("spl", 'Image="a'),
        ("kql", "process.name: (a or"),
        ("lucene", "process.name:(a"),
        ("lucene", ""),
        ("dsl", '{"term": {"a": }}'),
        ("dsl", "[]"),
        ("dsl", "\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace")),
    ],
)
def test_what_is_no_query_is_an_error_with_its_place(
    folder: Path, siemc: Siemc, target: str, text: str
) -> None:
    run = verify(siemc, folder, target, text)
    assert run.code == 2
    assert run.out == ""
    assert "query.txt:1:" in run.err
    assert "error SC311: " in run.err
    assert "Traceback" not in run.err


def test_the_language_is_that_of_the_suffix(folder: Path, siemc: Siemc) -> None:
    (folder / "q.spl").write_text(emitted("spl"))
    assert siemc("verify", TELEGRAM, "--query", "q.spl", "-s", "splunk-sysmon").code == 0
    (folder / "q.txt").write_text(emitted("spl"))
    run = siemc("verify", TELEGRAM, "--query", "q.txt")
    assert run.code == 2
    assert "--language" in run.err


@pytest.mark.parametrize("missing", ["nowhere.spl", "."])
def test_a_query_that_cannot_be_read_is_an_error(folder: Path, siemc: Siemc, missing: str) -> None:
    run = siemc("verify", TELEGRAM, "--query", missing, "-l", "spl")
    assert run.code == 2
    assert "error SC031: " in run.err


def test_bytes_that_are_no_text_are_an_error(folder: Path, siemc: Siemc) -> None:
    (folder / "q.spl").write_bytes(b"\xff\xfe\0a")
    run = siemc("verify", TELEGRAM, "--query", "q.spl")
    assert run.code == 2
    assert "error SC311: " in run.err


def test_one_rule_is_verified_and_a_sound_one(folder: Path, siemc: Siemc) -> None:
    (folder / "q.spl").write_text("a=b")
    (folder / "broken.yml").write_text(BROKEN)
    assert siemc("verify", "broken.yml", "--query", "q.spl").code == 2
    run = siemc("verify", RULES, "--query", "q.spl")
    assert run.code == 2
    assert "one query is verified against one rule" in run.err


def test_two_queries_are_compared(folder: Path, siemc: Siemc) -> None:
    (folder / "a.kql").write_text("Image: *cmd.exe and not User: system")
    (folder / "b.lucene").write_text("Image:*cmd.exe AND NOT User:system")
    (folder / "c.spl").write_text("Image=*cmd.exe")
    schemas = ["-s", "kql=raw", "-s", "lucene=raw"]
    assert siemc("equiv", "a.kql", "b.lucene", *schemas).code == 0
    run = siemc("equiv", "a.kql", "c.spl", "-s", "raw", "--format", "json")
    assert run.code == 1
    found = json.loads(run.out)
    assert found["verdict"] == "wider"
    (witness,) = found["witnesses"]
    assert (witness["first"], witness["second"]) == (False, True)
    assert witness["event"]["User"].lower() == "system"


def test_two_versions_of_a_rule_are_compared(folder: Path, siemc: Siemc) -> None:
    (folder / "old.yml").write_text(GOOD)
    (folder / "new.yml").write_text(GOOD.replace("evil", "ev*il"))
    assert siemc("diff", "old.yml", "old.yml").code == 0
    run = siemc("diff", "old.yml", "new.yml", "--format", "json")
    assert run.code == 1
    found = json.loads(run.out)
    assert found["change"] == "wider"
    assert [(w["old"], w["new"]) for w in found["witnesses"]] == [(False, True)]


def test_two_folders_are_compared_rule_by_rule(folder: Path, siemc: Siemc) -> None:
    for name in ("old", "new"):
        (folder / name).mkdir()
    (folder / "old" / "same.yml").write_text(GOOD)
    (folder / "new" / "same.yml").write_text(GOOD.replace("title: ", "title: Still "))
    (folder / "old" / "gone.yml").write_text(GOOD.replace("11111111-", "22222222-"))
    (folder / "new" / "fresh.yml").write_text(GOOD.replace("11111111-", "33333333-"))
    (folder / "new" / "bad.yml").write_text(BROKEN)
    (folder / "old" / "bad.yml").write_text(GOOD)
    run = siemc("diff", "old", "new", "--format", "json")
    assert run.code == 1
    found = [json.loads(line) for line in run.out.splitlines()]
    changes = {Path(each["rule"]["path"]).name: each["change"] for each in found}
    assert changes == {
        "same.yml": "same",
        "gone.yml": "removed",
        "fresh.yml": "added",
        "bad.yml": "broken",
    }


def test_a_rule_that_moved_is_known_by_its_id(folder: Path, siemc: Siemc) -> None:
    for name in ("old", "new"):
        (folder / name).mkdir()
    (folder / "old" / "here.yml").write_text(GOOD)
    (folder / "new" / "there.yml").write_text(GOOD)
    run = siemc("diff", "old", "new")
    assert (run.code, run.out) == (0, "rules: 1 same\n")


def test_git_revisions_are_compared(folder: Path, siemc: Siemc) -> None:
    def git(*arguments: str) -> None:
        named = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        subprocess.run(["git", *named, *arguments], cwd=folder, check=True, capture_output=True)

    (folder / "rules").mkdir()
    (folder / "rules" / "r.yml").write_text(GOOD)
    git("init", "-q")
    git("add", "rules")
    git("commit", "-qm", "one")
    (folder / "rules" / "r.yml").write_text(GOOD.replace("evil", "evil*"))
    run = siemc("diff", "HEAD:rules", "rules", "--format", "markdown")
    assert run.code == 1
    assert "**wider**" in run.out
    assert "```json" in run.out
    assert siemc("diff", "HEAD:rules", "HEAD:rules").code == 0
    for wrong in ("nowhere:rules", "HEAD:nowhere", "nowhere"):
        wrong_run = siemc("diff", wrong, "rules")
        assert wrong_run.code == 2
        assert "error SC031: " in wrong_run.err
        assert "Traceback" not in wrong_run.err
