r"""Conditions that compare one field with another.

``where`` compares two fields (Splunk, Search Reference, "search", "Comparing two fields"), as text
and with case. Read are: ``a=b``; ``match(lower(a), "\Q".lower(b)."\E")`` for contains; and, among
conditions that say both fields are there, ``coalesce(substr(a, 1, len(b)), "")=b`` for starts with
and, with ``len(a)>=len(b)``, ``coalesce(substr(a, len(a)-len(b)+1), "")=b`` for ends with. The
``coalesce`` is needed: what ``substr`` gives for no characters is not documented.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from siemc.formula import Affix, Exists, Formula, Glob, Not, SameAs
from siemc_backends.splunk.reading.operands import Value, value_of
from siemc_backends.splunk.reading.tree import Call, Chain, Comparison, Expression, Number, Text
from siemc_backends.splunk.reading.truth import Truth, atom, both, certain, either, negated


class Pair(NamedTuple):
    """``mine`` is, starts with, ends with or contains ``its``."""

    mine: Value
    its: Value
    affix: Affix

    @property
    def is_decided(self) -> bool:
        """Whether both sides are in one case, so that their comparison is with or without it."""
        return self.mine.case == self.its.case


def pair_of(node: Expression) -> Pair | None:
    """The comparison of two fields that the condition is, or ``None``."""
    match node:
        case Comparison("=", left, right):
            return _equal(left, right) or _affixed(left, right) or _affixed(right, left)
        case Call("match", (left, Chain((".", "."), (Text("\\Q"), middle, Text("\\E"))))):
            mine, its = value_of(left), value_of(middle)
            # in lower case the other value holds no \E that would end the quoting
            if mine and its and mine.case == its.case == "lower":
                return Pair(mine, its, "contains")
    return None


def _equal(left: Expression, right: Expression) -> Pair | None:
    mine, its = value_of(left), value_of(right)
    return Pair(mine, its, "equals") if mine and its else None


def _affixed(left: Expression, right: Expression) -> Pair | None:
    its = value_of(right)
    match left:
        case Call("coalesce", (Call("substr", (inner, *places)), Text(""))) if its:
            mine = value_of(inner)
            if mine is None:
                return None
            if _is_start(places, its):
                return Pair(mine, its, "startswith")
            if _is_end(places, mine, its):
                return Pair(mine, its, "endswith")
    return None


def _is_start(places: Sequence[Expression], its: Value) -> bool:
    match places:
        case [Number(1), length]:
            return _length_of(length) == its
        case _:
            return False


def _is_end(places: Sequence[Expression], mine: Value, its: Value) -> bool:
    match places:
        case [Chain(("-", "+"), (whole, part, Number(1)))]:
            return _length_of(whole) == mine and _length_of(part) == its
        case _:
            return False


def _length_of(node: Expression) -> Value | None:
    match node:
        case Call("len", (inner,)):
            return value_of(inner)
        case _:
            return None


def longer_of(node: Expression) -> tuple[Value, Value] | None:
    """The two values of ``len(a)>=len(b)``."""
    match node:
        case Comparison(">=", left, right) | Comparison("<=", right, left):
            mine, its = _length_of(left), _length_of(right)
            return (mine, its) if mine and its else None
        case _:
            return None


def guarded_field(node: Expression) -> str | None:
    """The field of ``isnotnull(field)``."""
    match node:
        case Call("isnotnull", (inner,)):
            value = value_of(inner)
            return value.field if value and value.default is None else None
        case _:
            return None


def pairs_among(items: Sequence[Expression], codes: set[str]) -> dict[int, Truth | None]:
    """Of conditions that must all hold: what some are, by number; ``None`` if another says it.

    Where both fields are said to be there, the comparison of the two implies that, so the whole
    says no more than the comparison.
    """
    found: dict[int, Truth | None] = {}
    guards = {name: at for at, item in enumerate(items) if (name := guarded_field(item))}
    if len(guards) < 2:
        return found
    longer = {two: at for at, item in enumerate(items) if (two := longer_of(item))}
    for at, item in enumerate(items):
        pair = pair_of(item)
        if (
            pair is None
            or not pair.is_decided
            or not {pair.mine.field, pair.its.field} <= {*guards}
        ):
            continue
        if pair.affix == "endswith":
            if (pair.mine, pair.its) not in longer:
                continue
            found[longer[pair.mine, pair.its]] = None
        found[at] = certain(_same(pair, item, codes))
        found[guards[pair.mine.field]] = found[guards[pair.its.field]] = None
    return found


def _same(pair: Pair, node: Expression, codes: set[str]) -> Formula:
    cased = pair.mine.case == ""
    codes.update(("SA09",) if cased else ("SA09", "SA02"))
    return atom(pair.mine.field, SameAs(pair.its.field, pair.affix, cased), node)


def pair_truth(node: Expression, codes: set[str]) -> Truth | None:
    """A comparison of two fields by itself: NULL if one is absent and has no default."""
    pair = pair_of(node)
    if pair is None or not pair.is_decided or pair.affix in ("startswith", "endswith"):
        return None
    mine, its = pair.mine, pair.its
    if mine.default is None and its.default is None:
        same = _same(pair, node, codes)
        there = (atom(mine.field, Exists(), node), atom(its.field, Exists(), node))
        return Truth(same, both((*there, negated(same))))
    if pair.affix == "equals" and mine.default == its.default == "":
        return certain(_same_or_empty(_same(pair, node, codes), mine, its, node))
    return None


def _same_or_empty(same: Formula, mine: Value, its: Value, node: Expression) -> Formula:
    """The same, where an absent field counts as the empty text."""
    blank = [
        either((Not(atom(name, Exists(), node)), atom(name, Glob(()), node)))
        for name in (mine.field, its.field)
    ]
    return either((same, both(blank)))
