"""Kibana's own KQL parser, from npm, beside our reader.

``@cybernetex/kbn-es-query`` is the library of about Kibana 7.5. It is installed once into a cache
folder of the user, from the lock file in this folder; ``SIEMC_KIBANA`` names another folder.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import IO, Any

from tests.engines import missing
from tests.engines.missing import Missing, program

NPM = Path(__file__).parent / "npm"
PACKAGE = Path("node_modules", "@cybernetex", "kbn-es-query")
HOW = "Kibana's parser is run by Node.js (apt-get install nodejs npm)"


class Kibana:
    """A running parser."""

    def __init__(self, folder: Path) -> None:
        command = [program("node", HOW), str(NPM / "bridge.js"), str(folder / PACKAGE)]
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
    folder = Path(os.environ.get("SIEMC_KIBANA") or missing.cache("kibana"))
    if not (folder / PACKAGE).is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as aside:
            _install(Path(aside))
            shutil.copytree(aside, folder, dirs_exist_ok=True)
    return folder


def _install(folder: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(NPM / name, folder / name)
    command = [program("npm", HOW), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=180, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise Missing("npm did not install Kibana's parser within three minutes") from late
    if done.returncode != 0:
        raise Missing(f"npm did not install Kibana's parser: {done.stderr[-300:]}")
