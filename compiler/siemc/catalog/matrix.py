"""The ATT&CK matrix with how many rules there are for each technique, and Navigator's layer."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from siemc.catalog.entries import Entry
from siemc.explain.attack import Tactic, Technique, coverage, matrix

HEATS = (0, 5, 15, 40)
"""From how many rules past these a cell is a shade darker."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A technique of a column; ``count`` is of the rules for it or for what is below it."""

    id: str
    name: str
    count: int
    below: tuple[Cell, ...]
    heat: int


@dataclass(frozen=True, slots=True)
class Column:
    """A tactic; ``count`` is of the rules that stand under it."""

    slug: str
    name: str
    count: int
    cells: tuple[Cell, ...]


def columns(entries: Sequence[Entry]) -> list[Column]:
    """The whole matrix, in ATT&CK's order; at its end what only retired tags stand under."""
    rules = _rules(entries)
    return [_column(tactic, entries, rules) for tactic in [*matrix(), *_retired(entries)]]


def _retired(entries: Iterable[Entry]) -> list[Tactic]:
    """The tactics that ATT&CK has no more, with the techniques under them."""
    tags = dict.fromkeys(tag for each in entries for tag in each.page.metadata.tags)
    return [each for each in coverage(sorted(tags)).tactics if each.retired]


def _rules(entries: Iterable[Entry]) -> Mapping[str, set[str]]:
    """The rules for each technique, known by their addresses; a sub-technique counts above too."""
    found: dict[str, set[str]] = defaultdict(set)
    for each in entries:
        for id_ in each.techniques:
            found[id_].add(each.href)
            found[id_.partition(".")[0]].add(each.href)
    return found


def _column(tactic: Tactic, entries: Iterable[Entry], rules: Mapping[str, set[str]]) -> Column:
    count = sum(tactic.slug in each.tactics for each in entries)
    cells = tuple(_cell(each, rules) for each in tactic.techniques)
    return Column(tactic.slug, tactic.name, count, cells)


def _cell(technique: Technique, rules: Mapping[str, set[str]]) -> Cell:
    count = len(rules.get(technique.id, ()))
    below = tuple(_cell(each, rules) for each in technique.subtechniques)
    heat = sum(count > bound for bound in HEATS)
    return Cell(technique.id, technique.name, count, below, heat)


def navigator_layer(entries: Sequence[Entry], name: str, version: str) -> str:
    """A layer of ATT&CK Navigator: each technique that is tagged, its number of rules as score.

    The format is 4.5 of github.com/mitre-attack/attack-navigator (``layers/spec``).
    """
    counts: dict[str, int] = defaultdict(int)
    for each in entries:
        for id_ in each.techniques:
            counts[id_] += 1
    layer = {
        "name": name,
        "versions": {"attack": version.partition(".")[0], "navigator": "5.1.0", "layer": "4.5"},
        "domain": "enterprise-attack",
        "description": f"The number of rules for each technique, of {len(entries)}.",
        "sorting": 3,
        "hideDisabled": False,
        "techniques": [
            {"techniqueID": id_, "score": counts[id_], "showSubtechniques": "." in id_}
            for id_ in sorted(counts)
        ],
        "gradient": {
            "colors": ["#e6f0fb", "#2165ad"],
            "minValue": 0,
            "maxValue": max(counts.values(), default=1),
        },
    }
    return json.dumps(layer, indent=1) + "\n"
