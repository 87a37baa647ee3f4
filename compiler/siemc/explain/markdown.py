"""A page as Markdown, for a wiki or a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from siemc.explain.attack import Attack, Technique
from siemc.explain.exclusions import Alternative
from siemc.explain.page import Page
from siemc.explain.predicates import Predicate
from siemc.explain.stages import Stage
from siemc.explain.tree import Node, tree, unnamed
from siemc.explain.words import KEYWORD, facts, fate_text, kind_text, node_text, value_text
from siemc.markdown import code, fenced, plain
from siemc.query import Query


def page_markdown(page: Page) -> str:
    """The page: a heading, then a section a part."""
    return "\n".join(_lines(page)).rstrip()


def tree_markdown(page: Page) -> str:
    """The rule's formula alone, as a nested list."""
    return "\n".join(node_markdown(tree(page.formula), ""))


def _lines(page: Page) -> Iterator[str]:
    metadata = page.metadata
    yield f"# {plain(metadata.title or 'untitled rule')}"
    yield ""
    if metadata.description:
        yield from (plain(" ".join(metadata.description.split())), "")
    yield from _facts(page)
    yield from _attack(page.attack)
    if page.events:
        yield from _section("Events")
        rows = [
            (
                plain(each.provider),
                "any" if each.event_id is None else str(each.event_id),
                plain(each.title or ""),
            )
            for each in page.events
        ]
        yield from _table(("Provider", "Event", "Title"), rows)
    if page.body:
        yield from _section("Rule")
        yield from fenced(page.body, "yaml")
    yield from _section("Stages and predicates")
    for stage in page.stages:
        yield from _stage(stage)
    yield from _exclusions(page.exclusions)
    yield from _indicators(page)
    for query in page.queries:
        yield from _query(query)


def _section(title: str) -> tuple[str, str, str]:
    return "", f"## {title}", ""


def _facts(page: Page) -> Iterator[str]:
    for name, values in facts(page):
        yield from (f"- {name}: {plain(' '.join(each.split()))}" for each in values if each)


def _attack(attack: Attack) -> Iterator[str]:
    if not attack.tactics and not attack.others:
        return
    yield from _section(f"MITRE ATT&CK {attack.version}")
    for tactic in attack.tactics:
        yield f"- {plain(tactic.name)}"
        for technique in tactic.techniques:
            yield from _technique(technique, "  ")
    yield from (f"- {plain(each)}" for each in attack.others)


def _technique(technique: Technique, indent: str) -> Iterator[str]:
    retired = f", now {technique.retired_by}" if technique.retired_by else ""
    mark = f" (retired{retired})" if technique.retired else ""
    yield f"{indent}- {technique.id} {plain(technique.name)}{mark}"
    for each in technique.subtechniques:
        yield from _technique(each, f"{indent}  ")


def _stage(stage: Stage) -> Iterator[str]:
    yield f"{stage.number}. {stage.role} {code(stage.text)}"
    for search in stage.searches:
        yield f"   - {code(search.name)}"
        yield from node_markdown(unnamed(tree(search.formula)), "     ")


def node_markdown(node: Node, indent: str) -> Iterator[str]:
    """A node of the formula's tree as a nested list."""
    yield f"{indent}- {plain(node_text(node))}"
    for child in node.children:
        yield from node_markdown(child, f"{indent}  ")


def _exclusions(found: Sequence[Alternative]) -> Iterator[str]:
    rows = [row for number, each in enumerate(found, 1) for row in _rows(number, each)]
    if rows:
        yield from _section(f"Exclusions ({len(rows)})")
        if any(len(each.parts) > 1 for each in found):
            yield from ("Rows of one number exclude together: one of each letter.", "")
        yield from _table(("", "Field", "Kind", "Value", "From"), rows)


def _rows(number: int, alternative: Alternative) -> Iterator[tuple[str, ...]]:
    is_joint = len(alternative.parts) > 1
    for place, part in enumerate(alternative.parts):
        letter = chr(ord("a") + place % 26) if is_joint else ""
        for each in part.predicates:
            yield f"{number}{letter}", *_cells(each), code(each.identifier)


def _cells(each: Predicate) -> tuple[str, str, str]:
    value = code(value_text(each)) if each.value else ""
    return code(each.field) if each.field else KEYWORD, kind_text(each), value


def _indicators(page: Page) -> Iterator[str]:
    if not page.indicators:
        return
    yield from _section(f"Indicators ({len(page.indicators)})")
    head = ["Field", "Kind", "Value", "From"]
    rows: list[tuple[str, ...]] = [
        (*_cells(each.predicate), code(each.predicate.identifier)) for each in page.indicators
    ]
    if page.catalogue_size is not None:
        head.append(f"Other rules of {page.catalogue_size:,}")
        counts = [str(each.others) for each in page.indicators]
        rows = [(*row, count) for row, count in zip(rows, counts, strict=True)]
    yield from _table(head, rows)


def _query(query: Query) -> Iterator[str]:
    yield from _section(f"{query.target} on {plain(query.schema)}: {fate_text(query)}")
    if query.text is not None:
        yield from fenced(query.text, "")
    elif query.nearest is not None:
        yield from ("Nearest, not exact:", "")
        yield from fenced(query.nearest, "")
    for each in query.diagnostics:
        if each.severity == "error":
            yield f"- {each.code}: {plain(each.message)}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|-" * len(head) + "|"
    yield from (f"| {' | '.join(row)} |" for row in rows)
