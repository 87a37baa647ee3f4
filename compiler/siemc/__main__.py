"""The ``siemc`` command."""

from __future__ import annotations

import gc
import os

STOPPED = 130


def main() -> None:
    """Run the command line. Exit codes: 0, 1, 2 (see ``docs/cli.md``), 130 on Ctrl-C."""
    # Modules, rules and queries are all kept: the collector would go through them for nothing.
    gc.disable()
    # Typer draws help with rich where it can; plain help starts in half the time.
    os.environ.setdefault("TYPER_USE_RICH", "0")
    try:
        from siemc.cli.streams import ending, leaving, open_streams
    except KeyboardInterrupt:  # so soon that nothing has begun
        os._exit(STOPPED)

    open_streams()
    with leaving(), ending():
        from siemc.cli import app

        app(prog_name="siemc")


if __name__ == "__main__":
    main()
