"""Events that a formula matches, and ones that nearly do, made from the formula itself."""

from __future__ import annotations

import random

from siemc.backend import Emission
from siemc.evaluate import text_of
from siemc.formula import (
    And,
    Atom,
    Equals,
    Exists,
    Formula,
    Glob,
    IsNull,
    Or,
    Regex,
    Wild,
    atoms,
)
from siemc.regex import Alternate, Chars, Concat, Node, RegexUnsupported, Repeat, parse
from siemc.regex.whole import whole

Event = dict[str, list[str]]
WHOLE = "event.original"


def events(formula: Formula, seed: int, count: int) -> list[Event]:
    """Some events for a formula: half are made to match, the others are those, changed a little."""
    rng = random.Random(seed)
    found: list[Event] = [{}]
    for _ in range(count):
        event: Event = {}
        _satisfy(formula, event, rng)
        found += [event, _changed(event, formula, rng)]
    return [_with_whole(event) for event in found]


def _satisfy(formula: Formula, event: Event, rng: random.Random) -> None:
    match formula:
        case And(items):
            for item in items:
                _satisfy(item, event, rng)
        case Or(items):
            _satisfy(rng.choice(items), event, rng)
        case Atom():
            _add(formula, event, rng)
        case _:
            pass


def _add(atom: Atom, event: Event, rng: random.Random) -> None:
    value = _value(atom, rng)
    if value is not None:
        event.setdefault(atom.field or WHOLE, []).append(value)


def _value(atom: Atom, rng: random.Random) -> str | None:
    match atom.test:
        case Glob(parts, cased):
            text = "".join(_part(part, rng) for part in parts)
            return text if cased else rng.choice([text, text.upper(), text.lower()])
        case Regex() as test:
            return _from_regex(test, rng)
        case Equals(value):
            return text_of(value)
        case Exists():
            return rng.choice(["", "x"])
        case _:
            return None


def _part(part: str | Wild, rng: random.Random) -> str:
    if isinstance(part, str):
        return part
    if part is Wild.ONE:
        return rng.choice(["x", "\\", '"', "é", "*"])
    return rng.choice(["", "", "x", 'a "b"\\', "é/*"])


def _from_regex(test: Regex, rng: random.Random) -> str | None:
    try:
        node = whole(
            parse(
                test.source,
                ignorecase=test.ignorecase,
                multiline=test.multiline,
                dotall=test.dotall,
            )
        )
    except RegexUnsupported:
        return None
    return _from_node(node, rng)


def _from_node(node: Node, rng: random.Random) -> str:
    match node:
        case Chars(ranges):
            return _char(ranges, rng)
        case Concat(parts):
            return "".join(_from_node(part, rng) for part in parts)
        case Alternate(options):
            return _from_node(rng.choice(options), rng)
        case Repeat(inner, low, high):
            most = low + 2 if high is None else min(high, low + 2)
            return "".join(_from_node(inner, rng) for _ in range(rng.randint(low, most)))
        case _:
            return ""


def _char(ranges: tuple[tuple[int, int], ...], rng: random.Random) -> str:
    """A visible ASCII character of the set, or its first one."""
    visible = [p for a, b in ranges for p in range(max(a, 32), min(b, 126) + 1)]
    return chr(rng.choice(visible)) if visible else chr(ranges[0][0])


def _changed(event: Event, formula: Formula, rng: random.Random) -> Event:
    changed = {name: list(values) for name, values in event.items()}
    how = rng.randrange(4)
    if how == 0 and changed:
        del changed[rng.choice(sorted(changed))]
    elif how == 1:
        leaves = list(atoms(formula))
        if leaves:
            _add(rng.choice(leaves), changed, rng)
    elif changed:
        values = changed[rng.choice(sorted(changed))]
        at = rng.randrange(len(values))
        values[at] = _edited(values[at], rng)
    return changed


def _edited(text: str, rng: random.Random) -> str:
    place = rng.randrange(len(text) + 1)
    edits = [
        text.swapcase(),
        text[:place] + text[place + 1 :],
        text[:place] + rng.choice('x\\ *?"') + text[place:],
        "",
        text + " ",
    ]
    return rng.choice(edits)


def _with_whole(event: Event) -> Event:
    """The event with its whole text in one field, as ingestion keeps it."""
    values = [value for values in event.values() for value in values]
    return {**event, WHOLE: [" ".join(values)]} if values else event


def of_keywords(formula: Formula) -> bool:
    """Whether fields of keywords can answer every leaf: no numbers, addresses, times, fields."""
    kinds = Glob | Regex | Equals | Exists | IsNull
    return all(isinstance(atom.test, kinds) for atom in atoms(formula))


def admitted(found: list[Event], emission: Emission) -> list[Event]:
    """The events that the query's assumptions allow: without line breaks, control characters."""
    refused: set[str] = set()
    if "SA05" in emission.assumptions:
        refused |= {"\n"}
    if "SA06" in emission.assumptions:
        refused |= set(map(chr, {*range(0x20), *range(0x7F, 0xA0)} - {9}))
    return [event for event in found if not refused & _chars(event)]


def _chars(event: Event) -> set[str]:
    return {char for values in event.values() for value in values for char in value}
