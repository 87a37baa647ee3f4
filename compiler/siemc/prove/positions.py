"""The position automaton of an expression, with zero-width tests settled between characters.

Glushkov's construction: a state is the place in the expression that took the last character, and a
set of states is the bits of one integer. A zero-width test asks only for what stands on both sides
of a gap, so for each kind of gap the tests are true or false and the construction is the plain one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from siemc.prove.budget import Undecided
from siemc.regex.charset import ANY, NEWLINE, WORD, Ranges, contains
from siemc.regex.tree import Alternate, Anchor, Assert, Chars, Concat, Empty, Node, Repeat

MAX_POSITIONS = 6_000
MAX_STEPS = 40_000
MAX_EDGES = 400_000

# What stands on a side of a gap. A line break that ends the value is a kind of its own: `\Z` asks.
START, OTHER, WORD_CHAR, BREAK, LAST_BREAK, END = range(6)


class Gap(NamedTuple):
    """The kinds of what stands before and after a place in the value."""

    before: int
    after: int


def holds(kind: Anchor, gap: Gap) -> bool:
    """Whether a zero-width test holds in a gap (PCRE2, pcre2pattern(3), "Simple assertions").

    ``^`` in multi-line mode does not hold after a line break at the very end.
    """
    before, after = gap
    match kind:
        case Anchor.START:
            return before == START
        case Anchor.END:
            return after == END
        case Anchor.LINE_START:
            return before == START or (before in (BREAK, LAST_BREAK) and after != END)
        case Anchor.LINE_END:
            return after in (BREAK, LAST_BREAK, END)
        case Anchor.END_BEFORE_NEWLINE:
            return after in (LAST_BREAK, END)
        case Anchor.WORD:
            return (before == WORD_CHAR) != (after == WORD_CHAR)
        case Anchor.NOT_WORD:
            return (before == WORD_CHAR) == (after == WORD_CHAR)


def bits(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


_CHAR, _EMPTY, _TEST, _CONCAT, _EITHER, _OPTIONAL, _LOOP = range(7)
_Step = tuple[int, int]
_Part = tuple[bool, int, int]  # may be empty, first positions, last positions


class Positions:
    """The automaton of a whole value.

    Position 0 stands before the first character, position ``accept`` after the last.
    ``chars[i]`` is what position ``i`` takes; ``forever`` are positions from which everything is
    accepted; ``tests`` the kinds of zero-width tests there are.
    """

    def __init__(self, node: Node) -> None:
        self.chars: list[Ranges] = [()]
        self.tests: list[Anchor] = []
        self._steps: list[_Step] = []
        self._compile(node)
        self.accept = len(self.chars)
        self.chars.append(())
        self._follow: dict[tuple[bool, ...], list[int]] = {}
        self._taking: dict[str, int] = {}
        self.forever = self._accepting_everything()

    def _accepting_everything(self) -> int:
        """See ``forever``. What can follow if no test holds can follow whichever tests hold."""
        self._following((True,) * len(self.tests))  # the largest of all, as to ``MAX_EDGES``
        follow = self._following((False,) * len(self.tests))
        found = 0
        for place, ranges in enumerate(self.chars):
            if ranges == ANY and follow[place] >> place & 1 and follow[place] >> self.accept:
                found |= 1 << place
        return found

    def _compile(self, node: Node) -> None:
        """The steps of a stack machine that works out first, last and follow."""
        pending: list[Node | _Step] = [node]
        while pending:
            item = pending.pop()
            if isinstance(item, tuple):
                self._steps.append(item)
            else:
                pending.extend(self._expanded(item))
            if max(len(self._steps), len(pending)) > MAX_STEPS:
                raise Undecided("too large an expression")

    def _expanded(self, node: Node) -> list[Node | _Step]:
        """What a node is made of, in reverse."""
        match node:
            case Chars(ranges):
                if len(self.chars) > MAX_POSITIONS:
                    raise Undecided("too large an expression")
                self.chars.append(ranges)
                return [(_CHAR, len(self.chars) - 1)]
            case Empty():
                return [(_EMPTY, 0)]
            case Assert(kind):
                if kind not in self.tests:
                    self.tests.append(kind)
                return [(_TEST, self.tests.index(kind))]
            case Concat(parts):
                return [(_CONCAT, len(parts)), *reversed(parts)]
            case Alternate(options):
                return [(_EITHER, len(options)), *reversed(options)]
            case Repeat(inner, low, high):
                return _repeated(inner, low, high)

    def follow(self, gap: Gap) -> list[int]:
        """For each position, the positions that can come next across such a gap."""
        return self._following(tuple(holds(kind, gap) for kind in self.tests))

    def _following(self, truth: tuple[bool, ...]) -> list[int]:
        found = self._follow.get(truth)
        if found is None:
            found = self._follow[truth] = self._worked_out(truth)
        return found

    def _worked_out(self, truth: tuple[bool, ...]) -> list[int]:
        follow = _Follow([0] * len(self.chars))
        stack: list[_Part] = []
        for step, number in self._steps:
            if step == _CHAR:
                stack.append((False, 1 << number, 1 << number))
            elif step == _TEST:
                stack.append((truth[number], 0, 0))
            elif step == _CONCAT:
                parts = stack[-number:]
                del stack[-number:]
                stack.append(_in_order(parts, follow))
            elif step == _EITHER:
                parts = stack[-number:]
                del stack[-number:]
                stack.append(_any_of(parts))
            elif step == _EMPTY:
                stack.append((True, 0, 0))
            elif step == _OPTIONAL:
                stack[-1] = (True, *stack[-1][1:])
            else:
                _connect(stack[-1][2], stack[-1][1], follow)
        end = 1 << self.accept
        _in_order([(False, 1, 1), stack[0], (False, end, end)], follow)
        return follow

    def taking(self, char: str) -> int:
        """The positions that take a character."""
        found = self._taking.get(char)
        if found is None:
            point = ord(char)
            known: dict[Ranges, bool] = {}
            found = 0
            for number, ranges in enumerate(self.chars):
                if ranges not in known:
                    known[ranges] = contains(ranges, point)
                found |= known[ranges] << number
            self._taking[char] = found
        return found

    def accepts(self, value: str) -> bool:
        """Whether the value is in the language; the time is linear in its length."""
        states, before = 1, START
        final = len(value) - 1
        for place, char in enumerate(value):
            after = kind_of(char, place == final)
            follow = self.follow(Gap(before, after))
            reached = 0
            for number in bits(states):
                reached |= follow[number]
            states, before = reached & self.taking(char), after
            if not states:
                return False
        follow = self.follow(Gap(before, END))
        return any(follow[number] >> self.accept & 1 for number in bits(states))


@lru_cache(maxsize=1024)
def kind_of(char: str, is_last: bool) -> int:
    """The kind of a character, for the gap before it."""
    if contains(NEWLINE, ord(char)):
        return LAST_BREAK if is_last else BREAK
    return WORD_CHAR if contains(WORD, ord(char)) else OTHER


def _repeated(inner: Node, low: int, high: int | None) -> list[Node | _Step]:
    """Copies of ``inner``: ``x{2,4}`` as ``xx(x(x)?)?``, which has few edges; in reverse."""
    if max(low, high or 0) > MAX_STEPS:
        raise Undecided("too large an expression")
    if high is None:
        copies: list[Node | _Step] = [(_LOOP, 0), inner]
        if low == 0:
            return [(_OPTIONAL, 0), *copies]
        return copies if low == 1 else [(_CONCAT, low), *copies, *[inner] * (low - 1)]
    optional: list[Node | _Step] = []
    if high > low:
        optional = [(_CONCAT, 2), (_OPTIONAL, 0)] * (high - low - 1)
        optional = [(_OPTIONAL, 0), *optional, *[inner] * (high - low)]
    if low == 0:
        return optional or [(_EMPTY, 0)]
    return [(_CONCAT, low + bool(optional)), *optional, *[inner] * low]


def _in_order(parts: list[_Part], follow: _Follow) -> _Part:
    optional, first, last = True, 0, 0
    for part_optional, part_first, part_last in parts:
        _connect(last, part_first, follow)
        first |= part_first if optional else 0
        last = part_last | (last if part_optional else 0)
        optional = optional and part_optional
    return optional, first, last


def _any_of(parts: list[_Part]) -> _Part:
    optional, first, last = False, 0, 0
    for part_optional, part_first, part_last in parts:
        optional, first, last = optional or part_optional, first | part_first, last | part_last
    return optional, first, last


def _connect(last: int, first: int, follow: _Follow) -> None:
    follow.edges += last.bit_count() if first else 0
    if follow.edges > MAX_EDGES:
        raise Undecided("too large an expression")
    for number in bits(last) if first else ():
        follow[number] |= first


class _Follow(list[int]):
    """For each position what can come next, and how much work it was."""

    edges = 0
