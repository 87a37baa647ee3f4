"""The table of validators: nothing is left out in silence, and nothing asks the network."""

from __future__ import annotations

import socket
from importlib import import_module
from inspect import getmembers, isclass
from pathlib import Path
from typing import Any

import pytest
from sigma.validators.base import SigmaValidationIssue

from siemc.diagnostics import catalogue
from siemc.lint import stock
from tests.lint import CLEAN, clean, codes, found


def test_every_validator_is_run_or_left_out_with_a_reason() -> None:
    known = set(stock.validators())
    assert stock.entries().keys() & stock.left_out().keys() == set()
    assert known == stock.entries().keys() | stock.left_out().keys()
    assert all(stock.left_out().values())


def test_every_issue_of_a_validator_that_is_run_has_a_code() -> None:
    known = {code for issues in stock.entries().values() for code in issues}
    for name, validator in stock.validators().items():
        module = import_module(validator.__module__)
        issues = {
            each.__name__
            for _, each in getmembers(module, isclass)
            if issubclass(each, SigmaValidationIssue) and each.__module__ == module.__name__
        }
        assert set(stock.entries().get(name, ())) <= issues, name
        source = Path(str(module.__file__)).read_text(encoding="utf-8")
        unknown = {each for each in issues - known if each in source}
        left = {issue for issue in unknown if not _is_left_out(issue, module)}
        assert left == set(), name


def _is_left_out(issue: str, module: Any) -> bool:
    """Whether a validator that is not run is what makes this issue."""
    from inspect import getsource

    return any(
        issue in getsource(each)
        for name, each in getmembers(module, isclass)
        if name in stock.left_out()
    )


def test_every_code_of_the_table_is_in_the_catalogue() -> None:
    for issues in stock.entries().values():
        for entry in issues.values():
            assert entry.code in catalogue()


def test_no_check_opens_a_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []

    def refuse(*args: object, **_: object) -> None:
        opened.append(args)
        raise OSError("no network here")

    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    tagged = CLEAN.replace("t1204.002\n", "t1204.002\n    - d3fend.d3-fa\n    - attack.t9999\n")
    assert "SC416" in codes(found(tmp_path, tagged, clean(title="Another Title")))
    assert opened == []
    assert not (tmp_path / "home").exists()


def test_a_validator_that_fails_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    # SigmaHQ's looks at the first letter of each entry
    text = clean(falsepositives="['']", level=None)
    assert codes(found(tmp_path, text)) == ["SC413", "SC499"]
