"""The committed pipelines, source tables and Splunk profile: loadable, current, consistent."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from sigma.processing.pipeline import ProcessingPipeline

from siemc.schema import load_schema
from siemc.sources import DataSource, LogSource, load_sources

BACKENDS = Path(__file__).resolve().parents[2] / "backends" / "siemc_backends"
TOOLS = BACKENDS.parents[1] / "tools"
PIPELINES = sorted(BACKENDS.glob("*/pipelines/*.yml"))
SOURCES = [
    pytest.param(platform, source, id=f"{platform}-{source.id}")
    for platform in ("splunk", "elastic")
    for source in load_sources(BACKENDS / platform / "sources.yml")
]
SPLUNK = load_schema(BACKENDS / "splunk" / "profiles" / "splunk-sysmon.json")


def _transformations(path: Path) -> list[dict[str, Any]]:
    data: dict[str, list[dict[str, Any]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return data["transformations"]


@pytest.mark.parametrize("path", PIPELINES, ids=lambda path: path.stem)
def test_pipeline_loads_in_pysigma(path: Path) -> None:
    loaded = ProcessingPipeline.from_yaml(path.read_text(encoding="utf-8"))
    assert loaded.name
    assert len(loaded.items) == len(_transformations(path))


@pytest.mark.parametrize("path", PIPELINES, ids=lambda path: path.stem)
def test_every_added_condition_has_a_fixed_name_and_a_log_source(path: Path) -> None:
    added = [item for item in _transformations(path) if item["type"] == "add_condition"]
    assert added
    for item in added:
        assert item["name"].startswith("_scope_")
        assert {condition["type"] for condition in item["rule_conditions"]} == {"logsource"}


def test_files_are_what_the_tables_and_packages_give() -> None:
    reason = "the packages of log-source tables are not installed (they ask for pysigma < 2)"
    pytest.importorskip("sigma.pipelines.sysmon", reason=reason)
    pytest.importorskip("sigma.pipelines.windows", reason=reason)
    run = subprocess.run(
        [sys.executable, str(TOOLS / "build_pipelines.py"), "--check"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (run.returncode, run.stdout) == (0, "")


@pytest.mark.parametrize(("platform", "source"), SOURCES)
def test_every_log_source_of_a_data_source_gets_a_scope(platform: str, source: DataSource) -> None:
    added = [t for t in _transformations(source.pipeline) if t["type"] == "add_condition"]
    for logsource in source.logsources:
        wanted = [_logsource(c) for item in added for c in item["rule_conditions"]]
        assert logsource in wanted, f"{platform}: {logsource}"


def _logsource(condition: dict[str, Any]) -> LogSource:
    return LogSource(**{key: value for key, value in condition.items() if key != "type"})


@pytest.mark.parametrize(("platform", "source"), SOURCES)
def test_indices_of_a_data_source_are_in_the_profile(platform: str, source: DataSource) -> None:
    for name, patterns in source.schemas.items():
        path = BACKENDS / platform / "profiles" / f"{name}.json"
        assert set(patterns) <= set(load_schema(path).patterns)


def test_sysmon_comes_first_for_process_creation() -> None:
    wanted = LogSource(product="windows", category="process_creation")
    for platform, ids in (
        ("splunk", ["sysmon", "security"]),
        ("elastic", ["sysmon", "defend", "security"]),
    ):
        sources = load_sources(BACKENDS / platform / "sources.yml")
        assert [source.id for source in sources if source.serves(wanted)] == ids


def test_splunk_macro_replaces_a_field_of_the_scope() -> None:
    for source in load_sources(BACKENDS / "splunk" / "sources.yml"):
        if source.macro:
            added = [t for t in _transformations(source.pipeline) if t["type"] == "add_condition"]
            assert source.macro_replaces == ("source",)
            assert any("source" in item["conditions"] for item in added)


@pytest.mark.parametrize("field", ["Imagee", "image", "CommandLin", "ScriptBlockText", "Data"])
def test_sysmon_profile_catches_a_typing_error(field: str) -> None:
    assert not SPLUNK.within(["sysmon"]).has(field)


@pytest.mark.parametrize(
    "field", ["Image", "EventCode", "source", "Name", "QueryName", "NewName", "State", "Hash"]
)
def test_sysmon_profile_has_the_fields_of_all_events(field: str) -> None:
    assert SPLUNK.within(["sysmon"]).has(field)


@pytest.mark.parametrize("index", ["security", "system", "application", "powershell", "windows"])
def test_other_profiles_are_open_but_for_unnamed_data(index: str) -> None:
    schema = SPLUNK.within([index])
    assert schema.has("AnyEventData")
    assert schema.has("DataX")
    assert not schema.has("Data")


def test_splunk_profile_is_what_the_data_sources_give() -> None:
    corpus = os.environ.get("SIEMC_CORPUS")
    if not corpus:
        pytest.skip("SIEMC_CORPUS is not set: no data sources of security_content to compare with")
    directory = Path(corpus) / "escu" / "data_sources"
    command = [sys.executable, str(TOOLS / "build_splunk_profile.py"), str(directory), "--check"]
    assert subprocess.run(command, check=False).returncode == 0
