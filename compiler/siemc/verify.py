"""Verifying: is this query, as it runs in production, still that rule?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from siemc.backend import backends
from siemc.compiler import Compiler, rule_ref
from siemc.diagnostics import Diagnostic, UsageError
from siemc.evaluate import OpaqueError, evaluate
from siemc.formula import FALSE, And, Atom, Formula, Not, Or, atoms
from siemc.load import LoadedRule
from siemc.prove.compare import compare
from siemc.prove.exclusions import Exclusion, belongs_to, exclusions, without
from siemc.prove.proof import against
from siemc.prove.verdict import Verdict, Witness, worst
from siemc.prove.world import World
from siemc.query import RuleRef
from siemc.reading import ReadError, Reading
from siemc.schema import Schema

SECONDS = 10.0  # someone waits for this one answer, and for a true one


@dataclass(frozen=True, slots=True)
class QueryText:
    """A query in the language of a target, and the file it came from."""

    target: str
    text: str
    path: str


@dataclass(frozen=True, slots=True)
class Verification:
    """A query beside a rule.

    ``lost`` are the rule's exclusions that the query does not carry, each with an event it then
    catches; ``refusing`` the characters of the query whose tests drop the event that is missed.
    """

    rule: RuleRef
    target: str
    schema: str
    verdict: Verdict
    lost: tuple[Exclusion, ...] = ()
    refusing: tuple[tuple[int, int], ...] = ()
    notes: tuple[Diagnostic, ...] = ()


def verify(compiler: Compiler, loaded: LoadedRule, query: QueryText) -> Verification:
    """Compare a query with a rule, on the schema of the query's target.

    Raises ``SiemcError`` where the rule has no formula there, ``UsageError`` where the query cannot
    be read.
    """
    plan = compiler.plan(loaded, query.target)
    readings = read(query, plan.schema)
    judged = [(against(plan.formula, each, plan.schema, SECONDS), each) for each in readings]
    verdict = worst(verdict for verdict, _ in judged)
    reading = next((each for found, each in judged if found.relation != "exact"), readings[0])
    here = plan.schema.within(reading.indices) if reading.indices else plan.schema
    lost = lost_exclusions(plan.formula, reading.formula, here) if verdict.extra != "no" else ()
    return Verification(
        rule=rule_ref(loaded),
        target=query.target,
        schema=plan.schema.name,
        verdict=verdict,
        lost=tuple(lost),
        refusing=tuple(_refusing(reading.formula, here, verdict.witnesses)),
        notes=tuple(each.at(loaded.path, loaded.document) for each in plan.diagnostics),
    )


def read(query: QueryText, schema: Schema) -> tuple[Reading, ...]:
    """The query's readings; ``UsageError`` with line and column where it has none."""
    backend = backends()[query.target]
    try:
        return backend.read(query.text, schema)
    except ReadError as error:
        before = query.text[: error.start]
        line, column = before.count("\n") + 1, error.start - before.rfind("\n")
        message = f"This is not read as {backend.title}: {error.message}"
        hint = "Correct the query at the place shown, or name its language with --language."
        found = Diagnostic("SC311", message, hint, query.path, line, column)
        raise UsageError(found) from None


def lost_exclusions(rule: Formula, query: Formula, schema: Schema) -> Iterator[Exclusion]:
    """The exclusions that keep some event out of the rule which the query catches."""
    for name, places in exclusions(rule).items():
        found = _lost(rule, query, schema, name, None)
        if found is None:
            continue
        leaves = [_lost(rule, query, schema, name, each) for each in places]
        lost = [leaf for leaf in leaves if leaf is not None]
        yield from lost if 0 < len(lost) < len(places) else [found]


def _lost(
    rule: Formula, query: Formula, schema: Schema, name: str, place: tuple[str | int, ...] | None
) -> Exclusion | None:
    """The exclusion, if an event that it alone keeps out of the rule is caught by the query."""
    wider = without(rule, belongs_to(name, place))
    kept_out = And((wider, Not(rule), query))
    found = compare(FALSE, kept_out, schema, SECONDS).witnesses
    if not found:
        return None
    witness = Witness(found[0].event, rule=False, query=True)
    return Exclusion(name, place, "matters", witness)


def _refusing(
    query: Formula, schema: Schema, witnesses: Iterable[Witness]
) -> Iterator[tuple[int, int]]:
    """Where the query's text refuses the event that it misses."""
    missed = next((each for each in witnesses if each.rule), None)
    if missed is None:
        return
    placed = World(schema).place(query)
    for part in placed.items if isinstance(placed, And) else (placed,):
        try:
            holds = evaluate(part, missed.event)
        except OpaqueError:
            continue
        if not holds:
            spans = [origin.path for atom in atoms(part) for origin in atom.origins]
            numbers = [int(step) for span in spans for step in span]
            if numbers:
                yield min(numbers), max(numbers)


def equivalent(
    first: QueryText, second: QueryText, schema: Schema, other_schema: Schema
) -> Verdict:
    """Compare two queries, each on its schema; the ``first`` stands for the rule in the verdict.

    Where both are for one schema they are compared index by index; of two schemas, the whole-event
    field of one is that of the other. Raises ``UsageError`` where one cannot be read.
    """
    one, other = read(first, schema), read(second, other_schema)
    verdicts = []
    for mine in one:
        for its in other:
            common = sorted({*mine.indices} & {*its.indices})
            if schema is other_schema and mine.indices and its.indices and not common:
                continue
            here = schema.within(common) if schema is other_schema and common else schema
            its_formula = _renamed(its.formula, other_schema.whole_event, schema.whole_event)
            found = compare(mine.formula, its_formula, here, SECONDS)
            codes = {*found.assumptions, *mine.assumptions, *its.assumptions}
            verdicts.append(replace(found, assumptions=tuple(sorted(codes)), indices=tuple(common)))
    return worst(verdicts)


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
