"""The standard streams, and how the program ends when one of them or the user stops it."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn, TextIO

import typer
from typer.core import TyperGroup

STOPPED = 130
UNWRITTEN = 2


def open_streams() -> None:
    """Make both streams fit to be written to: queries are UTF-8, whatever the locale says.

    A stream that was closed (``>&-``) becomes one that goes nowhere: Python has ``None`` there, and
    ``print`` takes that for standard output.
    """
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")


@contextmanager
def ending() -> Iterator[None]:
    """Flush standard output in the end, and turn what stops the program into its exit code.

    Ctrl-C is 130. A reader that went away, as in ``siemc compile … | head``, is no error: the code
    is the one that was on its way. A full disk is one, of exit code 2.
    """
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:
        print("siemc: stopped; what was written is whole", file=sys.stderr)
        sys.exit(STOPPED)
    except BrokenPipeError as error:
        _write_nowhere()
        sys.exit(getattr(error.__context__, "exit_code", 0))
    except OSError as error:
        _write_nowhere()
        _say(error)
        sys.exit(UNWRITTEN)


@contextmanager
def leaving() -> Iterator[None]:
    """Leave with the exit code at once, for a program whose standard output has been flushed.

    Python would first free every object, which takes a tenth of the time for one rule and a
    twentieth for thousands; mypy leaves in the same way (``hard_exit`` in ``mypy/util.py``).
    """
    code: Any = 0
    try:
        yield
    except SystemExit as ended:
        code = ended.code or 0
        if not isinstance(code, int):
            raise
    with suppress(OSError):  # there is nobody left to tell
        sys.stderr.flush()
    os._exit(code)


def answer(text: str, code: int) -> NoReturn:
    """Print an answer and end with its exit code, whether or not anybody reads it."""
    with suppress(BrokenPipeError):
        print(text, flush=True)
    raise typer.Exit(code)


def _write_nowhere() -> None:
    """Send the rest of standard output nowhere, so that Python can flush it when it exits."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


def _say(error: OSError) -> None:
    from siemc.cli.common import say
    from siemc.diagnostics import Diagnostic

    hint = "Make room, or send it elsewhere."
    reason = error.strerror or type(error).__name__
    message = f"Standard output cannot be written: {reason}."
    if error.filename is not None:
        hint, message = "Check the path and its permissions.", f"It cannot be opened: {reason}."
    code = "SC307" if error.filename is None else "SC001"
    say(Diagnostic(code, message, hint, str(error.filename) if error.filename else None))


class Commands(TyperGroup):
    """The commands. What stops one ends as ``ending`` says; Typer alone would exit with 1."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        with ending():
            return super().invoke(ctx)
