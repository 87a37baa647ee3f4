"""The action's steps, one after another, from a clean clone: from install to artifacts."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from siemc.publish.comment import mark
from tests.ci import Runner, clone, git
from tests.cli import GOOD

pytestmark = pytest.mark.package
COMMENT = "Comment on the pull request"
TELEGRAM = "net_connection_win_domain_telegram_api_non_browser_access.yml"
# Exact in no target of the repository's settings: nothing maps this log source
NOT_MAPPED = GOOD.replace("product: windows", "product: toaster")
HOSTILE = GOOD.replace("title: Good", 'title: "@octocat ::error::x <img src=x> `a` #1"')


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """The action as it ran on a push to a clone of the project."""
    folder = tmp_path_factory.mktemp("action")
    workspace = clone(folder / "work")
    runner = Runner(workspace, folder / "temp", workspace, {"output": "dist"})
    runner.outputs["run"] = {"exit-code": str(runner.run(leave_out=[COMMENT]))}
    return runner


@pytest.fixture
def pull_request(installed: Runner, tmp_path: Path) -> Callable[..., Runner]:
    """Run the installed action on the merge of a commit that changes the project's rules."""

    def run(files: dict[str, str], **inputs: str) -> Runner:
        workspace = clone_of(installed.workspace, tmp_path / "work")
        base = git(workspace, "rev-parse", "HEAD")
        git(workspace, "switch", "--quiet", "-c", "change")
        for name, text in files.items():
            (workspace / name).parent.mkdir(parents=True, exist_ok=True)
            (workspace / name).write_text(text, encoding="utf-8")
        git(workspace, "add", "--all")
        git(workspace, "commit", "--quiet", "--allow-empty", "-m", "change")
        head = git(workspace, "rev-parse", "HEAD")
        git(workspace, "switch", "--quiet", "--detach", base)
        git(workspace, "merge", "--quiet", "--no-ff", "-m", "merge", head)
        github = {"event.pull_request.base.sha": base, "event.pull_request.head.sha": head}
        runner = Runner(workspace, installed.temp, installed.action, inputs, github)
        installed.summary.unlink(missing_ok=True)
        code = runner.run(leave_out=["Install siemc", COMMENT])
        runner.outputs["run"] = {"exit-code": str(code)}
        assert "Traceback" not in "".join(runner.log)
        return runner

    return run


def clone_of(workspace: Path, target: Path) -> Path:
    git(workspace, "clone", "--quiet", str(workspace), str(target))
    return target


def code(runner: Runner) -> str:
    return runner.outputs["run"]["exit-code"]


def report(runner: Runner, name: str) -> str:
    return (runner.workspace / "siemc-reports" / name).read_text(encoding="utf-8")


