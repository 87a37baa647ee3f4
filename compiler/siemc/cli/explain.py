"""``siemc explain``."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from siemc.cli.common import (
    PipelinesOption,
    SchemasOption,
    SourcesOption,
    TargetsOption,
    about,
    compiler_for,
    one_rule,
    say,
    usage_errors,
)

if TYPE_CHECKING:
    from siemc.explain.indicators import IndicatorIndex
    from siemc.explain.page import Page
    from siemc.load import LoadedRule


class Shape(StrEnum):
    """How the page is printed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"


def explain_command(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="The file of a Sigma rule.")],
    shape: Annotated[Shape, typer.Option("--format", help="How to print the page.")] = Shape.TEXT,
    tree: Annotated[
        bool, typer.Option("--tree", help="Print the rule's formula as a tree, and nothing else.")
    ] = False,
    among: Annotated[
        list[str] | None,
        typer.Option(
            "--among",
            metavar="PATH",
            help="The rules to count shared indicators in [default: the rule's folder].",
        ),
    ] = None,
    target: TargetsOption = None,
    pipeline: PipelinesOption = None,
    schema: SchemasOption = None,
    source: SourcesOption = None,
) -> None:
    """What does this rule look for, and what does it suppress? Exit 0, or 2 on misuse."""
    from siemc.explain.page import explain

    with usage_errors():
        compiler = compiler_for(target or (), pipeline or (), schema or (), source or ())
        loaded = one_rule(rule)
        catalogue = None if tree else _catalogue(loaded, among)
        with about(loaded):
            page = explain(loaded, None if tree else compiler, catalogue)
    for note in page.notes:
        say(note)
    _print(page, shape, tree)


def _catalogue(loaded: LoadedRule, among: list[str] | None) -> IndicatorIndex:
    from siemc.explain.indicators import index
    from siemc.load import load

    return index(load(among or [str(Path(loaded.path).parent)]).rules)


def _print(page: Page, shape: Shape, tree: bool) -> None:
    if shape is Shape.TEXT and sys.stdout.isatty():
        from rich.console import Console

        from siemc.explain.terminal import show, show_tree

        (show_tree if tree else show)(Console(), page)
        return
    print(_rendered(page, shape, tree))


def _rendered(page: Page, shape: Shape, tree: bool) -> str:
    """The page, or its tree alone, as text."""
    from siemc.explain import objects, terminal

    match shape:
        case Shape.JSON if tree:
            return objects.tree_json(page)
        case Shape.JSON:
            return objects.page_json(page)
        case Shape.MARKDOWN:
            from siemc.explain.markdown import page_markdown, tree_markdown

            return tree_markdown(page) if tree else page_markdown(page)
        case Shape.HTML:
            from siemc.explain.html import page_html, tree_html

            return tree_html(page) if tree else page_html(page)
        case Shape.TEXT:
            return terminal.tree_text(page) if tree else terminal.page_text(page)
