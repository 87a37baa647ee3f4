"""From "found somewhere in the value" to "is the whole value", without zero-width tests."""

from __future__ import annotations

from siemc.regex.charset import NEWLINE
from siemc.regex.cut import trim
from siemc.regex.errors import RegexUnsupported
from siemc.regex.pieces import (
    AFTER,
    BEFORE,
    MAX_SIZE,
    Kind,
    Kinds,
    chars_of,
    merged,
    pieces,
    places_by_kind,
)
from siemc.regex.tree import (
    ANY_RUN,
    EMPTY,
    NEVER,
    Alternate,
    Chars,
    Concat,
    Node,
    Repeat,
    alternate,
    concat,
    has_assert,
    repeat,
    size,
)


def whole(node: Node) -> Node:
    """The assertion-free node that matches a whole value if ``node`` is found in that value.

    ``NEVER`` if it is found in none. Raises ``RegexUnsupported`` if that grows out of bounds.
    """
    node = trim(trim(node, "first"), "last")  # any run stands on both sides
    if not has_assert(node):
        return _between(BEFORE, node, AFTER)
    found = pieces(node)
    options = [_between(piece.before, piece.words, piece.after) for piece in merged(found.words)]
    options += [_between(before, EMPTY, after) for before, after in places_by_kind(found)]
    result = _factored(options)
    if size(result) > MAX_SIZE:
        raise RegexUnsupported("too complex once its anchors are written out")
    return result


def _factored(options: list[Node]) -> Node:
    """The options as one node; one that is the end or start of another is shared with it."""
    found = list(options)
    for short in options:
        tail = short.parts if isinstance(short, Concat) else (short,)
        for at, long in enumerate(found):
            if isinstance(long, Concat) and len(long.parts) > len(tail) and short in found:
                if long.parts[-len(tail) :] == tail:
                    head = concat(long.parts[: -len(tail)])
                    found[at] = concat([repeat(head, 0, 1), short])
                elif long.parts[: len(tail)] == tail:
                    head = concat(long.parts[len(tail) :])
                    found[at] = concat([short, repeat(head, 0, 1)])
                else:
                    continue
                found.remove(short)
    return alternate(found)


def _between(before: Kinds, words: Node, after: Kinds) -> Node:
    if before == BEFORE:
        words = trim(words, "first")
    if after == AFTER:
        words = trim(words, "last")
    if words == EMPTY and (before, after) == (BEFORE, AFTER):
        return ANY_RUN
    return concat([_ending_in(before), words, _starting_with(after)])


def _ending_in(kinds: Kinds) -> Node:
    """Any run of characters with one of these kinds at its end; ``EDGE`` is the empty run."""
    if kinds == BEFORE:
        return ANY_RUN
    run = concat([ANY_RUN, Chars(chars_of(kinds))])
    return repeat(run, 0, 1) if Kind.EDGE in kinds else run


def _starting_with(kinds: Kinds) -> Node:
    """Any run of characters with one of these kinds at its start, to the end of the value."""
    if kinds == AFTER:
        return ANY_RUN
    runs = [concat([Chars(chars_of(kinds)), ANY_RUN])]
    if Kind.LAST_NEWLINE in kinds and Kind.NEWLINE not in kinds:
        runs.insert(0, Chars(NEWLINE))
    if Kind.EDGE in kinds:
        runs.append(EMPTY)
    return alternate(runs)


def without_line_breaks(node: Node) -> Node:
    """An assertion-free ``node`` as far as it matters to values that hold no line feed."""
    match node:
        case Chars(ranges) if ranges == NEWLINE:
            return NEVER
        case Concat(parts):
            return concat(map(without_line_breaks, parts))
        case Alternate(options):
            return alternate(map(without_line_breaks, options))
        case Repeat(inner, low, high):
            return repeat(without_line_breaks(inner), low, high)
        case _:
            return node
