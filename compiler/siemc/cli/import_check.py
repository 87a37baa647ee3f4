"""``siemc import-check``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from siemc.cli.common import usage_errors
from siemc.cli.findings import (
    FailOn,
    FailOnOption,
    Shape,
    ShapeOption,
    exit_code,
    print_findings,
)


def import_check_command(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...",
            help="Folders of siemc build, Splunk apps, .conf files, rules as .ndjson or .json.",
        ),
    ],
    shape: ShapeOption = Shape.TEXT,
    fail_on: FailOnOption = FailOn.ERROR,
) -> None:
    """Check artifacts as Splunk and Kibana would; exit 0 if they import, 1 if not, 2 on misuse."""
    from siemc.importcheck.report import summary
    from siemc.importcheck.run import check

    with usage_errors():
        report = check(paths)
    print_findings(report.findings, shape)
    print(f"siemc: {summary(report)}", file=sys.stderr)
    raise typer.Exit(exit_code(report.findings, fail_on))
