"""Random pairs of formulas: no verdict is contradicted by an event close to both."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from bench.proofs import batch
from siemc.evaluate import Event, Value, evaluate
from siemc.folding import fold
from siemc.formula import (
    RUN,
    And,
    Atom,
    Cidr,
    Exists,
    Formula,
    Glob,
    IsNull,
    Not,
    Or,
    SameAs,
    Test,
    atoms,
    glob,
)
from siemc.prove.compare import compare
from siemc.prove.verdict import Witness
from siemc.prove.world import World
from siemc.schema import FieldType, Index, Schema
from tests.prove.pairs import NETWORKS, ODD, TEXTS, _near, changed, leaf, rewritten

PAIRS = 150

# Where a schema says more: an address field, one in lower case, one that is absent, keywords.
PLACES = ("f", "ip", "low", "gone", None, "whole")
SCHEMA = Schema(
    "mapped",
    "elastic",
    "",
    (
        Index(
            "*",
            {
                "f": FieldType("keyword"),
                "ip": FieldType("ip"),
                "low": FieldType("keyword"),
                "whole": FieldType("wildcard"),
            },
            lower_values=frozenset({"low"}),
        ),
    ),
    whole_event="whole",
)
ADDRESSES = ("10.1.2.3", "10.1.9.9", "10.0.0.0", "11.0.0.1", "fe80::1", "2001:db8::1")


def mapped_leaf(rng: Random) -> Atom:
    """A leaf on a field of ``SCHEMA``, of the kinds that are sought there."""
    name = rng.choice(PLACES)
    if name is None:
        return Atom(None, glob((RUN, rng.choice(TEXTS), RUN), rng.random() < 0.3))
    if name == "ip" and rng.random() < 0.8:
        texts = (*ADDRESSES, "10.1.2.3")
        tests: list[Test] = [
            Cidr(rng.choice(NETWORKS)),
            Glob((rng.choice(texts),)),
            Glob((rng.choice(("10.", "10.1.")), RUN)),
            Exists(),
            IsNull(),
        ]
        return Atom(name, rng.choice(tests))
    test = leaf(rng)
    return Atom(name, Exists() if isinstance(test, SameAs) else test)


def mapped_formula(rng: Random, depth: int) -> Formula:
    """A formula over the fields of ``SCHEMA``."""
    if depth == 0 or rng.random() < 0.3:
        return mapped_leaf(rng)
    if rng.random() < 0.25:
        return Not(mapped_formula(rng, depth - 1))
    items = tuple(mapped_formula(rng, depth - 1) for _ in range(rng.randint(2, 3)))
    return And(items) if rng.random() < 0.5 else Or(items)


def mapped_event(rng: Random, found: list[Atom]) -> Event:
    """An event that ``SCHEMA`` admits: addresses in their one form, lower case, nothing absent."""
    event: dict[str, list[Value]] = {}
    for name in ("f", "ip", "low", "whole"):
        near = [_near(rng, a.test) for a in found if (a.field or "whole") == name]
        pool = list(ADDRESSES) if name == "ip" else [*near, *near, *rng.sample(ODD, 2)]
        count = rng.choice((0, 1, 1, 1, 2))
        values = [rng.choice(pool) for _ in range(count)]
        if values:
            event[name] = [fold(each) if name == "low" else each for each in values]
    return event


def mapped_batch(seed: int, size: int) -> tuple[Counter[str], list[object]]:
    """Judge pairs over ``SCHEMA``; what was counted, and what an event says against a verdict."""
    rng = Random(seed)
    counts: Counter[str] = Counter()
    found: list[object] = []
    for _ in range(size):
        rule = mapped_formula(rng, 2)
        query = changed(rng, rule) if rng.random() < 0.4 else rewritten(rng, rule)
        verdict = compare(rule, query, SCHEMA)
        counts[verdict.relation] += 1
        sides = World(SCHEMA).place(rule), World(SCHEMA).place(query)
        found += [(rule, query, w) for w in verdict.witnesses if not _separates(sides, w)]
        for _ in range(6):
            event = mapped_event(rng, [*atoms(sides[0]), *atoms(sides[1])])
            truth = evaluate(sides[0], event), evaluate(sides[1], event)
            counts["events"] += 1
            counts["true events"] += truth[0]
            is_tame = "SA05" not in verdict.assumptions or "\\n" not in repr(event)
            missed = verdict.misses == "no" and truth == (True, False)
            extra = verdict.extra == "no" and truth == (False, True)
            if is_tame and (missed or extra):
                found.append((rule, query, verdict, event))
    return counts, found


def _separates(sides: tuple[Formula, Formula], each: Witness) -> bool:
    said = evaluate(sides[0], each.event), evaluate(sides[1], each.event)
    return said == (each.rule, each.query) and said[0] is not said[1]


@pytest.fixture(scope="module", params=[11, 12])
def run(request: pytest.FixtureRequest) -> tuple[Counter[str], list[object]]:
    counts, found = batch(request.param, PAIRS)
    return counts, list(found)


def test_no_claim_is_contradicted(run: tuple[Counter[str], list[object]]) -> None:
    assert not run[1]


def test_enough_of_what_is_exact_is_not_so_by_form(
    run: tuple[Counter[str], list[object]],
) -> None:
    counts = run[0]
    assert counts["exact by logic"] + counts["exact by languages"] >= 0.3 * counts["exact"]


def test_enough_events_match(run: tuple[Counter[str], list[object]]) -> None:
    counts = run[0]
    assert counts["true events"] >= 0.2 * counts["events"]


@pytest.mark.parametrize("seed", [21, 22])
def test_no_claim_is_contradicted_where_a_schema_says_more(seed: int) -> None:
    counts, found = mapped_batch(seed, PAIRS)
    assert not found, found[0]
    assert counts["exact"] > PAIRS / 10
    assert counts["true events"] >= 0.1 * counts["events"]
