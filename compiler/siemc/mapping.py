"""Mapping: processing pipelines give a rule the target's field names, values and scope.

Pipelines are pySigma's (YAML, usable with sigma-cli). A rule is cloned before one is applied, with
one detection item per value, so that every value keeps the place it came from, whatever a
pipeline makes of it.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sigma.conditions import SigmaCondition
from sigma.exceptions import SigmaError
from sigma.processing.pipeline import ProcessingPipeline
from sigma.rule import SigmaDetection, SigmaDetectionItem, SigmaRule

from siemc import yamlio
from siemc.diagnostics import Diagnostic, SiemcError, UsageError
from siemc.formula import Formula, Origin, atoms
from siemc.lower import Lowered, Scope, leaves, lower
from siemc.yamlio import Place

if TYPE_CHECKING:
    from siemc.load import LoadedRule

RANDOM_NAME = re.compile(r"\b_cond_[a-z]{10}\b")


@dataclass(frozen=True, slots=True)
class MappedRule:
    """A rule after its pipelines: the formula, and the leaves that no part of it came from."""

    formula: Formula
    lost: tuple[Origin, ...] = ()


def read_pipeline(path: Path) -> ProcessingPipeline:
    """A processing pipeline from a YAML file; ``UsageError`` if it is none."""
    text = yamlio.read(str(path))
    data = text if isinstance(text, Diagnostic) else yamlio.documents(text, str(path))[0]
    if isinstance(data, Diagnostic):
        raise UsageError(data)
    try:
        if not isinstance(data, dict):
            raise TypeError("a pipeline is a map with transformations")
        return ProcessingPipeline.from_dict(data)
    except (SigmaError, TypeError, ValueError, KeyError, AttributeError, re.error) as error:
        message = f"This is not a processing pipeline: {error or type(error).__name__}."
    hint = "See docs/pipelines.md for what a processing pipeline looks like."
    raise UsageError(Diagnostic("SC301", message, hint, str(path)))


def combine(pipelines: Sequence[ProcessingPipeline]) -> ProcessingPipeline:
    """One pipeline of several: by priority, lowest first, and in the given order among equals.

    The pipelines given become part of it: they cannot go into another one.
    """
    ordered = sorted(pipelines, key=lambda each: each.priority)
    return sum(ordered[1:], ordered[0]) if ordered else ProcessingPipeline()


def map_rule(loaded: LoadedRule, pipeline: ProcessingPipeline, scope: Scope) -> MappedRule:
    """The rule as this pipeline makes it; ``SiemcError`` where the pipeline refuses it."""
    rule = _clone(loaded.rule)
    before = {name: _leaves(detection) for name, detection in rule.detection.detections.items()}
    try:
        pipeline.apply(rule)
    except SigmaError as error:
        hint = "Change the pipeline, or compile with -p none to keep the rule's own field names."
        message = f"The processing pipeline refuses this rule: {error.args[0]}"
        raise SiemcError(Diagnostic("SC103", _sentence(message), hint)) from None
    detections = _inherit_places(rule.detection.detections, before)
    conditions = [condition.condition for condition in rule.detection.parsed_condition]
    detections, conditions = _name_added(detections, conditions)
    mapped = lower(loaded, detections, conditions, scope)
    return MappedRule(mapped.formula, _lost(leaves(loaded), mapped))


def _sentence(text: str) -> str:
    return text if text.endswith(".") else text + "."


def _clone(rule: SigmaRule) -> SigmaRule:
    clone = copy.copy(rule)
    clone.fields = list(rule.fields)
    clone.custom_attributes = dict(rule.custom_attributes)
    clone.applied_processing_items = set(rule.applied_processing_items)
    detection = copy.copy(rule.detection)
    detection.detections = {name: _split(each) for name, each in rule.detection.detections.items()}
    detection.condition = list(rule.detection.condition)
    detection.parsed_condition = [
        SigmaCondition(text, detection) for text in rule.detection.condition
    ]
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
    clone = copy.copy(item)
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


def _name_added(
    detections: dict[str, SigmaDetection], conditions: list[str]
) -> tuple[dict[str, SigmaDetection], list[str]]:
    """Replace the random names pySigma gives added conditions by numbered ones."""
    random = [name for name in detections if RANDOM_NAME.fullmatch(name)]
    if not random:
        return detections, conditions
    names = {name: f"_cond_{i}" for i, name in enumerate(random, 1)}
    renamed = {names.get(name, name): each for name, each in detections.items()}
    texts = [RANDOM_NAME.sub(lambda m: names.get(m[0], m[0]), text) for text in conditions]
    return renamed, texts


def _lost(own: Iterable[Origin], mapped: Lowered) -> tuple[Origin, ...]:
    """The leaves of the rule that nothing in the mapped formula came from."""
    kept = set(_origins(mapped.conditions))
    whole = {origin.path for origin in kept}
    return tuple(origin for origin in own if origin not in kept and origin.path[:-1] not in whole)


def _origins(formulas: Iterable[Formula]) -> Iterable[Origin]:
    return (origin for each in formulas for atom in atoms(each) for origin in atom.origins)
