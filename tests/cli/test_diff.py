"""``siemc diff``: two files, two folders, two revisions."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli import BROKEN, GOOD, Run

Siemc = Callable[..., Run]
WIDER = GOOD.replace("|endswith: '\\evil.exe'", "|contains: 'evil'")
OTHER = GOOD.replace("11111111-", "22222222-").replace("title: Good", "title: Other")


def git(*args: str) -> None:
    who = ["-c", "user.email=a@example.org", "-c", "user.name=a", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *args], check=True, capture_output=True)


@pytest.fixture
def repository(folder: Path) -> Path:
    """A repository whose folder ``rules`` holds one committed rule."""
    rules = folder / "rules"
    rules.mkdir()
    (rules / "good.yml").write_text(GOOD)
    git("init", "-q")
    git("add", "rules")
    git("commit", "-qm", "one")
    return rules


def test_the_same_rule_is_0(siemc: Siemc) -> None:
    run = siemc("diff", "good.yml", "good.yml")
    assert (run.code, run.out) == (0, "rules: 1 same\n")


@pytest.mark.parametrize(("swap", "kind"), [(False, "wider"), (True, "narrower")])
def test_two_files_are_one_rule_in_two_versions(siemc: Siemc, swap: bool, kind: str) -> None:
    Path("new.yml").write_text(WIDER)
    files = ["new.yml", "good.yml"] if swap else ["good.yml", "new.yml"]
    run = siemc("diff", *files, "--format", "json")
    found = run.object()
    assert (run.code, found["change"]) == (1, kind)
    (witness,) = found["witnesses"]
    assert (witness["old"], witness["new"]) == (swap, not swap)
    assert "evil" in witness["event"]["Image"].lower()


def test_rules_of_folders_are_paired_by_id(siemc: Siemc) -> None:
    for name in ("old", "new"):
        Path(name).mkdir()
    Path("old/a.yml").write_text(GOOD)
    Path("old/gone.yml").write_text(OTHER)
    Path("new/moved.yml").write_text(GOOD)
    run = siemc("diff", "old", "new")
    assert run.code == 1
    assert run.out == "removed: Other (old/gone.yml)\nrules: 1 removed, 1 same\n"


def test_a_revision_is_compared_with_the_folder(siemc: Siemc, repository: Path) -> None:
    (repository / "good.yml").write_text(WIDER)
    (repository / "other.yml").write_text(OTHER)
    run = siemc("diff", "HEAD:rules", "rules", "--format", "markdown")
    assert run.code == 1
    assert "- **wider**: Good (`rules/good.yml`)" in run.out
    assert "- **added**: Other (`rules/other.yml`)" in run.out
    assert "```json\n" in run.out
    assert siemc("diff", "HEAD:rules", "HEAD:rules").code == 0


def test_a_rule_broken_since_is_broken_and_not_removed(siemc: Siemc, repository: Path) -> None:
    (repository / "good.yml").write_text(BROKEN)
    run = siemc("diff", "HEAD:rules", "rules")
    assert run.code == 1
    assert run.out.endswith("rules: 1 broken\n")


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("nope:rules", "there is no revision nope"),
        ("HEAD:nope", "HEAD has no nope"),
        ("nope", "There is no nope"),
    ],
)
@pytest.mark.usefixtures("repository")
def test_what_is_not_there_is_2(siemc: Siemc, spec: str, said: str) -> None:
    run = siemc("diff", spec, "rules")
    assert (run.code, run.out) == (2, "")
    assert said in run.err


@pytest.mark.usefixtures("repository")
def test_a_revision_is_never_an_option_of_git(siemc: Siemc) -> None:
    run = siemc("diff", "--", "--output=written:rules", "rules")
    assert run.code == 2
    assert not Path("written").exists()


def test_no_repository_and_no_git_are_2(
    siemc: Siemc, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(folder.parent))
    assert "not a git repository" in siemc("diff", "HEAD:rules", ".").err
    monkeypatch.setenv("PATH", "")
    run = siemc("diff", "HEAD:rules", ".")
    assert run.code == 2
    assert "git cannot be run" in run.err


def test_a_broken_rule_shows_why_where_the_user_finds_it(siemc: Siemc, repository: Path) -> None:
    (repository / "new.yml").write_text(BROKEN)
    run = siemc("diff", "HEAD:rules", "rules")
    assert (run.code, run.err) == (1, "")
    assert "broken: untitled rule (rules/new.yml)\n  rules/new.yml:3:1: error SC004: " in run.out


def test_what_is_no_rule_in_a_folder_is_said_of_the_version_it_is_in(
    siemc: Siemc, repository: Path
) -> None:
    (repository / "settings.yml").write_text("a: b\n")
    run = siemc("diff", "HEAD:rules", "rules")
    assert run.code == 0
    assert "rules/settings.yml" in run.err


def test_two_empty_folders_are_2(siemc: Siemc) -> None:
    Path("empty").mkdir()
    run = siemc("diff", "empty", "empty")
    assert (run.code, run.out) == (2, "")
    assert "SC306" in run.err
