"""Possessive quantifiers, atomic groups and ``\\R``: dropped where that changes nothing.

The reader marks each as ``Repeat(node, 1, 1)``. Not going back into a node matters only if what
follows could start with a character that the node would have given back.
"""

from __future__ import annotations

from siemc.regex.charset import ANY, NEWLINE, VERTICAL, Ranges, intersect, union
from siemc.regex.errors import RegexUnsupported
from siemc.regex.tree import (
    Alternate,
    Assert,
    Chars,
    Concat,
    Node,
    Repeat,
    alternate,
    concat,
    nullable,
    repeat,
)


def settle(node: Node, position: int) -> Node:
    """``node`` without marks.

    Raises ``RegexUnsupported`` (at ``position``) if one of them could make a difference.
    """
    return _settle(node, (), position)


def _settle(node: Node, follow: Ranges, position: int) -> Node:
    """``follow`` is what the rest can start with; the empty set when nothing has to follow."""
    match node:
        case Repeat(inner, 1, 1):
            if intersect(_given_back(inner), follow):
                raise RegexUnsupported("an atomic group or possessive quantifier", position)
            return _settle(inner, follow, position)
        case Repeat(inner, low, high):
            again = follow if high == 1 else union([follow, first_chars(inner)])
            return repeat(_settle(inner, again, position), low, high)
        case Concat(parts):
            settled = []
            for part in reversed(parts):
                settled.append(_settle(part, follow, position))
                rest = follow if nullable(part) else ()
                follow = union([first_chars(part), rest])
            return concat(reversed(settled))
        case Alternate(options):
            return alternate(_settle(option, follow, position) for option in options)
        case _:
            return node


def _given_back(node: Node) -> Ranges:
    """The characters that a shorter match of ``node`` would leave to what follows."""
    match node:
        case Chars():
            return ()
        case Repeat(Chars(ranges), _, _):
            return ranges
        case Concat(parts) if all(isinstance(part, Chars) for part in parts):
            return ()
        case Alternate((Concat(), Chars(ranges))) if ranges == VERTICAL:
            return NEWLINE
        case _:
            return ANY


def first_chars(node: Node) -> Ranges:
    """What a match of ``node`` can start with; anything, if a zero-width test is in the way."""
    match node:
        case Chars(ranges):
            return ranges
        case Assert():
            return ANY
        case Concat(parts):
            found: list[Ranges] = []
            for part in parts:
                found.append(first_chars(part))
                if not nullable(part):
                    break
            return union(found)
        case Alternate(options):
            return union(map(first_chars, options))
        case Repeat(inner, _, _):
            return first_chars(inner)
        case _:
            return ()
