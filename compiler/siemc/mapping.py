"""Mapping: processing pipelines give a rule the target's field names, values and scope.

Pipelines are pySigma's (YAML, usable with sigma-cli). A rule is cloned before one is applied, with
one detection item per value, so that every value keeps the place it came from, whatever a
pipeline makes of it.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from sigma.conditions import SigmaCondition
from sigma.exceptions import SigmaError
from sigma.processing.pipeline import ProcessingPipeline
from sigma.rule import SigmaDetection, SigmaDetectionItem, SigmaRule

from siemc.condition import TOKEN
from siemc.diagnostics import Diagnostic, SiemcError
from siemc.formula import Formula, Origin, atoms
from siemc.lower import Lowered, Scope, leaves, lower
from siemc.pipelines import python_expressions
from siemc.yamlio import Place

if TYPE_CHECKING:
    from siemc.load import LoadedRule

RANDOM_NAME = re.compile(r"_cond_[a-z]{10}")


@dataclass(frozen=True, slots=True)
class MappedRule:
    """A rule after its pipelines: the formula, and the leaves that no part of it came from."""

    formula: Formula
    lost: tuple[Origin, ...] = ()


def map_rule(loaded: LoadedRule, pipeline: ProcessingPipeline, scope: Scope) -> MappedRule:
    """The rule as this pipeline makes it; ``SiemcError`` where the pipeline refuses it."""
    rule = _clone(loaded.rule)
    own = dict(rule.detection.detections)
    before = {name: _leaves(detection) for name, detection in own.items()}
    try:
        with python_expressions():
            pipeline.apply(rule)
        _check_own(own, rule)
    except Exception as error:  # a transformation is anyone's code, and nothing checks its settings
        raise _refused(error) from None
    detections = _inherit_places(rule.detection.detections, before)
    conditions = [condition.condition for condition in rule.detection.parsed_condition]
    # They refer to the rule that holds them: it would stay in memory until the collector comes.
    rule.detection.parsed_condition.clear()
    detections, conditions = _final_names(detections, conditions, loaded.rule)
    mapped = lower(loaded, detections, conditions, scope)
    return MappedRule(mapped.formula, _lost(_leaves_of(loaded), mapped))


# The rule that was mapped last, with its leaves: every data source maps the same one
_last: list[tuple[LoadedRule, tuple[Origin, ...]]] = []


def _leaves_of(loaded: LoadedRule) -> tuple[Origin, ...]:
    if not _last or _last[0][0] is not loaded:
        _last[:] = [(loaded, leaves(loaded))]
    return _last[0][1]


def _check_own(own: Mapping[str, SigmaDetection], mapped: SigmaRule) -> None:
    """Raise ``SigmaError`` if what the pipeline added has taken the place of a rule's search."""
    for name, detection in own.items():
        if mapped.detection.detections.get(name) is not detection:
            raise SigmaError(f"it adds a condition named {name}, as a search of the rule is")


def _refused(error: Exception) -> SiemcError:
    said = str(error.args[0] if error.args else "") or "no reason given"
    if not isinstance(error, SigmaError):
        said = f"{type(error).__name__}, {said}"
    message = _sentence(f"The processing pipeline refuses this rule: {said}")
    hint = "Change the pipeline, or compile with -p none to keep the rule's own field names."
    return SiemcError(Diagnostic("SC103", message, hint))


def _sentence(text: str) -> str:
    return text if text.endswith(".") else text + "."


def _clone(rule: SigmaRule) -> SigmaRule:
    clone = copy.copy(rule)
    clone.fields = list(rule.fields)
    clone.custom_attributes = dict(rule.custom_attributes)
    clone.applied_processing_items = set(rule.applied_processing_items)
    detection = copy.copy(rule.detection)
    names = _aliases(rule)
    detection.detections = {
        names.get(name, name): _split(each) for name, each in rule.detection.detections.items()
    }
    detection.condition = [_renamed(text, names) for text in rule.detection.condition]
    detection.parsed_condition = [SigmaCondition(text, detection) for text in detection.condition]
    clone.detection = detection
    return clone


def _split(detection: SigmaDetection) -> SigmaDetection:
    items: list[SigmaDetectionItem | SigmaDetection] = []
    for item in detection.detection_items:
        items.append(_split(item) if isinstance(item, SigmaDetection) else _split_item(item))
    return SigmaDetection(items, item_linking=detection.item_linking)


