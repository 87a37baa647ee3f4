"""The printed SPL of a formula: a base search and, where it needs one, a single ``| where``.

Each part that must hold goes wholly into the base search if ``search`` says it exactly; otherwise
wholly into the ``where`` at the end, and the base search keeps an upper bound of it.
"""

from __future__ import annotations

from siemc.backend import Emission, Layout
from siemc.formula import Formula, Not, disjunction
from siemc.passes.depth import depth
from siemc.schema import Schema
from siemc_backends.splunk import search, where
from siemc_backends.splunk.bounds import new_bounds, upper
from siemc_backends.splunk.prepare import prepare
from siemc_backends.splunk.report import Report
from siemc_backends.splunk.shape import all_of, conjuncts, excluded
from siemc_backends.splunk.writer import Writer

MAX_DEPTH = 100


def emit(formula: Formula, schema: Schema, layout: Layout) -> Emission:
    """The query of a formula for an index of this schema; see ``siemc.backend.Emission``."""
    report = Report(schema)
    if depth(formula) > MAX_DEPTH:
        report.too_deep(MAX_DEPTH)
        return report.emission(None, ())
    prepared = prepare(formula, report)
    if not report.printable:
        return report.emission(None, ())
    base, filters = split(prepared, schema.whole_event)
    report.where(filters)
    if not report.printable:
        return report.emission(None, ())
    out = Writer(layout.pretty)
    search.write(out, base)
    if filters:
        out.brk(" ", 0)
        out.put("| where ")
        where.write(out, filters)
    return report.emission(out.text, tuple(out.spans))


def split(formula: Formula, whole_event: str | None) -> tuple[Formula, list[Formula]]:
    """The base search, and the conjuncts that ``where`` must say."""
    base: list[Formula] = []
    bounds: list[Formula] = []
    filters: list[Formula] = []
    for part in conjuncts(formula):
        if search.exact(part):
            base.append(part)
            continue
        kept, moved = _parted(part)
        base.extend(kept)
        filters.extend(moved)
        bounds.extend(bound for item in moved for bound in conjuncts(upper(item, whole_event)))
    return all_of([*base, *(new_bounds(bounds, base) if bounds else ())]), filters


def _parted(part: Formula) -> tuple[list[Formula], list[Formula]]:
    """Of ``not (a or b or re)``: ``not (a or b)`` to keep, ``not re`` to move."""
    if not isinstance(part, Not):
        return [], [part]
    items = excluded(part)
    kept = [item for item in items if search.exact(item)]
    moved: list[Formula] = [Not(item) for item in items if not search.exact(item)]
    return ([Not(disjunction(kept))] if kept else []), moved
