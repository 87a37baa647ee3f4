"""Events of a rule, from the ``.events.json`` file beside it: what matches and what does not.

The file is ``{"match": [{"why": ..., "event": {field: value or [values]}}], "no_match": [...]}``,
or ``{"fails": why}`` for a rule that must be rejected. It is derived by hand from the rule's text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siemc.evaluate import Event
from siemc.formula import Formula
from siemc.load import load
from siemc.lower import lower


@dataclass(frozen=True)
class EventCase:
    """One event of a rule, and whether the rule matches it."""

    rule: Path
    why: str
    event: Event
    matches: bool

    def __str__(self) -> str:
        verb = "matches" if self.matches else "passes over"
        return f"{self.rule.stem} {verb}: {self.why}"


def event_cases(rule: Path, events: Path) -> list[EventCase]:
    """Every event of this file."""
    data = json.loads(events.read_text(encoding="utf-8"))
    return list(_cases(rule, data))


def _cases(rule: Path, data: Mapping[str, Any]) -> Iterator[EventCase]:
    for key, matches in (("match", True), ("no_match", False)):
        for row in data.get(key, ()):
            yield EventCase(rule, row["why"], event_of(row["event"]), matches)


def event_of(fields: Mapping[str, Any]) -> Event:
    """The event: every field has a list of values, a single value is a list of one."""
    return {name: value if isinstance(value, list) else [value] for name, value in fields.items()}


def formula_of(rule: Path) -> Formula:
    """The formula of the one rule in this file; fails if it is not there or has problems."""
    loaded = load([rule])
    problems = [problem for broken in loaded.broken for problem in broken.diagnostics]
    assert not problems, problems
    (only,) = loaded.rules
    return lower(only).formula
