"""``siemc lint``: streams, exit codes and options."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli import RULES, Run
from tests.cli.conftest import folder, siemc
from tests.lint import CLEAN, clean

Siemc = Callable[..., Run]
__all__ = ["folder", "siemc"]

NOTE = clean(title="A tool")
WARNING = clean(level=None)


@pytest.fixture
def write(folder: Path) -> Callable[[str], str]:
    """Put one rule into a folder by itself, and give the folder."""

    def put(text: str) -> str:
        (folder / "rules").mkdir(exist_ok=True)
        (folder / "rules" / "linted_rule.yml").write_text(text, encoding="utf-8")
        return "rules"

    return put


Write = Callable[[str], str]


def test_nothing_found_is_0_and_nothing_on_stdout(siemc: Siemc, write: Write) -> None:
    run = siemc("lint", write(CLEAN))
    assert (run.code, run.out) == (0, "")
    assert run.err == "siemc: 1 rule: nothing found\n"


@pytest.mark.parametrize(
    ("text", "fail_on", "code"),
    [
        (NOTE, "note", 1),
        (NOTE, None, 0),
        (WARNING, None, 1),
        (WARNING, "error", 0),
        (WARNING, "never", 0),
        ("title: [\n", "error", 1),
        ("title: [\n", "never", 0),
    ],
)
def test_exit_code_by_severity(
    siemc: Siemc, write: Write, text: str, fail_on: str | None, code: int
) -> None:
    options = ["--fail-on", fail_on] if fail_on else []
    assert siemc("lint", write(text), *options).code == code


def test_text_has_place_code_and_what_to_do(siemc: Siemc, write: Write) -> None:
    run = siemc("lint", write(WARNING))
    first, second = run.out.splitlines()
    assert first == "rules/linted_rule.yml:1:1: warning SC413: The rule has no level."
    assert second == "    Give it one: informational, low, medium, high or critical."


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (["--select", "SC413"], {"SC413"}),
        (["--select", "SC46"], {"SC463", "SC467"}),
        (["--select", "SC46,SC413", "--ignore", "SC463"], {"SC413", "SC467"}),
        (["--ignore", "SC4"], set()),
        (["--ignore", "SC4", "--select", "SC467"], {"SC467"}),
    ],
)
def test_select_and_ignore_take_codes_and_beginnings(
    siemc: Siemc, write: Write, options: list[str], wanted: set[str]
) -> None:
    text = clean(title="A tool", level=None, author=None)
    run = siemc("lint", write(text), "--format", "json", *options)
    assert {each["code"] for each in run.objects()} == wanted


def test_what_cannot_be_read_is_told_whatever_is_selected(siemc: Siemc, write: Write) -> None:
    run = siemc("lint", write("title: [\n"), "--select", "SC413")
    assert run.code == 1
    assert "SC004" in run.out


@pytest.mark.parametrize("code", ["SC9", "nonsense", "SA01", ""])
def test_a_code_that_there_is_not_is_2(siemc: Siemc, write: Write, code: str) -> None:
    run = siemc("lint", write(CLEAN), "--ignore", code)
    assert (run.code, run.out) == (2, "")
    assert "SC400" in run.err


def test_no_rules_and_no_such_path_are_2(siemc: Siemc, folder: Path) -> None:
    (folder / "empty").mkdir()
    assert siemc("lint", "empty").code == 2
    assert siemc("lint", "gone").code == 2


def test_fix_mends_and_prints_what_is_left(siemc: Siemc, write: Write, folder: Path) -> None:
    text = WARNING.replace("2024-05-19", "2024/05/19")
    run = siemc("lint", write(text), "--fix", "--format", "json")
    assert run.code == 1
    assert [each["code"] for each in run.objects()] == ["SC413"]
    assert "siemc: 1 mended in 1 file\n" in run.err
    assert (folder / "rules" / "linted_rule.yml").read_text() == WARNING


def test_fix_leaves_what_is_ignored(siemc: Siemc, write: Write, folder: Path) -> None:
    text = CLEAN.replace("2024-05-19", "2024/05/19")
    run = siemc("lint", write(text), "--fix", "--ignore", "SC415")
    assert run.code == 0
    assert (folder / "rules" / "linted_rule.yml").read_text() == text


def test_sarif_is_one_log_and_github_a_command_a_line(siemc: Siemc, write: Write) -> None:
    named = write(WARNING)
    log = json.loads(siemc("lint", named, "--format", "sarif").out)
    assert log["version"] == "2.1.0"
    run = siemc("lint", named, "--format", "github")
    assert run.out.startswith("::warning file=rules/linted_rule.yml,line=1,col=1,title=SC413::")


def test_findings_come_file_by_file_and_line_by_line(siemc: Siemc, folder: Path) -> None:
    for name in ("b_linted_rule.yml", "a_linted_rule.yml"):
        (folder / name).write_text(clean(title="A tool", date="2024/05/19"))
    run = siemc("lint", ".", "--format", "json", "--select", "SC463,SC415,SC410")
    seen = [(each["path"], each["line"]) for each in run.objects()]
    assert seen == sorted(seen)
    assert len(seen) == 5


def test_no_mistake_is_found_in_the_shipped_rules(siemc: Siemc) -> None:
    run = siemc("lint", RULES, "--format", "json")
    assert [each for each in run.objects() if each["severity"] != "note"] == []
