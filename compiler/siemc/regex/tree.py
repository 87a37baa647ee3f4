"""The tree of a regular expression: what is left of PCRE once syntax and flags are resolved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from siemc.regex.charset import ANY, Ranges, union


class Anchor(Enum):
    """The zero-width tests. ``WORD`` is ``\\b``; a word character is ASCII."""

    START = "start"
    END = "end"
    LINE_START = "line start"
    LINE_END = "line end"
    END_BEFORE_NEWLINE = "end, or before a final newline"
    WORD = "word boundary"
    NOT_WORD = "no word boundary"


@dataclass(frozen=True, slots=True)
class Chars:
    """One character out of sorted, disjoint, inclusive ranges; none of them: nothing matches."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Concat:
    """One after the other."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Alternate:
    """Any one of the options."""

    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """``node``, from ``low`` to ``high`` times; ``None`` is without limit."""

    node: Node
    low: int
    high: int | None


@dataclass(frozen=True, slots=True)
class Empty:
    """The empty text."""


@dataclass(frozen=True, slots=True)
class Assert:
    """A test of the place between two characters."""

    kind: Anchor


Node = Chars | Concat | Alternate | Repeat | Empty | Assert

EMPTY = Empty()
NEVER = Chars(())
ANY_CHAR = Chars(ANY)
ANY_RUN = Repeat(ANY_CHAR, 0, None)


def concat(nodes: Iterable[Node]) -> Node:
    """The nodes in order: nested ones flattened, empty ones gone, ``NEVER`` if one is."""
    parts: list[Node] = []
    for node in nodes:
        if node == NEVER:
            return NEVER
        if isinstance(node, Concat):
            parts.extend(node.parts)
        elif not isinstance(node, Empty):
            parts.append(node)
    if not parts:
        return EMPTY
    return parts[0] if len(parts) == 1 else Concat(tuple(parts))


def alternate(nodes: Iterable[Node]) -> Node:
    """Any of the nodes: flattened, each once, single characters joined into one class."""
    options: dict[Node, None] = {}
    chars: list[Ranges] = []
    place = 0
    optional = False
    for node in nodes:
        for option in node.options if isinstance(node, Alternate) else (node,):
            if isinstance(option, Empty):
                optional = True
            elif isinstance(option, Chars):
                place = place if chars else len(options)
                chars.append(option.ranges)
            else:
                options[option] = None
    found = list(options)
    joined = union(chars)
    if joined:
        found.insert(place, Chars(joined))
    return _either(found, optional)


def _either(options: list[Node], optional: bool) -> Node:
    if not options:
        return EMPTY if optional else NEVER
    node = options[0] if len(options) == 1 else Alternate(tuple(options))
    return repeat(node, 0, 1) if optional else node


def repeat(node: Node, low: int, high: int | None) -> Node:
    """``node`` repeated; a repetition of a repetition is joined where that is the same."""
    if high == 0 or isinstance(node, Empty):
        return EMPTY
    if node == NEVER:
        return NEVER if low else EMPTY
    if (low, high) == (1, 1):
        return node
    if isinstance(node, Repeat) and (node.low, node.high) != (1, 1):
        return _repeat_again(node, low, high)
    return Repeat(node, low, high)


def _repeat_again(node: Repeat, low: int, high: int | None) -> Node:
    if node.low <= 1 and low <= 1 and None in (node.high, high):
        # (x?)+ and the like: every count from the product of the lows upwards is reached
        return repeat(node.node, node.low * low, None)
    if node.low == 0 and node.high == 1 and low <= 1:
        return repeat(node.node, 0, high)
    if (low, high) == (0, 1) and node.low == 0:
        return node
    return Repeat(node, low, high)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes right below ``node``."""
    match node:
        case Concat(parts):
            return parts
        case Alternate(options):
            return options
        case Repeat(inner, _, _):
            return (inner,)
        case _:
            return ()


def has_assert(node: Node) -> bool:
    """Whether a zero-width test is somewhere in ``node``."""
    stack = [node]
    while stack:
        here = stack.pop()
        if isinstance(here, Assert):
            return True
        stack.extend(children(here))
    return False


def size(node: Node) -> int:
    """How many nodes the tree has."""
    return 1 + sum(map(size, children(node)))


def nullable(node: Node) -> bool:
    """Whether an assertion-free ``node`` matches the empty text; a zero-width test does not."""
    match node:
        case Empty():
            return True
        case Concat(parts):
            return all(map(nullable, parts))
        case Alternate(options):
            return any(map(nullable, options))
        case Repeat(inner, low, _):
            return low == 0 or nullable(inner)
        case _:
            return False


def is_about_lines(node: Node) -> bool:
    """Whether some anchor of the expression stands at the start or end of any line."""
    match node:
        case Assert(kind):
            return kind in {Anchor.LINE_START, Anchor.LINE_END}
        case Concat(parts) | Alternate(parts):
            return any(map(is_about_lines, parts))
        case Repeat(inner):
            return is_about_lines(inner)
        case _:
            return False
