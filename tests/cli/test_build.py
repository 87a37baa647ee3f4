"""``siemc build`` and ``siemc baseline``."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli import BROKEN, GOOD, RULES, Run

Siemc = Callable[..., Run]
OTHER = GOOD.replace("11111111-1111", "22222222-1111").replace("Good", "Other")
# KQL cannot compare this field without case on the default schema
HARD = OTHER.replace("Image|endswith: '\\evil.exe'", "CommandLine|contains: evil")


def contents(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return found


def test_everything_is_built_from_one_compile(siemc: Siemc, folder: Path) -> None:
    run = siemc("build", "good.yml", "-t", "spl", "-t", "lucene")
    assert run.code == 0
    assert set(contents(folder / "dist")) == {
        "manifest.json",
        "splunk/siemc.tgz",
        "elastic/detection-rules.ndjson",
        "queries/good.spl",
        "queries/good.lucene",
    }
    assert run.out.splitlines() == [
        "dist/splunk/siemc.tgz  1 rules",
        "dist/elastic/detection-rules.ndjson  1 rules",
        "dist/queries  2 queries",
    ]


def test_the_manifest_has_the_hash_of_every_artifact_and_rule(siemc: Siemc, folder: Path) -> None:
    siemc("build", "good.yml")
    found = manifest(folder / "dist")
    files = contents(folder / "dist")
    files.pop("manifest.json")
    assert {each["path"]: each["sha256"] for each in found["artifacts"]} == files
    (rule,) = found["rules"]
    assert rule["sha256"] == hashlib.sha256((folder / "good.yml").read_bytes()).hexdigest()
    (line,) = (folder / "dist/elastic/detection-rules.ndjson").read_bytes().splitlines(True)
    by_kind = {(each["kind"], each["target"]): each for each in rule["outputs"]}
    output = by_kind["detection-rule", "dsl"]
    assert output["sha256"] == hashlib.sha256(line).hexdigest()
    assert output["name"] == "11111111-1111-4111-8111-111111111111"
    assert output["verdict"] == "exact"
    assert output["assumptions"]
    refused = by_kind["query", "kql"]
    assert (refused["status"], refused["artifact"], refused["sha256"]) == ("refused", None, None)


def test_json_prints_the_manifest(siemc: Siemc, folder: Path) -> None:
    run = siemc("build", "good.yml", "--format", "json")
    assert json.loads(run.out) == manifest(folder / "dist")


def test_what_is_not_exact_is_left_out_and_the_rest_is_there(siemc: Siemc, folder: Path) -> None:
    (folder / "hard.yml").write_text(HARD, encoding="utf-8")
    (folder / "broken.yml").write_text(BROKEN, encoding="utf-8")
    run = siemc("build", ".", "-t", "kql", "-s", "agent-windows")
    assert run.code == 1
    assert "hard.yml:7:" in run.err
    assert "SC201" in run.err
    assert "query kql: 1 compiled, 1 failed, 1 refused" in run.err
    assert "detection-rule: 2 compiled, 1 failed" in run.err


def test_an_allowance_lets_it_out_and_the_artifacts_say_so(siemc: Siemc, folder: Path) -> None:
    (folder / "hard.yml").write_text(HARD, encoding="utf-8")
    allow = '[[deploy]]\nfolder = "."\n[deploy.allow]\nreason = "known"\ntargets = ["kql"]\n'
    (folder / "siemc.toml").write_text(allow, encoding="utf-8")
    run = siemc("build", "hard.yml", "-t", "kql", "-s", "agent-windows")
    assert run.code == 0
    assert (folder / "dist/queries/hard.inexact.kql").is_file()
    output = manifest(folder / "dist")["rules"][0]["outputs"][0]
    assert (output["status"], output["verdict"]) == ("labelled", "narrower")
    assert output["allowed"] == "known"


def test_strict_settings_refuse_what_rests_on_assumptions(siemc: Siemc, folder: Path) -> None:
    (folder / "siemc.toml").write_text("strict = true\n", encoding="utf-8")
    run = siemc("build", "good.yml", "-t", "lucene")
    assert run.code == 1
    assert "SC218" in run.err
    assert not (folder / "dist/elastic").exists()


def test_rules_that_no_importer_could_tell_apart_are_refused(siemc: Siemc, folder: Path) -> None:
    (folder / "twin.yml").write_text(GOOD.replace("Good", "Twin"), encoding="utf-8")
    lines = [line for line in GOOD.splitlines() if not line.startswith("id:")]
    (folder / "without.yml").write_text("\n".join(lines), encoding="utf-8")
    run = siemc("build", ".", "-t", "spl")
    assert run.code == 1
    assert "twin.yml:3:1: error SC314" in run.err
    assert "good.yml" in run.err
    assert run.err.count("SC314") == 3
    assert "saved-search: 3 refused" in run.err
    assert "query spl: 3 compiled" in run.err


def test_a_deployment_for_no_rule_is_told(siemc: Siemc, folder: Path) -> None:
    (folder / "siemc.toml").write_text('[[deploy]]\nid = "gone"\n', encoding="utf-8")
    assert (
        "SC315: No rule of this build is selected by the [[deploy]] with id = 'gone'."
        in siemc("build", "good.yml").err
    )


def test_one_warning_says_what_an_overwriting_import_takes_away(siemc: Siemc, folder: Path) -> None:
    assert siemc("build", "good.yml").err.count("SC316") == 1
    live = {"rule_id": "11111111-1111-4111-8111-111111111111", "type": "query", "enabled": True}
    (folder / "live.ndjson").write_text(json.dumps(live), encoding="utf-8")
    run = siemc("build", "good.yml", "--live", "live.ndjson")
    assert "SC316" not in run.err
    rule = json.loads((folder / "dist/elastic/detection-rules.ndjson").read_text(encoding="utf-8"))
    assert rule["enabled"] is True


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["missing.yml"], "SC031"),
        (["good.yml", "--live", "missing"], "SC313"),
        (["good.yml", "--baseline", "missing"], "SC317"),
        (["good.yml", "--app-version", "one"], "SC305"),
        (["good.yml", "-t", "splunk"], "SC302"),
        (["good.yml", "-o", "good.yml"], "SC307"),
        (["good.yml", "-o", "/proc/x/dist"], "SC307"),
        (["good.yml", "--junit", "good.yml/x"], "SC307"),
    ],
)
def test_misuse_is_told_and_nothing_is_written(
    siemc: Siemc, folder: Path, args: list[str], code: str
) -> None:
    run = siemc("build", *args)
    assert run.code == 2
    assert code in run.err
    if "--junit" not in args:
        assert not (folder / "dist").exists()


@pytest.mark.parametrize("mark", ["{}", '{"name": "a web extension"}', "[]", "{", None])
def test_a_manifest_of_something_else_does_not_give_a_folder_away(
    siemc: Siemc, folder: Path, mark: str | None
) -> None:
    if mark is None:
        (folder / "manifest.json").symlink_to("/etc/hostname")
    else:
        (folder / "manifest.json").write_text(mark, encoding="utf-8")
    before = sorted(path.name for path in folder.iterdir())
    run = siemc("build", "good.yml", "-o", ".")
    assert run.code == 2
    assert "SC307" in run.err
    assert sorted(path.name for path in folder.iterdir()) == before


def test_what_was_put_beside_the_artifacts_is_not_deleted(siemc: Siemc, folder: Path) -> None:
    siemc("build", "good.yml", "-t", "spl")
    (folder / "dist/notes").mkdir()
    (folder / "dist/notes/mine.txt").write_text("mine", encoding="utf-8")
    run = siemc("build", "good.yml", "-t", "spl")
    assert run.code == 2
    assert "notes/mine.txt" in run.err
    assert (folder / "dist/notes/mine.txt").is_file()


def test_indices_that_the_schema_does_not_know_are_told(siemc: Siemc, folder: Path) -> None:
    toml = '[[deploy]]\nelastic = {index = ["logs-linux-*"]}\n'
    (folder / "siemc.toml").write_text(toml, encoding="utf-8")
    run = siemc("build", "good.yml", "-t", "spl")
    assert "SC319" in run.err
    outputs = {each["kind"]: each for each in manifest(folder / "dist")["rules"][0]["outputs"]}
    assert outputs["detection-rule"]["codes"] == ["SC319"]


def test_a_rule_whose_field_is_missing_is_never_called_exact(siemc: Siemc, folder: Path) -> None:
    text = GOOD.replace("Image|endswith: '\\evil.exe'", "Image: x\n    NoSuchField: y")
    (folder / "lacking.yml").write_text(text, encoding="utf-8")
    (folder / "siemc.toml").write_text('[[deploy]]\nallow = {reason = "so"}\n', encoding="utf-8")
    siemc("build", "lacking.yml", "-s", "agent-windows", "-s", "spl=splunk-sysmon")
    outputs = manifest(folder / "dist")["rules"][0]["outputs"]
    assert {each["status"] for each in outputs} == {"labelled"}
    assert "exact" not in {each["verdict"] for each in outputs}


def test_a_folder_that_is_no_build_is_left_alone(siemc: Siemc, folder: Path) -> None:
    (folder / "dist").mkdir()
    (folder / "dist" / "mine.txt").write_text("mine", encoding="utf-8")
    assert siemc("build", "good.yml").code == 2
    assert contents(folder / "dist").keys() == {"mine.txt"}


def test_a_new_build_takes_the_place_of_the_old_one(siemc: Siemc, folder: Path) -> None:
    (folder / "other.yml").write_text(OTHER, encoding="utf-8")
    siemc("build", ".", "-t", "spl")
    assert (folder / "dist/queries/other.spl").is_file()
    (folder / "other.yml").unlink()
    siemc("build", ".", "-t", "spl")
    assert not (folder / "dist/queries/other.spl").exists()
    assert not [path for path in folder.iterdir() if path.name.startswith(".dist")]


# --- the same bytes, whole or not at all ------------------------------------------------------


def process(*args: str, cwd: Path, **env: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "siemc", "build", *args]
    nowhere = subprocess.DEVNULL
    environment = {**os.environ, **env}
    return subprocess.Popen(command, cwd=cwd, env=environment, stdout=nowhere, stderr=nowhere)


@pytest.mark.slow
def test_the_same_rules_make_the_same_bytes_anywhere_and_at_any_time(tmp_path: Path) -> None:
    """Whatever the order of sets, the folder one stands in, the zone of the clock."""
    there = tmp_path / "rules"
    there.mkdir()
    for path in RULES.glob("*.yml"):
        (there / path.name).write_bytes(path.read_bytes())
    schemas = ["-s", "agent-windows", "-s", "spl=splunk-sysmon", "--es"]
    one = process(
        str(there), "-o", str(tmp_path / "one"), *schemas, cwd=tmp_path, PYTHONHASHSEED="1"
    )
    assert one.wait() in {0, 1}
    time.sleep(1.1)  # past the second that a time stamp would show
    for path in there.iterdir():
        os.utime(path)
    two = process(".", "-o", "../two", *schemas, cwd=there, PYTHONHASHSEED="2", TZ="Asia/Tokyo")
    assert two.wait() in {0, 1}
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert len(contents(tmp_path / "one")) > 40


@pytest.mark.slow
def test_killed_at_any_moment_the_old_build_is_there_or_the_new_one(tmp_path: Path) -> None:
    for name, text in (("old", GOOD), ("new", OTHER)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.yml").write_text(text, encoding="utf-8")
    whole = {}
    for name in ("new", "old"):
        assert process(name, "-t", "spl", cwd=tmp_path).wait() == 0
        whole[name] = contents(tmp_path / "dist")
    started = time.monotonic()
    assert process("old", "-t", "spl", cwd=tmp_path).wait() == 0
    length = time.monotonic() - started
    chance = random.Random(1)
    for number in range(12):
        running = process(("old", "new")[number % 2], "-t", "spl", cwd=tmp_path)
        # most of the time goes into reading and proving; the end is where it matters
        time.sleep(length * (1.1 - 0.5 * chance.random() ** 2))
        running.send_signal(signal.SIGKILL)
        running.wait()
        found = contents(tmp_path / "dist")
        assert found in whole.values()
    assert process("new", "-t", "spl", cwd=tmp_path).wait() == 0
    assert contents(tmp_path / "dist") == whole["new"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dist", "new", "old"]


# --- only what changed ------------------------------------------------------------------------


def git(folder: Path, *args: str) -> None:
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run(["git", *identity, *args], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(folder: Path) -> Path:
    (folder / "other.yml").write_text(OTHER, encoding="utf-8")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "rules")
    return folder


def published(folder: Path) -> set[str]:
    lines = folder / "dist/elastic/detection-rules.ndjson"
    if not lines.exists():
        return set()
    found = (json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines())
    return {each["name"] for each in found}


def test_only_what_changed_is_imported_and_the_app_is_whole(siemc: Siemc, repository: Path) -> None:
    (repository / "other.yml").write_text(OTHER.replace("evil", "worse"), encoding="utf-8")
    (repository / "new.yml").write_text(
        OTHER.replace("22222222", "33333333").replace("Other", "New"), encoding="utf-8"
    )
    run = siemc("build", ".", "-t", "spl", "--only-changed", "HEAD")
    assert run.code == 0
    assert published(repository) == {"Other", "New"}
    assert set(contents(repository / "dist")) >= {"queries/new.spl", "queries/other.spl"}
    assert "queries/good.spl" not in contents(repository / "dist")
    assert "saved-search: 3 compiled" in run.err


def test_nothing_changed_is_nothing_to_import(siemc: Siemc, repository: Path) -> None:
    assert siemc("build", ".", "-t", "spl", "--only-changed", "HEAD").code == 0
    assert published(repository) == set()
    assert (repository / "dist/splunk/siemc.tgz").is_file()


def test_new_settings_change_every_rule(siemc: Siemc, repository: Path) -> None:
    (repository / "siemc.toml").write_text("[build]\nes = true\n", encoding="utf-8")
    siemc("build", ".", "-t", "spl", "--only-changed", "HEAD")
    assert published(repository) == {"Good", "Other"}


FILTER = """title: Filter
logsource: {product: windows, category: process_creation}
filter:
  rules: [11111111-1111-4111-8111-111111111111]
  selection: {User: admin}
  condition: not selection
