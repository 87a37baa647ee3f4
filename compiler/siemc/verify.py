"""Verifying: is this query, as it runs in production, still that rule?"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from siemc.aside import Apart, apart, conjuncts, span_of
from siemc.compiler import Compiler, rule_ref
from siemc.diagnostics import Diagnostic, UsageError
from siemc.evaluate import UndefinedError, evaluate
from siemc.formula import FALSE, And, Atom, Formula, Not, Opaque, YamlPath, atoms, conjunction
from siemc.load import LoadedRule
from siemc.locate import locate_all
from siemc.prove.compare import compare
from siemc.prove.exclusions import Exclusion, belongs_to, exclusions, without
from siemc.prove.proof import against
from siemc.prove.verdict import Verdict, Witness, worst
from siemc.prove.world import World
from siemc.query import RuleRef
from siemc.querytext import SECONDS, QueryText, read, unlisted
from siemc.schema import Schema

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
