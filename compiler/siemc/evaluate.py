"""The reference semantics of Sigma: does an event match a formula?

Short and obvious on purpose; everything else is tested against it. The rules are those of the
Sigma specification (sigma-specification, "Sigma Rules Specification" and "Sigma Modifiers"); where
it is silent, ``docs/semantics.md`` says what was chosen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from operator import eq, ge, gt, le, lt
from time import thread_time
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    import regex

Value = str | int | float | bool | IPv4Address | IPv6Address
Event = Mapping[str, Sequence[Value]]

ORDER: dict[str, Callable[[float, float], bool]] = {"=": eq, "<": lt, "<=": le, ">": gt, ">=": ge}


MATCH_SECONDS = 0.2  # thousands of times what an expression of a rule takes on a command line
MATCH_TRIES = 20


class UndefinedError(ValueError):
    """A formula has no truth value on an event."""


class OpaqueError(UndefinedError):
    """It rests on an opaque text."""


class SlowRegexError(UndefinedError):
    """It rests on an expression that goes back and forth over a value for longer than is waited."""


def evaluate(formula: Formula, event: Event) -> bool:
    """Whether the event matches.

    Raises ``OpaqueError`` where it rests on an opaque text, ``SlowRegexError`` where it rests on an
    expression that takes too long, ``RegexError`` or ``RegexUnsupported`` on one that is none.
    """
    match formula:
        case Const(value):
            return value
        case Not(item):
            return not evaluate(item, event)
        case And(items):
            return not _any_is(False, items, event)
        case Or(items):
            return _any_is(True, items, event)
        case Atom(name, test):
            if name is not None or isinstance(test, Opaque):
                return _holds(test, event.get(name or "", ()), event)
            everything = [value for values in event.values() for value in values]
            return any(_holds(test, [value], event) for value in everything)


def _any_is(wanted: bool, items: Sequence[Formula], event: Event) -> bool:
    """Whether an item has that truth value; one that has none matters where no other has it."""
    undefined = None
    for item in items:
        try:
            if evaluate(item, event) is wanted:
                return True
        except UndefinedError as error:
            undefined = error
    if undefined is not None:
        raise undefined
    return False


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
            return _is_found(test, text_of(value))
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


def _is_found(test: Regex, text: str) -> bool:
    for _ in range(MATCH_TRIES):
        start = thread_time()
        with suppress(TimeoutError):
            return _compiled(test).search(text, timeout=MATCH_SECONDS) is not None
        # The limit counts the computing of all threads; was it this one that used it up?
        if thread_time() - start > MATCH_SECONDS / 2:
            break
    raise SlowRegexError(f"The expression {test.source} takes too long on a value.")


@cache
def _compiled(test: Regex) -> regex.Pattern[str]:
    """The pattern whose ``search`` decides.

    What is not regular (look-around, back-references) is left as it is written: the engine reads
    the constructs the rules use as PCRE does. Raises ``RegexUnsupported`` where it does not.
    """
    flags = {
        "ignorecase": test.ignorecase,
        "multiline": test.multiline,
        "dotall": test.dotall,
    }
    try:
        return node_to_python(parse(test.source, **flags))
    except RegexUnsupported:
        from siemc.regex.python import source_to_python

        return source_to_python(test.source, **flags)


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