def _split_item(item: SigmaDetectionItem) -> SigmaDetectionItem | SigmaDetection:
    """The item itself, or a detection of one item per value, each at its value's place."""
    if item.negated or len(item.value) < 2:
        return _copy_item(item, item.value, item.source)
    place = item.source if isinstance(item.source, Place) else None
    parts: list[SigmaDetectionItem | SigmaDetection] = [
        _copy_item(item, [value], place.at(i) if place else None)
        for i, value in enumerate(item.value)
    ]
    return SigmaDetection(parts, item_linking=item.value_linking)


def _copy_item(item: SigmaDetectionItem, values: list[Any], source: Any) -> SigmaDetectionItem:
    clone = type(item).__new__(type(item))
    clone.__dict__.update(item.__dict__)  # as copy.copy does, by a way four times as long
    clone.value = list(values)
    clone.original_value = list(values)
    clone.source = source
    clone.applied_processing_items = set(item.applied_processing_items)
    return clone


def _leaves(detection: SigmaDetection) -> list[Any]:
    """The places of a detection's items, nested as they are."""
    return [
        _leaves(item) if isinstance(item, SigmaDetection) else item.source
        for item in detection.detection_items
    ]


def _inherit_places(
    detections: Mapping[str, SigmaDetection], before: Mapping[str, list[Any]]
) -> dict[str, SigmaDetection]:
    """Give items that a pipeline made anew the place of the item they stand for.

    pySigma's transformations replace an item where it stood, so the n-th is still the n-th, except
    where one was dropped: then the new ones keep no place and count as the identifier's own.
    """
    for name, places in before.items():
        detection = detections.get(name)
        if detection is not None:
            _inherit(detection, places)
    return dict(detections)


def _inherit(detection: SigmaDetection, places: list[Any]) -> None:
    if len(detection.detection_items) != len(places):
        return
    for item, place in zip(detection.detection_items, places, strict=True):
        if isinstance(place, list) and isinstance(item, SigmaDetection):
            _inherit(item, place)
        elif not isinstance(place, list):
            _fill(item, place)


def _fill(item: SigmaDetection | SigmaDetectionItem, place: Any) -> None:
    if isinstance(item, SigmaDetection):
        for each in item.detection_items:
            _fill(each, place)
    elif not isinstance(item.source, Place):
        item.source = place


def _aliases(rule: SigmaRule) -> dict[str, str]:
    """Other names, while pipelines are applied, for the rule's searches that begin with ``_``.

    What pipelines add begins so too, and pySigma lets it replace a search of the same name.
    """
    return {name: f"_own{name}" for name in rule.detection.detections if name.startswith("_")}


def _renamed(condition: str, names: Mapping[str, str]) -> str:
    return TOKEN.sub(lambda word: names.get(word[0], word[0]), condition) if names else condition


def _final_names(
    detections: dict[str, SigmaDetection], conditions: list[str], rule: SigmaRule
) -> tuple[dict[str, SigmaDetection], list[str]]:
    """The rule's searches under their own names again, and added ones under names that are free.

    The random names that pySigma gives to added conditions become numbered ones.
    """
    own = rule.detection.detections
    names = {alias: name for name, alias in _aliases(rule).items()}
    kept = {*names, *(own.keys() - names.values())}
    added = [name for name in detections if name not in kept]
    numbered = (f"_cond_{i}" for i in count(1))
    free = (name for name in numbered if name not in own and name not in added)
    for name in added:
        if name in own or RANDOM_NAME.fullmatch(name):
            names[name] = next(free)
    if not names:
        return detections, conditions
    renamed = {names.get(name, name): each for name, each in detections.items()}
    return renamed, [_renamed(text, names) for text in conditions]


def _lost(own: Iterable[Origin], mapped: Lowered) -> tuple[Origin, ...]:
    """The leaves of the rule that nothing in the mapped formula came from."""
    kept = set(_origins(mapped.conditions))
    whole = {origin.path for origin in kept}
    return tuple(origin for origin in own if origin not in kept and origin.path[:-1] not in whole)


def _origins(formulas: Iterable[Formula]) -> Iterable[Origin]:
    return (origin for each in formulas for atom in atoms(each) for origin in atom.origins)
