"""The hooks, by pre-commit itself, in a repository of rules."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.ci import CLEAN, clone, git
from tests.cli import BROKEN, GOOD

pytestmark = [
    pytest.mark.package,
    pytest.mark.skipif(
        shutil.which("pre-commit") is None,
        reason="there is no pre-commit (pip install pre-commit)",
    ),
]
CONFIG = """repos:
  - repo: {url}
    rev: {rev}
    hooks:
      - id: siemc-lint
        files: ^rules/.*\\.ya?ml$
        args: [--fail-on=warning]
      - id: siemc-lint-fix
        files: ^rules/.*\\.ya?ml$
      - id: siemc-compile
        files: ^rules/.*\\.ya?ml$
        args: [-t, spl]
"""
FINE = f"""{GOOD}status: test
description: A process of a name.
author: a
date: 2026-01-01
level: low
"""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of rules that names the hooks of a clean clone of the project."""
    folder = tmp_path_factory.mktemp("hooks")
    project = clone(folder / "siemc")
    found = folder / "rules-of-ours"
    (found / "rules").mkdir(parents=True)
    git(found, "init", "--quiet")
    config = CONFIG.format(url=project.as_uri(), rev=git(project, "rev-parse", "HEAD"))
    (found / ".pre-commit-config.yaml").write_text(config)
    (found / "compose.yml").write_text("services: {}\n")
    return found


def run(repository: Path, text: str) -> tuple[int, str]:
    """What the hooks say of a rule that is about to be committed."""
    (repository / "rules" / "proc_creation_win_good.yml").write_text(text)
    git(repository, "add", "--all")
    done = subprocess.run(
        ["pre-commit", "run", "--color=never"],
        cwd=repository,
        env={
            **CLEAN,
            "PRE_COMMIT_HOME": str(repository.parent / "home"),
            "PATH": os.environ["PATH"],
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_a_sound_rule_passes_and_other_yaml_is_left_alone(repository: Path) -> None:
    code, said = run(repository, FINE)
    assert code == 0, said
    assert said.count("Passed") == 3


def test_a_broken_rule_fails_each_hook(repository: Path) -> None:
    code, said = run(repository, BROKEN)
    assert code == 1
    assert said.count("SC004") >= 3


def test_what_can_be_mended_is_mended(repository: Path) -> None:
    code, said = run(repository, FINE.replace("level: low", "level: info"))
    assert code == 1
    assert "files were modified by this hook" in said
    rule = repository / "rules" / "proc_creation_win_good.yml"
    assert "level: informational" in rule.read_text()
