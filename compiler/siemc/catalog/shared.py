"""Indicators that several rules look for."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from siemc.catalog.entries import Entry
from siemc.explain.indicators import Key
from siemc.explain.predicates import Predicate


@dataclass(frozen=True, slots=True)
class Shared:
    """An indicator, as the first of its rules writes it, and these rules."""

    id: str
    predicate: Predicate
    rules: tuple[Entry, ...]


def shared(entries: Sequence[Entry]) -> dict[Key, Shared]:
    """The indicators of more than one rule, those of the most rules first."""
    rules: dict[Key, list[Entry]] = defaultdict(list)
    for each in entries:
        for key in each.indicators:
            rules[key].append(each)
    several = [(key, found) for key, found in rules.items() if len(found) > 1]
    made = [(key, _shared(found[0].indicators[key], found)) for key, found in several]
    return dict(_told_apart(sorted(made, key=lambda pair: _rank(pair[1]))))


def _told_apart(found: Iterable[tuple[Key, Shared]]) -> Iterator[tuple[Key, Shared]]:
    """Each with a place of its own: ``ß`` and ``SS`` look the same without case, and are not."""
    uses: Counter[str] = Counter()
    for key, each in found:
        uses[each.id] += 1
        number = uses[each.id]
        yield key, each if number == 1 else replace(each, id=f"{each.id}-{number}")


def _shared(predicate: Predicate, rules: Sequence[Entry]) -> Shared:
    return Shared(_anchor(predicate), predicate, tuple(rules))


def _anchor(predicate: Predicate) -> str:
    """The indicator's place on its page: made of what it is, so that a link to it stays right."""
    said = (predicate.field or "", predicate.kind, predicate.value.casefold(), predicate.cased)
    return f"i-{hashlib.sha256(repr(said).encode()).hexdigest()[:12]}"


def _rank(found: Shared) -> tuple[int, str, str, str, str]:
    each = found.predicate
    return -len(found.rules), each.field or "", each.kind, each.value.casefold(), each.value


def anchors(entry: Entry, known: Mapping[Key, Shared]) -> list[str]:
    """The places of a rule's indicators on the indicators page; ``""`` where no other has it."""
    return [known[key].id if key in known else "" for key in entry.indicators]
