"""Trees of expressions with less to them: repeats joined, and no idle ends of what is sought."""

from __future__ import annotations

from siemc.prove.printing import counted, printed
from siemc.regex.charset import NEWLINE, Ranges, contains, intersect
from siemc.regex.tree import (
    ANY_CHAR,
    ANY_RUN,
    EMPTY,
    Alternate,
    Anchor,
    Assert,
    Chars,
    Concat,
    Node,
    Repeat,
    alternate,
    children,
    concat,
    repeat,
)


def tidy(node: Node) -> Node:
    """The same with repeats of one node joined (``xx*`` as ``x+``) and options in order."""
    match node:
        case Concat(parts):
            found = concat(map(tidy, parts))
            return concat(counted(found.parts)) if isinstance(found, Concat) else found
        case Alternate(options):
            spelt = {printed(option): option for option in map(tidy, options)}
            return alternate(spelt[text] for text in sorted(spelt))
        case Repeat(inner, low, high):
            return _repeated(tidy(inner), low, high)
        case _:
            return node


def within(node: Node, alphabet: Ranges) -> Node:
    """A tree that matches the same values of these characters, in one spelling for all that do."""
    match node:
        case Chars(ranges):
            found = intersect(ranges, alphabet)
            return ANY_CHAR if found == alphabet else Chars(found)
        case Concat(parts):
            return concat(within(part, alphabet) for part in parts)
        case Alternate(options):
            return alternate(within(option, alphabet) for option in options)
        case Repeat(inner, low, high):
            return repeat(within(inner, alphabet), low, high)
        case Assert(kind) if not contains(alphabet, 10):
            return Assert(_WITHOUT_BREAKS.get(kind, kind))
        case _:
            return node


# Where a value has no line break, these are about the whole of it
_WITHOUT_BREAKS = {
    Anchor.LINE_START: Anchor.START,
    Anchor.LINE_END: Anchor.END,
    Anchor.END_BEFORE_NEWLINE: Anchor.END,
}


def _repeated(node: Node, low: int, high: int | None) -> Node:
    """``node`` repeated; of ``(x?){7}`` and the like only the number of ``x`` counts."""
    if isinstance(node, Repeat) and node.low <= 1:
        most = None if None in (high, node.high) else (high or 0) * (node.high or 0)
        return repeat(node.node, node.low * low, most)
    return repeat(node, low, high)


def sought(node: Node) -> Node:
    """``node`` without what may be there or not at either end: text stands around it anyhow."""
    match node:
        case Alternate(options):
            return alternate(map(sought, options))
        case Repeat(_, 0, _):
            return EMPTY
        case Repeat(inner, low, _):
            return sought(inner) if low == 1 else repeat(inner, low, low)
        case Concat(parts):
            return _of_parts(list(parts))
        case _:
            return node


def _of_parts(parts: list[Node]) -> Node:
    whole = [place for place, part in enumerate(parts) if not isinstance(part, Assert)]
    if len(whole) == 1 and isinstance(parts[whole[0]], Alternate):
        # \A(a|b)\z: each option on its own
        before, after = parts[: whole[0]], parts[whole[0] + 1 :]
        options = children(parts[whole[0]])
        return alternate(sought(concat([*before, each, *after])) for each in options)
    left = _trimmed(parts)
    if len(left) < 2 or left == parts:
        return sought(left[0]) if len(left) == 1 else concat(left)
    return _of_parts(left)


def _trimmed(parts: list[Node]) -> list[Node]:
    """One step less at each end."""
    start, end = parts[:2], parts[-2:]
    if start == [_START, ANY_RUN]:
        return parts[2:]
    if end in ([ANY_RUN, _END], [ANY_RUN, _LAST_LINE]):
        return parts[:-2]
    if end == [_MAYBE_BREAK, _END]:
        return [*parts[:-2], _LAST_LINE]
    return [*_least(parts[0]), *parts[1:-1], *_least(parts[-1])]


def _least(node: Node) -> list[Node]:
    """What has to be there of a node at an end."""
    if isinstance(node, Repeat):
        return [repeat(node.node, node.low, node.low)] if node.low else []
    return [node]


_START, _END = Assert(Anchor.START), Assert(Anchor.END)
_LAST_LINE = Assert(Anchor.END_BEFORE_NEWLINE)
_MAYBE_BREAK = Repeat(Chars(NEWLINE), 0, 1)
