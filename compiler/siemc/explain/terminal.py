"""A page for a terminal: colours where there are any, plain text where it is piped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from siemc.explain.attack import Attack, Technique
from siemc.explain.exclusions import Alternative, Joint, rows
from siemc.explain.page import Page
from siemc.explain.predicates import Predicate
from siemc.explain.stages import Search, Stage
from siemc.explain.tree import Node, tree, unnamed
from siemc.explain.words import KEYWORD, facts, fate_text, kind_text, node_text, value_text
from siemc.query import Query
from siemc.render import visible

HEADING = "bold"
DIM = "dim"
PLAIN_WIDTH = 10_000  # columns: what is piped is not folded
YAML_STYLE = "ansi_dark"  # the terminal's own colours


def page_text(page: Page) -> str:
    """The page as plain text, a line a line however long."""
    out = StringIO()
    console = Console(file=out, width=PLAIN_WIDTH, color_system=None, force_terminal=False)
    show(console, page)
    return "\n".join(line.rstrip() for line in out.getvalue().rstrip().splitlines())


def show(console: Console, page: Page) -> None:
    """Print the page."""
    for part in _parts(page):
        console.print(part, highlight=False, soft_wrap=isinstance(part, Text))


def tree_text(page: Page) -> str:
    """The rule's formula as a tree, in plain text."""
    out = StringIO()
    console = Console(file=out, width=PLAIN_WIDTH, color_system=None, force_terminal=False)
    show_tree(console, page)
    return "\n".join(line.rstrip() for line in out.getvalue().rstrip().splitlines())


def show_tree(console: Console, page: Page) -> None:
    """Print the formula as a tree."""
    console.print(_tree(tree(page.formula)), highlight=False, soft_wrap=True)


def _parts(page: Page) -> Iterator[RenderableType]:
    yield from _head(page)
    yield from _attack(page.attack)
    if page.events:
        yield _heading("Events")
        yield _table(
            ("provider", "event", "title"),
            [
                (
                    each.provider,
                    "any" if each.event_id is None else str(each.event_id),
                    each.title or "",
                )
                for each in page.events
            ],
        )
    yield from _body(page)
    yield _heading("Stages")
    yield from map(_stage, page.stages)
    yield from _exclusions(page.exclusions)
    yield from _indicators(page)
    yield from _queries(page.queries)


def _heading(text: str) -> Text:
    return Text(f"\n{text}", style=HEADING)


def _head(page: Page) -> Iterator[RenderableType]:
    metadata = page.metadata
    yield Text(visible(metadata.title or "untitled rule"), style="bold underline")
    if metadata.description:
        yield Text(_prose(metadata.description))
    yield Text("")
    table = Table.grid(padding=(0, 2))
    for name, values in facts(page):
        for number, value in enumerate(values):
            label = "" if number else name
            table.add_row(Text(label, style=DIM), Text(_prose(value), overflow="fold"))
    yield table


def _prose(text: str) -> str:
    return visible(" ".join(text.split()))


def _attack(attack: Attack) -> Iterator[RenderableType]:
    if not attack.tactics and not attack.others:
        return
    yield _heading(f"MITRE ATT&CK {attack.version}")
    for tactic in attack.tactics:
        yield Text(f"  {visible(tactic.name)}" + (f" ({tactic.id})" if tactic.id else ""))
        for technique in tactic.techniques:
            yield from _technique(technique, 2)
    for other in attack.others:
        yield Text(f"  {visible(other)}")


def _technique(technique: Technique, depth: int) -> Iterator[Text]:
    retired = f", now {technique.retired_by}" if technique.retired_by else ""
    mark = f" (retired{retired})" if technique.retired else ""
    line = f"{'  ' * depth}{technique.id}  {visible(technique.name)}{mark}"
    yield Text(line, style="" if technique.tagged else DIM)
    for each in technique.subtechniques:
        yield from _technique(each, depth + 1)


def _body(page: Page) -> Iterator[RenderableType]:
    if page.body:
        yield _heading("Rule")
        text = "\n".join(map(visible, page.body.split("\n")))
        yield Syntax(
            text,
            "yaml",
            theme=YAML_STYLE,
            line_numbers=True,
            start_line=page.first_line,
            background_color="default",
            word_wrap=True,
        )


def _stage(stage: Stage) -> RenderableType:
    head = Text(f"{stage.number}  {stage.role}  {visible(stage.text)}")
    return Group(head, *(_search(each) for each in stage.searches))


def _search(search: Search) -> Padding:
    root = Tree(Text(visible(search.name), style="italic"))
    _grow(root, unnamed(tree(search.formula)))
    return Padding(root, (0, 0, 0, 3))


def _tree(node: Node) -> Tree:
    found = Tree(_line(node))
    for child in node.children:
        _grow(found, child)
    return found


def _grow(root: Tree, node: Node) -> None:
    """Add a node and all below it; a formula is at most as deep as its rule's condition."""
    branch = root.add(_line(node))
    for child in node.children:
        _grow(branch, child)


def _line(node: Node) -> Text:
    return Text(visible(node_text(node)), style="" if node.predicate else "bold")


def _exclusions(found: Sequence[Alternative]) -> Iterator[RenderableType]:
    count = sum(len(each.predicates) for each in found)
    if not count:
        return
    yield _heading(f"Exclusions ({count})")
    yield _table(
        ("", "field", "kind", "value", "from"),
        (row for each in found for row in _alternative(each)),
    )


BRACKETS: Mapping[Joint, str] = {
    "": "",
    "both": "┌ both",
    "and": "│ and",
    "or": "│ or",
    "nested": "nested",
}


def _alternative(alternative: Alternative) -> Iterator[tuple[str, ...]]:
    """A row a predicate; rows that exclude only together are joined by a bracket."""
    for row in rows(alternative):
        yield BRACKETS[row.joint], *_cells(row.predicate), row.predicate.identifier


def _cells(each: Predicate) -> tuple[str, str, str]:
    return each.field or KEYWORD, kind_text(each), value_text(each)


def _indicators(page: Page) -> Iterator[RenderableType]:
    if not page.indicators:
        return
    size = page.catalogue_size
    among = f", and how many of {size:,} rules share them" if size is not None else ""
    yield _heading(f"Indicators ({len(page.indicators)}){among}")
    yield _table(
        ("field", "kind", "value", "from", "other rules"),
        (
            (
                *_cells(each.predicate),
                each.predicate.identifier,
                "" if each.others is None else str(each.others),
            )
            for each in page.indicators
        ),
    )


def _queries(queries: Sequence[Query]) -> Iterator[RenderableType]:
    for query in queries:
        yield _heading(f"{query.target} on {visible(query.schema)}: {fate_text(query)}")
        if query.text or query.nearest:
            yield Text("\n".join(map(visible, (query.text or query.nearest or "").split("\n"))))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    table = Table(box=None, header_style=DIM, pad_edge=False, padding=(0, 2, 0, 0))
    for name in head:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text(visible(cell), overflow="fold") for cell in row))
    return table
