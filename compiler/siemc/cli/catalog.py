"""``siemc catalog``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from siemc.cli.common import (
    PipelinesOption,
    SchemasOption,
    SourcesOption,
    TargetsOption,
    compiler_for,
    say,
    usage_errors,
)

if TYPE_CHECKING:
    from siemc.catalog.catalogue import Catalogue
    from siemc.load import Loaded


def catalog_command(
    paths: Annotated[
        list[str], typer.Argument(metavar="RULES...", help="Rules: files, or folders of them.")
    ],
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="FOLDER", help="Where to put the site."),
    ],
    target: TargetsOption = None,
    pipeline: PipelinesOption = None,
    schema: SchemasOption = None,
    source: SourcesOption = None,
) -> None:
    """Make a static site of rules: an index, a page a rule, and what they share. Exit 0, or 2."""
    from siemc.catalog.site import build
    from siemc.cli.report import progress

    with usage_errors():
        compiler = compiler_for(target or (), pipeline or (), schema or (), source or ())
        loaded = _load(paths)
        with progress(len(loaded.rules), quiet=True) as step:
            found = build(loaded, paths, compiler, output, step)
    print(f"siemc: {_summary(found, output)}", file=sys.stderr)


def _load(paths: list[str]) -> Loaded:
    from siemc.api import no_rules
    from siemc.load import load

    loaded = load(paths)
    if loaded.empty:
        for note in loaded.diagnostics:
            say(note)
        raise no_rules(paths)
    return loaded


def _summary(found: Catalogue, output: Path) -> str:
    count = len(found.entries)
    text = f"{count:,} rule{'s' * (count != 1)} in {output / 'index.html'}"
    if found.broken:
        text += f"; {len(found.broken):,} broken, listed in {output / 'problems.html'}"
    return text
