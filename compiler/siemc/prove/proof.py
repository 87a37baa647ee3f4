"""The proof of a query: it is read back and compared with its rule, exclusion by exclusion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from siemc.backend import Backend, Span
from siemc.formula import Formula
from siemc.prove.compare import SECONDS, compare
from siemc.prove.exclusions import Exclusion, judge
from siemc.prove.verdict import Verdict, worst
from siemc.reading import ReadError, Reading
from siemc.schema import Schema


@dataclass(frozen=True, slots=True)
class Proof:
    """The verdict on a query, and what became of the rule's exclusions, where that was asked.

    ``unread`` says why the query could not be read back.
    """

    verdict: Verdict
    exclusions: tuple[Exclusion, ...] = ()
    unread: str | None = None


UNREAD = Verdict("unknown", "unknown")


def prove(formula: Formula, text: str, backend: Backend, schema: Schema) -> Proof:
    """Read ``text`` back and compare it with the formula it was printed from."""
    try:
        readings = backend.read(text, schema)
    except ReadError as error:
        return Proof(UNREAD, unread=f"{error.message} (at character {error.start + 1})")
    return Proof(worst(against(formula, each, schema) for each in readings))


def against(
    formula: Formula, reading: Reading, schema: Schema, seconds: float = SECONDS
) -> Verdict:
    """The verdict on what the query does in the indices of one mapping."""
    here = schema.within(reading.indices) if reading.indices else schema
    verdict = compare(formula, reading.formula, here, seconds)
    codes = tuple(sorted({*verdict.assumptions, *reading.assumptions}))
    return replace(verdict, assumptions=codes, indices=reading.indices)


def with_exclusions(proof: Proof, formula: Formula, schema: Schema, spans: Iterable[Span]) -> Proof:
    """The proof with what each of the rule's exclusions does, and which text carries it."""
    carried = [(origin, s.start, s.end) for s in spans for origin in s.origins]
    return replace(proof, exclusions=judge(formula, schema, carried))
