"""Events made for a rule: each decides by what it was made for."""

from __future__ import annotations

from pathlib import Path

import pytest

from siemc.backend import Layout, backends
from siemc.cases import cases
from siemc.compiler import Compiler, Options
from siemc.evaluate import evaluate
from siemc.formula import FALSE, Atom, Formula, Not, Opaque, Or, conjunction, glob
from siemc.load import load
from siemc.plans import Plan
from siemc.prove.world import World

RULES = sorted((Path(__file__).parents[1] / "rules").glob("*.yml"))
SCHEMAS = {"spl": "splunk-sysmon", "dsl": "agent-windows"}
RAW = backends()["spl"].platform.schema("raw")


def plans() -> list[tuple[str, Plan]]:
    compiler = Compiler(Options(targets=tuple(SCHEMAS), schemas=SCHEMAS))
    rules = load(RULES).rules
    return [(target, compiler.plan(rule, target)) for rule in rules for target in SCHEMAS]


def is_(field: str, text: str) -> Atom:
    return Atom(field, glob([text]))


def test_every_shipped_rule_has_events_on_both_sides_and_every_reader_agrees() -> None:
    for target, plan in plans():
        found = cases(plan.formula, plan.schema)
        assert {each.matches for each in found} == {True, False}
        assert found[0].matches
        assert len(found) > 15
        backend = backends()[target]
        text = backend.emit(plan.formula, plan.schema, Layout()).text
        assert text is not None
        for reading in backend.read(text, plan.schema):
            placed = World(plan.schema).place(reading.formula)
            for each in found:
                assert evaluate(placed, each.event) is each.matches, each.why


def test_each_test_and_each_exclusion_has_an_event_that_decides_by_it_alone() -> None:
    formula = conjunction([is_("a", "x"), is_("b", "y"), Not(Or((is_("c", "p"), is_("d", "q"))))])
    found = cases(formula, RAW)
    events = [(dict(each.event), each.matches) for each in found]
    assert ({"a": ["x"], "b": ["y"]}, True) in events
    near = [{k: v for k, v in event.items() if v != [""]} for event, hit in events if not hit]
    assert {"a": ["x"]} in near
    assert {"b": ["y"]} in near
    assert {"a": ["x"], "b": ["y"], "c": ["p"]} in near
    assert {"a": ["x"], "b": ["y"], "d": ["q"]} in near
    assert {} in near


def test_another_case_is_what_the_reference_says_of_it() -> None:
    for cased in (False, True):
        formula = Atom("a", glob(["word"], cased))
        found = {repr(each.event): each.matches for each in cases(formula, RAW)}
        other = next(each for each in found if "WORD" in each)
        assert found[other] is not cased


@pytest.mark.parametrize("formula", [FALSE, Atom(None, Opaque("`macro`"))])
def test_what_matches_nothing_or_is_not_understood_has_no_events(formula: Formula) -> None:
    assert cases(formula, RAW) == []


def test_there_are_no_more_than_are_asked_for() -> None:
    formula = Or(tuple(is_(f"f{number}", "x") for number in range(100)))
    assert len(cases(formula, RAW, most=20)) == 20
