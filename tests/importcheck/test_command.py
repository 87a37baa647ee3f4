"""``siemc import-check``: streams, exit codes and formats."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli import Run
from tests.importcheck import SEARCHES, ndjson, rule

Command = Callable[..., Run]
WRONG = SEARCHES.replace("alert.severity = 4", "alert.severity = 9")
UNKNOWN = SEARCHES + "nonsense = 1\n"


@pytest.fixture
def conf(tmp_path: Path) -> Callable[[str], str]:
    def write(text: str) -> str:
        (tmp_path / "savedsearches.conf").write_text(text, encoding="utf-8")
        return "savedsearches.conf"

    return write


Conf = Callable[[str], str]


def test_a_good_file_is_0_and_nothing_on_stdout(command: Command, conf: Conf) -> None:
    run = command(conf(SEARCHES))
    assert (run.code, run.out) == (0, "")
    assert run.err == "siemc: 1 file of settings, 1 saved search: nothing found\n"


def test_an_error_is_1_with_its_place_and_a_hint(command: Command, conf: Conf) -> None:
    run = command(conf(WRONG))
    assert run.code == 1
    first, second = run.out.splitlines()
    assert first == "savedsearches.conf:7: error SC327: alert.severity is '9'."
    assert second.strip() == "It takes a number from 1 to 6."


def test_a_warning_fails_only_where_that_is_asked_for(command: Command, conf: Conf) -> None:
    name = conf(UNKNOWN)
    assert command(name).code == 0
    assert command(name, "--fail-on", "warning").code == 1
    assert command(conf(WRONG), "--fail-on", "never").code == 0


@pytest.mark.parametrize("path", ["missing", "empty", "notes.txt", "missing\0"])
def test_nothing_to_check_is_2(command: Command, tmp_path: Path, path: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    run = command(path)
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("siemc: error SC")


def test_json(command: Command, conf: Conf) -> None:
    found = command(conf(WRONG), "--format", "json").object()
    assert (found["code"], found["path"], found["line"]) == ("SC327", "savedsearches.conf", 7)
    assert found["rule"] == {"id": None, "title": "My search"}


def test_github(command: Command, conf: Conf) -> None:
    run = command(conf(WRONG), "--format", "github")
    assert run.out.startswith("::error file=savedsearches.conf,line=7,title=SC327::")


def test_sarif(command: Command, tmp_path: Path) -> None:
    (tmp_path / "rules.ndjson").write_text(ndjson(rule(severity="grave")), encoding="utf-8")
    log = json.loads(command("rules.ndjson", "--format", "sarif").out)
    (result,) = log["runs"][0]["results"]
    assert (result["ruleId"], result["level"]) == ("SC336", "error")


def test_several_paths_are_all_checked(command: Command, conf: Conf, tmp_path: Path) -> None:
    (tmp_path / "rules.ndjson").write_text(ndjson(rule()), encoding="utf-8")
    run = command(conf(SEARCHES), "rules.ndjson")
    assert run.err == "siemc: 1 file of settings, 1 saved search, 1 detection rule: nothing found\n"


def test_what_somebody_else_wrote_does_not_move_the_cursor(command: Command, conf: Conf) -> None:
    run = command(conf("[a\x1b[2J]\nsearch = a\nalert.severity = \x1b[31m\n"))
    assert "\x1b" not in run.out
