"""A second lowering: a rule's ``detection``, as plain data, as a formula.

It reads Sigma as ``reading`` does, from the specification and apart from the compiler and pySigma,
and puts the tests of the formula in the place of answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_network
from typing import Any, cast

from siemc.formula import (
    ONE,
    RUN,
    Affix,
    And,
    Atom,
    Cidr,
    Compare,
    Equals,
    Exists,
    Formula,
    Glob,
    GlobPart,
    IsNull,
    Not,
    Or,
    Regex,
    SameAs,
    Test,
    TimePart,
)
from tests.exact import reading
from tests.exact.reading import Condition, Link, patterns

UNITS = {"minute", "hour", "day", "week", "month", "year"}
OPS: Mapping[str, Any] = {"lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


def _some(items: Iterable[Formula]) -> Formula:
    return Or(tuple(items))


def _every(items: Iterable[Formula]) -> Formula:
    return And(tuple(items))


FORMULAS: Link[Formula] = Link(_some, _every, Not)


def formula(detection: Mapping[str, Any]) -> Formula:
    """The formula of a rule's detection. A list of conditions is linked with OR."""
    conditions = detection["condition"]
    found = {name: _search(each) for name, each in detection.items() if name not in NO_SEARCH}
    texts = conditions if isinstance(conditions, list) else [conditions]
    return _some([Condition(text, found, FORMULAS).value() for text in texts])


NO_SEARCH = {"condition", "timeframe"}


def _search(definition: Any) -> Formula:
    if isinstance(definition, dict):
        return _every([_entry(key, value) for key, value in definition.items()])
    if isinstance(definition, list):
        return _some([_search(each) for each in definition])
    return _value("", [], definition)


def _entry(key: str, value: Any) -> Formula:
    name, *modifiers = key.split("|")
    values = value if isinstance(value, list) else [value]
    answers = [_value(name, modifiers, each) for each in values]
    answer = _every(answers) if "all" in modifiers else _some(answers)
    return Not(answer) if "neq" in modifiers else answer


def _value(name: str, modifiers: Sequence[str], wanted: Any) -> Formula:
    if "exists" in modifiers:
        present = Atom(name, Exists())
        return present if wanted else Not(present)
    return _some([Atom(name or None, test) for test in _tests(name, modifiers, wanted)])


def _tests(name: str, modifiers: Sequence[str], wanted: Any) -> list[Test]:
    times = [each for each in modifiers if each in UNITS]
    orders = [each for each in modifiers if each in OPS]
    if times:
        op: Any = OPS[orders[0]] if orders else "="
        return [TimePart(cast(Any, times[0]), op, wanted)]
    if orders:
        return [Compare(OPS[orders[0]], wanted)]
    if wanted is None:
        return [IsNull()]
    if "fieldref" in modifiers:
        affixes = [each for each in modifiers if each in {"startswith", "endswith", "contains"}]
        return [SameAs(wanted, cast(Affix, affixes[0]) if affixes else "equals")]
    if "cidr" in modifiers:
        return [Cidr(ip_network(wanted))]
    if "re" in modifiers:
        return [Regex(str(wanted), "i" in modifiers, "m" in modifiers, "s" in modifiers)]
    if not isinstance(wanted, str):
        plain = Glob((RUN, reading.form(wanted), RUN))
        return [Equals(wanted)] if name else [plain]
    made = [
        each if name else [reading.RUN, *each, reading.RUN] for each in patterns(modifiers, wanted)
    ]
    return [_glob(each, "cased" in modifiers) for each in made]


def _glob(pattern: Sequence[str], cased: bool) -> Glob:
    wild = {reading.RUN: RUN, reading.ONE: ONE}
    parts: list[GlobPart] = []
    for char in pattern:
        part = wild.get(char, char)
        last = parts[-1] if parts else None
        if isinstance(part, str) and isinstance(last, str):
            parts[-1] = last + part
        elif not (part is RUN and last is RUN):
            parts.append(part)
    return Glob(tuple(parts), cased)
