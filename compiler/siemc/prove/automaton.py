"""A shortest value in all of some languages and in none of others, by a search over automata.

The position automata run side by side; their states are the bits of one integer. Sets of states are
made as they are met, breadth first, so the first value found is a shortest one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

from siemc.prove.budget import Budget
from siemc.prove.characters import natural, rank
from siemc.prove.positions import (
    BREAK,
    END,
    LAST_BREAK,
    OTHER,
    START,
    WORD_CHAR,
    Gap,
    Positions,
    bits,
    holds,
)
from siemc.regex.charset import NEWLINE, WORD, Ranges
from siemc.regex.tree import Anchor

_WORD_TESTS = {Anchor.WORD, Anchor.NOT_WORD}
_LINE_TESTS = {Anchor.LINE_START, Anchor.LINE_END, Anchor.END_BEFORE_NEWLINE}


class _Symbol(NamedTuple):
    """Characters that all automata treat alike: the best-looking one, and what takes it."""

    char: str
    kind: int
    takers: int


def values(
    inside: Sequence[Positions], outside: Sequence[Positions], alphabet: Ranges, budget: Budget
) -> Iterator[str]:
    """Values in all of ``inside`` and none of ``outside``, of characters of ``alphabet``.

    The first is a shortest; none at all means that there provably is none. Those that follow are
    not all there are. Raises ``Spent``.
    """
    return _Search(inside, outside, alphabet, budget).values()


class _Search:
    """The automata side by side: where each one's bits are, and what they do with a symbol."""

    def __init__(
        self,
        inside: Sequence[Positions],
        outside: Sequence[Positions],
        alphabet: Ranges,
        budget: Budget,
    ) -> None:
        self.budget = budget
        self.automata = [*inside, *outside]
        self.offsets: list[int] = []
        self.start = self.accept = self.forever = 0
        width = 0
        for each in self.automata:
            self.offsets.append(width)
            self.start |= 1 << width
            self.accept |= 1 << (width + each.accept)
            self.forever |= each.forever << width
            width += each.accept + 1
        self.kinds = {kind for each in self.automata for kind in each.tests}
        self._set_sides(len(inside), width)
        self.symbols = self._symbols(alphabet)
        self._follow: dict[tuple[bool, ...], list[int]] = {}

    def _set_sides(self, inside: int, width: int) -> None:
        """The bits of each automaton of the inside, and of the whole outside."""
        edges = [*self.offsets, width]
        self.sides = [(1 << edges[i + 1]) - (1 << edges[i]) for i in range(inside)]
        self.inside = (1 << edges[inside]) - 1
        self.outside = ((1 << width) - 1) ^ self.inside
        self.refused = self.forever & self.outside
        self.admitted = 1 << width
        # One set of the only inside automaton would be as good as its states one by one, but there
        # can be exponentially many sets.
        self.is_split = inside == 1

    def _symbols(self, alphabet: Ranges) -> list[_Symbol]:
        """The alphabet, cut along every class of characters, natural characters first."""
        found = []
        for takers, ranges in _minterms(self._classes(alphabet)).items():
            if takers & self.inside and takers & self.admitted:
                point = natural(tuple(ranges))
                found.append((rank(point), chr(point), takers & (self.inside | self.outside)))
        symbols = []
        for _, char, takers in sorted(found):
            if char == "\n" and Anchor.END_BEFORE_NEWLINE in self.kinds:
                symbols.append(_Symbol(char, LAST_BREAK, takers))
            symbols.append(_Symbol(char, self._kind(char), takers))
        return symbols

    def _kind(self, char: str) -> int:
        if char == "\n" and self.kinds & _LINE_TESTS:
            return BREAK
        is_word = self.kinds & _WORD_TESTS and char.isascii() and (char.isalnum() or char == "_")
        return WORD_CHAR if is_word else OTHER

    def _classes(self, alphabet: Ranges) -> dict[Ranges, int]:
        """Each class of characters with the positions that take it.

        Bits beyond the positions mark the alphabet, and keep line breaks and word characters apart
        where a test asks.
        """
        classes: dict[Ranges, int] = defaultdict(int)
        for offset, each in zip(self.offsets, self.automata, strict=True):
            for place, ranges in enumerate(each.chars, offset):
                classes[ranges] |= 1 << place
        classes[alphabet] |= self.admitted
        if self.kinds & _LINE_TESTS:
            classes[NEWLINE] |= self.admitted << 1
        if self.kinds & _WORD_TESTS:
            classes[WORD] |= self.admitted << 2
        return classes

    def follow(self, gap: Gap) -> list[int]:
        """For each state, what can come next across the gap."""
        truth = tuple(holds(kind, gap) for kind in self.kinds)
        found = self._follow.get(truth)
        if found is None:
            pairs = zip(self.offsets, self.automata, strict=True)
            moved = ([mask << by for mask in each.follow(gap)] for by, each in pairs)
            found = self._follow[truth] = list(chain.from_iterable(moved))
        return found

    def reached(self, states: int, gap: Gap) -> int:
        """What can come next after any of the states."""
        follow = self.follow(gap)
        found = 0
        for number in bits(states):
            found |= follow[number]
        return found

    def values(self) -> Iterator[str]:
        """See the function of this name."""
        met = _Met(self.inside, self.outside)
        queue: list[tuple[int, int, int, str]] = [(self.start, START, -1, "")]
        for place, (states, before, _, _) in enumerate(queue):
            self.budget.spend(1 + (states.bit_count() >> 6))
            if before != BREAK or Anchor.END_BEFORE_NEWLINE not in self.kinds:
                end = self.reached(states, Gap(before, END)) & self.accept
                if not end & self.outside and end & self.inside == self.accept & self.inside:
                    yield _spelt(queue, place)
            if before == LAST_BREAK:
                continue
            for symbol, after in self._steps(states, before):
                if met.is_new(symbol.kind, after):
                    queue.append((after, symbol.kind, place, symbol.char))

    def _steps(self, states: int, before: int) -> Iterator[tuple[_Symbol, int]]:
        """Every symbol with the states it leads to; where some inside automaton is left."""
        seen: set[tuple[int, int]] = set()
        reached: dict[int, int] = {}
        for symbol in self.symbols:
            kind = symbol.kind
            if kind not in reached:
                reached[kind] = self.reached(states, Gap(before, kind))
            after = reached[kind] & symbol.takers
            if after & self.refused or (kind, after) in seen:
                continue
            seen.add((kind, after))
            if not all(after & side for side in self.sides):
                continue
            if not self.is_split:
                yield symbol, self._settled(after)
                continue
            rest = after & self.outside
            for number in bits(after & self.inside):
                yield symbol, rest | 1 << number

    def _settled(self, states: int) -> int:
        """Without the other states of an inside automaton that will accept everything."""
        sure = states & self.forever & self.inside
        for side in self.sides if sure else ():
            if sure & side:
                states &= ~side | sure
        return states


