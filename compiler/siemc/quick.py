"""Processing items that ask no more of their conditions than it takes to decide.

pySigma asks all conditions of an item about every value in the rule, and most answers change
nothing: that was half of the time of a compilation. A ``QuickItem`` is pySigma's own item with its
own conditions; it asks about a field's name first, and once, and stops at the answer that decides.
Where more than a name has a say, pySigma's own methods do.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sigma.correlations import SigmaCorrelationRule
from sigma.processing.condition_expressions import (
    ConditionAND,
    ConditionExpression,
    ConditionNOT,
    ConditionOR,
)
from sigma.processing.conditions import (
    ExcludeFieldCondition,
    IncludeFieldCondition,
    LogsourceCondition,
    RuleContainsDetectionItemCondition,
)
from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline
from sigma.processing.transformations import FieldMappingTransformation
from sigma.processing.transformations.base import (
    DetectionItemTransformation,
    FieldMappingTransformationBase,
)
from sigma.rule import SigmaDetection, SigmaDetectionItem, SigmaLogSource, SigmaRule
from sigma.types import SigmaFieldReference

NAMED = (IncludeFieldCondition, ExcludeFieldCondition)
"""Conditions that rest on nothing but a field's name."""
BY_ITEM = (DetectionItemTransformation.apply, FieldMappingTransformationBase.apply)
"""What transforms a rule detection item by detection item, and the names in its ``fields``."""

Fields = frozenset[str | None]


def hasten(pipeline: ProcessingPipeline) -> ProcessingPipeline:
    """The same pipeline, of quick items.

    pySigma makes the items of a pipeline itself and takes no class for them, hence the assignment.
    """
    for item in pipeline.items:
        if type(item) is ProcessingItem:
            item.__class__ = QuickItem
            item.__dict__.update(sources={}, takes=_Takes(item) if _goes_by_name(item) else None)
    return pipeline


class QuickItem(ProcessingItem):
    """A processing item that does what pySigma's does, and asks less.

    ``sources`` is what conditions on nothing but the log source have said. ``takes`` says whether
    the item is for a field, where that rests on nothing but its name.
    """

    sources: dict[SigmaLogSource, bool]
    takes: _Takes | None

    def apply(self, rule: SigmaRule | SigmaCorrelationRule) -> bool:
        """Transform the rule if the item is for it; whether it is."""
        if not self.match_rule_conditions(rule):
            return False
        fields = _fields(rule) if self.takes is not None else None
        if self.takes is not None and fields is not None and not any(map(self.takes.get, fields)):
            self.transformation.processing_item_applied(rule)
        else:
            self.transformation.apply(rule)
            _last.clear()
        return True

    def match_rule_conditions(self, rule: SigmaRule | SigmaCorrelationRule) -> bool:
        """Whether the item is for this rule."""
        if isinstance(rule, SigmaCorrelationRule) or not self.rule_conditions:
            return super().match_rule_conditions(rule)
        found = self.sources.get(rule.logsource)
        if found is None:
            found = self._is_for(rule)
            if all(isinstance(each, LogsourceCondition) for each in _each(self.rule_conditions)):
                self.sources[rule.logsource] = found
        return found

    def _is_for(self, rule: SigmaRule) -> bool:
        if self.rule_condition_expression is not None:
            found = _decided(self.rule_condition_expression, rule)
        else:
            linking = self.rule_condition_linking or all
            found = linking(_holds(each, rule) for each in _each(self.rule_conditions))
        return found is not bool(self.rule_condition_negation)

    def match_detection_item(self, detection_item: SigmaDetectionItem) -> bool:
        """Whether the item is for this detection item."""
        if self.takes is None or _refers(detection_item):
            return super().match_detection_item(detection_item)
        return self.takes.get(detection_item.field) and self._has_values(detection_item)

    def _has_values(self, item: SigmaDetectionItem) -> bool:
        if self.detection_item_condition_expression is not None:
            found = _decided(self.detection_item_condition_expression, item)
        else:
            linking = self.detection_item_condition_linking or all
            found = linking(each.match(item) for each in _each(self.detection_item_conditions))
        return found is not bool(self.detection_item_condition_negation)


def _goes_by_name(item: ProcessingItem) -> bool:
    """Whether names alone decide which fields the item is for."""
    return (
        item.field_name_condition_expression is None
        and all(type(each) in NAMED for each in _each(item.field_name_conditions))
        and type(item.transformation).apply in BY_ITEM
    )


class _Takes:
    """Whether an item is for a field of a name; a field mapping is for the names it maps."""

    def __init__(self, item: ProcessingItem) -> None:
        self.item = item
        self.known: dict[str | None, bool] = {}

    def get(self, name: str | None) -> bool:
        found = self.known.get(name)
        if found is None:
            found = self.item.match_field_name(name)
            transformation = self.item.transformation
            if type(transformation) is FieldMappingTransformation:
                found = found and name in transformation.mapping
            self.known[name] = found
        return found


def _each(conditions: Any) -> Iterable[Any]:
    return conditions.values() if isinstance(conditions, dict) else conditions


def _decided(expression: ConditionExpression, thing: SigmaRule | SigmaDetectionItem) -> bool:
    """What an expression over conditions says of a rule or a detection item."""
    match expression:
        case ConditionAND():
            return _decided(expression.left, thing) and _decided(expression.right, thing)
        case ConditionOR():
            return _decided(expression.left, thing) or _decided(expression.right, thing)
        case ConditionNOT():
            return not _decided(expression.condition, thing)
        case _:
            return bool(expression.match(thing))


def _holds(condition: Any, rule: SigmaRule) -> bool:
    """A condition on the rule; one on a field's values is not asked where the rule has no field."""
    if type(condition) is RuleContainsDetectionItemCondition:
        fields = _fields(rule)
        if fields is not None and condition.field not in fields:
            return False
    return bool(condition.match(rule))


# The rule at hand and its fields; what transforms it clears them
_last: list[tuple[SigmaRule, Fields | None]] = []


def _fields(rule: SigmaRule | SigmaCorrelationRule) -> Fields | None:
    """The fields of the rule; ``None`` if some value is another field, or it is a correlation."""
    if isinstance(rule, SigmaCorrelationRule):
        return None
    if not _last or _last[0][0] is not rule:
        items = [item for each in rule.detection.detections.values() for item in _items(each)]
        refers = any(map(_refers, items))
        fields = None if refers else frozenset([*rule.fields, *(item.field for item in items)])
        _last[:] = [(rule, fields)]
    return _last[0][1]


def _items(detection: SigmaDetection) -> list[SigmaDetectionItem]:
    found: list[SigmaDetectionItem] = []
    for item in detection.detection_items:
        found += _items(item) if isinstance(item, SigmaDetection) else [item]
    return found


def _refers(item: SigmaDetectionItem) -> bool:
    return any(type(value) is SigmaFieldReference for value in item.value)
