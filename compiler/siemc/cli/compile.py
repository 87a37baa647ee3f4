"""``siemc compile``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from siemc.cli.common import say, schemas_by_target, settings, usage_errors

if TYPE_CHECKING:
    from siemc.compiler import Compiler, Options
    from siemc.config import Settings
    from siemc.diagnostics import Diagnostic
    from siemc.load import BrokenRule, LoadedRule
    from siemc.query import Query

MANY = 50


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
    target: Annotated[
        list[str] | None,
        typer.Option("-t", "--target", help="Target, repeatable [default: spl, kql, lucene]."),
    ] = None,
    pipeline: Annotated[
        list[str] | None,
        typer.Option(
            "-p", "--pipeline", help="Processing pipeline to add, or none to drop the shipped ones."
        ),
    ] = None,
    schema: Annotated[
        list[str] | None,
        typer.Option("-s", "--schema", metavar="[TARGET=]NAME|FILE", help="Schema, repeatable."),
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option("--source", help="Data source to add to the default one, or all."),
    ] = None,
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
) -> None:
    """Compile Sigma rules; exit 0 if all compiled, 1 if some are refused or failed, 2 on misuse."""
    with usage_errors():
        found = settings()
        options = _options(found, target, pipeline, schema, source, inexact, scope, pretty)
        _run(paths, options, format_ or Format(found.format or "text"), output)


def _options(  # noqa: PLR0913 - the command's options, one by one
    found: Settings,
    target: list[str] | None,
    pipeline: list[str] | None,
    schema: list[str] | None,
    source: list[str] | None,
    inexact: Inexact | None,
    scope: ScopeKind | None,
    pretty: bool | None,
) -> Options:
    """The options of the command line; where it says nothing, those of the settings."""
    from siemc.compiler import DEFAULT_TARGETS, NO_MAPPING, Options

    targets = tuple(target or found.targets or DEFAULT_TARGETS)
    pipelines = tuple(pipeline or found.pipelines)
    set_schemas = {} if NO_MAPPING in (pipeline or ()) else _set_schemas(found, targets)
    return Options(
        targets=targets,
        pipelines=pipelines,
        schemas={**set_schemas, **schemas_by_target(schema or (), targets)},
        sources=tuple(source or found.sources),
        inexact="label" if (inexact or found.inexact) == "label" else "refuse",
        scope="macro" if (scope or found.scope) == "macro" else "source",
        pretty=bool(found.pretty if pretty is None else pretty),
    )


def _set_schemas(found: Settings, targets: tuple[str, ...]) -> dict[str, str]:
    named = [f"{key}={name}" if key else name for key, name in found.schema.items()]
    chosen = schemas_by_target(named, targets)
    return {key: name for key, name in chosen.items() if key in targets}


def _run(paths: list[str], options: Options, format_: Format, output: Path | None) -> None:
    from siemc.api import in_order, no_rules
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
    report = _Report(compiler, format_, output)
    with _progress(len(rules)) as step:
        for rule in rules:
            report.add(rule)
            step()
    raise typer.Exit(report.close())


def _say_defaults(compiler: Compiler) -> None:
    chosen = compiler.default_schemas()
    if chosen:
        named = ", ".join(f"{target}={schema}" for target, schema in chosen.items())
        print(f"siemc: no schema named, using {named} (see --schema)", file=sys.stderr)


class _progress:  # noqa: N801 - used as a function
    """A progress bar on a terminal's standard error past ``MANY`` rules; else nothing."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.bar: Any = None

    def __enter__(self) -> Callable[[], None]:
        if self.total <= MANY or not sys.stderr.isatty():
            return lambda: None
        from rich.console import Console
        from rich.progress import Progress

        self.bar = Progress(console=Console(stderr=True), transient=True)
        self.bar.start()
        task = self.bar.add_task("Compiling", total=self.total)
        return lambda: self.bar.advance(task)

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.stop()


class _Report:
    """Prints or writes the queries rule by rule, and knows the exit code in the end."""

    def __init__(self, compiler: Compiler, format_: Format, output: Path | None) -> None:
        self.compiler = compiler
        self.format = format_
        self.output = output
        self.counts: dict[str, int] = {}
        self.said: set[Diagnostic] = set()
        # Text that goes into a pipe, of one target: queries and nothing else.
        self.bare = len(compiler.targets) == 1 and not sys.stdout.isatty()

    def add(self, rule: LoadedRule | BrokenRule) -> None:
        from siemc.load import LoadedRule

        good = isinstance(rule, LoadedRule)
        queries = self.compiler.compile(rule) if good else self.compiler.failed(rule)
        for query in queries:
            self.counts[query.status] = self.counts.get(query.status, 0) + 1
        if self.output is not None:
            self._write(queries, self.output)
        if self.format is Format.JSON:
            self._print_json(queries)
        else:
            self._print_text(queries)

    def _write(self, queries: list[Query], folder: Path) -> None:
        from siemc.writer import write_query

        for query in queries:
            for note in write_query(query, folder):
                say(note)

    def _print_json(self, queries: list[Query]) -> None:
        from siemc.render import query_json
        from siemc.yamlio import locate

        for query in queries:
            found = tuple(locate(each) for each in query.diagnostics)
            print(query_json(replace(query, diagnostics=found)))

    def _print_text(self, queries: list[Query]) -> None:
        from siemc.render import rule_block

        for diagnostic in self._new(queries):
            say(diagnostic)
        if self.output is not None:
            return
        if self.bare:
            for query in queries:
                if query.text is not None:
                    print(query.text)
        else:
            print(rule_block(queries), end="\n\n")

    def _new(self, queries: list[Query]) -> Iterator[Diagnostic]:
        """What has not been said yet: targets of one platform find the same things."""
        for query in queries:
            for diagnostic in query.diagnostics:
                if diagnostic not in self.said:
                    self.said.add(diagnostic)
                    yield diagnostic

    def close(self) -> int:
        """Say the sum and return the exit code."""
        from siemc.render import summary

        print(f"siemc: {summary(self.counts)}", file=sys.stderr)
        return 1 if {"refused", "failed"} & self.counts.keys() else 0
