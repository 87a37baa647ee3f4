"""What an expression costs Lucene: the work of making its automaton deterministic.

Lucene refuses an expression (``TooComplexToDeterminizeException``) once the sets of states that its
subset construction went through add up to ten times ``max_determinized_states``, 10,000 by default
(``Operations.determinize``; Elasticsearch's reference, "Regexp query"). Here the same is counted on
the position automaton, which has about the same states.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from siemc.regex.charset import Ranges
from siemc.regex.tree import (
    Alternate,
    Chars,
    Concat,
    Empty,
    Node,
    Repeat,
    alternate,
    children,
    concat,
    nullable,
    repeat,
)

MAX_DETERMINIZED_STATES = 10_000
MAX_POSITIONS = 5_000
MIN_COUNT = 5
MARGIN = 0.98  # the two automata are not quite the same


@dataclass(slots=True)
class _Positions:
    """The position automaton: sets of positions are bits of an integer."""

    chars: list[Ranges] = field(default_factory=list)
    follow: list[int] = field(default_factory=list)


class _TooManyPositions(Exception):  # noqa: N818 - a way out of the recursion, not an error
    pass


def determinizes(found: Node, max_determinized_states: int) -> bool:
    """Whether Lucene takes the expression of ``found``, a tree of ``whole``, under this limit."""
    positions = _Positions()
    try:
        first, _ = _build(found, positions)
    except _TooManyPositions:
        return False
    limit = int(10 * max_determinized_states * MARGIN)
    return _effort(positions, first, limit) is not None


def is_counted(node: Node) -> bool:
    """Whether a repetition is counted so far that the work can get out of hand."""
    if isinstance(node, Repeat) and max(node.low, node.high or 0) >= MIN_COUNT:
        return True
    return any(map(is_counted, children(node)))


def with_optional_copies(node: Node) -> Node:
    """The same with ``x{2,9}`` as ``x{2}(x?){7}``.

    Whichever copies of ``x`` are skipped, what is left to match depends on the count alone, so sets
    of states that differ only in that fall together; where counts never overlap it costs more.
    """
    match node:
        case Concat(parts):
            return concat(map(with_optional_copies, parts))
        case Alternate(options):
            return alternate(map(with_optional_copies, options))
        case Repeat(inner, low, high):
            body = with_optional_copies(inner)
            if high is None or high < low + 2:
                return repeat(body, low, high)
            optional = repeat(repeat(body, 0, 1), high - low, high - low)
            return concat([repeat(body, low, low), optional])
        case _:
            return node


def _effort(positions: _Positions, first: int, limit: int) -> int | None:
    """The sizes of all sets of states met, added up; ``None`` if they reach ``limit``."""
    classes = _class_masks(positions.chars)
    tables = _follow_tables(positions.follow)
    effort, follow = 1, first  # the start is a set of one
    seen = {0}
    pending: list[int] = []
    while effort < limit:
        found = {follow & mask for mask in classes} - seen
        if found:
            seen |= found
            pending.extend(found)
            effort += sum(map(int.bit_count, found))
        if not pending:
            return effort
        follow = 0
        for table, byte in zip(tables, pending.pop().to_bytes(len(tables), "little"), strict=True):
            if byte:  # most sets are small beside the expression
                follow |= table[byte]
    return None


class _Followers(dict[int, int]):
    """What follows any set of eight neighbouring positions, worked out once for each set."""

    def __init__(self, follow: list[int]) -> None:
        super().__init__()
        self.follow = follow

    def __missing__(self, byte: int) -> int:
        result = 0
        for bit, follow in enumerate(self.follow):
            if byte >> bit & 1:
                result |= follow
        self[byte] = result
        return result


def _follow_tables(follow: list[int]) -> list[_Followers]:
    return [_Followers(follow[start : start + 8]) for start in range(0, len(follow) + 1, 8)]


def _class_masks(chars: list[Ranges]) -> list[int]:
    """For each group of characters that all positions treat alike, the positions that take it."""
    members: dict[Ranges, int] = {}
    for place, ranges in enumerate(chars):
        members[ranges] = members.get(ranges, 0) | 1 << place
    changes: dict[int, int] = {}
    for ranges, mask in members.items():
        for first, last in ranges:
            changes[first] = changes.get(first, 0) ^ mask
            changes[last + 1] = changes.get(last + 1, 0) ^ mask
    found: dict[int, None] = {}
    current = 0
    for point in sorted(changes):
        current ^= changes[point]
        found[current] = None
    found.pop(0, None)
    return list(found)


def _build(node: Node, positions: _Positions) -> tuple[int, int]:
    """Add ``node``; which positions it starts and ends with."""
    match node:
        case Chars(ranges):
            if len(positions.chars) >= MAX_POSITIONS:
                raise _TooManyPositions
            positions.chars.append(ranges)
            positions.follow.append(0)
            bit = 1 << (len(positions.chars) - 1)
            return bit, bit
        case Concat(parts):
            return _sequence(list(parts), positions)
        case Alternate(options):
            built = [_build(option, positions) for option in options]
            return _joined(built)
        case Repeat(inner, low, high):
            return _repetition(inner, low, high, positions)
        case Empty():
            return 0, 0
        case _:
            raise AssertionError("whole() leaves no zero-width test")


def _joined(built: list[tuple[int, int]]) -> tuple[int, int]:
    first = last = 0
    for one_first, one_last in built:
        first, last = first | one_first, last | one_last
    return first, last


def _sequence(parts: list[Node], positions: _Positions) -> tuple[int, int]:
    first = last = 0
    empty = True
    for part in parts:
        part_first, part_last = _build(part, positions)
        _connect(last, part_first, positions)
        optional = nullable(part)
        first |= part_first if empty else 0
        last = part_last | (last if optional else 0)
        empty = empty and optional
    return first, last


def _repetition(inner: Node, low: int, high: int | None, positions: _Positions) -> tuple[int, int]:
    """As many copies as the bounds count, the last one looping if there is no upper bound."""
    copies = low + 1 if high is None else high  # Lucene makes a{2,} of a, a and a*, too
    skippable = nullable(inner)
    first = last = previous = 0
    for number in range(copies):
        copy_first, copy_last = _build(inner, positions)
        _connect(previous, copy_first, positions)
        first |= copy_first if number == 0 or skippable else 0
        previous = copy_last | (previous if skippable else 0)
        last |= copy_last if number >= low - 1 or skippable else 0
    if high is None:
        _connect(copy_last, copy_first, positions)
    return first, last


def _connect(last: int, first: int, positions: _Positions) -> None:
    while last:
        bit = last & -last
        positions.follow[bit.bit_length() - 1] |= first
        last ^= bit
