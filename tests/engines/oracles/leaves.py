"""The leaves of a rule, each a rule of its own, and the rule with their answers in their place.

With these it can be said of a difference where it comes from: the oracle reads a leaf otherwise,
or puts the same leaves together otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from siemc.evaluate import Event, Value, evaluate
from siemc.formula import And, Atom, Const, Formula, Not, Or, YamlPath, atoms
from siemc.load import LoadedRule, load_text
from siemc.lower import lower, search
from tests.exact.strategies import rule_text


@dataclass(frozen=True)
class Leaf:
    """One value that a rule asks for: of a field, or of the whole event where that is empty."""

    field: str
    modifiers: tuple[str, ...]
    value: Any

    @cached_property
    def text(self) -> str:
        """The rule that asks for nothing else."""
        key = "|".join((self.field, *self.modifiers))
        asked = {key: self.value} if key else [self.value]
        return rule_text({"selection": asked, "condition": "selection"}, True)

    @cached_property
    def formula(self) -> Formula:
        """What that rule means."""
        return lower(load_text(self.text).rules[0]).formula

    @property
    def is_turned(self) -> bool:
        """Whether its formula is the ``not`` of a test."""
        return "neq" in self.modifiers or ("exists" in self.modifiers and self.value is False)

    def found(self, event: Event) -> Sequence[Value]:
        """The values of the event that it is about."""
        if self.field:
            return event.get(self.field, ())
        return [value for values in event.values() for value in values]

    def holds(self, event: Event) -> bool:
        """The reference's answer."""
        return evaluate(self.formula, event)


def leaves(rule: LoadedRule) -> Mapping[YamlPath, Leaf]:
    """Every leaf of the rule's searches, by its place in the YAML."""
    formulas = [search(rule, name) for name in rule.rule.detection.detections]
    found = (atom for formula in formulas for atom in atoms(formula))
    places = {place.path for atom in found for place in atom.origins}
    return {path: _leaf(rule, path) for path in sorted(places, key=str)}


def _leaf(rule: LoadedRule, path: YamlPath) -> Leaf:
    value: Any = rule.data
    for step in path:
        value = value[step]
    value = None if value == [] else value
    keys = [step for step in path[2:] if isinstance(step, str)]
    name, *modifiers = keys[-1].split("|") if keys else [""]
    return Leaf(name, tuple(modifiers), value)


def with_answers(
    rule: LoadedRule,
    found: Mapping[YamlPath, Leaf],
    event: Event,
    answers: Mapping[YamlPath, bool],
) -> bool:
    """The rule's answer if its leaves had these; each other leaf has the reference's."""

    def of(formula: Formula) -> bool:
        match formula:
            case Const(value):
                return value
            case Not(item):
                return not of(item)
            case And(items):
                return all(of(item) for item in items)
            case Or(items):
                return any(of(item) for item in items)
            case Atom(_, _, (place, *_)) if place.path in answers:
                return answers[place.path] is not found[place.path].is_turned
            case Atom():
                return evaluate(formula, event)

    return of(lower(rule).formula)
