"""The reference semantics of Sigma: does an event match a formula?

Short and obvious on purpose; everything else is tested against it. The rules are those of the
Sigma specification (sigma-specification, "Sigma Rules Specification" and "Sigma Modifiers"); where
it is silent, ``docs/semantics.md`` says what was chosen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from operator import eq, ge, gt, le, lt

from siemc.folding import fold
from siemc.formula import (
    And,
    Atom,
    Cidr,
    Compare,
    Const,
    Equals,
    Exists,
    Formula,
    Glob,
    IsNull,
    Not,
    Opaque,
    Or,
    Regex,
    SameAs,
    Test,
    TimePart,
)
from siemc.globs import matches
from siemc.regex import RegexUnsupported, node_to_python, parse

Value = str | int | float | bool | IPv4Address | IPv6Address
Event = Mapping[str, Sequence[Value]]

ORDER: dict[str, Callable[[float, float], bool]] = {"=": eq, "<": lt, "<=": le, ">": gt, ">=": ge}


class OpaqueError(ValueError):
    """A formula with an opaque part has no truth value of its own."""


def evaluate(formula: Formula, event: Event) -> bool:
    """Whether the event matches. Raises ``OpaqueError`` where it rests on an opaque text."""
    match formula:
        case Const(value):
            return value
        case Not(item):
            return not evaluate(item, event)
        case And(items):
            return all(evaluate(item, event) for item in items)
        case Or(items):
            return any(evaluate(item, event) for item in items)
        case Atom(name, test):
            if name is not None:
                return _holds(test, event.get(name, ()), event)
            everything = [value for values in event.values() for value in values]
            return any(_holds(test, [value], event) for value in everything)


def _holds(test: Test, values: Sequence[Value], event: Event) -> bool:
    match test:
        case Exists():
            return bool(values)
        case IsNull():
            return not values or "" in values
        case Opaque(text):
            raise OpaqueError(text)
        case SameAs(other, affix, cased):
            others = [text_of(value) for value in event.get(other, ())]
            return any(_same(text_of(value), it, affix, cased) for value in values for it in others)
        case _:
            return any(_passes(test, value) for value in values)


def _passes(test: Test, value: Value) -> bool:
    match test:
        case Glob():
            return matches(test, text_of(value))
        case Regex():
            return _compiled(test).search(text_of(value)) is not None
        case Equals(wanted):
            return fold(text_of(value)) == fold(text_of(wanted))
        case Cidr(network):
            address = _address(value)
            return address is not None and address in network
        case Compare(op, number):
            found = _number(value)
            return found is not None and ORDER[op](found, number)
        case TimePart(unit, op, number):
            part = _time_part(value, unit)
            return part is not None and ORDER[op](part, number)
        case _:  # pragma: no cover - the tests above are all that are left to one value
            raise AssertionError(test)


def text_of(value: Value) -> str:
    """The one text form of a value: ``true``/``false``, a whole number without its point."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _same(mine: str, other: str, affix: str, cased: bool) -> bool:
    if not cased:
        mine, other = fold(mine), fold(other)
    if affix == "startswith":
        return mine.startswith(other)
    if affix == "endswith":
        return mine.endswith(other)
    return other in mine if affix == "contains" else mine == other


@cache
def _compiled(test: Regex) -> re.Pattern[str]:
    """The pattern whose ``search`` decides.

    What is not regular (look-around, back-references) goes to Python's own engine, which reads the
    constructs the rules use as PCRE does. Raises ``RegexUnsupported`` where it has none of them.
    """
    flags = {
        "ignorecase": test.ignorecase,
        "multiline": test.multiline,
        "dotall": test.dotall,
    }
    try:
        return node_to_python(parse(test.source, **flags))
    except RegexUnsupported as unsupported:
        chosen = (getattr(re, name.upper()) for name, on in flags.items() if on)
        try:
            return re.compile(test.source, sum(chosen, re.ASCII))
        except re.error:
            raise unsupported from None


def _address(value: Value) -> IPv4Address | IPv6Address | None:
    if isinstance(value, IPv4Address | IPv6Address):
        return value
    try:
        return ip_address(value) if isinstance(value, str) else None
    except ValueError:
        return None


_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def _number(value: Value) -> float | None:
    """The value as a number, or ``None``: text counts only in plain decimal notation."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    text = str(value)
    if not _NUMBER.fullmatch(text):
        return None
    # A float would round whole numbers beyond 2**53 that a number of the event keeps.
    return int(text) if _WHOLE.fullmatch(text) else float(text)


_WHOLE = re.compile(r"[+-]?\d{1,100}", re.ASCII)


def _time_part(value: Value, unit: str) -> int | None:
    """A part of a time in ISO 8601 with its zone, as written there; ``week`` is the ISO week."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    if unit == "week":
        return moment.isocalendar().week
    part: int = getattr(moment, unit)
    return part
