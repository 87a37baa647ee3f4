"""Every modifier and every construct of the language, on events derived by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from siemc.diagnostics import SiemcError
from siemc.evaluate import evaluate
from siemc.load import load
from siemc.lower import lower

from .event_cases import EventCase, event_cases, formula_of

FOLDER = Path(__file__).parent / "modifiers"
RULES = sorted(FOLDER.glob("*.yml"))


def events_of(rule: Path) -> Path:
    return rule.with_suffix(".events.json")


def is_to_fail(rule: Path) -> bool:
    return "fails" in json.loads(events_of(rule).read_text(encoding="utf-8"))


SOUND = [rule for rule in RULES if not is_to_fail(rule)]
FAILING = [rule for rule in RULES if is_to_fail(rule)]
CASES = [case for rule in SOUND for case in event_cases(rule, events_of(rule))]

# The modifiers of the specification (sigma-specification, appendix "Sigma Modifiers", 2.1.0).
MODIFIERS = {
    *("all", "startswith", "endswith", "contains", "exists", "cased", "neq", "windash"),
    *("re", "i", "m", "s", "base64", "base64offset", "utf16le", "utf16be", "utf16", "wide"),
    *("lt", "lte", "gt", "gte", "minute", "hour", "day", "week", "month", "year"),
    *("cidr", "expand", "fieldref"),
}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_rule_holds_on_the_events_it_means_and_on_no_other(case: EventCase) -> None:
    assert evaluate(formula_of(case.rule), case.event) is case.matches


@pytest.mark.parametrize("rule", SOUND, ids=lambda rule: rule.stem)
def test_a_case_has_two_events_that_match_and_three_that_nearly_do(rule: Path) -> None:
    verdicts = [case.matches for case in event_cases(rule, events_of(rule))]
    assert verdicts.count(True) >= 2
    assert verdicts.count(False) >= 3


@pytest.mark.parametrize("rule", FAILING, ids=lambda rule: rule.stem)
def test_a_rule_without_a_meaning_is_rejected_with_a_reason(rule: Path) -> None:
    loaded = load([rule])
    for found in loaded.rules:
        with pytest.raises(SiemcError):
            lower(found)
    for broken in loaded.broken:
        assert any(problem.severity == "error" for problem in broken.diagnostics)
    assert len(loaded.rules) + len(loaded.broken) == 1


def test_every_modifier_of_the_specification_has_a_case() -> None:
    keys = {
        modifier
        for rule in RULES
        for line in rule.read_text(encoding="utf-8").splitlines()
        for modifier in line.partition(":")[0].strip(" -'").split("|")[1:]
    }
    assert keys >= MODIFIERS


def test_every_rule_has_its_events_and_no_events_lack_their_rule() -> None:
    assert RULES
    assert [events_of(rule) for rule in RULES] == sorted(FOLDER.glob("*.events.json"))
