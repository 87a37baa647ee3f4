"""pySigma's and SigmaHQ's validators, run as they are; ``validators.json`` says what becomes of it.

No validator that asks the network for data is run: the table names each with what stands in for
it. A validator that the table does not know, as one of a later release, is not run either.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

from sigma.rule import SigmaDetectionItem
from sigma.validators.base import (
    SigmaDetectionItemValidator,
    SigmaRuleValidator,
    SigmaValidationIssue,
)

from siemc.detections import SLIPS
from siemc.formula import YamlPath
from siemc.lint.findings import Finding, Fix, found, shown, written
from siemc.load import LoadedRule
from siemc.yamlio import Place

PACKAGES = ("sigma.validators.core", "sigma.validators.sigmahq")


@dataclass(frozen=True, slots=True)
class Entry:
    """What becomes of one kind of issue.

    ``place`` is a key of the rule, ``condition``, ``item`` or ``value`` for the detection item or
    value that the issue is about, or ``key=attribute`` for the entry of a list that the issue's
    attribute names.
    An issue whose attribute ``unless_empty`` is empty is passed over, and so is one of a rule that
    has the key ``unless_key``: what is wrong with that is said by the loader.
    ``message`` and ``hint`` may name attributes of the issue in braces.
    """

    code: str
    message: str
    hint: str
    place: str = ""
    fix: str | None = None
    unless_empty: str = ""
    unless_key: str = ""


@cache
def entries() -> Mapping[str, Mapping[str, Entry]]:
    """By validator, what becomes of each of its issues."""
    made = {name: _entries(issues) for name, issues in _table()["run"].items()}
    return made


def _entries(issues: Mapping[str, Mapping[str, str]]) -> Mapping[str, Entry]:
    return {issue: Entry(**entry) for issue, entry in issues.items()}


@cache
def left_out() -> Mapping[str, str]:
    """The validators that are not run, each with the reason."""
    reasons: Mapping[str, str] = _table()["left_out"]
    return reasons


def _table() -> Mapping[str, Any]:
    text = (files("siemc") / "lint" / "validators.json").read_text(encoding="utf-8")
    table: Mapping[str, Any] = json.loads(text)
    return table


@cache
def validators() -> Mapping[str, type[SigmaRuleValidator]]:
    """Every validator of the packages by the name of its class."""
    known = (import_module(name).validators.values() for name in PACKAGES)
    return {each.__name__: each for package in known for each in package}


@dataclass
class Stock:
    """The validators of one run: some of them keep what they saw of earlier rules."""

    rules: dict[int, LoadedRule] = field(default_factory=dict)
    running: list[tuple[str, SigmaRuleValidator]] = field(default_factory=list)

    def __post_init__(self) -> None:
        known = validators()
        self.running = [(n, _placed(known[n])()) for n in entries() if n in known]

    def check(self, loaded: LoadedRule) -> Iterator[Finding]:
        """The issues of one rule."""
        self.rules[id(loaded.rule)] = loaded
        for name, validator in self.running:
            try:
                issues = validator.validate(loaded.rule)
            except SLIPS as error:
                yield _failed(loaded, name, error)
                continue
            # The same value twice in a list is one thing to say
            said: dict[Finding, None] = {}
            for issue in issues:
                said |= dict.fromkeys(_findings(loaded, entries()[name], issue))
            yield from said

    def finish(self) -> Iterator[Finding]:
        """The issues between rules: each rule but the first is told of the first."""
        for name, validator in self.running:
            for issue in validator.finalize():
                first, *others = [self.rules[id(rule)] for rule in issue.rules]
                for loaded in others:
                    issue.first = Path(first.path)  # type: ignore[attr-defined]
                    yield from _findings(loaded, entries()[name], issue)


def _findings(
    loaded: LoadedRule, known: Mapping[str, Entry], issue: SigmaValidationIssue
) -> Iterator[Finding]:
    entry = known.get(type(issue).__name__)
    if entry is None or _is_passed_over(loaded, entry, issue):
        return
    place, document = _place(loaded, entry.place, issue)
    said = {key: _words(value) for key, value in vars(issue).items() if key != "rules"}
    if entry.place == "value":  # as it stands in the file, without what modifiers add
        said["string"] = shown(written(loaded, place))[1:-1]
    message, hint = entry.message.format(**said), entry.hint.format(**said)
    yield found(loaded, entry.code, message, hint, place, _fixes(entry, place), document=document)


def _is_passed_over(loaded: LoadedRule, entry: Entry, issue: SigmaValidationIssue) -> bool:
    if entry.unless_empty and not getattr(issue, entry.unless_empty):
        return True
    return bool(entry.unless_key) and loaded.data.get(entry.unless_key) is not None


def _words(value: object) -> str:
    if isinstance(value, list | set | tuple):
        return ", ".join(sorted(map(str, value)))
    if isinstance(value, Path):
        return str(value)
    return shown(value)[1:-1]


def _fixes(entry: Entry, place: YamlPath) -> tuple[Fix, ...]:
    listed = bool(place) and isinstance(place[-1], int)
    return (Fix(place),) if entry.fix == "remove" and listed else ()


def _failed(loaded: LoadedRule, name: str, error: Exception) -> Finding:
    message = f"The validator {name} fails on this rule: {type(error).__name__}."
    return found(loaded, "SC499", message, "Look at what the rule has for it by eye.")


# --- where an issue is -------------------------------------------------------------------------


def _place(
    loaded: LoadedRule, where: str, issue: SigmaValidationIssue
) -> tuple[YamlPath, int | None]:
    if where in ("item", "value"):
        return _item_place(issue, where == "value")
    if where == "condition":
        return ("detection", "condition"), None
    key, _, attribute = where.partition("=")
    if key not in loaded.data:
        return (), None
    if not attribute:
        return (key,), None
    # The last of several: the first is the one that may stay
    wanted, listed = str(getattr(issue, attribute)), loaded.data[key] or ()
    indices = [i for i, each in enumerate(listed) if wanted in _spellings(key, each)]
    return ((key, indices[-1]) if indices else (key,)), None


def _spellings(key: str, entry: object) -> tuple[str, ...]:
    """What an issue may call an entry: itself, or a word of a false positive."""
    text = str(entry)
    return (text, *text.split(" ")) if key == "falsepositives" else (text,)


def _item_place(issue: SigmaValidationIssue, is_value: bool) -> tuple[YamlPath, int | None]:
    item = getattr(issue, "detection_item", None)
    source = getattr(item, "source", None)
    if not isinstance(item, SigmaDetectionItem) or not isinstance(source, Place):
        return ("detection",), None
    value = getattr(issue, "string", None)
    index = next((i for i, each in enumerate(item.value) if each is value), None)
    if is_value and index is not None:
        source = source.at(index)
    return source.yaml_path, source.document


@cache
def _placed(validator: type[SigmaRuleValidator]) -> type[SigmaRuleValidator]:
    """The validator; one of detection items notes on an issue which item it is about.

    pySigma's issues name the rule, and often a text, but not where it stands.
    """
    if not issubclass(validator, SigmaDetectionItemValidator):
        return validator

    class Placed(validator):  # type: ignore[misc, valid-type]
        def validate_detection_item(self, item: SigmaDetectionItem) -> list[SigmaValidationIssue]:
            issues: list[SigmaValidationIssue] = super().validate_detection_item(item)
            for issue in issues:
                issue.detection_item = item  # type: ignore[attr-defined]
            return issues

    return Placed