def test_a_push_gives_the_artifacts_that_the_manifest_names(installed: Runner) -> None:
    assert code(installed) == "0", "".join(installed.log)
    dist = installed.workspace / installed.outputs["result"]["dist"]
    manifest = json.loads((dist / "manifest.json").read_text(encoding="utf-8"))
    assert {each["kind"] for each in manifest["artifacts"]} >= {
        "splunk-app",
        "detection-rules",
        "query",
    }
    for each in manifest["artifacts"]:
        data = (dist / each["path"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == each["sha256"]
    rules = installed.workspace / "rules"
    named = {each["path"].removesuffix(".yml") for each in manifest["rules"]}
    assert named == {path.stem for path in rules.glob("*.yml")}


def test_a_push_gives_the_reports(installed: Runner) -> None:
    for name in ("siemc-lint.sarif", "siemc-build.sarif"):
        assert json.loads(report(installed, name))["version"] == "2.1.0"
    suites = ElementTree.fromstring(report(installed, "siemc-junit.xml"))
    assert (suites.get("failures"), suites.get("errors")) == ("0", "0")
    assert not (installed.workspace / "siemc-reports" / "siemc-comment.md").exists()
    assert installed.outputs["result"]["exit-code"] == "0"


def test_a_wider_rule_is_told_with_an_event_and_the_artifacts_that_change(
    pull_request: Callable[..., Runner], installed: Runner
) -> None:
    old = (installed.workspace / "rules" / TELEGRAM).read_text(encoding="utf-8")
    wider = old.replace("'api.telegram.org'", "'telegram.org'")
    assert wider != old
    runner = pull_request({f"rules/{TELEGRAM}": wider})
    assert code(runner) == "0", "".join(runner.log)
    assert runner.outputs["compare"]["changed"] == "true"
    said = report(runner, "siemc-comment.md")
    assert said.startswith(f"{mark('rules')}\n")
    assert "- **wider**: " in said
    assert "telegram.org" in said
    assert "- **changed**: `splunk/siemc.tgz`" in said
    assert "- **changed**: `elastic/detection-rules.ndjson`" in said
    assert runner.summary.read_text(encoding="utf-8") == said
    assert git(runner.workspace, "worktree", "list").count("\n") == 0


def test_a_comment_in_a_rule_changes_no_artifact(
    pull_request: Callable[..., Runner], installed: Runner
) -> None:
    old = (installed.workspace / "rules" / TELEGRAM).read_text(encoding="utf-8")
    runner = pull_request({f"rules/{TELEGRAM}": f"{old}# a word\n"})
    assert code(runner) == "0"
    assert runner.outputs["compare"]["changed"] == "false"
    assert (runner.workspace / "siemc-reports" / "siemc-nothing-changes").exists()


def test_a_refused_rule_fails_after_everything_is_reported(
    pull_request: Callable[..., Runner],
) -> None:
    runner = pull_request({"rules/toaster.yml": NOT_MAPPED})
    assert code(runner) == "1", "".join(runner.log)
    assert (runner.workspace / "dist" / "manifest.json").exists()
    suites = ElementTree.fromstring(report(runner, "siemc-junit.xml"))
    failed = [each for each in suites.iter("testcase") if each.find("failure") is not None]
    names = {str(each.get("classname")).removesuffix(".yml") for each in failed}
    assert names == {"toaster"}
    assert "build: some rules are refused" in report(runner, "siemc-comment.md")
    assert runner.outputs["result"]["exit-code"] == "1"


def test_a_title_is_neither_a_command_nor_markup(pull_request: Callable[..., Runner]) -> None:
    runner = pull_request({"rules/hostile.yml": HOSTILE}, **{"lint-args": "--fail-on=never"})
    assert code(runner) == "0", "".join(runner.log)
    said = report(runner, "siemc-comment.md")
    assert "<img" not in said.replace("\\<img", "")
    assert "@octocat" not in said
    assert "#1" not in said.replace("#\u200b1", "")
    for text in runner.log:
        open_ = False
        for line in text.splitlines():
            open_ = line.startswith("::stop-commands::") or (open_ and not _ends(line))
            assert open_ or "::error::" not in line


def _ends(line: str) -> bool:
    return line.startswith("::") and line.endswith("::") and len(line) == 36


def test_no_rules_are_a_misuse_and_a_name_is_no_command(
    pull_request: Callable[..., Runner],
) -> None:
    runner = pull_request({}, rules="nothing; touch pwned $(touch pwned)")
    assert code(runner) == "2"
    assert not list(runner.workspace.rglob("pwned"))


def test_a_first_folder_of_rules_is_compared_with_nothing(
    pull_request: Callable[..., Runner],
) -> None:
    runner = pull_request({"more/good.yml": GOOD}, rules="more", targets="spl\nlucene\n")
    said = report(runner, "siemc-comment.md")
    assert "- **added**: Good (`more/good.yml`)" in said
    assert runner.outputs["compare"]["changed"] == "true"
    files = (runner.workspace / "dist" / "queries").rglob("*.*")
    assert {each.suffix for each in files} == {".spl", ".lucene"}


def test_a_shallow_checkout_is_said_and_compares_nothing(installed: Runner, tmp_path: Path) -> None:
    workspace = tmp_path / "work"
    source = f"file://{installed.workspace}"
    git(tmp_path, "clone", "--quiet", "--depth=1", source, str(workspace))
    shutil.rmtree(workspace / "tests")
    github = {"event.pull_request.base.sha": "0" * 40, "event.pull_request.head.sha": "1" * 40}
    runner = Runner(workspace, installed.temp, installed.action, {}, github)
    assert runner.run(leave_out=["Install siemc", COMMENT]) == 0, "".join(runner.log)
    assert "set fetch-depth: 0" in "".join(runner.log)
    assert runner.outputs["compare"] == {}
