"""Random pairs of formulas that are equal, or nearly, and events that lie close to both.

Values share prefixes, case and wildcards; among the letters are those that engines fold oddly (the
Kelvin sign, long s, dotted I, sharp s). A pair is a formula and a rewriting of it: some keep its
meaning by logic, some by what the languages of the leaves are, some change it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from random import Random
from typing import NamedTuple

from siemc.evaluate import Event, Value
from siemc.formula import (
    ONE,
    RUN,
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
    atoms,
    glob,
)

FIELDS = ("f", "g", "h")
TEXTS = (
    "a",
    "b",
    "ab",
    "A",
    "aB",
    "k",
    "K",
    "\u212a",
    "s",
    "\u017f",
    "ß",
    "\u0130",
    "i",
    "\u0131",
    "\\",
    "1",
)
EXPRESSIONS = (
    "a",
    "^a",
    "b$",
    "^a.*b$",
    "^a[^b]*$",
    "(?i)ab",
    "a|b",
    "^(ab|b)?$",
    r"\bab\b",
    "a.b",
    "(?s)a.b",
    "^[ab]{2,3}$",
    "k",
    "(?i)k",
    r"^\d+$",
    "^(a|ab)(b|)$",
    "a+?b",
    "^ab$|^b",
    "(?i)^(?:a|b)$",
)
NETWORKS = tuple(map(ip_network, ("10.0.0.0/8", "10.1.0.0/16", "10.1.2.3/32", "fe80::/10")))
ODD = (
    "",
    "a\nb",
    "ab\n",
    "*",
    "?",
    "a*b",
    "10.1.2.3",
    "10.1.9.9",
    "fe80::1",
    "0",
    "1",
    "1.0",
    "01",
    "2",
)


class Pair(NamedTuple):
    """Two formulas, and whether the second was made so as to mean the same."""

    rule: Formula
    query: Formula
    is_equal: bool


def pairs(seed: int) -> Iterator[Pair]:
    """Pairs without end; the same for the same seed."""
    rng = Random(seed)
    while True:
        rule = formula(rng, 3)
        query = rule
        is_equal = True
        for _ in range(rng.randint(1, 4)):
            if rng.random() < 0.2:
                query, is_equal = changed(rng, query), False
            else:
                query = rewritten(rng, query)
        yield Pair(rule, query, is_equal)


def formula(rng: Random, depth: int) -> Formula:
    """A formula of at most this depth."""
    if depth == 0 or rng.random() < 0.3:
        return Atom(rng.choice(FIELDS), leaf(rng))
    if rng.random() < 0.25:
        return Not(formula(rng, depth - 1))
    items = tuple(formula(rng, depth - 1) for _ in range(rng.randint(2, 3)))
    return And(items) if rng.random() < 0.5 else Or(items)


def leaf(rng: Random) -> Test:
    """Mostly a glob; at times any other test there is."""
    chance = rng.random()
    if chance < 0.6:
        return random_glob(rng)
    if chance < 0.8:
        return Regex(rng.choice(EXPRESSIONS), *(rng.random() < 0.15 for _ in range(3)))
    others: list[Test] = [
        Exists(),
        IsNull(),
        Equals(rng.choice([1, 2, True])),
        Compare(rng.choice(["<", "<=", ">", ">="]), rng.choice([0, 1, 1.5, 2])),
        Cidr(rng.choice(NETWORKS)),
        SameAs(rng.choice(FIELDS)),
    ]
    return rng.choice(others)


def random_glob(rng: Random) -> Glob:
    parts: list[GlobPart] = []
    for _ in range(rng.randint(1, 3)):
        parts.append(rng.choice(TEXTS) if rng.random() < 0.6 else RUN)
    if rng.random() < 0.15:
        parts.insert(rng.randint(0, len(parts)), ONE)
    return glob(parts, rng.random() < 0.3)


def rewritten(rng: Random, found: Formula) -> Formula:
    """The formula in other words, somewhere in it."""
    return _somewhere(rng, found, lambda part: rng.choice(KEEPING)(rng, part))


def changed(rng: Random, found: Formula) -> Formula:
    """The formula with a mistake somewhere in it, of the kinds that converters make."""
    return _somewhere(rng, found, lambda part: _mistaken(rng, part))


def _somewhere(rng: Random, found: Formula, change: Callable[[Formula], Formula]) -> Formula:
    match found:
        case Not(item) if rng.random() < 0.92:
            return Not(_somewhere(rng, item, change))
        case And(items) | Or(items) if rng.random() < 0.92:
            at = rng.randrange(len(items))
            new = _somewhere(rng, items[at], change)
            parts = (*items[:at], new, *items[at + 1 :])
            return And(parts) if isinstance(found, And) else Or(parts)
        case _:
            return change(found)


def _doubled(rng: Random, part: Formula) -> Formula:
    ways: list[Formula] = [And((part, part)), Or((part, part)), Not(Not(part))]
    return rng.choice(ways)


def _demorganed(rng: Random, part: Formula) -> Formula:
    match part:
        case And(items):
            return Not(Or(tuple(Not(item) for item in items)))
        case Or(items):
            return Not(And(tuple(Not(item) for item in items)))
        case _:
            return Not(Not(part))


def _shuffled(rng: Random, part: Formula) -> Formula:
    if not isinstance(part, And | Or):
        return part
    items = tuple(rng.sample(part.items, len(part.items)))
    return And(items) if isinstance(part, And) else Or(items)


def _with_stronger(rng: Random, part: Formula) -> Formula:
    """``x or y`` where ``y`` says more than ``x``: by the languages alone that is ``x``."""
    test = part.test if isinstance(part, Atom) else None
    if not isinstance(part, Atom) or not isinstance(test, Glob) or RUN not in test.parts:
        return Or((part, And((part, formula(rng, 1)))))
    at = test.parts.index(RUN)
    filled = (*test.parts[:at], rng.choice(TEXTS), *test.parts[at:][rng.randint(0, 1) :])
    return Or((part, Atom(part.field, glob(filled, test.cased or rng.random() < 0.5))))


def _with_weaker(rng: Random, part: Formula) -> Formula:
    """``x and y`` where ``y`` says less than ``x``."""
    test = part.test if isinstance(part, Atom) else None
    if not isinstance(part, Atom) or not isinstance(test, Glob) or not test.parts:
        return And((part, Or((part, formula(rng, 1)))))
    at = rng.randrange(len(test.parts))
    wider = (*test.parts[:at], RUN, *test.parts[at + 1 :])
    return And((part, Atom(part.field, glob(wider, test.cased and rng.random() < 0.5))))


def _as_expression(rng: Random, part: Formula) -> Formula:
    """A glob as a regular expression, its letters in both cases."""
    test = part.test if isinstance(part, Atom) else None
    if not isinstance(part, Atom) or not isinstance(test, Glob):
        return _doubled(rng, part)
    source = "".join(
        (".*" if each is RUN else ".") if not isinstance(each, str) else re.escape(each)
        for each in test.parts
    )
    return Atom(part.field, Regex(rf"\A(?:{source})\z", not test.cased, False, True))


def _split_case(rng: Random, part: Formula) -> Formula:
    """``x``, or ``x`` with its first letter in the other case."""
    test = part.test if isinstance(part, Atom) else None
    if not isinstance(part, Atom) or not isinstance(test, Glob) or test.cased:
        return _doubled(rng, part)
    swapped = tuple(
        each.swapcase() if isinstance(each, str) and each.isascii() else each for each in test.parts
    )
    return Or((Atom(part.field, Glob(swapped)), Atom(part.field, Glob(test.parts, True))))


KEEPING: tuple[Callable[[Random, Formula], Formula], ...] = (
    _doubled,
    _demorganed,
    _shuffled,
    *[_with_stronger] * 5,
    *[_with_weaker] * 5,
    _as_expression,
    _as_expression,
    _split_case,
)


def _mistaken(rng: Random, part: Formula) -> Formula:
    match part:
        case And(items) if rng.random() < 0.5:
            return Or(items)
        case Or(items) if rng.random() < 0.5:
            return And(items)
        case And(items) | Or(items):
            return type(part)(items[1:]) if len(items) > 2 else items[0]
        case Not(item):
            return item
        case Atom(name, Glob(parts, cased)):
            chance = rng.random()
            if chance < 0.3:
                return Atom(name, Glob(parts, not cased))
            if chance < 0.6:
                return Atom(name, glob((*parts, RUN), cased))
            return Atom(name, glob((*parts[:-1], rng.choice(TEXTS)), cased))
        case _:
            return formula(rng, 1)


def events(rng: Random, pair: Pair, count: int) -> Iterator[Event]:
    """Events with values near those that the pair's leaves ask for."""
    found = [atom for each in pair[:2] for atom in atoms(each)]
    near = {name: [_near(rng, a.test) for a in found if a.field == name] for name in FIELDS}
    for _ in range(count):
        event: dict[str, list[Value]] = {}
        for name in FIELDS:
            pool = [*near[name], *near[name], *rng.sample(ODD, 2)]
            values: list[Value] = [rng.choice(pool) for _ in range(rng.choice([0, 1, 1, 1, 1, 2]))]
            if values:
                event[name] = values
        yield event


def _near(rng: Random, test: Test) -> str:
    """A text that passes the test, or nearly."""
    match test:
        case Glob(parts):
            text = "".join(
                each if isinstance(each, str) else rng.choice(["", "a", "b", "x"]) for each in parts
            )
        case Regex():
            text = rng.choice(["a", "ab", "b", "axb", "aab", "ab\n", "K", "12", "aB"])
        case Cidr(network):
            text = str(network.network_address)
        case Equals(value):
            text = str(value).lower()
        case Compare(_, number):
            text = str(number)
        case _:
            text = rng.choice(TEXTS)
    chance = rng.random()
    if chance < 0.15:
        return text.swapcase()
    return text + rng.choice(TEXTS) if chance < 0.25 else text
