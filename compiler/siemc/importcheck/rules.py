"""Detection rules as Kibana imports them: one JSON object a line, ``POST …/rules/_import``.

The steps are those of elastic/kibana: ``import_rules/route.ts`` (suffix, size, rules given twice),
``create_rules_stream_from_ndjson.ts`` (lines, what is no rule) and
``read_stream/create_stream_from_ndjson.ts`` (the limit, reached with as many rules as it says).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from siemc.importcheck import contract
from siemc.importcheck.queries import check_query
from siemc.importcheck.report import RULES, SKIPPED, About, Place, Report
from siemc.importcheck.texts import BadJsonError, decoded, is_deep, read_json
from siemc.lint.findings import shown

# A request holds some hundred bytes beside the file: the form's boundaries and headers (RFC 7578)
FORM = 1024
MOST_OF_ONE = 20
MOST_RULES = 50_000
MOST_READ = 64 * 1024 * 1024
_NOT_RULES = ("exported_count", "list_id", "item_id", "entries", "attributes")
_WITHOUT_INDEX = ("machine_learning", "esql")
_LINKED = ("exceptions_list", "actions")


@dataclass(slots=True)
class Import:
    """What is imported together: where each ``rule_id`` was first, and what lacks which links."""

    first: dict[str, Place] = field(default_factory=dict)
    unlinked: list[Place] = field(default_factory=list)


def check_rules(data: bytes, at: Place, report: Report, together: Import | None = None) -> None:
    """Check a file of rules; files of one build share the ``Import``."""
    found = together if together is not None else Import()
    text = decoded(data, at, report)
    if text is None:
        return
    if not at.path.lower().endswith(".ndjson"):
        hint = "Save each rule on a line of its own, in a file that ends in .ndjson."
        report.say("SC336", "Kibana imports no file of this name.", hint, at)
        lines = _of_json(text, at, report)
    else:
        _check_size(len(data), at, report)
        lines = _of_lines(text, at, report)
    count = 0
    for where, value in lines:
        count += _check_object(value, where, report, found)
        if count > MOST_RULES:
            break
    if count > contract.limit("objects"):
        number = f"more than {MOST_RULES:,}" if count > MOST_RULES else f"{count:,}"
        message = f"The file has {number} rules; Kibana imports {contract.limit('objects'):,}."
        report.say("SC322", message, "Split the file.", at)
    if together is None:
        say_links(found, report)


def _check_size(size: int, at: Place, report: Report) -> None:
    most = contract.limit("bytes") - FORM
    if size > most:
        message = f"The file has {size:,} bytes; Kibana takes {most:,} in one request."
        report.say("SC322", message, "Split the file.", at)


def _of_lines(text: str, at: Place, report: Report) -> Iterator[tuple[Place, Any]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            value = _parsed(line, at, number, report)
            if value is not _BROKEN:
                yield at.at(number), value


_BROKEN = object()


def _parsed(text: str, at: Place, first: int, report: Report) -> Any:
    """The value of a text that begins on line ``first``; ``_BROKEN`` where it is no JSON."""
    try:
        value, twice = read_json(text)
    except BadJsonError as error:
        place = at.at(first + error.line - 1, error.column)
        hint = "Write one object a line, and nothing else."
        report.say("SC336", f"This is no JSON: {error.why}.", hint, place)
        return _BROKEN
    for key in twice:
        message = f"The key {shown(key)} is there twice."
        report.say("SC325", message, "Kibana takes the last: keep one.", at.at(first))
    return value


def _of_json(text: str, at: Place, report: Report) -> Iterator[tuple[Place, Any]]:
    """The rules of a JSON file: one, a list of them, or one a line after all."""
    try:
        read_json(text)
    except BadJsonError:
        yield from _of_lines(text, at, report)
        return
    value = _parsed(text, at, 1, report)
    for each in value if isinstance(value, list) else [value]:
        yield at, each


def _check_object(value: Any, at: Place, report: Report, found: Import) -> bool:
    """Check what is on a line; whether it counts as a rule."""
    if not isinstance(value, dict):
        hint = "Write one rule a line."
        report.say("SC336", "This is no object, and so no rule.", hint, at)
        return True
    if any(key in value for key in _NOT_RULES) and "rule_id" not in value:
        report.counts[SKIPPED] += 1
        return False
    report.counts[RULES] += 1
    if is_deep(value):
        hint = "Take out what is within each other."
        report.say("SC336", "The rule is nested too deeply.", hint, at)
        return True
    _check_rule(value, at, report, found)
    return True


def _check_rule(rule: Mapping[str, Any], at: Place, report: Report, found: Import) -> None:
    about = _about(rule)
    for mistake in islice(contract.mistakes(rule), MOST_OF_ONE):
        report.say("SC336", mistake.message, mistake.hint, at, about)
    for where, key, known in islice(contract.unknown(rule), MOST_OF_ONE):
        message, hint = _unknown(where, key, rule)
        report.say("SC326", message, f"{report.near(key, known)}{hint}", at, about)
    _check_id(rule, at, report, found, about)
    if rule.get("type") not in _WITHOUT_INDEX and not (
        rule.get("index") or rule.get("data_view_id")
    ):
        message = "The rule names neither index nor data_view_id."
        hint = "It runs on the default indices of the Kibana it is imported to; name its own."
        report.say("SC338", message, hint, at, about)
    if not all(key in rule for key in _LINKED):
        found.unlinked.append(at)
    check_query(rule, at, report, about)


def _about(rule: Mapping[str, Any]) -> About:
    id_, name = rule.get("rule_id"), rule.get("name")
    return (id_ if isinstance(id_, str) else None, name if isinstance(name, str) else None)


def _unknown(where: str, key: str, rule: Mapping[str, Any]) -> tuple[str, str]:
    """What to say of a key that Kibana drops."""
    named = (f"{where}.{key}" if where else key)[:100]
    hint = "Kibana drops it: correct its name, or take it out."
    others = (contract.schema_of(each)["properties"] for each in contract.rule_types())
    if not where and any(key in each for each in others):
        return f"{named} is no key of a rule of type {rule['type']}.", hint
    return f"Kibana knows no {named}.", hint


def _check_id(
    rule: Mapping[str, Any], at: Place, report: Report, found: Import, about: About
) -> None:
    id_ = rule.get("rule_id")
    if not isinstance(id_, str):
        return
    if id_ in found.first:
        before = found.first[id_]
        message = f"The rule_id {shown(id_)} is there twice; first in {before.path}:{before.line}."
        if before.path == at.path:
            message = f"The rule_id {shown(id_)} is there twice; first on line {before.line}."
        report.say("SC325", message, "Give each rule an id of its own.", at, about)
    found.first.setdefault(id_, at)


def say_links(found: Import, report: Report) -> None:
    """One note for all rules of an import that say nothing of what analysts have linked."""
    if found.unlinked:
        count = len(found.unlinked)
        message = f"{count} rule{'s' * (count != 1)} without exceptions_list or actions."
        hint = "An import that overwrites takes both from the rules that have them."
        report.say("SC339", message, hint, found.unlinked[0])
