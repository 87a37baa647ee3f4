"""Many documents, searched by ``evaluate``: what an engine is held against.

To evaluate each rule on each document would take an hour. Two things are done once instead. Where a
log and an event id settle a rule, as they do for nearly every pair, its documents are not looked
at. And documents that are the same in all fields that some rule tests are one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from siemc.evaluate import Event, Value, evaluate
from siemc.formula import And, Atom, Const, Formula, Not, Or, SameAs, atoms
from siemc.schema import Index
from tests.engines.recordings.translate import Document

FIXED = ("winlog.channel", "event.code")
Key = tuple[str, tuple[Value, ...]]


def fields_of(formula: Formula) -> Iterator[str | None]:
    """The fields that a formula tests; ``None`` stands for all."""
    for atom in atoms(formula):
        yield atom.field
        if isinstance(atom.test, SameAs):
            yield atom.test.field


def settled(formula: Formula, fixed: Event) -> Formula:
    """The formula on documents that have these values in these fields."""
    match formula:
        case Atom(name, test) if name in fixed and not isinstance(test, SameAs):
            return Const(evaluate(formula, fixed))
        case Not(item):
            inner = settled(item, fixed)
            return Const(not inner.value) if isinstance(inner, Const) else Not(inner)
        case And(items):
            return _joined([settled(each, fixed) for each in items], And, False)
        case Or(items):
            return _joined([settled(each, fixed) for each in items], Or, True)
        case _:
            return formula


def _joined(items: list[Formula], kind: type[And] | type[Or], strong: bool) -> Formula:
    if any(isinstance(each, Const) and each.value == strong for each in items):
        return Const(strong)
    rest = tuple(each for each in items if not isinstance(each, Const))
    return kind(rest) if rest else Const(not strong)


@dataclass
class Alike:
    """Documents of one log and event id that are the same in all fields that are tested.

    ``short`` is what their index holds, if that is less: a value longer than the field's
    ``ignore_above`` is in the document, and no query finds it.
    """

    event: Event
    short: Event | None
    ids: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Found:
    """The documents that match, and those that match as their index holds them."""

    whole: frozenset[str]
    short: frozenset[str]


@dataclass
class Archive:
    """Documents by id, with the fields that their index has. ``names`` are those tested."""

    indices: Mapping[str, Index]
    names: frozenset[str]
    documents: dict[str, Document] = field(default_factory=dict)
    _groups: dict[Key, dict[str, Alike]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, identifier: str, document: Document) -> None:
        """Take in a document."""
        index = self.indices[document.pattern]
        fields = {n: v for n, v in document.fields.items() if index.lookup(n) is not None}
        self.documents[identifier] = Document(document.pattern, fields)
        event = {name: values for name, values in fields.items() if name in self.names}
        key = document.pattern, tuple(value for name in FIXED for value in event[name])
        same = self._groups[key]
        text = repr(sorted(event.items()))
        if text not in same:
            short = shortened(event, index)
            same[text] = Alike(event, None if short == event else short)
        same[text].ids.append(identifier)

    def found(self, formulas: Mapping[str, Formula]) -> Found:
        """The documents that match; each index pattern that is searched has its own formula."""
        whole: list[str] = []
        short: list[str] = []
        for (pattern, fixed), groups in self._groups.items():
            values = {name: [value] for name, value in zip(FIXED, fixed, strict=True)}
            rest = settled(formulas[pattern], values) if pattern in formulas else Const(False)
            if rest == Const(False):
                continue
            for each in groups.values():
                holds = evaluate(rest, each.event)
                whole += each.ids if holds else []
                is_held = holds if each.short is None else evaluate(rest, each.short)
                short += each.ids if is_held else []
        return Found(frozenset(whole), frozenset(short))


def shortened(event: Event, index: Index) -> Event:
    """The event without the values that its index does not hold for their length."""
    found: dict[str, list[Value]] = {}
    for name, values in event.items():
        kind = index.lookup(name)
        most = kind.ignore_above if kind is not None else None
        found[name] = [
            each for each in values if not isinstance(each, str) or not most or len(each) <= most
        ]
    return {name: values for name, values in found.items() if values}
