"""Differences that are known: where an oracle reads Sigma otherwise than its specification says.

A class of differences is a predicate on one leaf of a rule and an event, or on how a rule puts its
leaves together; with it goes a smallest rule on which the oracle is still so. A difference is
excused where every leaf that the oracle reads otherwise has a class, and the rule with these
answers in the places of the leaves has the oracle's answer.

"Specification" is sigma-specification (SigmaHQ) 2.1, ``sigma-rules-specification.md``, and
"Modifiers" its ``sigma-appendix-modifiers.md``; a section's name follows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from siemc.evaluate import Event, text_of
from siemc.formula import YamlPath
from siemc.load import LoadedRule
from tests.engines.oracles.leaves import Leaf, leaves, with_answers
from tests.engines.oracles.oracle import Answer, Oracle, Refused, Said, asked, read


@dataclass(frozen=True)
class Example:
    """A rule's detection and an event, what the specification says, and what the oracle says.

    ``said`` is ``None`` where the oracle refuses.
    """

    detection: Mapping[str, Any]
    event: Event
    right: bool
    said: bool | None


@dataclass(frozen=True)
class Known:
    """A class of differences: of a ``leaf`` on an event, or of a whole ``rule``."""

    name: str
    why: str
    example: Example
    leaf: Callable[[Leaf, Event], bool] | None = None
    rule: Callable[[LoadedRule], bool] | None = None


def one(key: str, value: Any, found: Any, right: bool, said: bool | None) -> Example:
    """An example of one leaf on one value; no value where ``found`` is ``None``."""
    field = key.partition("|")[0] or "F"
    event = {} if found is None else {field: [found]}
    asked = {key: value} if key else [value]
    return Example({"selection": asked, "condition": "selection"}, event, right, said)


def texts(leaf: Leaf, event: Event) -> list[str]:
    """The values that a leaf is about, as texts."""
    return [text_of(value) for value in leaf.found(event)]


def has(leaf: Leaf, *modifiers: str) -> bool:
    """Whether the leaf has one of these modifiers."""
    return not set(modifiers).isdisjoint(leaf.modifiers)


class Excuses:
    """What may excuse the differences over one rule."""

    def __init__(self, oracle: Oracle, known: Sequence[Known], rule: LoadedRule) -> None:
        self.oracle, self.known, self.rule = oracle, known, rule

    @cached_property
    def leaves(self) -> Mapping[YamlPath, Leaf]:
        return leaves(self.rule)

    @cached_property
    def answers(self) -> Mapping[YamlPath, Answer | Refused]:
        return {path: read(self.oracle, leaf.text) for path, leaf in self.leaves.items()}

    def classes(self, event: Event, said: Said) -> list[str]:
        """The names of the classes a difference falls into; none where nothing excuses it."""
        told = {path: asked(answer, event) for path, answer in self.answers.items()}
        other = {path: it for path, it in told.items() if it is not self.leaves[path].holds(event)}
        whole = [each.name for each in self.known if each.rule is not None and each.rule(self.rule)]
        blamed = [self.leaves[path] for path in _to_blame(other, said)]
        names = _by_leaf(self.known, blamed, event)
        if isinstance(said, Refused):
            return names or whole
        answers = {path: it for path, it in other.items() if not isinstance(it, Refused)}
        explained = with_answers(self.rule, self.leaves, event, answers) is said
        return names if explained else whole


def _to_blame(other: Mapping[YamlPath, Said], said: Said) -> list[YamlPath]:
    """The leaves that count: those that refuse for a refusal, else those with an answer."""
    refuses = isinstance(said, Refused)
    return [path for path, it in other.items() if isinstance(it, Refused) is refuses]


def _by_leaf(known: Sequence[Known], blamed: Sequence[Leaf], event: Event) -> list[str]:
    """A class for each leaf; none at all where one has none."""
    names: list[str] = []
    for leaf in blamed:
        of = [each.name for each in known if each.leaf is not None and each.leaf(leaf, event)]
        if not of:
            return []
        names.append(of[0])
    return sorted(set(names))
