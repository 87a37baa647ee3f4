"""Settings: where they are found, what they set, and what wins over them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli import Run
from tests.cli.test_options import MAPPING

Siemc = Callable[..., Run]


def settings(folder: Path, text: str, name: str = "siemc.toml") -> None:
    (folder / name).write_text(text, encoding="utf-8")


def shown(run: Run) -> dict[str, str]:
    return {each["target"]: each["schema"] for each in run.objects()}


def test_settings_stand_in_for_missing_options(folder: Path, siemc: Siemc) -> None:
    settings(
        folder,
        'targets = ["kql", "spl"]\nformat = "json"\ninexact = "label"\nscope = "macro"\n'
        '[schema]\nkql = "winlogbeat-9"\n',
    )
    run = siemc("compile", "good.yml")
    assert run.code == 0
    assert shown(run) == {"kql": "winlogbeat-9", "spl": "splunk-sysmon"}
    assert [each["status"] for each in run.objects()] == ["labelled", "compiled"]
    assert run.objects()[1]["query"].startswith("`sysmon` EventCode=1")


def test_flags_win(folder: Path, siemc: Siemc) -> None:
    settings(
        folder,
        'targets = ["kql"]\nformat = "json"\ninexact = "label"\nscope = "macro"\npretty = true\n'
        'sources = ["all"]\n[schema]\nkql = "agent-windows"\n',
    )
    args = ["-t", "kql", "-s", "kql=raw", "--format", "text", "--inexact", "refuse", "--one-line"]
    assert siemc("compile", "good.yml", *args, "--source", "sysmon").out == (
        "Image: *\\\\evil.exe\n"
    )
    run = siemc("compile", "good.yml", "-t", "spl", "--scope", "source", "--source", "sysmon")
    assert run.object()["query"].startswith("source=")


def test_nearest_file_wins_and_siemc_toml_before_pyproject(folder: Path, siemc: Siemc) -> None:
    settings(folder.parent, 'targets = ["dsl"]\nformat = "json"\n')
    assert list(shown(siemc("compile", "good.yml"))) == ["dsl"]
    table = '[tool.siemc]\ntargets = ["lucene"]\nformat = "json"\n'
    settings(folder, table, "pyproject.toml")
    assert list(shown(siemc("compile", "good.yml"))) == ["lucene"]
    settings(folder, 'targets = ["spl"]\nformat = "json"\n')
    assert list(shown(siemc("compile", "good.yml"))) == ["spl"]


def test_pyproject_without_our_table_is_passed_over(folder: Path, siemc: Siemc) -> None:
    settings(folder.parent, 'targets = ["dsl"]\nformat = "json"\n')
    settings(folder, '[tool.other]\nx = 1\n[project]\nname = "y"\n', "pyproject.toml")
    assert list(shown(siemc("compile", "good.yml"))) == ["dsl"]


def test_pipeline_none_on_the_command_line_drops_the_settings_schemas(
    folder: Path, siemc: Siemc
) -> None:
    settings(folder, 'format = "json"\ntargets = ["spl", "lucene"]\nschema = "winlogbeat-9"\n')
    assert shown(siemc("compile", "good.yml")) == {
        "spl": "splunk-sysmon",
        "lucene": "winlogbeat-9",
    }
    assert shown(siemc("compile", "good.yml", "-p", "none")) == {
        "spl": "raw",
        "lucene": "raw-cased",
    }


def test_schema_for_another_target_or_platform_is_no_error(folder: Path, siemc: Siemc) -> None:
    settings(folder, 'format = "json"\nschema = "winlogbeat-9"\n')
    assert shown(siemc("compile", "good.yml", "-t", "spl")) == {"spl": "splunk-sysmon"}
    settings(folder, 'format = "json"\n[schema]\nkql = "raw"\n')
    assert shown(siemc("compile", "good.yml", "-t", "spl")) == {"spl": "splunk-sysmon"}


def test_paths_are_relative_to_the_file(
    folder: Path, siemc: Siemc, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "maps").mkdir()
    text = MAPPING.format(priority=1, old="Image", new="image_path")
    (folder / "maps" / "mine.yml").write_text(text)
    settings(folder, 'targets = ["spl"]\npipelines = ["none", "maps/mine.yml"]\n')
    (folder / "below").mkdir()
    monkeypatch.chdir(folder / "below")
    assert siemc("compile", "../good.yml").out == 'image_path="*\\\\evil.exe"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('target = ["spl"]', "there is no setting target"),
        ("colour = 1", "there is no setting colour"),
        ('targets = "spl"', "targets is a list of texts"),
        ("targets = [1]", "targets is a list of texts"),
        ('inexact = "maybe"', "inexact is one of refuse, label"),
        ("scope = 1", "scope is one of source, macro"),
        ("pretty = 1", "pretty is true or false"),
        ("schema = 1", "schema is a name, or a table"),
        ("[schema]\nkql = 1", "schema is a name, or a table"),
        ("targets = [", "at end of document"),
        ('targets = ["splk"]', "There is no target splk."),
        ('[schema]\nkqll = "raw"', "Did you mean kql?"),
        ('schema = "winlogbeat"', "Did you mean winlogbeat-9?"),
        ('pipelines = ["gone.yml"]', "gone.yml: error SC001"),
        ('sources = ["sysmonn"]', "Did you mean sysmon?"),
    ],
)
def test_wrong_settings_are_2(folder: Path, siemc: Siemc, text: str, said: str) -> None:
    settings(folder, text)
    run = siemc("compile", "good.yml")
    assert (run.code, run.out) == (2, "")
    assert said in run.err


def test_settings_that_are_not_utf8_are_2(folder: Path, siemc: Siemc) -> None:
    (folder / "siemc.toml").write_bytes(b'# caf\xe9\ntargets = ["spl"]\n')
    run = siemc("compile", "good.yml")
    assert run.code == 2
    assert "siemc.toml: error SC305: The settings are wrong: it is not UTF-8." in run.err


def test_init_writes_settings_that_work_and_keeps_existing_ones(folder: Path, siemc: Siemc) -> None:
    assert siemc("init").code == 0
    assert siemc("compile", "good.yml", "-t", "spl").code == 0
    again = siemc("init")
    assert again.code == 2
    assert "error SC309: There is a siemc.toml already." in again.err
    assert siemc("init", "nowhere").code == 2
