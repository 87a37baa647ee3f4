"""Fixtures: the program in this process, in an empty folder without settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from siemc.cli import app
from tests.cli import GOOD, Run


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in, with one rule that compiles."""
    found = tmp_path / "work"
    found.mkdir()
    (found / "good.yml").write_text(GOOD, encoding="utf-8")
    monkeypatch.chdir(found)
    return found


@pytest.fixture
def siemc(folder: Path) -> Callable[..., Run]:
    """Run the command line in ``folder``; a traceback fails the test."""

    def run(*args: Any) -> Run:
        result = CliRunner().invoke(app, [str(arg) for arg in args])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Run(result.exit_code, result.stdout, result.stderr)

    return run
