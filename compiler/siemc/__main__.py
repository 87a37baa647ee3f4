"""The ``siemc`` command."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line. Exit codes: 0, 1, 2 (see ``docs/cli.md``), 130 on Ctrl-C."""
    # Typer draws help with rich where it can; plain help starts in half the time.
    os.environ.setdefault("TYPER_USE_RICH", "0")
    from siemc.cli import app

    try:
        app(prog_name="siemc")
    except KeyboardInterrupt:
        print("siemc: stopped; what was written is whole", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        # The reader went away, as in `siemc compile … | head`: not an error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


if __name__ == "__main__":
    main()
