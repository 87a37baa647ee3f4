"""``siemc lint``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from siemc.cli.common import say, usage_errors
from siemc.cli.findings import (
    FailOn,
    FailOnOption,
    Shape,
    ShapeOption,
    exit_code,
    print_findings,
)

if TYPE_CHECKING:
    from siemc.lint.findings import Finding
    from siemc.lint.run import Codes
    from siemc.load import Loaded


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
    shape: ShapeOption = Shape.TEXT,
    fail_on: FailOnOption = FailOn.WARNING,
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
    print_findings(findings, shape)
    print(f"siemc: {_summary(findings, loaded)}", file=sys.stderr)
    raise typer.Exit(exit_code(findings, fail_on))


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


def _summary(findings: list[Finding], loaded: Loaded) -> str:
    from siemc.lint.output import summary

    return summary(findings, len(loaded.rules) + len(loaded.broken))
