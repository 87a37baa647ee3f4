"""``siemc init``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from siemc.cli.common import usage_errors

TEMPLATE = """\
# Settings of siemc; flags of the command line win over them.

# What `siemc compile` makes when no -t is given.
targets = ["spl", "kql", "lucene"]

# Your own processing pipelines, in addition to the shipped ones ("none" drops those).
pipelines = []

# Data sources to add to the first that has every field of a rule, e.g. ["security"].
sources = []

# "refuse" a query that is not exact, or "label" it and keep it.
inexact = "refuse"

# Splunk: name the scope by "source", or by the site's "macro".
scope = "source"

# The index each target's queries run on: see `siemc schema list`. Without this table, rules with
# a mapping use the platform's default schema, and rules without one their own field names.
# [schema]
# spl = "splunk-sysmon"
# kql = "ecs-caseless"
# lucene = "agent-windows"

# What `siemc build` makes: see docs/artifacts.md.
# [build]
# app = "my_detections"
# label = "Mine"
# index = "wineventlog"

# How rules run, by id, folder or tag; later entries win.
# [[deploy]]
# folder = "windows"
# enabled = true
# splunk = { schedule = "*/30 * * * *", earliest = "-40m", latest = "-5m" }
# elastic = { interval = "10m", from = "now-15m" }
"""


def init_command(
    folder: Annotated[Path, typer.Argument(help="Where to put siemc.toml.")] = Path(),
) -> None:
    """Write a siemc.toml with every setting explained; an existing one is left alone."""
    from siemc.diagnostics import Diagnostic, UsageError

    path = folder / "siemc.toml"
    with usage_errors():
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(TEMPLATE)
        except FileExistsError:
            hint = "Edit it, or move it away first."
            raise UsageError(
                Diagnostic("SC309", "There is a siemc.toml already.", hint, str(path))
            ) from None
        except OSError as error:
            hint = "Name a folder that exists and can be written to."
            message = f"siemc.toml cannot be written: {error.strerror}."
            raise UsageError(Diagnostic("SC309", message, hint, str(path))) from None
    print(f"siemc: wrote {path}; next: siemc compile RULES", file=sys.stderr)
