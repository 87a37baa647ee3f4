"""What the tests of the command line share."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RULES = Path(__file__).parents[2] / "rules"
TELEGRAM = RULES / "net_connection_win_domain_telegram_api_non_browser_access.yml"

# Compiles in every target on the open schemas, in Splunk and Lucene on the default ones.
GOOD = r"""
title: Good
id: 11111111-1111-4111-8111-111111111111
logsource: {product: windows, category: process_creation}
detection:
  selection:
    Image|endswith: '\evil.exe'
  condition: selection
"""
TYPO = GOOD.replace("Image|", "Imagee|").replace("Good", "Typo")
BROKEN = "title: Broken\ndetection: [unfinished\n"
UNKNOWN_SOURCE = GOOD.replace("product: windows", "product: toaster").replace("Good", "Toaster")


@dataclass(frozen=True)
class Run:
    """How a run of the program ended."""

    code: int
    out: str
    err: str

    def objects(self) -> list[dict[str, Any]]:
        """Standard output as JSON, an object a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    def object(self) -> dict[str, Any]:
        """The only object of standard output."""
        (found,) = self.objects()
        return found


def process(
    args: Sequence[str | Path], cwd: Path, env: dict[str, str] | None = None, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run the program as its users do, in a process of its own."""
    command = [sys.executable, "-m", "siemc", *map(str, args)]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
        **streams,
    )
