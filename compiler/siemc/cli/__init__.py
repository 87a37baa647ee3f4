"""The command line: each command parses its options, calls one function and renders."""

from __future__ import annotations

from typing import Annotated

import typer

from siemc.cli.baseline import baseline_command
from siemc.cli.build import build_command
from siemc.cli.catalog import catalog_command
from siemc.cli.compile import compile_command
from siemc.cli.explain import explain_command
from siemc.cli.import_check import import_check_command
from siemc.cli.init import init_command
from siemc.cli.judge import diff_command, equiv_command, verify_command
from siemc.cli.lint import lint_command
from siemc.cli.lists import pipelines_command, targets_command
from siemc.cli.schema import schema_app
from siemc.cli.selftest import selftest_command
from siemc.cli.streams import Commands

app = typer.Typer(
    name="siemc",
    cls=Commands,
    help="Compile Sigma rules to Splunk SPL, Kibana KQL, Lucene and Elasticsearch Query DSL.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("compile")(compile_command)
app.command("build")(build_command)
app.command("baseline")(baseline_command)
app.command("import-check")(import_check_command)
app.command("verify")(verify_command)
app.command("equiv")(equiv_command)
app.command("diff")(diff_command)
app.command("selftest")(selftest_command)
app.command("explain")(explain_command)
app.command("catalog")(catalog_command)
app.command("lint")(lint_command)
app.command("targets")(targets_command)
app.command("pipelines")(pipelines_command)
app.add_typer(schema_app, name="schema")
app.command("init")(init_command)


def _version(wanted: bool) -> None:
    if wanted:
        from siemc import __version__

        typer.echo(f"siemc {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Compile Sigma rules to Splunk SPL, Kibana KQL, Lucene and Elasticsearch Query DSL."""
