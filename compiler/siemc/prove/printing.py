"""Trees of expressions as text again: one text for one tree."""

from __future__ import annotations

from collections.abc import Iterable

from siemc.regex.charset import LAST, NOT_NEWLINE, Ranges
from siemc.regex.tree import Alternate, Anchor, Assert, Chars, Concat, Empty, Node, Repeat

_ANCHORS = {
    Anchor.START: r"\A",
    Anchor.END: r"\z",
    Anchor.LINE_START: "(?m:^)",
    Anchor.LINE_END: "(?m:$)",
    Anchor.END_BEFORE_NEWLINE: r"\Z",
    Anchor.WORD: r"\b",
    Anchor.NOT_WORD: r"\B",
}
_BOUNDS: dict[tuple[int, int | None], str] = {(0, None): "*", (1, None): "+", (0, 1): "?"}


def printed(node: Node) -> str:
    """An expression without flags that is read as ``node`` (``siemc.regex.read``)."""
    match node:
        case Chars(ranges):
            return _class(ranges)
        case Concat(parts):
            return "".join(map(_part, counted(parts, also_fixed=True)))
        case Alternate(options):
            return "|".join(map(printed, options))
        case Repeat(inner, low, high):
            text = printed(inner)
            text = text if isinstance(inner, Chars) else f"(?:{text})"
            return text + ("" if low == high == 1 else _bounds(low, high))
        case Assert(kind):
            return _ANCHORS[kind]
        case Empty():
            return ""


def counted(parts: Iterable[Node], also_fixed: bool = False) -> list[Node]:
    """The parts, with neighbours that repeat the same node as one.

    What stands there a fixed number of times is left as it is, unless ``also_fixed``.
    """
    found: list[Node] = []
    for part in parts:
        last, here = _repeat_of(found[-1]) if found else None, _repeat_of(part)
        is_fixed = last is not None and last.low == last.high and here.low == here.high
        if last is None or last.node != here.node or (is_fixed and not also_fixed):
            found.append(part)
            continue
        high = None if last.high is None or here.high is None else last.high + here.high
        found[-1] = Repeat(here.node, last.low + here.low, high)
    return found


def _repeat_of(node: Node) -> Repeat:
    return node if isinstance(node, Repeat) else Repeat(node, 1, 1)


def _part(node: Node) -> str:
    text = printed(node)
    return f"(?:{text})" if isinstance(node, Alternate) else text


def _bounds(low: int, high: int | None) -> str:
    known = _BOUNDS.get((low, high))
    if known is not None:
        return known
    if low == high:
        return f"{{{low}}}"
    return f"{{{low},{'' if high is None else high}}}"


def _class(ranges: Ranges) -> str:
    if ranges == NOT_NEWLINE:
        return "."
    if not ranges or ranges == ((0, LAST),):
        return r"[^\x{0}-\x{10FFFF}]" if not ranges else r"[\x{0}-\x{10FFFF}]"
    if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
        return _char(ranges[0][0])
    return "[" + "".join(map(_range, ranges)) + "]"


def _range(pair: tuple[int, int]) -> str:
    first, last = pair
    return _char(first) if first == last else f"{_char(first)}-{_char(last)}"


def _char(point: int) -> str:
    char = chr(point)
    return char if char.isascii() and char.isalnum() else f"\\x{{{point:X}}}"