"""


@pytest.mark.parametrize("change", ["remove", "move", "edit"])
def test_a_filter_that_changed_concerns_every_rule(
    siemc: Siemc, repository: Path, change: str
) -> None:
    path = repository / "filter.yml"
    path.write_text(FILTER, encoding="utf-8")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "filter")
    if change == "remove":
        path.unlink()
    elif change == "move":
        path.rename(repository / "filter.off")
    else:
        path.write_text(FILTER.replace("admin", "root"), encoding="utf-8")
    siemc("build", ".", "-t", "spl", "-s", "winlogbeat-9", "--only-changed", "HEAD")
    assert "Other" in published(repository)
    assert manifest(repository / "dist")["only_changed"] == "HEAD"


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", ""])
def test_a_revision_that_is_none_is_told(siemc: Siemc, repository: Path, revision: str) -> None:
    run = siemc("build", ".", f"--only-changed={revision}")
    assert run.code == 2
    assert not (repository / "dist").exists()
    assert not (repository / "x").exists()


# --- the baseline -----------------------------------------------------------------------------

KQL = ("-t", "kql", "-s", "agent-windows")


def test_with_a_baseline_only_what_is_new_or_worse_fails(siemc: Siemc, folder: Path) -> None:
    (folder / "hard.yml").write_text(HARD, encoding="utf-8")
    assert siemc("build", ".", *KQL).code == 1
    assert siemc("baseline", ".", *KQL).code == 0
    known = siemc("build", ".", *KQL, "--baseline", "siemc-baseline.json")
    assert known.code == 0
    assert "SC201" not in known.err
    assert siemc("baseline", ".", *KQL, "--check").code == 0
    worse = GOOD.replace("Image|endswith: '\\evil.exe'", "CommandLine|contains: evil")
    (folder / "good.yml").write_text(worse, encoding="utf-8")
    for run in (
        siemc("build", ".", *KQL, "--baseline", "siemc-baseline.json"),
        siemc("baseline", ".", *KQL, "--check"),
    ):
        assert run.code == 3
        assert "Good: query/kql is refused (SC201), was compiled, exact" in run.err
        assert run.err.count("new or worse") == 1


def test_what_is_better_than_the_baseline_is_told(siemc: Siemc, folder: Path) -> None:
    (folder / "hard.yml").write_text(HARD, encoding="utf-8")
    siemc("baseline", ".", *KQL)
    (folder / "hard.yml").write_text(OTHER, encoding="utf-8")
    run = siemc("build", ".", *KQL, "--baseline", "siemc-baseline.json")
    assert run.code == 0
    assert "1 better than the baseline" in run.err


def test_the_settings_can_name_the_baseline(siemc: Siemc, folder: Path) -> None:
    (folder / "hard.yml").write_text(HARD, encoding="utf-8")
    (folder / "siemc.toml").write_text('baseline = "known.json"\n', encoding="utf-8")
    assert siemc("build", ".", *KQL).code == 1  # there is none yet
    assert siemc("baseline", ".", *KQL).code == 0
    assert (folder / "known.json").is_file()
    assert siemc("build", ".", *KQL).code == 0
