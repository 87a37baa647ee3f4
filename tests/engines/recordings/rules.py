"""The public rules, what they say of a schema's documents, and the recordings that they find."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from siemc.backend import Layout, backends
from siemc.compiler import Compiler, Options
from siemc.diagnostics import SiemcError
from siemc.formula import Formula
from siemc.load import LoadedRule, load
from siemc.reading import Reading
from siemc.schema import Schema
from tests.engines.recordings import evtx_files, translate
from tests.engines.recordings.evtx_files import Recording
from tests.engines.recordings.raw import RawEvent
from tests.engines.recordings.translate import Document

CORPUS = os.environ.get("SIEMC_CORPUS")
TARGETS = ("lucene", "kql", "dsl")
TRANSLATIONS = {
    "agent-windows": translate.agent_windows,
    "ecs-caseless": translate.agent_windows,  # the same documents; the indices have more sub-fields
    "winlogbeat-9": translate.winlogbeat,
}


@dataclass(frozen=True)
class Planned:
    """A rule mapped for a schema: its own formula there, and its query for each target.

    A target that cannot say the rule exactly has no query.
    """

    path: str
    formula: Formula
    schema: Schema
    queries: Mapping[str, str]

    def reading(self, target: str, pattern: str) -> Reading:
        """The query of a target read back, as the indices of this pattern run it."""
        found = backends()[target].read(self.queries[target], self.schema)
        return next(each for each in found if pattern in each.indices)


@cache
def loaded() -> tuple[LoadedRule, ...]:
    """The public rules of SigmaHQ."""
    return tuple(load([Path(str(CORPUS)) / "sigmahq"]).rules)


def of_windows() -> list[LoadedRule]:
    """Those of them for Windows."""
    return [each for each in loaded() if each.data.get("logsource", {}).get("product") == "windows"]


@cache
def compiler(schema: str) -> Compiler:
    """The compiler for the targets on a schema."""
    return Compiler(Options(targets=TARGETS, schemas=dict.fromkeys(TARGETS, schema)))


def planned(rule: LoadedRule, schema: str) -> Planned | None:
    """The rule on a schema; ``None`` if it is refused there."""
    try:
        plan = compiler(schema).plan(rule, TARGETS[0])
    except SiemcError:
        return None
    if plan.refused:
        return None
    queries = {}
    for target in TARGETS:
        emission = backends()[target].emit(plan.formula, plan.schema, Layout())
        if emission.text is not None and not emission.problems:
            queries[target] = emission.text
    return Planned(str(rule.path), plan.formula, plan.schema, queries)


def rule(identifier: str) -> LoadedRule:
    """The rule with this id."""
    return next(each for each in loaded() if str(each.rule.id) == identifier)


def recordings() -> list[Recording]:
    """The recordings that SigmaHQ has of its rules. Raises ``Missing``."""
    folder = Path(str(CORPUS)) / "sigmahq" / "regression_data"
    return list(evtx_files.recordings(folder, ".evtx"))


def document(event: RawEvent, schema: str) -> Document:
    """The event's document in the indices of a schema."""
    return TRANSLATIONS[schema](event)
