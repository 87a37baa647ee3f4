"""The shipped rules on their test events, and the events against the rules' every leaf."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from siemc.evaluate import evaluate
from siemc.formula import FALSE, TRUE, And, Atom, Const, Formula, Not, Or

from .event_cases import EventCase, event_cases, formula_of

FOLDER = Path(__file__).parents[2] / "rules"
RULES = sorted(FOLDER.glob("*.yml"))
TELEGRAM = FOLDER / "net_connection_win_domain_telegram_api_non_browser_access.yml"


def events_of(rule: Path) -> Path:
    return FOLDER / "tests" / f"{rule.stem}.events.json"


CASES = [case for rule in RULES for case in event_cases(rule, events_of(rule))]


def leaves_replaced(formula: Formula, value: Const) -> Iterator[tuple[Atom, Formula]]:
    """Each leaf, and the formula in which ``value`` stands in its place."""
    match formula:
        case Atom():
            yield formula, value
        case Not(item):
            for leaf, changed in leaves_replaced(item, value):
                yield leaf, Not(changed)
        case And(items) | Or(items):
            for i, item in enumerate(items):
                for leaf, changed in leaves_replaced(item, value):
                    yield leaf, type(formula)((*items[:i], changed, *items[i + 1 :]))
        case Const():
            pass


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_shipped_rule_holds_on_the_events_it_means_and_on_no_other(case: EventCase) -> None:
    assert evaluate(formula_of(case.rule), case.event) is case.matches


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.stem)
@pytest.mark.parametrize("value", [TRUE, FALSE], ids=["holds always", "never holds"])
def test_each_leaf_of_a_shipped_rule_decides_some_test_event(rule: Path, value: Const) -> None:
    cases = event_cases(rule, events_of(rule))
    idle = [
        leaf
        for leaf, changed in leaves_replaced(formula_of(rule), value)
        if all(evaluate(changed, case.event) is case.matches for case in cases)
    ]
    assert not idle


def test_the_telegram_rule_has_twenty_one_exclusions_each_with_an_event_of_its_own() -> None:
    formula = formula_of(TELEGRAM)
    excluded = [
        case
        for case in event_cases(TELEGRAM, events_of(TELEGRAM))
        if case.why.startswith("excluded: ")
    ]
    alone = [
        [case.why for case in excluded if evaluate(changed, case.event)]
        for leaf, changed in leaves_replaced(formula, FALSE)
        if leaf.field == "Image"
    ]
    assert len(alone) == len(excluded) == 21
    assert all(alone)


def test_every_rule_has_its_events_and_no_events_lack_their_rule() -> None:
    assert RULES
    assert [events_of(rule) for rule in RULES] == sorted(FOLDER.glob("tests/*.events.json"))
