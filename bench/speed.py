"""Time whole commands: the corpus in three targets against sigma-cli's two, one rule, and help.

    python bench/speed.py RULES

User CPU seconds and peak memory, as the operating system accounts them. ``sigma`` is measured if
it is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

RULE = (
    Path(__file__).parents[1]
    / "rules"
    / "net_connection_win_domain_telegram_api_non_browser_access.yml"
)


def run(*command: str) -> tuple[float, float]:
    """User seconds and peak memory in MiB of a command; its output is thrown away."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime, usage.ru_maxrss / 1024


def main() -> int:
    """Print a line per command, and the ratio."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    rules = sys.argv[1]
    targets = ["-t", "spl", "-t", "kql", "-t", "lucene"]
    ours, memory = run("siemc", "compile", "-p", "none", *targets, rules)
    print(f"siemc, three targets, -p none: {ours:.2f} s user, {memory:.0f} MiB")
    print(f"siemc, one rule, four targets: {run('siemc', 'compile', str(RULE))[0]:.2f} s user")
    print(f"siemc --help: {run('siemc', '--help')[0]:.2f} s user")
    if shutil.which("sigma") is None:
        print("sigma is not installed: nothing to compare with")
        return 0
    each = ("splunk", "lucene")
    theirs = [run("sigma", "convert", "-t", t, "--without-pipeline", "-s", rules)[0] for t in each]
    print(f"sigma convert, {' and '.join(each)}: {theirs[0]:.2f} and {theirs[1]:.2f} s user")
    print(f"ratio: {ours / sum(theirs):.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
