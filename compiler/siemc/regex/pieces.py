"""Languages with conditions on the characters around them: what zero-width tests come to.

A test such as ``^`` or ``\\b`` looks at the kinds of the characters on its two sides. So a node
becomes a sum of *pieces*: words with a condition on the kind before and the kind after them, and
the places that its empty text may stand at. Where two pieces meet, the conditions of one restrict
the first or last character of the other, and are gone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from siemc.regex.charset import NEWLINE, WORD, Ranges, invert, union
from siemc.regex.cut import Side, cut, matches_newline, non_empty
from siemc.regex.errors import RegexUnsupported
from siemc.regex.tree import (
    EMPTY,
    NEVER,
    Alternate,
    Anchor,
    Assert,
    Chars,
    Concat,
    Node,
    Repeat,
    alternate,
    concat,
    has_assert,
    nullable,
    repeat,
    size,
)

MAX_PIECES = 64
MAX_SIZE = 5_000
_IN, _OUT = -1, -2  # the places before the first and after the last node of a graph


class Kind(Enum):
    """What stands on one side of a place; ``LAST_NEWLINE``, which ends the value, only after it."""

    EDGE = "edge"
    WORD = "word"
    OTHER = "other"
    NEWLINE = "newline"
    LAST_NEWLINE = "last newline"


Kinds = frozenset[Kind]

BEFORE: Kinds = frozenset(Kind) - {Kind.LAST_NEWLINE}
AFTER: Kinds = frozenset(Kind)
_NO_WORD_AFTER: Kinds = AFTER - {Kind.WORD}
CHARS: dict[Kind, Ranges] = {
    Kind.WORD: WORD,
    Kind.OTHER: invert(union([WORD, NEWLINE])),
    Kind.NEWLINE: NEWLINE,
}


@dataclass(frozen=True, slots=True)
class Piece:
    """Non-empty words that stand where the kinds before and after them are among these."""

    before: Kinds
    words: Node
    after: Kinds


@dataclass(frozen=True, slots=True)
class Pieces:
    """A language: its words, and for each kind before it what may follow its empty text."""

    words: tuple[Piece, ...]
    places: dict[Kind, Kinds]


_EVERYWHERE = dict.fromkeys(BEFORE, AFTER)
_NOWHERE: dict[Kind, Kinds] = {kind: frozenset() for kind in BEFORE}


def merged(words: Iterable[Piece]) -> list[Piece]:
    """The pieces with those of the same surroundings joined."""
    groups: dict[tuple[Kinds, Kinds], list[Node]] = {}
    for piece in words:
        groups.setdefault((piece.before, piece.after), []).append(piece.words)
    return [Piece(before, alternate(nodes), after) for (before, after), nodes in groups.items()]


def places_by_kind(found: Pieces) -> list[tuple[Kinds, Kinds]]:
    """The places of the empty text, kinds before with the same kinds after put together."""
    groups: dict[Kinds, set[Kind]] = {}
    for before, after in found.places.items():
        if after:
            groups.setdefault(after, set()).add(before)
    return [(frozenset(before), after) for after, before in groups.items()]


def chars_of(kinds: Kinds) -> Ranges:
    """The characters of these kinds."""
    return union(ranges for kind, ranges in CHARS.items() if kind in kinds)


def pieces(node: Node) -> Pieces:
    """The pieces of ``node``."""
    if not has_assert(node):
        return _free(node)
    match node:
        case Assert(kind):
            return Pieces((), _anchor(kind))
        case Concat(parts):
            result = Pieces((), _EVERYWHERE)
            for part in _grouped(parts):
                result = _then(result, pieces(part))
            return result
        case Alternate(options):
            return _either([pieces(option) for option in options])
        case Repeat(inner, low, high):
            return _repeated(pieces(inner), low, high)
        case _:
            return _free(node)


def _grouped(parts: tuple[Node, ...]) -> list[Node]:
    """The parts of a sequence, runs of assertion-free ones put together."""
    groups: list[Node] = []
    free = False
    for part in parts:
        if has_assert(part):
            groups.append(part)
        elif free:
            groups[-1] = concat([groups[-1], part])
        else:
            groups.append(part)
        free = not has_assert(part)
    return groups


def _free(node: Node) -> Pieces:
    words = non_empty(node)
    found = () if words == NEVER else (Piece(BEFORE, words, AFTER),)
    return Pieces(found, _EVERYWHERE if nullable(node) else _NOWHERE)


def _anchor(kind: Anchor) -> dict[Kind, Kinds]:
    """For each kind before, the kinds after at which the test holds (pcre2pattern(3))."""
    match kind:
        case Anchor.START:
            return _NOWHERE | {Kind.EDGE: AFTER}
        case Anchor.LINE_START:  # not after a newline that ends the value
            return _NOWHERE | {Kind.EDGE: AFTER, Kind.NEWLINE: AFTER - {Kind.EDGE}}
        case Anchor.END:
            return dict.fromkeys(BEFORE, frozenset({Kind.EDGE}))
        case Anchor.END_BEFORE_NEWLINE:
            return dict.fromkeys(BEFORE, frozenset({Kind.EDGE, Kind.LAST_NEWLINE}))
        case Anchor.LINE_END:
            return dict.fromkeys(BEFORE, AFTER - {Kind.WORD, Kind.OTHER})
        case Anchor.WORD:
            word: Kinds = frozenset({Kind.WORD})
            return dict.fromkeys(BEFORE, word) | {Kind.WORD: _NO_WORD_AFTER}
        case Anchor.NOT_WORD:
            return dict.fromkeys(BEFORE, _NO_WORD_AFTER) | {Kind.WORD: frozenset({Kind.WORD})}


def _either(options: list[Pieces]) -> Pieces:
    words = dict.fromkeys(piece for option in options for piece in option.words)
    places = {
        kind: frozenset().union(*(option.places[kind] for option in options)) for kind in BEFORE
    }
    return _checked(list(words), places)


def _then(one: Pieces, other: Pieces) -> Pieces:
    """The words of ``one`` followed by those of ``other``."""
    words = [piece for a in one.words for b in other.words for piece in _joined(a, b)]
    words += [piece for a in one.words for piece in _ended(a, other)]
    words += [piece for b in other.words for piece in _begun(one, b)]
    places = {kind: one.places[kind] & other.places[kind] for kind in BEFORE}
    return _checked(words, places)


def _joined(a: Piece, b: Piece) -> list[Piece]:
    left = _part(a.words, b.before, "last")
    return [
        Piece(a.before, concat([left, right.words]), right.after)
        for right in _starting(b, a.after)
        if left != NEVER
    ]


def _ended(a: Piece, other: Pieces) -> list[Piece]:
    """``a`` followed by the empty text of ``other``."""
    return [
        Piece(a.before, words, a.after & after)
        for before, after in places_by_kind(other)
        if a.after & after and (words := _part(a.words, before, "last")) != NEVER
    ]


def _begun(one: Pieces, b: Piece) -> list[Piece]:
    """The empty text of ``one`` followed by ``b``."""
    return [
        Piece(b.before & before, piece.words, piece.after)
        for before, after in places_by_kind(one)
        if b.before & before
        for piece in _starting(b, after)
    ]


def _starting(piece: Piece, kinds: Kinds) -> list[Piece]:
    """The part of ``piece`` that starts with one of ``kinds``."""
    words = _part(piece.words, kinds, "first")
    found = [] if words == NEVER else [Piece(piece.before, words, piece.after)]
    only_last = Kind.LAST_NEWLINE in kinds and Kind.NEWLINE not in kinds
    if only_last and _can_be_last(piece):
        found.append(Piece(piece.before, Chars(NEWLINE), frozenset({Kind.EDGE})))
    return found


def _repeated(inner: Pieces, low: int, high: int | None) -> Pieces:
    """``inner``, ``low`` to ``high`` times. Beyond ``low``, its empty text adds nothing."""
    result = Pieces((), _EVERYWHERE)
    for _ in range(low):
        result = _then(result, inner)
        if not result.words and result.places == inner.places:
            break  # only zero-width tests: once is as good as often
    if high is None:
        return _then(result, _star(inner))
    optional = _either([inner, Pieces((), _EVERYWHERE)])
    for _ in range(high - low if inner.words else 0):
        result = _then(result, optional)
    return result


def _star(inner: Pieces) -> Pieces:
    """Any number of ``inner``: ways through a graph whose nodes are its pieces."""
    if all((piece.before, piece.after) == (BEFORE, AFTER) for piece in inner.words):
        free = repeat(alternate(piece.words for piece in inner.words), 1, None)
        return Pieces(() if free == NEVER else (Piece(BEFORE, free, AFTER),), _EVERYWHERE)
    nodes = _uniform(inner.words)
    meetings = {(i, j) for i, a in enumerate(nodes) for j, b in enumerate(nodes) if _meet(a, b)}
    surroundings = dict.fromkeys((a.before, b.after) for a in nodes for b in nodes)
    words = [
        Piece(before, ways, after)
        for before, after in surroundings
        if (ways := _ways(nodes, meetings, before, after)) != NEVER
    ]
    return _checked(words, _EVERYWHERE)


def _ways(nodes: list[Piece], meetings: set[tuple[int, int]], before: Kinds, after: Kinds) -> Node:
    """The words on all ways from a node with this ``before`` to one with this ``after``.

    By state elimination: each edge bears the words of the node it leads to.
    """
    edges = {(i, j): nodes[j].words for i, j in meetings}
    edges |= {(_IN, i): node.words for i, node in enumerate(nodes) if node.before == before}
    edges |= {(i, _OUT): EMPTY for i, node in enumerate(nodes) if node.after == after}
    remaining = set(range(len(nodes)))
    while remaining:
        node = min(remaining, key=lambda place: _degree(edges, place))
        remaining.remove(node)
        _eliminate(edges, node)
    return edges.get((_IN, _OUT), NEVER)


def _degree(edges: dict[tuple[int, int], Node], node: int) -> tuple[int, int]:
    """How many edges come of taking ``node`` out; then its place, for a settled order."""
    into = sum(1 for _, j in edges if j == node)
    onward = sum(1 for i, _ in edges if i == node)
    return into * onward, node


def _eliminate(edges: dict[tuple[int, int], Node], node: int) -> None:
    """Take ``node`` out: what led through it becomes an edge past it."""
    again = edges.pop((node, node), NEVER)
    into = {i: edges.pop((i, j)) for i, j in list(edges) if j == node}
    onward = {j: edges.pop((i, j)) for i, j in list(edges) if i == node}
    for i, first in into.items():
        start = [repeat(first, 1, None)] if first == again else [first, repeat(again, 0, None)]
        for j, last in onward.items():
            way = concat([*start, last])
            edges[i, j] = alternate([edges.get((i, j), NEVER), way])
            _check_size(edges[i, j])


def _uniform(words: Iterable[Piece]) -> list[Piece]:
    """The pieces split by the kinds they start or end with, where some piece asks for a kind.

    A newline that ends the value is set apart.
    """
    parts = list(words)
    sides: list[Side] = ["first"] if any(part.after != AFTER for part in parts) else []
    sides += ["last"] if any(part.before != BEFORE for part in parts) else []
    for side in sides:
        parts = [
            Piece(part.before, kept, part.after)
            for part in parts
            for ranges in CHARS.values()
            if (kept := cut(part.words, ranges, side)) != NEVER
        ]
    edge: Kinds = frozenset({Kind.EDGE})
    last = [Piece(part.before, Chars(NEWLINE), edge) for part in parts if _can_be_last(part)]
    return list(dict.fromkeys(parts + last))


def _can_be_last(part: Piece) -> bool:
    """Whether the piece can be the newline that ends the value."""
    return Kind.EDGE in part.after and matches_newline(part.words)


def _meet(a: Piece, b: Piece) -> bool:
    """Whether ``b`` can follow ``a``, both being uniform."""
    if _part(a.words, b.before, "last") == NEVER:
        return False
    if _part(b.words, a.after, "first") != NEVER:
        return True
    is_last = b.words == Chars(NEWLINE) and b.after == {Kind.EDGE}
    return is_last and Kind.LAST_NEWLINE in a.after


def _part(words: Node, kinds: Kinds, side: Side) -> Node:
    """The words that start or end with one of these kinds."""
    return cut(words, chars_of(kinds), side)


def _checked(words: list[Piece], places: dict[Kind, Kinds]) -> Pieces:
    joined = merged(words)
    if len(joined) > MAX_PIECES:
        raise RegexUnsupported("too complex once its anchors are written out")
    for piece in joined:
        _check_size(piece.words)
    return Pieces(tuple(joined), places)


def _check_size(node: Node) -> None:
    if size(node) > MAX_SIZE:
        raise RegexUnsupported("too complex once its anchors are written out")
