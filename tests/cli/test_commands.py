"""The other commands: ``targets``, ``pipelines``, ``schema`` and help."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from siemc_backends.elastic.platform import ELASTIC
from siemc_backends.splunk import SPLUNK
from tests.cli import RULES, Run, process

Siemc = Callable[..., Run]


def test_targets(siemc: Siemc) -> None:
    lines = siemc("targets").out.splitlines()
    assert [line.split()[0] for line in lines] == ["TARGET", "spl", "kql", "lucene", "dsl"]
    assert lines[1].split()[-3:] == ["splunk", "splunk-sysmon", "raw"]


def test_pipelines_lists_every_data_source(siemc: Siemc) -> None:
    out = siemc("pipelines").out
    for platform in (SPLUNK, ELASTIC):
        for source in platform.sources():
            assert str(source.pipeline) in out
    only = siemc("pipelines", "splunk").out
    assert "elastic" not in {line.split()[0] for line in only.splitlines()}
    wrong = siemc("pipelines", "splnk")
    assert (wrong.code, wrong.out) == (2, "")
    assert "error SC302: " in wrong.err


def test_schema_list_and_show_know_every_schema(siemc: Siemc) -> None:
    out = siemc("schema", "list").out
    for platform in (SPLUNK, ELASTIC):
        for name in platform.schema_names:
            assert name in out.split()
            assert siemc("schema", "show", name).code == 0


def test_schema_show_fields(siemc: Siemc) -> None:
    out = siemc("schema", "show", "winlogbeat-9", "process.executable", "nope").out
    assert any(line.startswith("process.executable  keyword") for line in out.splitlines())
    assert any(line.endswith("not in this schema") for line in out.splitlines())
    wrong = siemc("schema", "show", "winlogbeat")
    assert wrong.code == 2
    assert "Did you mean winlogbeat-9?" in wrong.err


def test_schema_template_is_json_for_the_fields_the_rules_use(siemc: Siemc) -> None:
    run = siemc("schema", "template", RULES)
    assert run.code == 0
    text = json.dumps(json.loads(run.out))
    assert '"caseless"' in text
    assert '"lowercase"' in text
    assert "_rollover" in run.err


def test_schema_template_misuse(folder: Path, siemc: Siemc) -> None:
    (folder / "empty").mkdir()
    assert "error SC306: " in siemc("schema", "template", "empty").err
    assert "error SC310: " in siemc("schema", "template", RULES, "--schema", "winlogbeat-9").err
    assert "error SC303: " in siemc("schema", "template", RULES, "--schema", "nope").err


def test_help_needs_neither_rich_nor_pysigma(folder: Path) -> None:
    block = "import sys; sys.modules['rich'] = sys.modules['sigma'] = None; "
    code = block + "sys.argv = ['siemc', *sys.argv[1:]]; from siemc.__main__ import main; main()"
    for args in (["--help"], ["compile", "-h"], ["schema", "--help"], ["--version"]):
        found = process([], folder) if not args else _python(code, args, folder)
        assert found == 0


def _python(code: str, args: list[str], folder: Path) -> int:
    import subprocess

    found = subprocess.run(
        [sys.executable, "-c", code, *args], cwd=folder, capture_output=True, text=True, check=False
    )
    assert found.stdout.startswith(("Usage: siemc", "siemc "))
    return found.returncode


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"FORCE_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_colours_where_nothing_is_a_terminal(folder: Path, env: dict[str, str]) -> None:
    found = process(["compile", "good.yml"], folder, env)
    assert "\x1b" not in found.stdout + found.stderr
