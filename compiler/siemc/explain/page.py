"""A rule's page: all its parts, put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from siemc.compiler import rule_ref
from siemc.diagnostics import Diagnostic
from siemc.explain.attack import Attack, coverage
from siemc.explain.events import EventUse, event_coverage
from siemc.explain.exclusions import Alternative, exclusions
from siemc.explain.indicators import Indicator, IndicatorIndex, indicators
from siemc.explain.stages import Stage, stages
from siemc.formula import Formula
from siemc.load import LoadedRule
from siemc.lower import lower
from siemc.metadata import Metadata, metadata_of
from siemc.passes import simplify
from siemc.query import Query, RuleRef
from siemc.yamlio import read, split

if TYPE_CHECKING:
    from siemc.compiler import Compiler


@dataclass(frozen=True, slots=True)
class Page:
    """Everything there is to say about a rule.

    ``body`` is the text of its YAML document, which begins on line ``first_line`` of the file.
    ``formula`` is the rule in its own field names; ``queries`` are those of the targets asked for.
    """

    rule: RuleRef
    metadata: Metadata
    attack: Attack
    events: tuple[EventUse, ...]
    body: str
    first_line: int
    stages: tuple[Stage, ...]
    formula: Formula
    exclusions: tuple[Alternative, ...]
    indicators: tuple[Indicator, ...]
    catalogue_size: int | None
    queries: tuple[Query, ...]
    notes: tuple[Diagnostic, ...]


def explain(
    loaded: LoadedRule, compiler: Compiler | None = None, catalogue: IndicatorIndex | None = None
) -> Page:
    """The page of a rule.

    With the queries of the ``compiler``'s targets, and with how many other rules of the
    ``catalogue`` share each indicator. Raises ``SiemcError`` where the rule has no formula.
    """
    formula = simplify(lower(loaded).formula)
    body, first_line = _body(loaded)
    metadata = metadata_of(loaded)
    return Page(
        rule=rule_ref(loaded),
        metadata=metadata,
        attack=coverage(metadata.tags),
        events=event_coverage(loaded, formula),
        body=body,
        first_line=first_line,
        stages=stages(loaded),
        formula=formula,
        exclusions=exclusions(formula),
        indicators=indicators(loaded, formula, catalogue),
        catalogue_size=catalogue.size if catalogue else None,
        queries=tuple(compiler.compile(loaded)) if compiler else (),
        notes=loaded.notes,
    )


def _body(loaded: LoadedRule) -> tuple[str, int]:
    """The text of the rule's document and its first line, from 1; empty if it is gone by now."""
    text = read(loaded.path)
    chunks = [] if isinstance(text, Diagnostic) else split(text)
    if loaded.document >= len(chunks):
        return "", 1
    chunk = chunks[loaded.document]
    body = chunk.text.strip("\n")
    blank = len(chunk.text) - len(chunk.text.lstrip("\n"))
    return body, chunk.offset + blank + 1
