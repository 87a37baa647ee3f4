"""``siemc lint``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from siemc.cli.common import say, usage_errors

if TYPE_CHECKING:
    from siemc.lint.findings import Finding
    from siemc.lint.run import Codes
    from siemc.load import Loaded

FOUND = 1


class Shape(StrEnum):
    """How the findings are printed."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


class FailOn(StrEnum):
    """From which severity on a finding makes the command fail."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"
    NEVER = "never"


def lint_command(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH...", help="Rules: files, or folders of them.")
    ],
    select: Annotated[
        list[str] | None,
        typer.Option("--select", metavar="CODES", help="Codes to look for, or beginnings of them."),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option("--ignore", metavar="CODES", help="Codes to leave out, or beginnings."),
    ] = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Mend what can be without changing what a rule matches.")
    ] = False,
    shape: Annotated[
        Shape, typer.Option("--format", help="How to print the findings.")
    ] = Shape.TEXT,
    fail_on: Annotated[
        FailOn, typer.Option("--fail-on", help="Exit 1 from this severity on.")
    ] = FailOn.WARNING,
) -> None:
    """Look for mistakes in rules; exit 0 if there are none, 1 if there are some, 2 on misuse."""
    from siemc.lint.run import Codes

    with usage_errors():
        codes = Codes(_codes(select), _codes(ignore))
        loaded = _load(paths)
        findings = _lint(loaded, codes)
        if fix and _fix(findings):
            loaded = _load(paths)
            findings = _lint(loaded, codes)
    _print(findings, shape)
    print(f"siemc: {_summary(findings, loaded)}", file=sys.stderr)
    raise typer.Exit(FOUND if _fails(findings, fail_on) else 0)


def _codes(options: list[str] | None) -> tuple[str, ...]:
    """The codes of options that may name several, with commas."""
    return tuple(code.strip() for option in options or () for code in option.split(","))


def _load(paths: list[str]) -> Loaded:
    from siemc.api import no_rules
    from siemc.load import load

    loaded = load(paths)
    if loaded.empty:
        for note in loaded.diagnostics:
            say(note)
        raise no_rules(paths)
    return loaded


def _lint(loaded: Loaded, codes: Codes) -> list[Finding]:
    from siemc.lint.run import lint

    with _progress(len(loaded.rules)) as step:
        return lint(loaded, codes, step)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """A progress bar on a terminal's standard error past ``MANY`` rules; call what it yields."""
    from siemc.cli.report import MANY

    if total <= MANY or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    # The findings come after it: nothing else is printed meanwhile
    with Progress(console=Console(stderr=True), transient=True, redirect_stdout=False) as bar:
        task = bar.add_task("Linting", total=total)
        yield lambda: bar.advance(task)


def _fix(findings: list[Finding]) -> bool:
    """Mend the files; whether any was."""
    from siemc.lint.fixes import mend, write

    mended = mend(findings)
    for each in mended:
        write(each)
    settled = sum(len(each.settled) for each in mended)
    files = f"{len(mended)} file{'s' * (len(mended) != 1)}"
    print(f"siemc: {settled} mended in {files}", file=sys.stderr)
    return bool(mended)


def _print(findings: list[Finding], shape: Shape) -> None:
    from siemc import __version__
    from siemc.lint import output
    from siemc.lint.sarif import sarif

    if shape is Shape.SARIF:
        print(sarif(findings, __version__))
        return
    lines = {
        Shape.TEXT: output.text,
        Shape.JSON: output.json_lines,
        Shape.GITHUB: output.github,
    }[shape]
    for line in lines(findings):
        print(line)


def _summary(findings: list[Finding], loaded: Loaded) -> str:
    from siemc.lint.output import summary

    return summary(findings, len(loaded.rules) + len(loaded.broken))


def _fails(findings: list[Finding], fail_on: FailOn) -> bool:
    order = [FailOn.NOTE, FailOn.WARNING, FailOn.ERROR]
    if fail_on is FailOn.NEVER:
        return False
    failing = set(order[order.index(fail_on) :])
    return any(each.diagnostic.severity in failing for each in findings)
