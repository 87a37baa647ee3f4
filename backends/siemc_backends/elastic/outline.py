"""The outline of a query: clauses under and, or and not, before any text of them is joined.

Lucene and KQL share its shape: a clause is a field and the values it may have, printed as
``field:value`` or ``field:(value OR value)``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from siemc.formula import And, Atom, Const, Formula, Not, Or, Origin


class Value(NamedTuple):
    """A value as the query writes it, and the places of the rule it carries."""

    text: str
    origins: tuple[Origin, ...]


class Clause(NamedTuple):
    """``head`` (a field and its operator) with any of the values."""

    head: str
    values: tuple[Value, ...]


class Bare(NamedTuple):
    """A text that stands alone, such as one that matches everything."""

    value: Value


@dataclass(frozen=True, slots=True)
class Every:
    """All of the parts."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """Any of the parts."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Negated:
    """Not this part."""

    part: Part


Part = Clause | Bare | Every | Some | Negated
LeafPrinter = Callable[[Atom], Part]


def outline(formula: Formula, leaf: LeafPrinter, everything: str) -> Part:
    """The outline of a simplified formula; ``everything`` is the query for every event."""
    match formula:
        case Atom():
            return leaf(formula)
        case Not(item):
            return negated(outline(item, leaf, everything))
        case And(items):
            return every([outline(item, leaf, everything) for item in items])
        case Or(items):
            return some([outline(item, leaf, everything) for item in items])
        case Const(value):
            part = Bare(Value(everything, ()))
            return part if value else Negated(part)


def negated(part: Part) -> Part:
    """Not ``part``; where that is itself a negation, or all negations, those go."""
    match part:
        case Negated(inner):
            return inner
        case Some(parts) if any(isinstance(each, Negated) for each in parts):
            return every([negated(each) for each in parts])
        case _:
            return Negated(part)


def every(parts: list[Part]) -> Part:
    """All of the parts, nested lists spread out."""
    spread: list[Part] = []
    for part in parts:
        spread.extend(part.parts if isinstance(part, Every) else (part,))
    return spread[0] if len(spread) == 1 else Every(tuple(spread))


def some(parts: list[Part]) -> Part:
    """Any of the parts, nested lists spread out, values of one field put together in order."""
    heads: dict[str, dict[str, Value]] = {}
    found: list[Part | str] = []
    for part in _spread(parts):
        if not isinstance(part, Clause):
            found.append(part)
            continue
        values = heads.setdefault(part.head, {})
        if not values:
            found.append(part.head)
        for value in part.values:
            before = values.get(value.text)
            values[value.text] = value if before is None else _joined(before, value)
    merged = [
        Clause(each, tuple(heads[each].values())) if isinstance(each, str) else each
        for each in found
    ]
    return merged[0] if len(merged) == 1 else Some(tuple(merged))


def _joined(one: Value, other: Value) -> Value:
    return Value(one.text, tuple(dict.fromkeys((*one.origins, *other.origins))))


def _spread(parts: list[Part]) -> list[Part]:
    spread: list[Part] = []
    for part in parts:
        spread.extend(part.parts if isinstance(part, Some) else (part,))
    return spread


def clauses(part: Part) -> int:
    """How many values the query asks for."""
    match part:
        case Clause(_, values):
            return len(values)
        case Bare():
            return 1
        case Negated(inner):
            return clauses(inner)
        case Every(parts) | Some(parts):
            return sum(map(clauses, parts))
