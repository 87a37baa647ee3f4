"""The action as a script: its steps run with bash, as the runner would, from a clean clone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
ACTION = ROOT / "action.yml"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
# A variable that leads Python to the tree would hide what is missing from an install
CLEAN = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
WHO = ("-c", "user.email=a@example.org", "-c", "user.name=a", "-c", "commit.gpgsign=false")


def document(path: Path) -> dict[str, Any]:
    """A workflow or an action. YAML 1.1 reads the key ``on`` as true."""
    found: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {"on" if key is True else str(key): value for key, value in found.items()}


def steps(path: Path) -> list[dict[str, Any]]:
    """All steps of an action, or of all jobs of a workflow."""
    found = document(path)
    if "runs" in found:
        return list(found["runs"]["steps"])
    return [step for job in found["jobs"].values() for step in job.get("steps", ())]


def git(folder: Path, *args: str) -> str:
    """Run git in a folder; what it prints."""
    done = subprocess.run(
        ["git", *WHO, *args], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def clone(target: Path) -> Path:
    """A clean clone of the project as it stands: what is committed, changed and new in the tree."""
    git(ROOT, "clone", "--quiet", "--no-hardlinks", str(ROOT), str(target))
    git(target, "checkout", "--quiet", "-B", "main")
    listed = git(ROOT, "ls-files", "-z", "--modified", "--others", "--exclude-standard")
    for name in filter(None, listed.split("\0")):
        there, here = ROOT / name, target / name
        here.unlink(missing_ok=True)
        if there.is_file():
            here.parent.mkdir(parents=True, exist_ok=True)
            here.write_bytes(there.read_bytes())
            here.chmod(there.stat().st_mode)
    git(target, "add", "--all")
    git(target, "commit", "--quiet", "--allow-empty", "-m", "as it stands")
    return target


@dataclass
class Runner:
    """What GitHub's runner does with a composite action, as far as this one asks for it.

    ``github`` are values of that context. A step's ``if`` is not read: leave it out by name.
    """

    workspace: Path
    temp: Path
    action: Path
    inputs: Mapping[str, str] = field(default_factory=dict)
    github: Mapping[str, str] = field(default_factory=dict)
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)

    @property
    def summary(self) -> Path:
        """The job's summary."""
        return self.temp / "summary.md"

    def run(self, leave_out: Sequence[str] = ()) -> int:
        """Run the steps one after another until one fails; its exit code."""
        for step in steps(self.action / "action.yml"):
            name = step.get("id", step["name"])
            if "run" not in step:
                self.outputs[name] = {"python-path": sys.executable}
            elif step["name"] not in leave_out:
                code = self._step(name, step)
                if code:
                    return code
        return 0

    def _step(self, name: str, step: Mapping[str, Any]) -> int:
        self.temp.mkdir(exist_ok=True)
        script, told = self.temp / "step.sh", self.temp / f"output-{name}"
        script.write_text(step["run"])
        told.write_text("")
        env = {key: self._value(str(value)) for key, value in step.get("env", {}).items()}
        env |= {"GITHUB_OUTPUT": str(told), "GITHUB_STEP_SUMMARY": str(self.summary)}
        env |= {"RUNNER_TEMP": str(self.temp), "GITHUB_WORKSPACE": str(self.workspace)}
        # As in "Workflow syntax for GitHub Actions", jobs.<job_id>.steps[*].shell
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.workspace / self._value(str(step.get("working-directory", "."))),
            env={**CLEAN, **env},
            capture_output=True,
            text=True,
            check=False,
        )
        self.log.append(f"== {step['name']}\n{done.stdout}{done.stderr}")
        pairs = (line.split("=", 1) for line in told.read_text().splitlines())
        self.outputs[name] = dict(pairs)
        return done.returncode

    def _value(self, text: str) -> str:
        return EXPRESSION.sub(lambda found: self._context(found[1]), text)

    def _context(self, path: str) -> str:
        first, _, rest = path.partition(".")
        if first == "inputs":
            default = document(self.action / "action.yml")["inputs"][rest].get("default", "")
            return self.inputs[rest] if rest in self.inputs else self._value(str(default))
        if first == "steps":
            name, _, output = rest.partition(".outputs.")
            return self.outputs.get(name, {}).get(output, "")
        if path == "github.action_path":
            return str(self.action)
        return self.github.get(rest, "")