class _Met:
    """The sets of states met; one with fewer states outside makes those with more idle."""

    def __init__(self, inside: int, outside: int) -> None:
        self.inside = inside
        self.outside = outside
        self.exact: set[tuple[int, int]] = set()
        self.least: dict[tuple[int, int], list[int]] = defaultdict(list)

    def is_new(self, kind: int, states: int) -> bool:
        """Whether the states lead to values that no earlier ones do; they are kept if so."""
        if (kind, states) in self.exact:
            return False
        self.exact.add((kind, states))
        outside = states & self.outside
        known = self.least[kind, states & self.inside]
        if any(not each & ~outside for each in known):
            return False
        if len(known) < _LONGEST:
            known[:] = [each for each in known if outside & ~each]
            known.append(outside)
        return True


_LONGEST = 256


def _spelt(queue: list[tuple[int, int, int, str]], place: int) -> str:
    chars = []
    while place >= 0:
        _, _, place, char = queue[place]
        chars.append(char)
    return "".join(reversed(chars))


def _minterms(classes: dict[Ranges, int]) -> dict[int, list[tuple[int, int]]]:
    """All characters by the set of bits of the classes they are in."""
    changes: dict[int, int] = defaultdict(int)
    for ranges, takers in classes.items():
        for first, last in ranges:
            changes[first] ^= takers
            changes[last + 1] ^= takers
    edges = sorted(changes)
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    takers = 0
    for first, past in pairwise(edges):
        takers ^= changes[first]
        if takers:
            found[takers].append((first, past - 1))
    return found
