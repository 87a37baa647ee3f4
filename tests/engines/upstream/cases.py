"""The cases: each a rule of our own that shows one defect of a stock backend.

A case is a file of ``cases/BACKEND/``. ``names`` are the fields of the rule as the events' index
has them; where no ``pipeline`` is named, a field mapping of just these is used. ``right`` is a
query that means the rule, ``instead`` what a converter should do where the language has none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from siemc.evaluate import Event, evaluate
from siemc.load import load_text
from siemc.lower import lower

FOLDER = Path(__file__).with_name("cases")
BACKENDS = ("lucene", "splunk")
ENGINES = {"lucene": ("elasticsearch", "opensearch"), "splunk": ("the SPL reader",)}


@dataclass(frozen=True, slots=True)
class Example:
    """An event in the rule's own fields, and whether the rule matches it by the specification."""

    event: Mapping[str, Any]
    matches: bool


@dataclass(frozen=True, slots=True)
class Case:
    """One defect. ``shown_on`` are the engines that have it."""

    name: str
    backend: str
    title: str
    defect: str
    decides: Sequence[str]
    rule: str
    examples: Sequence[Example]
    shown_on: Sequence[str]
    right: str | None = None
    instead: str | None = None
    reported: str | None = None
    pipeline: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    mapping: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.backend}/{self.name}"

    @property
    def expected(self) -> tuple[bool, ...]:
        """What the specification says of each event."""
        return tuple(each.matches for each in self.examples)

    def evaluated(self) -> tuple[bool, ...]:
        """What ``siemc.evaluate`` says of each event."""
        [rule] = load_text(self.rule, self.name).rules
        formula = lower(rule).formula
        return tuple(evaluate(formula, listed(each.event)) for each in self.examples)

    def documents(self) -> list[dict[str, Any]]:
        """The events as their index has them."""
        return [{self.names.get(k, k): v for k, v in e.event.items()} for e in self.examples]


def listed(event: Mapping[str, Any]) -> Event:
    """The event with a list of values for each field."""
    return {name: [value] for name, value in event.items()}


def cases() -> list[Case]:
    """All of them, Lucene's first, by name."""
    return [_case(path, each) for each in BACKENDS for path in sorted(FOLDER.glob(f"{each}/*.yml"))]


def _case(path: Path, backend: str) -> Case:
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    examples = [Example(**each) for each in said.pop("events")]
    right = said.pop("right", None)
    found = {"shown_on": ENGINES[backend], "right": right and right.strip(), **said}
    return Case(path.stem, backend, examples=examples, **found)
