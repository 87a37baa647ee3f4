"""What the commands share: settings, schema options, and how errors leave the program."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from siemc.backend import Platform
    from siemc.compiler import Compiler
    from siemc.config import Settings
    from siemc.diagnostics import Diagnostic
    from siemc.load import LoadedRule

USAGE = 2

# What several commands can be told about the queries they make
TargetsOption = Annotated[
    list[str] | None,
    typer.Option("-t", "--target", help="Target, repeatable [default: spl, kql, lucene]."),
]
PipelinesOption = Annotated[
    list[str] | None,
    typer.Option(
        "-p", "--pipeline", help="Processing pipeline to add, or none to drop the shipped ones."
    ),
]
SchemasOption = Annotated[
    list[str] | None,
    typer.Option("-s", "--schema", metavar="[TARGET=]NAME|FILE", help="Schema, repeatable."),
]
SourcesOption = Annotated[
    list[str] | None,
    typer.Option("--source", help="Data source to add to the default one, or all."),
]


@contextmanager
def usage_errors() -> Iterator[None]:
    """Turn a ``UsageError`` into its message on standard error and exit code 2."""
    from siemc.diagnostics import UsageError

    try:
        yield
    except UsageError as error:
        say(error.diagnostic)
        raise typer.Exit(USAGE) from None


@contextmanager
def about(loaded: LoadedRule) -> Iterator[None]:
    """Turn a ``SiemcError`` about a rule into a ``UsageError`` with the rule's place."""
    from siemc.diagnostics import SiemcError, UsageError

    try:
        yield
    except UsageError:
        raise
    except SiemcError as error:
        said = error.diagnostic
        raise UsageError(said if said.path else said.at(loaded.path, loaded.document)) from None


def say(diagnostic: Diagnostic) -> None:
    """Print a diagnostic, with its line and column, on standard error."""
    from siemc.render import diagnostic_text

    if diagnostic.place is not None and diagnostic.line is None:
        from siemc.locate import locate

        diagnostic = locate(diagnostic)
    print(diagnostic_text(diagnostic), file=sys.stderr)


def settings() -> Settings:
    """The settings that hold in the current folder."""
    from siemc.config import Settings, find_settings

    try:
        return find_settings(Path.cwd())
    except FileNotFoundError:  # the folder one stands in has been removed
        return Settings()


def schemas_by_target(options: Iterable[str], targets: Iterable[str]) -> dict[str, str]:
    """The schemas of ``[TARGET=]NAME|FILE`` options; a bare one is for its whole platform.

    Raises ``UsageError`` where one is for none of the targets.
    """
    from siemc.backend import backends

    known = backends()
    wanted = [name for name in targets if name in known]
    chosen: dict[str, str] = {}
    bare: dict[str, str] = {}
    for option in options:
        target, equals, name = option.partition("=")
        if equals and not os.path.isfile(option):
            _check_target(target, wanted)
            chosen[target] = name
        else:
            bare |= _bare(option, {each: known[each].platform for each in wanted})
    return {**bare, **chosen}


def settings_schemas(found: Settings, targets: Sequence[str]) -> dict[str, str]:
    """The settings' schemas for these targets; those for other targets wait for them."""
    from siemc.backend import backends

    named = [f"{key}={name}" if key else name for key, name in found.schema.items()]
    chosen = schemas_by_target(named, tuple(backends()))
    return {key: name for key, name in chosen.items() if key in targets}


def _check_target(target: str, wanted: Sequence[str]) -> None:
    from siemc.diagnostics import Diagnostic, UsageError, did_you_mean

    if target not in wanted:
        message = f"A schema is named for {target}, which is no target that was asked for."
        hint = f"{did_you_mean(target, wanted)}The targets asked for are {', '.join(wanted)}."
        raise UsageError(Diagnostic("SC302", message, hint))


def _bare(name: str, platforms: Mapping[str, Platform]) -> dict[str, str]:
    from siemc.diagnostics import Diagnostic, UsageError, did_you_mean

    own = _platform_of_file(name)
    found = {
        target: name
        for target, platform in platforms.items()
        if name in platform.schema_names or platform.id == own
    }
    if not found:
        names = sorted({each for platform in platforms.values() for each in platform.schema_names})
        near = did_you_mean(name, names)
        hint = f"{near}The targets asked for take {', '.join(names)}, or the file of a profile."
        message = f"No target that was asked for takes the schema '{name}'."
        raise UsageError(Diagnostic("SC303", message, hint))
    return found


def _platform_of_file(name: str) -> str | None:
    from siemc.schemas import schema_file

    return schema_file(Path(name)).platform if os.path.isfile(name) else None


def compiler_for(
    targets: Sequence[str], pipelines: Sequence[str], schemas: Sequence[str], sources: Sequence[str]
) -> Compiler:
    """A compiler by the command line's options; where they say nothing, by the settings.

    Raises ``UsageError`` for what there is not.
    """
    from siemc.compiler import DEFAULT_TARGETS, NO_MAPPING, Compiler, Options

    found = settings()
    wanted = tuple(targets) or found.targets or DEFAULT_TARGETS
    set_schemas = {} if NO_MAPPING in pipelines else settings_schemas(found, wanted)
    return Compiler(
        Options(
            targets=wanted,
            pipelines=tuple(pipelines) or found.pipelines,
            schemas={**set_schemas, **schemas_by_target(schemas, wanted)},
            sources=tuple(sources) or found.sources,
        )
    )


def one_rule(path: str) -> LoadedRule:
    """The one rule of a file. Raises ``UsageError`` where it is broken, or not one."""
    from siemc.diagnostics import Diagnostic, UsageError
    from siemc.load import load

    loaded = load([path])
    for note in loaded.diagnostics:
        say(note)
    if loaded.broken:
        first, *rest = loaded.broken[0].diagnostics
        for each in rest:
            say(each)
        raise UsageError(first)
    if len(loaded.rules) != 1:
        message = f"{path} holds {len(loaded.rules)} rules; one is wanted."
        hint = "Name a file that holds one rule."
        raise UsageError(Diagnostic("SC306", message, hint))
    return loaded.rules[0]
