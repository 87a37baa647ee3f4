"""Time whole commands: the corpus in three targets against sigma-cli's two, one rule, and help.

    python bench/speed.py RULES

Elapsed and user CPU seconds and peak memory, as the operating system accounts them; of the short
commands the best of several runs. ``sigma`` is measured if it is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

RULE = (
    Path(__file__).parents[1]
    / "rules"
    / "net_connection_win_domain_telegram_api_non_browser_access.yml"
)
SHORT_RUNS = 10
DONE = (0, 1)  # siemc ends with 1 where some queries are refused; anything else did no work


@dataclass(frozen=True)
class Cost:
    """What a command took: elapsed and user CPU seconds, and peak memory in MiB."""

    elapsed: float
    user: float
    memory: float

    def __str__(self) -> str:
        return f"{self.elapsed:6.2f} s elapsed  {self.user:6.2f} s user  {self.memory:4.0f} MiB"


def run(*command: str) -> Cost:
    """The cost of a command, its output thrown away; ``SystemExit`` where it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in DONE:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}")
    return Cost(time.perf_counter() - start, usage.ru_utime, usage.ru_maxrss / 1024)


def best(*command: str) -> Cost:
    """The cost of the quickest of several runs; the first writes the byte code if need be."""
    return min((run(*command) for _ in range(SHORT_RUNS)), key=lambda cost: cost.elapsed)


def compile_command(*targets: str) -> list[str]:
    """The start of a command that compiles for these targets."""
    return ["siemc", "compile", *(word for target in targets for word in ("-t", target))]


def against_sigma(ours: Cost, rules: str) -> None:
    """Print what sigma-cli takes for the same rules, and the ratio to it."""
    if shutil.which("sigma") is None:
        print("sigma is not installed: nothing to compare with")
        return
    theirs = {
        target: run("sigma", "convert", "-t", target, "--without-pipeline", "-s", rules)
        for target in ("splunk", "lucene")
    }
    for target, cost in theirs.items():
        print(f"sigma convert -t {target:<21}{cost}")
    elapsed = ours.elapsed / sum(cost.elapsed for cost in theirs.values())
    user = ours.user / sum(cost.user for cost in theirs.values())
    print(f"siemc takes {elapsed:.3f} of their time, {user:.3f} of their user CPU")


def main() -> int:
    """Print a line per command, and the ratio."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    rules = sys.argv[1]
    print(f"siemc --help                        {best('siemc', '--help')}")
    print(f"one rule, spl                       {best(*compile_command('spl'), str(RULE))}")
    every = compile_command("spl", "kql", "lucene", "dsl")
    print(f"one rule, four targets              {best(*every, str(RULE))}")
    ours = run(*compile_command("spl", "kql", "lucene"), "-p", "none", rules)
    print(f"all rules, three targets, -p none   {ours}")
    print(f"all rules, three targets, mapped    {run(*every[:-2], rules)}")
    against_sigma(ours, rules)
    return 0


if __name__ == "__main__":
    sys.exit(main())
