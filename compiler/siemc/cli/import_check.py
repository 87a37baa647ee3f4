"""``siemc import-check``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from siemc.cli.common import usage_errors
from siemc.cli.lint import FailOn, Shape

if TYPE_CHECKING:
    from siemc.importcheck.report import Report

FOUND = 1


def import_check_command(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...",
            help="Folders of siemc build, Splunk apps, .conf files, rules as .ndjson or .json.",
        ),
    ],
    shape: Annotated[
        Shape, typer.Option("--format", help="How to print the findings.")
    ] = Shape.TEXT,
    fail_on: Annotated[
        FailOn, typer.Option("--fail-on", help="Exit 1 from this severity on.")
    ] = FailOn.ERROR,
) -> None:
    """Check artifacts as Splunk and Kibana would; exit 0 if they import, 1 if not, 2 on misuse."""
    from siemc.importcheck.report import summary
    from siemc.importcheck.run import check

    with usage_errors():
        report = check(paths)
    _print(report, shape)
    print(f"siemc: {summary(report)}", file=sys.stderr)
    raise typer.Exit(FOUND if _fails(report, fail_on) else 0)


def _print(report: Report, shape: Shape) -> None:
    from siemc import __version__
    from siemc.lint import output
    from siemc.lint.sarif import sarif

    if shape is Shape.SARIF:
        print(sarif(report.findings, __version__))
        return
    lines = {
        Shape.TEXT: output.text,
        Shape.JSON: output.json_lines,
        Shape.GITHUB: output.github,
    }[shape]
    for line in lines(report.findings):
        print(line)


def _fails(report: Report, fail_on: FailOn) -> bool:
    order = [FailOn.NOTE, FailOn.WARNING, FailOn.ERROR]
    if fail_on is FailOn.NEVER:
        return False
    failing = set(order[order.index(fail_on) :])
    return any(each.diagnostic.severity in failing for each in report.findings)
