"""``siemc compile``."""

from __future__ import annotations

import sys
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from siemc.cli.common import (
    PipelinesOption,
    SchemasOption,
    SourcesOption,
    TargetsOption,
    say,
    schemas_by_target,
    settings,
    settings_schemas,
    usage_errors,
)
from siemc.config import Settings

if TYPE_CHECKING:
    from siemc.compiler import Compiler, Options
    from siemc.load import BrokenRule, LoadedRule
    from siemc.writer import Writer


class Format(StrEnum):
    """How the queries are printed."""

    TEXT = "text"
    JSON = "json"


class Inexact(StrEnum):
    """What becomes of a query that is not exact."""

    REFUSE = "refuse"
    LABEL = "label"


class ScopeKind(StrEnum):
    """What a Splunk query's scope is made of."""

    SOURCE = "source"
    MACRO = "macro"


def compile_command(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH...", help="Rules: files, or folders of them.")
    ],
    target: TargetsOption = None,
    pipeline: PipelinesOption = None,
    schema: SchemasOption = None,
    source: SourcesOption = None,
    inexact: Annotated[
        Inexact | None, typer.Option("--inexact", help="Refuse what is not exact, or label it.")
    ] = None,
    scope: Annotated[
        ScopeKind | None, typer.Option("--scope", help="Splunk's scope: by source or by macro.")
    ] = None,
    format_: Annotated[
        Format | None, typer.Option("--format", help="Print text, or a line of JSON per query.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write one file per rule and target here.")
    ] = None,
    pretty: Annotated[
        bool | None, typer.Option("--pretty/--one-line", help="One clause a line.")
    ] = None,
    prove: Annotated[
        bool | None,
        typer.Option("--prove/--no-prove", help="Prove that each query equals its rule."),
    ] = None,
    strict: Annotated[
        bool | None, typer.Option("--strict", help="Refuse what is exact under assumptions only.")
    ] = None,
) -> None:
    """Compile Sigma rules; exit 0 if all compiled, 1 if some are refused or failed, 2 on misuse."""
    flags = Settings(
        targets=tuple(target or ()),
        pipelines=tuple(pipeline or ()),
        sources=tuple(source or ()),
        inexact=inexact,
        scope=scope,
        format=format_,
        pretty=pretty,
        prove=prove,
        strict=strict,
    )
    with usage_errors():
        found = settings()
        as_json = (flags.format or found.format) == Format.JSON
        options = _options(found, flags, schema or [])
        # Text shows neither the exclusions nor the verdict on what is refused.
        shown = replace(options, exclusions=options.prove and as_json, nearest=as_json)
        _run(paths, shown, as_json, output)


def _options(found: Settings, flags: Settings, schemas: list[str]) -> Options:
    """The options of the command line; where it says nothing, those of the settings."""
    from siemc.compiler import DEFAULT_TARGETS, NO_MAPPING, Options

    targets = flags.targets or found.targets or DEFAULT_TARGETS
    set_schemas = {} if NO_MAPPING in flags.pipelines else settings_schemas(found, targets)
    return Options(
        targets=targets,
        pipelines=flags.pipelines or found.pipelines,
        schemas={**set_schemas, **schemas_by_target(schemas, targets)},
        sources=flags.sources or found.sources,
        inexact="label" if (flags.inexact or found.inexact) == Inexact.LABEL else "refuse",
        scope="macro" if (flags.scope or found.scope) == ScopeKind.MACRO else "source",
        pretty=_switch(flags.pretty, found.pretty, False),
        prove=_switch(flags.prove, found.prove, True),
        strict=_switch(flags.strict, found.strict, False),
    )


def _switch(flag: bool | None, setting: bool | None, default: bool) -> bool:
    return next((each for each in (flag, setting) if each is not None), default)


def _run(paths: list[str], options: Options, as_json: bool, output: Path | None) -> None:
    from siemc.api import in_order, no_rules
    from siemc.cli.report import Report, progress
    from siemc.compiler import Compiler
    from siemc.load import load

    compiler = Compiler(options)
    _say_defaults(compiler)
    loaded = load(paths)
    for note in loaded.diagnostics:
        say(note)
    if not loaded.rules and not loaded.broken:
        raise no_rules(paths)
    rules = in_order(loaded.rules, loaded.broken)
    report = Report(compiler, as_json, _writer(output, paths, rules) if output else None)
    with progress(len(rules), quiet=output is not None and not as_json) as step:
        for rule in rules:
            report.add(rule)
            step()
    raise typer.Exit(report.close())


def _writer(folder: Path, paths: list[str], rules: list[LoadedRule | BrokenRule]) -> Writer:
    from siemc.writer import Writer

    return Writer(folder, paths, rules)


def _say_defaults(compiler: Compiler) -> None:
    chosen = compiler.default_schemas()
    if chosen:
        named = ", ".join(f"{target}={schema}" for target, schema in chosen.items())
        rest = "; without a mapping, raw or raw-cased" if compiler.mapped else ""
        print(f"siemc: no schema named, using {named}{rest} (see --schema)", file=sys.stderr)
