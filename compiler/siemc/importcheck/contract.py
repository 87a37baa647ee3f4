"""What Kibana's import says of one detection rule, from ``data/kibana-import.json``.

The facts in this module are from elastic/kibana: ``rule_to_import_validation.ts`` for what belongs
together, ``packages/kbn-datemath`` for date math, and Zod's objects, which drop what they do not
know (``z.object`` is not strict in ``rule_to_import.ts``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

from siemc.lint.findings import shown

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

Schema = Mapping[str, Any]
MOST_GROUPS = 5

_UNIT = r"(?:ms|[smhdwMy])"
_MATH = rf"(?:[+-]\d{{0,9}}{_UNIT}|/1?{_UNIT})*"
_DATE = r"\d{4}(?:-\d\d(?:-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?)?)?"
_DATE_MATH = re.compile(rf"now{_MATH}|{_DATE}(?:\|\|{_MATH})?", re.ASCII)
_TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a rule, and what to do."""

    message: str
    hint: str


@cache
def _data() -> Schema:
    text = (files("siemc") / "data" / "kibana-import.json").read_text(encoding="utf-8")
    found: Schema = json.loads(text)
    return found


def limit(name: str) -> int:
    """``bytes`` of one request, or ``objects`` of one import."""
    return int(_data()["limits"][name])


def rule_types() -> list[str]:
    """The types of detection rules."""
    return list(_data()["types"])


@cache
def schema_of(kind: str | None) -> Schema:
    """The schema of a type of rules; of ``None``, what all types have."""
    common, own = _data()["common"], _data()["types"].get(kind) or {}
    return {
        "type": "object",
        "required": [*common["required"], *own.get("required", [])],
        "properties": {**common["properties"], **own.get("properties", {})},
        "$defs": _data()["$defs"],
    }


@cache
def _validator(kind: str | None) -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(schema_of(kind))


def is_date_math(text: str) -> bool:
    """Whether Kibana can read this as a time: ``now-1h/h``, or a date."""
    return _DATE_MATH.fullmatch(text) is not None


def mistakes(rule: Mapping[str, Any]) -> Iterator[Mistake]:
    """What keeps Kibana from importing the rule."""
    kind = rule.get("type")
    known = kind if isinstance(kind, str) and kind in rule_types() else None
    if isinstance(kind, str) and not known:
        hint = f"The types are {', '.join(rule_types())}."
        yield Mistake(f"The type {shown(kind)} is none of a detection rule.", hint)
    yield from _of_schema(_validator(known).iter_errors(_migrated(rule)))
    start = rule.get("from")
    if isinstance(start, str) and not is_date_math(start):
        yield Mistake(f"from is {shown(start)}.", "It takes date math, such as now-9m.")
    yield from _together(rule)


def _migrated(rule: Mapping[str, Any]) -> Mapping[str, Any]:
    """The rule as Kibana sees it: fields to highlight were a list once, and rule_source is
    ignored (``create_rules_stream_from_ndjson.ts``)."""
    found = dict(rule)
    if isinstance(found.get("investigation_fields"), list):
        names = found.pop("investigation_fields")
        if names:
            found["investigation_fields"] = {"field_names": names}
    return found


def _of_schema(errors: Iterable[ValidationError]) -> Iterator[Mistake]:
    """Of an object that lacks several keys there is an error for each, which does not name it."""
    seen: set[str] = set()
    for error in errors:
        if error.validator != "required":
            yield _mistake(error)
        elif (where := _where(error)) not in seen:
            seen.add(where)
            for key in _value(error):
                if key not in cast(Mapping[str, Any], error.instance):
                    named = f"{where}.{key}" if where else key
                    yield Mistake(f"{named} is missing.", "Kibana imports no rule without it.")


def _mistake(error: ValidationError) -> Mistake:
    where = _where(error)
    instance: Any = error.instance
    takes = _takes(error)
    if isinstance(instance, dict | list):
        noun = "an object" if isinstance(instance, dict) else f"a list of {len(instance)}"
        return Mistake(f"{where} is {noun}.", f"It takes {takes}.")
    value = json.dumps(instance, ensure_ascii=False)
    return Mistake(f"{where} is {shown(value)[1:-1]}.", f"It takes {takes}.")


def _value(error: ValidationError) -> Any:
    """What the schema asks for."""
    return error.validator_value


def _where(error: ValidationError) -> str:
    text = ""
    for step in error.absolute_path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def _takes(error: ValidationError) -> str:
    value = _value(error)
    if error.validator == "type":
        return " or ".join(_TYPES[each] for each in ([value] if isinstance(value, str) else value))
    if error.validator == "enum":
        return f"one of {', '.join(map(str, value))}" if len(value) > 1 else str(value[0])
    if error.validator == "pattern":
        return _PATTERNS.get(str(value), "another form of text")
    said = {
        "minimum": f"a number from {value} on",
        "maximum": f"a number up to {value}",
        "minLength": "a text that is not empty",
        "minItems": f"{value} or more",
        "maxItems": f"{value} at most",
    }
    return said.get(str(error.validator), "something else")


_PATTERNS = {
    r"\S": "a text that is not empty",
    "^[1-9][0-9]*[smhd]$": "a duration, such as 5m: a number and one of s, m, h, d",
    "^(no_actions|rule|[1-9][0-9]*[smhd])$": "no_actions, rule, or a duration such as 1h",
    "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$": "a UUID",
}


def _together(rule: Mapping[str, Any]) -> Iterator[Mistake]:
    """What ``rule_to_import_validation.ts`` asks for beyond the schema."""
    for one, other in (("timeline_id", "timeline_title"), ("timeline_title", "timeline_id")):
        if rule.get(one) is not None and rule.get(other) is None:
            yield Mistake(f"{one} is there without {other}.", "Give both, or neither.")
        elif rule.get(one) == "":
            yield Mistake(f"{one} is empty.", "Give both it and the other, or neither.")
    if rule.get("type") == "threshold" and isinstance(rule.get("threshold"), dict):
        yield from _threshold(rule["threshold"])


def _threshold(threshold: Mapping[str, Any]) -> Iterator[Mistake]:
    named = threshold.get("field")
    if isinstance(named, list) and len(named) > MOST_GROUPS:
        message = f"threshold.field names {len(named)} fields."
        yield Mistake(message, f"Name {MOST_GROUPS} at most.")
    first = next(iter(threshold.get("cardinality") or ()), None)
    counted = first.get("field") if isinstance(first, dict) else None
    if isinstance(named, str | list) and isinstance(counted, str) and counted in named:
        message = f"threshold counts the values of {counted}, which it groups by."
        yield Mistake(message, "There is always one: count another field.")


def unknown(rule: Mapping[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    """The keys that Kibana drops: where each is, its name, and the names known there."""
    kind = rule.get("type")
    if isinstance(kind, str) and kind in rule_types():
        yield from _unknown(rule, schema_of(kind), "")


def _unknown(data: Any, schema: Schema, where: str) -> Iterator[tuple[str, str, list[str]]]:
    if "$ref" in schema:
        schema = _data()["$defs"][schema["$ref"].rpartition("/")[2]]
    if isinstance(data, list) and isinstance(schema.get("items"), dict):
        for number, each in enumerate(data):
            yield from _unknown(each, schema["items"], f"{where}[{number}]")
    properties = schema.get("properties")
    if not isinstance(data, dict) or properties is None:
        return
    for key, value in data.items():
        if key in properties:
            yield from _unknown(value, properties[key], f"{where}.{key}" if where else key)
        else:
            yield where, key, list(properties)
