"""A query with a mistake in its text is told from what it was, in the right direction.

Each difference has an event; ``tests.prove.mutants`` makes the mistakes.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from siemc.backend import backends
from siemc.evaluate import Event, OpaqueError, Value, evaluate
from siemc.formula import (
    Cidr,
    Compare,
    Equals,
    Formula,
    Glob,
    Test,
    TimePart,
    atoms,
)
from siemc.load import LoadedRule, load
from siemc.prove.compare import compare
from siemc.prove.verdict import Verdict
from siemc.prove.world import World
from siemc.reading import ReadError, Reading
from siemc.schema import Schema
from tests.prove.mutants import RULES, TARGETS, Mutant, compiler_of, mutants, rule_of

CORPUS = os.environ.get("SIEMC_CORPUS")


ALLOWED = {
    "+": {"exact", "wider"},
    "-": {"exact", "narrower"},
    "x": {"different", "narrower"},
}

FILLS = ("", "", "x", "A", "\\", "b c")


def nearby(rng: Random, formulas: tuple[Formula, ...], count: int) -> Iterator[Event]:
    """Events whose fields hold values that leaves ask for, near misses, or nothing."""
    pools: dict[str, list[Test]] = {}
    for formula in formulas:
        for atom in atoms(formula):
            if atom.field is not None:
                pools.setdefault(atom.field, []).append(atom.test)
    for _ in range(count):
        event: dict[str, list[Value]] = {}
        for name, tests in pools.items():
            values = [_text(rng, rng.choice(tests)) for _ in range(rng.choice((0, 1, 1, 1, 1, 2)))]
            if values:
                event[name] = list(values)
        yield event


def _text(rng: Random, test: Test) -> str:
    match test:
        case Glob(parts):
            text = "".join(p if isinstance(p, str) else rng.choice(FILLS) for p in parts)
        case Cidr(network):
            text = str(network[rng.choice((0, -1))])
        case Equals(value):
            text = str(value).lower()
        case Compare(_, number):
            text = str(number + rng.choice((-1, 0, 1)))
        case TimePart():
            text = "2024-01-01T02:00:00+00:00"
        case _:
            text = rng.choice(FILLS)
    chance = rng.random()
    if chance < 0.1:
        return text.swapcase()
    return text[:-1] if chance < 0.15 else text + "x" if chance < 0.2 else text


def differing(formulas: tuple[Formula, Formula], seed: int, count: int = 200) -> Event | None:
    """An event on which the two differ, if one of ``count`` is such."""
    rng = Random(seed)
    for event in nearby(rng, formulas, count):
        try:
            if evaluate(formulas[0], event) != evaluate(formulas[1], event):
                return event
        except OpaqueError:
            return None
    return None


def _printed(rules: list[LoadedRule], target: str) -> Iterator[tuple[str, Schema]]:
    compiler = compiler_of(target)
    for rule in rules:
        (query,) = compiler.compile(rule)
        if query.text is not None:
            yield query.text, compiler.plan(rule, target).schema


def _judged(
    before: Reading, mutant: Mutant, target: str, schema: Schema, counts: Counter[str]
) -> None:
    try:
        readings = backends()[target].read(mutant.text, schema)
    except ReadError:
        counts["not read"] += 1
        return
    after = next((r for r in readings if r.indices == before.indices), readings[0])
    here = schema.within(before.indices) if before.indices else schema
    verdict = compare(before.formula, after.formula, here)
    counts[verdict.relation] += 1
    counts[f"{mutant.kind}: {verdict.relation}"] += 1
    _check(before.formula, after.formula, here, verdict, mutant)


def _check(
    before: Formula, after: Formula, schema: Schema, verdict: Verdict, mutant: Mutant
) -> None:
    shown = f"{mutant.kind} ({mutant.direction}): {verdict}\n{mutant.text}"
    if verdict.relation != "unknown":
        assert verdict.relation in ALLOWED.get(mutant.direction, {verdict.relation}), shown
    sides = World(schema).place(before), World(schema).place(after)
    for each in verdict.witnesses:
        said = evaluate(sides[0], each.event), evaluate(sides[1], each.event)
        assert said == (each.rule, each.query), shown
        assert said[0] is not said[1], shown
    if verdict.relation == "exact" and verdict.how != "form" and not verdict.assumptions:
        assert differing(sides, len(mutant.text)) is None, shown


def _all(rules: list[LoadedRule], target: str, each: int | None = None) -> Counter[str]:
    counts: Counter[str] = Counter()
    rng = Random(7)
    for text, schema in _printed(rules, target):
        before = backends()[target].read(text, schema)[0]
        found = list(mutants(target, text))
        for mutant in found if each is None else rng.sample(found, min(each, len(found))):
            _judged(before, mutant, target, schema, counts)
    return counts


@pytest.mark.parametrize("target", TARGETS)
def test_each_mistake_in_a_shipped_rules_query_is_judged_right(target: str) -> None:
    counts = _all(load([RULES]).rules, target, each=40)
    judged = sum(counts[each] for each in ("exact", "wider", "narrower", "different", "unknown"))
    assert judged > 150, counts
    assert counts["unknown"] <= judged / 50, counts
    assert counts["wider"] > 10, counts
    assert counts["narrower"] > 10, counts
    assert counts["a lost NOT: different"] > 5, counts


@pytest.mark.parametrize("target", ["kql", "lucene", "dsl"])
def test_a_backslash_lost_before_a_star_in_a_querys_text_is_wider(
    target: str, tmp_path: Path
) -> None:
    rule = rule_of(tmp_path, "sel", sel={"CommandLine|contains": "a\\*b"})
    ((text, schema),) = _printed([rule], target)
    before = backends()[target].read(text, schema)[0]
    found = [m for m in mutants(target, text) if (m.kind, m.direction) == ("a lost escape", "+")]
    assert found, text
    counts: Counter[str] = Counter()
    for mutant in found:
        _judged(before, mutant, target, schema, counts)
    assert counts["wider"] == len(found), counts


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS, reason="SIEMC_CORPUS does not name the public rules")
@pytest.mark.parametrize("target", TARGETS)
def test_each_mistake_in_a_public_rules_query_is_judged_right(target: str) -> None:
    rules = load([Path(str(CORPUS)) / "sigmahq" / "rules"]).rules[TARGETS.index(target) :: 40]
    counts = _all(rules, target, each=12)
    judged = sum(counts[each] for each in ("exact", "wider", "narrower", "different", "unknown"))
    assert judged > 200, counts
    assert counts["unknown"] <= judged / 20, counts
