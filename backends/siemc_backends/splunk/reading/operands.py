"""The values that conditions compare: a field, perhaps in one case, perhaps with a default."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from siemc.folding import fold, upper_map
from siemc_backends.splunk.reading.tokens import may_be_a_control
from siemc_backends.splunk.reading.tree import Call, Expression, Field, Text

Case = Literal["", "lower", "upper"]


@dataclass(frozen=True, slots=True)
class Value:
    """A field's value, through ``lower`` or ``upper``; ``default`` stands in where it is absent."""

    field: str
    case: Case = ""
    default: str | None = None


def value_of(node: Expression) -> Value | None:
    """The value of a field that the expression is, or ``None``.

    ``lower``, ``upper``: Search Reference, "Text functions"; ``coalesce`` "returns the first value
    that is not NULL": "Comparison and Conditional functions".
    """
    match node:
        case Field(name):
            return Value(name)
        case Call("lower" | "upper" as case, (inner,)):
            value = value_of(inner)
            return None if value is None else _in_case(value, case)
        case Call("coalesce", (inner, Text(default, raw))) if not may_be_a_control(raw):
            value = value_of(inner)
            if value is None or value.default is not None:
                return value
            return replace(value, default=default)
        case _:
            return None


def _in_case(value: Value, case: Case) -> Value:
    default = None if value.default is None else in_case(value.default, case)
    return Value(value.field, case, default)


def in_case(text: str, case: Case) -> str:
    """The text in that case, by the pinned table."""
    if case == "upper":
        return text.upper() if text.isascii() else fold(text).translate(upper_map())
    return fold(text) if case == "lower" else text
