"""Verifying: is this query, as it runs in production, still that rule?"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from siemc.aside import Apart, apart, conjuncts, span_of
from siemc.backend import backends
from siemc.compiler import Compiler, rule_ref
from siemc.diagnostics import Diagnostic, UsageError, did_you_mean
from siemc.evaluate import UndefinedError, evaluate
from siemc.formula import FALSE, And, Atom, Formula, Not, Opaque, Or, YamlPath, atoms, conjunction
from siemc.load import LoadedRule
from siemc.locate import locate_all
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


Unasked = tuple[str | None, YamlPath | None]


@dataclass(frozen=True, slots=True)
class Verification:
    """A query beside a rule.

    ``lost`` are the rule's exclusions that the query does not carry, each with an event it then
    catches, if what is not understood in it lets the event through; ``refusing`` the characters of
    the query whose tests drop the event that is missed; ``unasked`` the rule's tests that the event
    which only the query catches does not pass, each a field and a place in the rule, ``None`` where
    a pipeline added it. ``apart`` is what is left if both are without their scopes.
    """

    rule: RuleRef
    target: str
    schema: str
    verdict: Verdict
    lost: tuple[Exclusion, ...] = ()
    refusing: tuple[tuple[int, int], ...] = ()
    unasked: tuple[Unasked, ...] = ()
    apart: Apart | None = None
    notes: tuple[Diagnostic, ...] = ()


def verify(compiler: Compiler, loaded: LoadedRule, query: QueryText) -> Verification:
    """Compare a query with a rule, on the schema of the query's target.

    Raises ``SiemcError`` where the rule has no formula there, ``UsageError`` where the query cannot
    be read.
    """
    plan = compiler.plan(loaded, query.target)
    notes = tuple(locate_all(e.at(loaded.path, loaded.document) for e in plan.diagnostics))
    if plan.refused:
        raise UsageError(next((e for e in notes if e.severity == "error"), notes[0]))
    readings = read(query, plan.schema)
    judged = [(against(plan.formula, each, plan.schema, SECONDS), each) for each in readings]
    reading = next((each for found, each in judged if found.relation != "exact"), readings[0])
    here = plan.schema.within(reading.indices) if reading.indices else plan.schema
    found = Verification(
        rule=rule_ref(loaded),
        target=query.target,
        schema=plan.schema.name,
        verdict=worst(verdict for verdict, _ in judged),
        notes=(*notes, *unlisted(query, plan.schema, readings)),
    )
    if found.verdict.relation == "exact":
        return found
    return _explained(found, plan.formula, reading.formula, here, loaded)


def _explained(
    found: Verification, rule: Formula, query: Formula, schema: Schema, loaded: LoadedRule
) -> Verification:
    """The verification with what there is to say about why the two differ."""
    verdict, own = found.verdict, set(loaded.rule.detection.detections)
    return replace(
        found,
        lost=() if verdict.extra == "no" else tuple(lost_exclusions(rule, _seen(query), schema)),
        refusing=tuple(_refusing(query, schema, verdict.witnesses)),
        unasked=tuple(dict.fromkeys(_unasked(rule, own, schema, verdict.witnesses))),
        apart=apart(rule, query, own, schema, SECONDS),
    )


def _seen(query: Formula) -> Formula:
    """The query as if every macro, and whatever else is not understood, let all events through."""
    parts = (p for p in conjuncts(query) if not any(_is_opaque(atom) for atom in atoms(p)))
    return conjunction(parts)


def _is_opaque(atom: Atom) -> bool:
    return isinstance(atom.test, Opaque)


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


def unlisted(query: QueryText, schema: Schema, readings: Iterable[Reading]) -> list[Diagnostic]:
    """A warning for each field that the query names and the schema does not have."""
    names = dict.fromkeys(name for each in readings for name in each.unlisted)
    return [_unlisted(query, schema, name) for name in names]


def _unlisted(query: QueryText, schema: Schema, name: str) -> Diagnostic:
    message = f"The query tests {name}, which schema {schema.name} does not have."
    near = did_you_mean(name, schema.field_names)
    hint = f"{near}Correct the name, or give the index's own mapping with --schema FILE."
    at = query.text.find(name)
    before = query.text[: max(at, 0)]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return Diagnostic("SC312", message, hint, query.path, line, column)


def lost_exclusions(
    rule: Formula, query: Formula, schema: Schema, seconds: float = SECONDS
) -> Iterator[Exclusion]:
    """The exclusions that keep some event out of the rule which the query catches.

    Those that are not found out in about ``seconds`` for all of them are not among them.
    """
    end = time.monotonic() + seconds
    for name, places in exclusions(rule).items():
        found = _lost(rule, query, schema, Exclusion(name, None, "matters"), end)
        if found is None:
            continue
        parts = [Exclusion(name, each, "matters") for each in places]
        leaves = [_lost(rule, query, schema, each, end) for each in parts]
        lost = [leaf for leaf in leaves if leaf is not None]
        yield from lost if 0 < len(lost) < len(places) else [found]


def _lost(
    rule: Formula, query: Formula, schema: Schema, exclusion: Exclusion, end: float
) -> Exclusion | None:
    """The exclusion, if an event that it alone keeps out of the rule is caught by the query."""
    seconds = end - time.monotonic()
    if seconds <= 0:
        return None
    wider = without(rule, belongs_to(exclusion.name, exclusion.place))
    kept_out = And((wider, Not(rule), query))
    found = compare(FALSE, kept_out, schema, seconds).witnesses
    if not found:
        return None
    return replace(exclusion, witness=Witness(found[0].event, rule=False, query=True))


def _refusing(
    query: Formula, schema: Schema, witnesses: Iterable[Witness]
) -> Iterator[tuple[int, int]]:
    """Where the query's text refuses the event that it misses."""
    missed = next((each for each in witnesses if each.rule), None)
    if missed is not None:
        # placed one by one, as a constant has no place in the text any more
        for part in conjuncts(query):
            span = span_of(part)
            if span is not None and _fails(World(schema).place(part), missed):
                yield span


def _unasked(
    rule: Formula, own: Collection[str], schema: Schema, witnesses: Iterable[Witness]
) -> Iterator[Unasked]:
    """What the rule asks for, and the event that only the query catches does not have."""
    extra = next((each for each in witnesses if each.query), None)
    if extra is not None:
        for part in conjuncts(rule):
            if not isinstance(part, Not) and _fails(World(schema).place(part), extra):
                for atom in atoms(part):
                    for name, path in atom.origins:
                        yield atom.field, path if name in own else None


def _fails(part: Formula, witness: Witness) -> bool:
    try:
        return not evaluate(part, witness.event)
    except UndefinedError:
        return False


def equivalent(
    first: QueryText, second: QueryText, schema: Schema, other_schema: Schema
) -> Verdict:
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
    return worst(verdicts)


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
