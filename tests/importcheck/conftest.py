"""Fixtures: checking a file, a folder of files, and the command itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from siemc.cli.import_check import import_check_command
from siemc.importcheck.report import Report
from siemc.importcheck.run import check
from tests.cli import Run

CheckFile = Callable[[str, str | bytes], Report]
CheckFolder = Callable[[Mapping[str, str | bytes]], Report]


@pytest.fixture
def check_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CheckFile:
    """Check one file of this name, in the folder one stands in."""
    monkeypatch.chdir(tmp_path)

    def run(name: str, content: str | bytes) -> Report:
        data = content.encode() if isinstance(content, str) else content
        (tmp_path / name).write_bytes(data)
        return check([name])

    return run


@pytest.fixture
def check_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CheckFolder:
    """Check a folder ``myapp`` with these files."""
    monkeypatch.chdir(tmp_path)

    def run(contents: Mapping[str, str | bytes]) -> Report:
        for name, content in contents.items():
            path = tmp_path / "myapp" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return check(["myapp"])

    return run


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Run ``import-check`` in an empty folder; a traceback fails the test."""
    monkeypatch.chdir(tmp_path)
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(import_check_command)

    def run(*args: Any) -> Run:
        result = CliRunner().invoke(app, [str(arg) for arg in args])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Run(result.exit_code, result.stdout, result.stderr)

    return run
