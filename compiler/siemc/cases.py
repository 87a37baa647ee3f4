"""Cases: events made for a rule, each with what the rule says of it.

For every leaf an event that decides by it alone: one that matches, and one that would match if the
leaf were not asked for. Around these the near misses that engines get wrong: another case of the
letters, an absent field, an empty value. What is expected is never taken from where an event came
from: the reference semantics say it (``siemc.evaluate``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from siemc.evaluate import Event, UndefinedError, Value, evaluate
from siemc.formula import FALSE, TRUE, And, Atom, Formula, Not, Or, atoms
from siemc.prove.compare import compare
from siemc.prove.world import World
from siemc.schema import Schema

SECONDS = 0.2
MOST = 200


@dataclass(frozen=True, slots=True)
class Case:
    """An event, whether the rule matches it, and what it was made for, in a few words."""

    event: Event
    matches: bool
    why: str


def cases(formula: Formula, schema: Schema, most: int = MOST) -> list[Case]:
    """Events for a rule on a schema, no two alike, at most so many; the plain match comes first.

    None where it is not found out in time whether the rule matches anything at all.
    """
    placed = World(schema).place(formula)
    found: dict[str, Case] = {}
    for why, event in _events(formula, schema):
        if len(found) == most:
            break
        key = repr(sorted((name, list(map(repr, values))) for name, values in event.items()))
        if key not in found:
            try:
                found[key] = Case(event, evaluate(placed, event), why)
            except UndefinedError:  # a macro in it has no truth value
                continue
    return list(found.values())


def _events(formula: Formula, schema: Schema) -> Iterator[tuple[str, Event]]:
    first = _separating(FALSE, formula, schema)
    if first is None:
        return
    yield "match", first
    yield from _around("match", first, schema)
    yield "no field", {}
    for leaf in dict.fromkeys(atoms(formula)):
        name = leaf.field or "the event"
        without = _separating(formula, _replaced(formula, leaf, TRUE), schema)
        if without is not None:
            yield f"near miss of {name}", without
            yield from _around(f"near miss of {name}", without, schema)
        excluded = _separating(formula, _replaced(formula, leaf, FALSE), schema)
        if excluded is not None:
            yield f"excluded by {name}", excluded
        alone = _separating(_replaced(formula, leaf, FALSE), formula, schema)
        if alone is not None:
            yield f"match by {name}", alone


def _separating(narrow: Formula, wide: Formula, schema: Schema) -> Event | None:
    """An event of the wide formula that is none of the narrow one, if one is found in time."""
    found = compare(narrow, wide, schema, SECONDS).witnesses
    return next((each.event for each in found if each.query), None)


def _around(why: str, event: Event, schema: Schema) -> Iterator[tuple[str, Event]]:
    """The event with one field changed: another case if it can have one, absent, empty."""
    for name, values in event.items():
        swapped = [_swapped(each) for each in values]
        if swapped != list(values) and not schema.writes_lower(name):
            yield f"{why}, other case of {name}", {**event, name: swapped}
        yield f"{why}, no {name}", {key: v for key, v in event.items() if key != name}
        if takes_any_text(schema, name) and all(isinstance(each, str) for each in values):
            yield f"{why}, empty {name}", {**event, name: [""]}


def takes_any_text(schema: Schema, name: str) -> bool:
    """Whether a value of the field may be any text: no address, number or time."""
    return all(kind.is_term or kind.is_text for kind in schema.types(name))


def _swapped(value: Value) -> Value:
    """ASCII letters in the other case: of others, engines think differently, and say so."""
    if not isinstance(value, str):
        return value
    return "".join(each.swapcase() if each.isascii() else each for each in value)


def _replaced(formula: Formula, leaf: Atom, by: Formula) -> Formula:
    match formula:
        case Atom():
            return by if formula == leaf else formula
        case Not(item):
            return Not(_replaced(item, leaf, by))
        case And(items):
            return And(_all(items, leaf, by))
        case Or(items):
            return Or(_all(items, leaf, by))
        case _:
            return formula


def _all(items: Iterable[Formula], leaf: Atom, by: Formula) -> tuple[Formula, ...]:
    return tuple(_replaced(item, leaf, by) for item in items)
