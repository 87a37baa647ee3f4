"""Equivalence: do two queries match the same events?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from siemc.diagnostics import Diagnostic, UsageError
from siemc.formula import And, Atom, Formula, Not, Or, atoms
from siemc.prove.compare import compare
from siemc.prove.verdict import Verdict, worst
from siemc.querytext import SECONDS, QueryText, read, unlisted
from siemc.reading import Reading
from siemc.schema import Schema


@dataclass(frozen=True, slots=True)
class Equivalence:
    """The second query beside the first, and what there is to say of either."""

    verdict: Verdict
    notes: tuple[Diagnostic, ...] = ()


def equivalent(
    first: QueryText, second: QueryText, schema: Schema, other_schema: Schema
) -> Equivalence:
    """Compare two queries, each on its schema; the ``first`` stands for the rule in the verdict.

    Where both are for one schema they are compared index by index; of two schemas, the whole-event
    field of one is that of the other. Raises ``UsageError`` where one cannot be read, or where they
    are for two platforms and no field is tested by both.
    """
    one, other = read(first, schema), read(second, other_schema)
    if schema.platform != other_schema.platform:
        _check_common_field(first, second, one, other)
    both = schema if schema is other_schema else _joined(schema, other_schema)
    verdicts = []
    for mine in one:
        for its in other:
            common = sorted({*mine.indices} & {*its.indices})
            if schema is other_schema and mine.indices and its.indices and not common:
                continue
            here = both.within(common) if schema is other_schema and common else both
            its_formula = _renamed(its.formula, other_schema.whole_event, schema.whole_event)
            found = compare(mine.formula, its_formula, here, SECONDS, _single(mine, its))
            codes = {*found.assumptions, *mine.assumptions, *its.assumptions}
            verdicts.append(replace(found, assumptions=tuple(sorted(codes)), indices=tuple(common)))
    notes = (*unlisted(first, schema, one), *unlisted(second, other_schema, other))
    return Equivalence(worst(verdicts), notes)


def _single(one: Reading, other: Reading) -> Callable[[str], bool]:
    return lambda name: one.is_single(name) or other.is_single(name)


def _joined(schema: Schema, other: Schema) -> Schema:
    """What holds of an event that may be in either."""
    return replace(
        schema,
        name=f"{schema.name} and {other.name}",
        indices=(*schema.indices, *other.indices),
        closed=schema.closed and other.closed,
        lower_values=schema.lower_values & other.lower_values,
    )


def _check_common_field(
    first: QueryText, second: QueryText, one: Iterable[Reading], other: Iterable[Reading]
) -> None:
    """Two platforms name their fields otherwise: that two such queries differ says nothing."""
    mine, its = (
        {atom.field for each in readings for atom in atoms(each.formula) if atom.field}
        for readings in (one, other)
    )
    if mine and its and not mine & its:
        names = f"{min(mine)} is one of {first.path}, {min(its)} of {second.path}"
        message = f"The two queries have no field in common: {names}."
        hint = (
            "Compare each with the rule (siemc verify), or give both the same field names and "
            "schema (-s raw)."
        )
        raise UsageError(Diagnostic("SC311", message, hint))


def _renamed(formula: Formula, name: str | None, new: str | None) -> Formula:
    """The formula with one field's tests on another field."""
    if name is None or new is None or name == new:
        return formula
    match formula:
        case Atom():
            return replace(formula, field=new) if formula.field == name else formula
        case Not(item):
            return Not(_renamed(item, name, new))
        case And(items) | Or(items):
            return type(formula)(tuple(_renamed(item, name, new) for item in items))
        case _:
            return formula
