"""``siemc schema``: list, show and template."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from siemc.cli.common import usage_errors
from siemc.cli.lists import table

if TYPE_CHECKING:
    from siemc.schema import FieldType, Schema

schema_app = typer.Typer(
    help="The schemas: what a target's index holds.", no_args_is_help=True, rich_markup_mode=None
)


@schema_app.command("list")
def list_command() -> None:
    """List the shipped schemas."""
    rows = [("PLATFORM", "SCHEMA", "FIELDS", "TITLE")]
    for schema in _all_schemas():
        fields = str(len(schema.field_names)) if schema.closed else "any"
        rows.append((schema.platform, schema.name, fields, schema.title))
    table(rows)


@schema_app.command("show")
def show_command(
    name: Annotated[str, typer.Argument(help="A shipped schema, or the file of a profile.")],
    field: Annotated[list[str] | None, typer.Argument(help="Only these fields.")] = None,
) -> None:
    """Show a schema: where it comes from, its indices, and each field's types."""
    with usage_errors():
        schema = _named(name)
    print(f"{schema.name} ({schema.platform}): {schema.title}")
    for label, text in (
        ("version", schema.version),
        *(("source", text) for text in schema.sources),
        ("licence", schema.licence),
        ("indices", ", ".join(schema.patterns)),
        ("whole event", schema.whole_event or "none: keywords are refused"),
        ("other fields", "none" if schema.closed else "any"),
    ):
        if text:
            print(f"  {label}: {text}")
    rows = [("FIELD", "TYPES")]
    for each in field or schema.field_names:
        kinds = [_kind(kind) for kind in schema.types(each)]
        rows.append((each, " | ".join(kinds) or "not in this schema"))
    if len(rows) > 1:
        table(rows)


@schema_app.command("template")
def template_command(
    paths: Annotated[list[str], typer.Argument(metavar="RULES...", help="Rules to serve.")],
    schema: Annotated[str, typer.Option("--schema", help="The schema to make.")] = "ecs-caseless",
) -> None:
    """Print the component templates that add the caseless sub-fields these rules use."""
    from siemc.template import templates

    with usage_errors():
        found = templates(paths, schema)
    print(json.dumps(found, indent=2, ensure_ascii=False))
    print(
        "siemc: PUT _component_template/<name> replaces a template of that name: merge what yours "
        "has first",
        file=sys.stderr,
    )
    print(
        "siemc: a template holds for indices made after it is installed: roll the data streams "
        "over (POST <data stream>/_rollover); older indices keep their mapping.",
        file=sys.stderr,
    )


def _all_schemas() -> list[Schema]:
    from siemc.backend import backends

    platforms = {each.platform.id: each.platform for each in backends().values()}
    return [each.schema(name) for each in platforms.values() for name in each.schema_names]


def _named(name: str) -> Schema:
    import os
    from pathlib import Path

    from siemc.diagnostics import Diagnostic, UsageError, did_you_mean
    from siemc.schemas import schema_file

    found = [schema for schema in _all_schemas() if schema.name == name]
    if not found and os.path.isfile(name):
        return schema_file(Path(name))
    if not found:
        names = list(dict.fromkeys(schema.name for schema in _all_schemas()))
        hint = f"{did_you_mean(name, names)}Schemas are: {', '.join(names)}."
        raise UsageError(Diagnostic("SC303", f"There is no schema '{name}'.", hint))
    return found[0]


def _kind(kind: FieldType) -> str:
    parts = [kind.type]
    if kind.ignore_above is not None:
        parts.append(f"ignore_above {kind.ignore_above}")
    if kind.normalizer:
        parts.append(f"normalizer {kind.normalizer}")
    if not kind.searchable:
        parts.append("not searchable")
    parts += [f".{name} ({_kind(sub)})" for name, sub in kind.subfields]
    return ", ".join(parts)
