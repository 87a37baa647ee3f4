"""A query printed from a formula with a part lost is told from its rule, and the part is named.

Mistakes made in the formula tell more than those in a text: which exclusion is lost, and, where
nothing changes, which clause does the work of the lost one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from siemc.backend import Layout, backends
from siemc.formula import (
    FALSE,
    And,
    Atom,
    Formula,
    Glob,
    Not,
    Or,
)
from siemc.load import LoadedRule, load
from siemc.prove.compare import compare
from siemc.prove.exclusions import belongs_to, exclusions, judge, without
from siemc.schema import Schema
from siemc.verify import lost_exclusions
from tests.prove.mutants import RULES, TARGETS, compiler_of, rule_of


class Loss(NamedTuple):
    """A formula with one mistake in it, and the part that it lost with what stood beside that."""

    kind: str
    formula: Formula
    direction: str
    lost: Formula | None = None
    beside: tuple[Formula, ...] = ()


def losses(formula: Formula, denied: bool = False) -> Iterator[Loss]:
    """Every formula with one part of it lost, or an ``and`` and an ``or`` taken for each other."""
    if isinstance(formula, Not):
        for loss in losses(formula.item, not denied):
            yield loss._replace(formula=Not(loss.formula))
    if not isinstance(formula, And | Or):
        return
    kind, swapped = (And, Or) if isinstance(formula, And) else (Or, And)
    direction = "+" if (kind is And) is not denied else "-"
    items = formula.items
    if len(items) > 1:
        yield Loss("and/or", swapped(items), direction)
    for number, item in enumerate(items):
        beside = (*items[:number], *items[number + 1 :])
        if beside:
            name = "a conjunct" if kind is And else "a disjunct"
            yield Loss(name, kind(beside), direction, item, beside)
        for loss in losses(item, denied):
            inner = kind((*items[:number], loss.formula, *items[number + 1 :]))
            yield loss._replace(formula=inner)


def implying(loss: Loss) -> Formula | None:
    """The clause beside a lost one that does its work."""
    lost = loss.lost
    if lost is None:
        return None
    for other in loss.beside:
        holds, fails = (other, lost) if loss.kind == "a conjunct" else (lost, other)
        if compare(FALSE, And((holds, Not(fails)))).relation == "exact":
            return other
    return None


def read_back(formula: Formula, target: str, schema: Schema) -> tuple[Formula, Schema] | None:
    """What a target's query for a formula says, and where, unless it has no query."""
    emission = backends()[target].emit(formula, schema, Layout())
    if emission.text is None or emission.problems:
        return None
    reading = backends()[target].read(emission.text, schema)[0]
    return reading.formula, schema.within(reading.indices) if reading.indices else schema


def with_text(formula: Formula, change: Callable[[str], str]) -> Formula:
    """The formula with the literals of its globs changed."""
    match formula:
        case Atom(test=Glob(parts, cased)):
            parts = tuple(change(part) if isinstance(part, str) else part for part in parts)
            return replace(formula, test=Glob(parts, cased))
        case Not(item):
            return Not(with_text(item, change))
        case And(items) | Or(items):
            return type(formula)(tuple(with_text(item, change) for item in items))
    return formula


def relation(rule: Formula, query: tuple[Formula, Schema]) -> str:
    return compare(rule, *query).relation


def plans_of(rules: Iterable[LoadedRule], target: str) -> Iterator[tuple[Formula, Schema]]:
    compiler = compiler_of(target)
    for rule in rules:
        plan = compiler.plan(rule, target)
        if not plan.refused:
            yield plan.formula, plan.schema


