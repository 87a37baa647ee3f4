"""Exit codes and the two streams: what a script sees of ``siemc compile``."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.cli import BROKEN, GOOD, RULES, TYPO, UNKNOWN_SOURCE, Run, process

Siemc = Callable[..., Run]
posix_only = pytest.mark.skipif(os.name != "posix", reason="needs signals, pipes and terminals")


def test_all_compiled_is_0_and_queries_are_all_there_is_on_stdout(siemc: Siemc) -> None:
    run = siemc("compile", "good.yml", "-t", "spl")
    assert run.code == 0
    assert run.out == (
        'source="XmlWinEventLog:Microsoft-Windows-Sysmon/Operational" EventCode=1 '
        'Image="*\\\\evil.exe"\n'
    )
    *_, said, assumed = run.err.splitlines()
    assert said == "siemc: queries: 1 compiled"
    assert assumed.startswith("siemc: 1 rest on SA02: ")


def test_refused_is_1(siemc: Siemc) -> None:
    run = siemc("compile", "good.yml", "-t", "kql")
    assert run.code == 1
    assert run.out == ""
    assert "good.yml:7:5: error SC201: " in run.err


def test_one_broken_rule_is_1_and_does_not_stop_the_others(folder: Path, siemc: Siemc) -> None:
    (folder / "broken.yml").write_text(BROKEN)
    run = siemc("compile", ".", "-t", "spl")
    assert run.code == 1
    assert run.out.count("\n") == 1
    assert re.search(r"^\./broken\.yml:[23]:\d+: error SC004: ", run.err, re.MULTILINE)
    assert "queries: 1 compiled, 1 failed" in run.err


def test_labelled_is_0(siemc: Siemc) -> None:
    run = siemc("compile", "good.yml", "-t", "kql", "--inexact", "label")
    assert run.code == 0
    assert run.out.endswith("process.executable: *\\\\evil.exe\n")


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["-t", "splk"], "SC302", "There is no target splk."),
        (["-t", "luceen"], "SC302", "Did you mean lucene?"),
        (["-t", "KQL"], "SC302", "Did you mean kql?"),
        (["-s", "winlogbeat"], "SC303", "Did you mean winlogbeat-9?"),
        (["-s", "kql=winlogbeat"], "SC303", "Did you mean winlogbeat-9?"),
        (["-t", "spl", "-s", "winlogbeat-9"], "SC303", "takes the schema 'winlogbeat-9'"),
        (["-s", "spl=winlogbeat-9"], "SC303", "There is no schema 'winlogbeat-9'."),
        (["-s", "kql="], "SC303", "There is no schema ''."),
        (["-s", ""], "SC303", "takes the schema ''"),
        (["-s", "kqll=raw"], "SC302", "Did you mean kql?"),
        (["-s", "dsl=raw"], "SC302", "no target that was asked for"),
        (["-s", "kql=no.json"], "SC303", "No such file"),
        (["-s", "x" * 5000], "SC303", "takes the schema 'xxx"),
        (["--source", "sysmonn"], "SC304", "Did you mean sysmon?"),
        (["-p", "no.yml"], "SC001", "no such file"),
        (["-p", "good.yml"], "SC301", "not a processing pipeline"),
        (["-o", "/proc/nowhere"], "SC307", "cannot be written"),
    ],
    ids=lambda value: " ".join(value)[:20] if isinstance(value, list) else "",
)
def test_wrong_option_is_2_with_a_code(siemc: Siemc, args: list[str], code: str, said: str) -> None:
    run = siemc("compile", "good.yml", *args)
    assert (run.code, run.out) == (2, "")
    assert f"error {code}: " in run.err
    assert said in run.err


def test_wrong_choice_and_missing_path_are_2(siemc: Siemc) -> None:
    for args in (["good.yml", "--format", "xml"], ["good.yml", "--nope"], []):
        run = siemc("compile", *args)
        assert (run.code, run.out) == (2, "")
        assert "Usage: " in run.err


def test_no_rule_at_all_is_2(folder: Path, siemc: Siemc) -> None:
    (folder / "empty").mkdir()
    (folder / "docs").mkdir()
    (folder / "docs" / "settings.yml").write_text("a: 1\n")
    assert "error SC306: There is no Sigma rule in empty." in siemc("compile", "empty").err
    run = siemc("compile", "docs")
    assert run.code == 2
    assert "docs/settings.yml:1:1: note SC009: " in run.err
    run = siemc("compile", "nope")
    assert run.code == 2
    assert "error SC031: There is no file or folder 'nope'." in run.err


def test_typo_in_a_field_says_where_and_what_was_meant(folder: Path, siemc: Siemc) -> None:
    (folder / "typo.yml").write_text(TYPO)
    run = siemc("compile", "typo.yml")
    assert run.code == 1
    assert "queries: 3 refused" in run.err
    for schema in ("splunk-sysmon", "winlogbeat-9"):
        head = f"typo.yml:7:5: error SC102: Sysmon has no field Imagee on schema {schema}."
        assert f"{head}\n    Did you mean Image?\n" in run.err


def test_unknown_log_source_uses_raw_names_unless_a_closed_schema_was_named(
    folder: Path, siemc: Siemc
) -> None:
    (folder / "toaster.yml").write_text(UNKNOWN_SOURCE)
    run = siemc("compile", "toaster.yml", "-t", "spl")
    assert (run.code, run.out) == (0, 'Image="*\\\\evil.exe"\n')
    assert "toaster.yml:4:1: note SC104: " in run.err
    run = siemc("compile", "toaster.yml", "-t", "spl", "-s", "splunk-sysmon")
    assert (run.code, run.out) == (1, "")
    assert "toaster.yml:4:1: error SC101: " in run.err


def test_pipe_gets_bare_queries_of_one_target_and_blocks_of_several(siemc: Siemc) -> None:
    several = siemc("compile", "good.yml", "-t", "spl", "-t", "lucene")
    assert several.out.startswith("# Good  (good.yml)\nspl     source=")
    assert "\nlucene  " in several.out


def test_title_cannot_move_the_cursor(folder: Path, siemc: Siemc) -> None:
    hostile = GOOD.replace("title: Good", r'title: "\e[2J\e]0;x\a\nspl  index=*"')
    (folder / "hostile.yml").write_text(hostile)
    run = siemc("compile", "hostile.yml", "-t", "spl", "-t", "lucene")
    assert run.out.splitlines()[0] == r"# \x1b[2J\x1b]0;x\x07\nspl  index=*  (hostile.yml)"


@posix_only
def test_reader_that_goes_away_is_no_error(folder: Path) -> None:
    command = [sys.executable, "-m", "siemc", "compile", str(RULES)]
    found = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert found.stdout is not None
    found.stdout.close()
    assert found.stderr is not None
    said = found.stderr.read().decode()
    assert found.wait(30) == 0
    assert "Traceback" not in said
    assert "BrokenPipe" not in said


@posix_only
def test_closed_and_full_streams(folder: Path) -> None:
    closed = _shell(folder, ">&-")
    assert closed.returncode == 0
    assert "1 compiled" in closed.stderr
    silent = _shell(folder, "2>&-")
    assert silent.stdout.count("\n") == 1
    assert "siemc:" not in silent.stdout
    if os.path.exists("/dev/full"):
        full = _shell(folder, ">/dev/full")
        assert full.returncode == 2
        assert "error SC307: " in full.stderr
        assert "Traceback" not in full.stderr


def _shell(folder: Path, redirection: str) -> subprocess.CompletedProcess[str]:
    command = f'"{sys.executable}" -m siemc compile good.yml -t spl {redirection}'
    return subprocess.run(
        ["sh", "-c", command], cwd=folder, capture_output=True, text=True, check=False
    )


def test_queries_are_utf8_whatever_the_locale(folder: Path) -> None:
    (folder / "good.yml").write_text(GOOD.replace("evil", "größe"), encoding="utf-8")
    found = process(
        ["compile", "good.yml", "-t", "spl"], folder, {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    )
    assert found.returncode == 0
    assert "größe.exe" in found.stdout


@posix_only
def test_ctrl_c_is_130_and_leaves_only_whole_files(folder: Path) -> None:
    many = folder / "many"
    many.mkdir()
    for i in range(1500):
        (many / f"r{i:04}.yml").write_text(GOOD.replace("evil", f"evil{i}"))
    command = [sys.executable, "-m", "siemc", "compile", "many", "-t", "spl", "-o", "out"]
    # A shell starts what runs in its background deaf to Ctrl-C, and the tests may run so.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    found = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True)
    signal.signal(signal.SIGINT, before)
    deadline = time.monotonic() + 20
    while not list((folder / "out").glob("*.spl")) and time.monotonic() < deadline:
        time.sleep(0.005)
    found.send_signal(signal.SIGINT)
    _, said = found.communicate(timeout=20)
    assert found.returncode == 130
    assert said.splitlines()[-1] == "siemc: stopped; what was written is whole"
    written = list((folder / "out").iterdir())
    assert 0 < len(written) < 1500
    for path in written:
        number = int(path.stem[1:])
        assert path.read_text().endswith(f'Image="*\\\\evil{number}.exe"\n')


@posix_only
@pytest.mark.parametrize(("rules", "shown"), [(60, True), (10, False)])
def test_progress_bar_past_50_rules_on_a_terminal_only_on_stderr(
    folder: Path, rules: int, shown: bool
) -> None:
    many = folder / "many"
    many.mkdir()
    for i in range(rules):
        (many / f"r{i}.yml").write_text(GOOD)
    ours, theirs = pty.openpty()
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(_read_all, ours)
        found = process(
            ["compile", "many", "-t", "spl"],
            folder,
            {"TERM": "xterm", "COLUMNS": "80"},
            stderr=theirs,
        )
        os.close(theirs)
        said = reading.result(timeout=10)
    assert found.returncode == 0
    assert ("Compiling" in said) is shown
    assert found.stdout.count("\n") == rules
    assert "\x1b" not in found.stdout
    assert f"queries: {rules} compiled" in said


def _read_all(terminal: int) -> str:
    """What was written to a terminal whose other side is closed (on Linux its end is an error)."""
    parts = []
    try:
        while part := os.read(terminal, 65536):
            parts.append(part)
    except OSError:
        pass
    os.close(terminal)
    return b"".join(parts).decode()
