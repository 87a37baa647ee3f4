"""Filters: documents that narrow other rules, applied wherever those were read from.

pySigma applies them under random names (``_filt_<random>_<name>``); here the names count up, and
each item keeps the filter's own file, document and search as its place.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sigma.rule import SigmaDetection, SigmaLogSource, SigmaRule

from siemc import condition as conditions
from siemc.collection import Document
from siemc.diagnostics import Diagnostic
from siemc.rule import RuleReader

UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


@dataclass(frozen=True)
class Filter:
    """A filter that was read: its searches and condition, and the rules it is for.

    ``rules`` are ids, names or titles; ``None`` stands for every rule of the log source.
    """

    document: Document
    logsource: SigmaLogSource
    rules: frozenset[str] | None
    searches: Mapping[str, SigmaDetection]
    condition: conditions.Condition

    def applies(self, rule: SigmaRule) -> bool:
        """Whether the filter narrows this rule."""
        if rule.logsource not in self.logsource:
            return False
        if self.rules is None:
            return True
        names = {rule.name, rule.title, str(rule.id).lower() if rule.id else None}
        return not names.isdisjoint(self.rules)


def read_filter(document: Document) -> tuple[Filter | None, list[Diagnostic]]:
    """The filter of a document, ``None`` if it is broken, and what there is to say about it."""
    reader = _FilterReader(document)
    found = reader.read()
    return (None if reader.broken else found), reader.problems


class _FilterReader(RuleReader):
    def read(self) -> Filter | None:
        data = self.document.data["filter"]
        logsource = self.document.data.get("logsource")
        if not self.logsource(logsource):
            return None
        if not isinstance(data, Mapping):
            hint = "Write under filter: rules, searches and a condition."
            self.report("SC028", "The filter is not a map.", hint, ("filter",))
            return None
        rules = self.rules(data.get("rules"))
        texts = self.condition_texts(data, ("filter",))
        searches = self.searches(data, ("filter",), ("condition", "rules"))
        if texts is not None and len(texts) != 1:
            hint = "Join the conditions with 'or'."
            self.report("SC028", "A filter has one condition.", hint, ("filter", "condition"))
        elif texts is not None:
            self.check_conditions(texts, searches, ("filter",))
        if texts is None or self.broken:
            return None
        source = SigmaLogSource.from_dict(dict(logsource or {}), self.place)
        parsed = conditions.parse(texts[0], searches)
        return Filter(self.document, source, rules, searches, parsed)

    def rules(self, value: Any) -> frozenset[str] | None:
        """The ids, names and titles the filter is for; ``None`` for any."""
        if isinstance(value, str):
            return None if value.lower() == "any" else _references([value])
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return _references(value) if value else None
        hint = "Write any, or a list of rules by id, name or title."
        self.report("SC028", "The filter does not say for which rules.", hint, ("filter", "rules"))
        return frozenset()


def _references(values: Sequence[str]) -> frozenset[str]:
    """The names as written, and ids in lower case, since those are written either way."""
    ids = {value.lower() for value in values if UUID.fullmatch(value)}
    return frozenset(ids.union(values))


def apply_filters(rules: Sequence[SigmaRule], filters: Sequence[Filter]) -> list[Diagnostic]:
    """Narrow the rules in place, in the order of the filters; a warning for each that met none."""
    notes: list[Diagnostic] = []
    counts: dict[int, int] = {}
    for each in filters:
        met = [rule for rule in rules if each.applies(rule)]
        for rule in met:
            counts[id(rule)] = counts.get(id(rule), 0) + 1
            _narrow(rule, each, f"_filter_{counts[id(rule)]}_")
        if not met:
            notes.append(_unused(each, rules))
    return notes


def _narrow(rule: SigmaRule, each: Filter, prefix: str) -> None:
    """``(condition) and (filter)`` for each of the rule's conditions."""
    while any(name.startswith(prefix) for name in rule.detection.detections):
        prefix = "_" + prefix
    for name, detection in each.searches.items():
        # Each rule has its own copy: pipelines change detections in place.
        rule.detection.detections[prefix + name] = copy.deepcopy(detection)
    added = conditions.render(each.condition, prefix)
    texts = [f"({text}) and {added}" for text in rule.detection.condition]
    rule.detection.condition = texts
    rule.detection.__post_init__()


def _unused(each: Filter, rules: Sequence[SigmaRule]) -> Diagnostic:
    reason = f"no rule has its log source ({_shown(each.logsource)})"
    if any(rule.logsource in each.logsource for rule in rules):
        reason = "it names none of the rules that were read"
    return Diagnostic(
        "SC029",
        f"The filter '{each.document.title or each.document.path}' applies to no rule: {reason}.",
        "Check its rules and log source, and read it together with its rules.",
        each.document.path,
        place=("filter",),
        document=each.document.number,
    )


def _shown(logsource: SigmaLogSource) -> str:
    parts = (logsource.product, logsource.category, logsource.service)
    return ", ".join(part for part in parts if part)
