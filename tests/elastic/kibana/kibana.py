"""Kibana's own KQL parser, from npm, beside our reader.

``@cybernetex/kbn-es-query`` is the library of about Kibana 7.5. It is installed once into a cache
folder of the user, from the lock file in this folder; ``SIEMC_KIBANA`` names another folder.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import IO, Any

HERE = Path(__file__).parent
PACKAGE = Path("node_modules", "@cybernetex", "kbn-es-query")


class Missing(Exception):  # noqa: N818 - the reason of a skipped test
    """Node or the package is not there, and why."""


class Kibana:
    """A running parser."""

    def __init__(self, folder: Path) -> None:
        command = [_program("node"), str(HERE / "bridge.js"), str(folder / PACKAGE)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def ask(self, text: str, query: bool = False) -> dict[str, Any]:
        """The ``tree`` of a KQL text, or its ``query`` if asked for; or an ``error``."""
        to, back = _pipes(self.process)
        to.write(json.dumps({"text": text, "query": query}) + "\n")
        to.flush()
        answer: dict[str, Any] = json.loads(back.readline())
        return answer

    def close(self) -> None:
        """End the process."""
        to, _ = _pipes(self.process)
        to.close()
        self.process.wait(timeout=10)


def _pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout


def start() -> Kibana:
    """A parser. Raises ``Missing``."""
    return Kibana(_installed())


@cache
def _installed() -> Path:
    folder = Path(os.environ.get("SIEMC_KIBANA") or _cache() / "siemc" / "kibana")
    if not (folder / PACKAGE).is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, folder / name)
        _install(folder)
    return folder


def _install(folder: Path) -> None:
    command = [_program("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=180, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise Missing("npm did not install Kibana's parser within three minutes") from late
    if done.returncode != 0:
        raise Missing(f"npm did not install Kibana's parser: {done.stderr[-300:]}")


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Missing(f"{name} is not installed")
    return found
