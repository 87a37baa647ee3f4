"""``siemc baseline``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from siemc.cli.build import WORSE, made, say_steps, summary, write_text
from siemc.cli.common import (
    PipelinesOption,
    SchemasOption,
    SourcesOption,
    TargetsOption,
    settings,
    usage_errors,
)

if TYPE_CHECKING:
    from siemc.publish.build import Built


def baseline_command(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH...", help="Rules: files, or folders of them.")
    ],
    file: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="The baseline [siemc-baseline.json]."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Compare with the baseline, and record nothing.")
    ] = False,
    target: TargetsOption = None,
    pipeline: PipelinesOption = None,
    schema: SchemasOption = None,
    source: SourcesOption = None,
) -> None:
    """Record what becomes of each rule today; with --check, exit 3 if something is worse."""
    from siemc.cli.publishing import Wanted, request
    from siemc.publish.baseline import NAME, read_baseline, record, text_of, worse

    wanted = Wanted(
        paths=tuple(paths),
        targets=tuple(target or ()),
        pipelines=tuple(pipeline or ()),
        schemas=tuple(schema or ()),
        sources=tuple(source or ()),
    )
    with usage_errors():
        place = file or Path(settings().baseline or NAME)
        recorded = read_baseline(place) if check else {}
        built = made(request(wanted))
        if not check:
            write_text(place, text_of(record(built.published, built.names)))
    _say(built)
    if not check:
        print(f"siemc: recorded {len(built.published)} rules in {place}", file=sys.stderr)
    elif say_steps(worse(recorded, built.published, built.names), "new or worse"):
        raise typer.Exit(WORSE)


def _say(built: Built) -> None:
    outputs = (output for each in built.published for output in each.outputs)
    for line in summary(outputs):
        print(f"siemc: {line}", file=sys.stderr)
