"""``siemc targets`` and ``siemc pipelines``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from siemc.cli.common import usage_errors


def targets_command() -> None:
    """List the targets: their name, language, platform and default schema."""
    from siemc.backend import backends

    rows = [("TARGET", "LANGUAGE", "PLATFORM", "DEFAULT SCHEMA", "WITHOUT MAPPING")]
    for each in backends().values():
        platform = each.platform
        rows.append(
            (each.id, each.title, platform.id, platform.default_schema, platform.raw_schema)
        )
    table(rows)


def pipelines_command(
    platform: Annotated[str | None, typer.Argument(help="Only this platform's.")] = None,
) -> None:
    """List the shipped data sources, each with its pipeline and the schemas that hold it."""
    from siemc.backend import backends
    from siemc.diagnostics import Diagnostic, UsageError

    platforms = {each.platform.id: each.platform for each in backends().values()}
    with usage_errors():
        if platform is not None and platform not in platforms:
            hint = f"Platforms are: {', '.join(platforms)}."
            raise UsageError(Diagnostic("SC302", f"There is no platform {platform}.", hint))
    rows = [("PLATFORM", "SOURCE", "TITLE", "SCHEMAS", "PIPELINE")]
    for name, each in platforms.items():
        if platform in {None, name}:
            rows += [
                (name, source.id, source.title, ",".join(source.schemas), str(source.pipeline))
                for source in each.sources()
            ]
    table(rows)


def table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns; the first row is the heading."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())
