"""Reading settings files; what they do to a run is in ``tests/cli/test_settings.py``."""

from __future__ import annotations

from pathlib import Path

import pytest

from siemc.cli.init import TEMPLATE
from siemc.config import Settings, find_settings
from siemc.diagnostics import UsageError


def test_no_file_no_settings(tmp_path: Path) -> None:
    assert find_settings(tmp_path) == Settings()


def test_every_key(tmp_path: Path) -> None:
    (tmp_path / "map.yml").write_text("name: m\n")
    (tmp_path / "siemc.toml").write_text(
        'targets = ["spl"]\npipelines = ["map.yml", "none"]\nsources = ["all"]\n'
        'inexact = "label"\nscope = "macro"\nformat = "json"\npretty = true\n'
        '[schema]\nspl = "raw"\nkql = "own.json"\n'
    )
    assert find_settings(tmp_path / "below" / "deeper") == Settings(
        path=tmp_path / "siemc.toml",
        targets=("spl",),
        pipelines=(str(tmp_path / "map.yml"), "none"),
        sources=("all",),
        schema={"spl": "raw", "kql": str(tmp_path / "own.json")},
        inexact="label",
        scope="macro",
        format="json",
        pretty=True,
    )


def test_file_named_as_a_word_of_ours_stays_a_word(tmp_path: Path) -> None:
    (tmp_path / "none").write_text("")
    (tmp_path / "siemc.toml").write_text('pipelines = ["none"]\n')
    assert find_settings(tmp_path).pipelines == ("none",)


def test_wrong_settings_name_the_file(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool]\nsiemc = 5\n")
    with pytest.raises(UsageError) as caught:
        find_settings(tmp_path)
    assert caught.value.diagnostic.code == "SC305"
    assert caught.value.diagnostic.path == str(tmp_path / "pyproject.toml")


def test_settings_that_init_writes_are_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "siemc.toml").write_text(TEMPLATE)
    found = find_settings(tmp_path)
    assert found.targets == ("spl", "kql", "lucene")
    assert (found.pipelines, found.sources) == ((), ())
    assert (found.inexact, found.scope, found.pretty) == ("refuse", "source", None)
