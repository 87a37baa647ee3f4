"""The index: what its search and facets need beside the rows that the page has anyway."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from siemc.catalog import view
from siemc.catalog.entries import Entry
from siemc.explain.attack import matrix

Value = tuple[str, str]
NONE = ("", "none")


@dataclass(frozen=True, slots=True)
class Facet:
    """Something rules are sorted by.

    ``values_of`` gives a rule's values, each what the address has and what is shown. ``order`` is
    that of the values, if they have one; else the most frequent come first.
    """

    key: str
    title: str
    values_of: Callable[[Entry], Iterable[Value]]
    order: Sequence[str] = ()
    open: bool = False


def facets() -> tuple[Facet, ...]:
    """The facets, in the order of the page."""
    tactics = tuple(each.slug for each in matrix())
    return (
        Facet("level", "Level", lambda each: [_same(each.page.metadata.level)], view.LEVELS, True),
        Facet("fidelity", "Fidelity", lambda each: [_same(each.fidelity)], view.FIDELITIES, True),
        Facet("status", "Status", lambda each: [_same(each.page.metadata.status)], view.STATUSES),
        Facet("tactic", "Tactic", _tactics, tactics, True),
        Facet("technique", "Technique", _techniques),
        Facet("logsource", "Log source", lambda each: [_same(each.logsource)], open=True),
        Facet("author", "Author", lambda each: map(_same, each.page.metadata.authors or ("",))),
    )


def _same(text: str) -> Value:
    return (text, text) if text else NONE


def _tactics(entry: Entry) -> Iterator[Value]:
    for each in entry.page.attack.tactics:
        yield each.slug, each.name
    if not entry.page.attack.tactics:
        yield NONE


def _techniques(entry: Entry) -> Iterator[Value]:
    """Its techniques, and the parents of its sub-techniques: what is below counts above."""
    for tactic in entry.page.attack.tactics:
        for technique in tactic.techniques:
            yield technique.id, f"{technique.id} {technique.name}"
            for each in technique.subtechniques:
                yield each.id, f"{each.id} {each.name}"


def search_data(entries: Sequence[Entry]) -> str:
    """A script that makes the data known as ``CATALOGUE``: a page opened from a disk cannot fetch.

    The rules are in the order of the table's rows.
    """
    data = {
        "facets": [_facet(each, entries) for each in facets()],
        "text": [_text(each) for each in entries],
    }
    # ASCII only: U+2028 ends a line for some, and ``<`` is nothing special in a file of its own
    return f'"use strict";\nconst CATALOGUE = {json.dumps(data, separators=(",", ":"))};\n'


def _facet(facet: Facet, entries: Sequence[Entry]) -> dict[str, Any]:
    of_rules = [list(dict.fromkeys(facet.values_of(each))) for each in entries]
    known = sorted({value for values in of_rules for value in values}, key=_place(facet))
    numbers = {value: number for number, value in enumerate(known)}
    return {
        "key": facet.key,
        "title": facet.title,
        "open": facet.open,
        "ordered": bool(facet.order),
        "values": known,
        "rules": [[numbers[value] for value in values] for values in of_rules],
    }


def _place(facet: Facet) -> Callable[[Value], tuple[int, str, str]]:
    places = {name: place for place, name in enumerate(facet.order)}

    def place(value: Value) -> tuple[int, str, str]:
        return places.get(value[0], len(places)), value[0].casefold(), value[0]

    return place


def _text(entry: Entry) -> str:
    """What a search finds a rule by, beside its row: what it says of itself and looks for."""
    metadata = entry.page.metadata
    predicates = entry.indicators.values()
    fields = dict.fromkeys(each.field for each in predicates if each.field)
    values = dict.fromkeys(each.value for each in predicates if each.value)
    words = [" ".join(metadata.description.split()), *metadata.authors, *fields, *values]
    words += [tag for tag in metadata.tags if not tag.startswith("attack.")]
    return "\n".join(words)
