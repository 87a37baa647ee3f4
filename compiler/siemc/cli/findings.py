"""Findings on the command line: how they are printed, and from which severity on they fail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from siemc.lint.findings import Finding

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


ShapeOption = Annotated[Shape, typer.Option("--format", help="How to print the findings.")]
FailOnOption = Annotated[FailOn, typer.Option("--fail-on", help="Exit 1 from this severity on.")]


def print_findings(findings: Sequence[Finding], shape: Shape) -> None:
    """Print the findings on standard output."""
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


def exit_code(findings: Iterable[Finding], fail_on: FailOn) -> int:
    """``FOUND`` if one is as severe as that."""
    order = [FailOn.NOTE, FailOn.WARNING, FailOn.ERROR]
    if fail_on is FailOn.NEVER:
        return 0
    failing = set(order[order.index(fail_on) :])
    return FOUND if any(each.diagnostic.severity in failing for each in findings) else 0
