"""The proof of a query: it is read back and compared with its rule, exclusion by exclusion."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace

from siemc.backend import Backend, Span
from siemc.formula import Formula
from siemc.prove.compare import SECONDS, compare
from siemc.prove.exclusions import Exclusion, judge, located
from siemc.prove.verdict import Verdict, worst
from siemc.prove.world import World
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
    verdict = compare(formula, reading.formula, here, seconds, reading.is_single)
    codes = tuple(sorted({*verdict.assumptions, *reading.assumptions}))
    return replace(verdict, assumptions=codes, indices=reading.indices)


class Judged(dict[tuple[int, Hashable], tuple[Exclusion, ...]]):
    """The exclusions of one rule's formulas, each judged once for all targets it is alike in."""

    def add(self, proof: Proof, formula: Formula, schema: Schema, spans: Iterable[Span]) -> Proof:
        """The proof with what each exclusion of the rule does, and which text carries it.

        The formulas must outlive this: they are known by their identity.
        """
        key = id(formula), World(schema).facts(formula)
        if key not in self:
            self[key] = judge(formula, schema)
        return replace(proof, exclusions=located(self[key], spans))
