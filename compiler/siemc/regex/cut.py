"""Parts of a language without zero-width tests: by the first or last character of its words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from siemc.regex.charset import ANY, Ranges, contains, intersect, union
from siemc.regex.tree import (
    EMPTY,
    Alternate,
    Chars,
    Concat,
    Node,
    Repeat,
    alternate,
    concat,
    nullable,
    repeat,
)

Side = Literal["first", "last"]


def edge_chars(node: Node, side: Side) -> Ranges:
    """What the words of ``node`` can start or end with."""
    match node:
        case Chars(ranges):
            return ranges
        case Concat(parts):
            found: list[Ranges] = []
            for part in _from(parts, side):
                found.append(edge_chars(part, side))
                if not nullable(part):
                    break
            return union(found)
        case Alternate(options):
            return union(edge_chars(option, side) for option in options)
        case Repeat(inner, _, _):
            return edge_chars(inner, side)
        case _:
            return ()


def cut(node: Node, ranges: Ranges, side: Side) -> Node:
    """The non-empty words of ``node`` that start, or end, with a character of ``ranges``."""
    edge = edge_chars(node, side)
    inside = intersect(edge, ranges) == edge
    if inside and not nullable(node):
        return node
    match node:
        case Chars(own):
            return Chars(intersect(own, ranges))
        case Concat(parts):
            return _cut_sequence(parts, ranges, side)
        case Alternate(options):
            return alternate(cut(option, ranges, side) for option in options)
        case Repeat(inner, 0, high) if inside and not nullable(inner):
            return repeat(inner, 1, high)
        case Repeat(inner, low, high):
            rest = repeat(inner, max(low - 1, 0), None if high is None else high - 1)
            return _in_order([cut(inner, ranges, side), rest], side)
        case _:
            return Chars(())


def non_empty(node: Node) -> Node:
    """The words of ``node`` but for the empty one."""
    return cut(node, ANY, "first")


def trim(node: Node, side: Side) -> Node:
    """A shorter node that is the same where any run of characters stands on its ``side``."""
    if nullable(node):
        return EMPTY
    match node:
        case Concat(parts):
            kept = _from(parts, side)
            while nullable(kept[0]):
                del kept[0]
            return _in_order([trim(kept[0], side), *kept[1:]], side)
        case Alternate(options):
            return alternate(trim(option, side) for option in options)
        case Repeat(inner, low, _):
            edge = trim(inner, side)
            if edge == inner:
                return repeat(inner, low, low)
            return _in_order([edge, repeat(inner, low - 1, low - 1)], side)
        case _:
            return node


def matches_newline(node: Node) -> bool:
    """Whether a single newline is one of the words."""
    match node:
        case Chars(ranges):
            return contains(ranges, 10)
        case Concat(parts):
            needed = [part for part in parts if not nullable(part)]
            return len(needed) <= 1 and any(map(matches_newline, needed or parts))
        case Alternate(options):
            return any(map(matches_newline, options))
        case Repeat(inner, low, _):
            return matches_newline(inner) and (low <= 1 or nullable(inner))
        case _:
            return False


def _cut_sequence(parts: tuple[Node, ...], ranges: Ranges, side: Side) -> Node:
    """Some part is the first that is not empty; those before it could be empty, and are."""
    ordered = _from(parts, side)
    options = []
    for at, part in enumerate(ordered):
        options.append(_in_order([cut(part, ranges, side), *ordered[at + 1 :]], side))
        if not nullable(part):
            break
    return alternate(options)


def _from(parts: Sequence[Node], side: Side) -> list[Node]:
    return list(parts) if side == "first" else list(reversed(parts))


def _in_order(nodes: list[Node], side: Side) -> Node:
    return concat(nodes if side == "first" else list(reversed(nodes)))