@pytest.mark.parametrize("target", TARGETS)
def test_a_lost_part_of_a_shipped_rule_has_its_direction_or_another_does_its_work(
    target: str,
) -> None:
    counts: Counter[str] = Counter()
    rng = Random(7)
    for formula, schema in plans_of(load([RULES]).rules, target):
        found = list(losses(formula))
        for loss in rng.sample(found, min(12, len(found))):
            query = read_back(loss.formula, target, schema)
            if query is None:
                continue
            told = relation(formula, query)
            counts[f"{loss.kind}: {told}"] += 1
            if told == "exact":
                assert implying(loss) is not None, loss
            else:
                assert told == {"+": "wider", "-": "narrower"}[loss.direction], loss
    for kind in ("a conjunct: wider", "a disjunct: narrower", "and/or: wider", "and/or: narrower"):
        assert counts[kind] > 1, counts


@pytest.mark.parametrize("target", TARGETS)
def test_each_lost_exclusion_of_a_shipped_rule_is_named(target: str) -> None:
    named = 0
    for formula, schema in plans_of(load([RULES]).rules, target):
        for name in exclusions(formula):
            query = read_back(without(formula, belongs_to(name, None)), target, schema)
            if query is None:
                continue
            assert relation(formula, query) == "wider", name
            lost = list(lost_exclusions(formula, *query, 2))
            names = {each.name for each in lost}
            assert name in names
            for other in names - {name}:  # one that excludes only together with it
                joint = without(formula, belongs_to(other, None))
                assert relation(joint, query) == "exact", (name, other)
            named += 1
    assert named > 20


@pytest.mark.parametrize("target", TARGETS)
def test_a_lost_part_that_another_does_the_work_of_is_exact_and_that_is_named(
    target: str, tmp_path: Path
) -> None:
    rule = rule_of(
        tmp_path,
        "sel and not f1 and not f2",
        sel={"Image|endswith": ["\\a.exe", "\\b\\a.exe"], "CommandLine|contains|all": ["x", "xy"]},
        f1={"ParentImage|contains": "y"},
        f2={"ParentImage": "xyz"},
    )
    ((formula, schema),) = plans_of([rule], target)
    told = Counter(
        (loss.kind, relation(formula, query), implying(loss) is not None)
        for loss in losses(formula)
        if loss.lost is not None and (query := read_back(loss.formula, target, schema))
    )
    assert told["a disjunct", "exact", True] == 1, told
    assert told["a conjunct", "exact", True] == 2, told  # x beside xy, and f2 beside f1
    assert not any(is_exact == "exact" and not named for _, is_exact, named in told), told
    effects = {e.name: (e.effect, e.implied_by) for e in judge(formula, schema) if not e.place}
    assert effects == {"f1": ("matters", ()), "f2": ("never", ("f1",))}


@pytest.mark.parametrize("target", TARGETS)
def test_the_other_case_of_a_cased_value_is_not_the_same(target: str, tmp_path: Path) -> None:
    rule = rule_of(tmp_path, "sel", sel={"CommandLine|cased|contains": ["aBc", "dEf"]})
    ((formula, schema),) = plans_of([rule], target)
    other = with_text(formula, lambda part: part.replace("aBc", "AbC"))
    query = read_back(other, target, schema)
    assert query is not None
    assert relation(formula, query) == "different"
    # one of the two values is lost where the other one includes what has become of it
    fewer = with_text(formula, lambda part: part.replace("aBc", "xdEf"))
    query = read_back(fewer, target, schema)
    assert query is not None
    assert relation(formula, query) == "narrower"


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("value", ["a\\*b", "a\\?b"])
def test_a_lost_escape_of_a_wildcard_is_wider(target: str, value: str, tmp_path: Path) -> None:
    escaped = rule_of(tmp_path, "sel", sel={"CommandLine|contains": value})
    ((formula, schema),) = plans_of([escaped], target)
    plain = rule_of(tmp_path, "sel", sel={"CommandLine|contains": value.replace("\\", "")})
    ((mutant, _),) = plans_of([plain], target)
    query = read_back(mutant, target, schema)
    if query is None:
        assert (target, value) == ("kql", "a\\?b")  # KQL has no wildcard for one character
    else:
        assert relation(formula, query) == "wider"
