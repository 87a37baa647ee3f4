"""What a rule suppresses: its top-level ``not``s, flattened.

A denied formula is a list of *alternatives*, each of which excludes an event by itself. An
alternative has *parts*, which must all hold for it (a path *and* a file name); a part is a list of
predicates of which one is enough. What is nested deeper than that is written out as text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from siemc.explain.predicates import Predicate, predicate
from siemc.formula import And, Atom, Const, Formula, Not, Or, atoms


@dataclass(frozen=True, slots=True)
class Part:
    """Predicates one of which must hold; ``nested`` where they are joined otherwise than by *or*.

    The predicates of a nested part are all its leaves; ``formula`` says how they are joined.
    """

    predicates: tuple[Predicate, ...]
    formula: Formula
    nested: bool = False


@dataclass(frozen=True, slots=True)
class Alternative:
    """Parts that exclude an event together; ``identifiers`` are the searches they come from."""

    parts: tuple[Part, ...]

    @property
    def identifiers(self) -> tuple[str, ...]:
        """The searches, in the order of the text."""
        return tuple(dict.fromkeys(each.identifier for each in self.predicates))

    @property
    def predicates(self) -> tuple[Predicate, ...]:
        """Every leaf: a row of the table of exclusions."""
        return tuple(each for part in self.parts for each in part.predicates)


Joint = Literal["", "both", "and", "or", "nested"]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table of exclusions.

    ``joint`` says how it is joined to the row above: ``both`` begins what excludes only together,
    ``and`` a part that must hold as well, ``or`` another way to meet a part; ``nested`` begins
    what is joined in some other way. It is empty for what excludes by itself.
    """

    joint: Joint
    predicate: Predicate


def rows(alternative: Alternative) -> tuple[Row, ...]:
    """The alternative as rows of a table."""
    is_joint = len(alternative.parts) > 1
    return tuple(
        Row(_joint(number, part, place, is_joint), each)
        for number, part in enumerate(alternative.parts)
        for place, each in enumerate(part.predicates)
    )


def _joint(number: int, part: Part, place: int, is_joint: bool) -> Joint:
    if place:
        return "" if part.nested else "or"
    if is_joint:
        return "and" if number else "both"
    return "nested" if part.nested else ""


def exclusions(formula: Formula) -> tuple[Alternative, ...]:
    """What the rule suppresses, in the order of its text."""
    selecting = frozenset(each.identifier for atom in affirmed(formula) for each in atom.origins)
    denied = _denied(formula, selecting, is_branch=False)
    return tuple(alternative for item in denied for alternative in _alternatives(item))


def _denied(formula: Formula, selecting: Collection[str], is_branch: bool) -> Iterator[Formula]:
    """The formulas under one ``not``; a double negation is none.

    In a branch of an *or*, what a search denies that asks for something as well
    (``ParentImage|exists: false``) is a part of what it selects, and excludes nothing.
    """
    match formula:
        case Not(Not(item)):
            yield from _denied(item, selecting, is_branch)
        case Not(item):
            if not (is_branch and _is_of(item, selecting)):
                yield item
        case And(items):
            for item in items:
                yield from _denied(item, selecting, is_branch)
        case Or(items):
            for item in items:
                yield from _denied(item, selecting, is_branch=True)
        case Atom() | Const():
            return


def _is_of(formula: Formula, searches: Collection[str]) -> bool:
    origins = (origin for atom in atoms(formula) for origin in atom.origins)
    return all(origin.identifier in searches for origin in origins)


def affirmed(formula: Formula) -> Iterator[Atom]:
    """The leaves under no ``not``: what the rule looks for."""
    match formula:
        case Not(Not(item)):
            yield from affirmed(item)
        case And(items) | Or(items):
            for item in items:
                yield from affirmed(item)
        case Atom():
            yield formula
        case Not() | Const():
            return


def _alternatives(formula: Formula) -> Iterator[Alternative]:
    if isinstance(formula, Or):
        for item in formula.items:
            yield from _alternatives(item)
    elif isinstance(formula, And):
        yield Alternative(tuple(map(_part, _conjuncts(formula.items))))
    else:
        yield Alternative((_part(formula),))


def _conjuncts(items: Iterable[Formula]) -> Iterator[Formula]:
    for item in items:
        if isinstance(item, And):
            yield from _conjuncts(item.items)
        else:
            yield item


def _part(formula: Formula) -> Part:
    if _is_list(formula):
        return Part(tuple(map(_leaf, _options(formula))), formula)
    return Part(tuple(predicate(atom) for atom in atoms(formula)), formula, nested=True)


def _is_list(formula: Formula) -> bool:
    """Whether it is a leaf, a denied leaf, or alternatives of such."""
    return all(map(_is_leaf, _options(formula)))


def _options(formula: Formula) -> tuple[Formula, ...]:
    return formula.items if isinstance(formula, Or) else (formula,)


def _is_leaf(formula: Formula) -> bool:
    return isinstance(formula.item if isinstance(formula, Not) else formula, Atom)


def _leaf(formula: Formula) -> Predicate:
    if isinstance(formula, Not):
        assert isinstance(formula.item, Atom)
        return predicate(formula.item, negated=True)
    assert isinstance(formula, Atom)
    return predicate(formula)
