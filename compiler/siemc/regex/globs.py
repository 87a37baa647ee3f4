"""Regular expressions that are globs, or a few of them."""

from __future__ import annotations

from functools import lru_cache

from siemc.folding import cases
from siemc.formula import GlobPart, Wild
from siemc.regex.charset import ANY, NEWLINE, Ranges, contains, count, points, union
from siemc.regex.errors import RegexUnsupported
from siemc.regex.tree import (
    ANY_RUN,
    Alternate,
    Chars,
    Concat,
    Empty,
    Node,
    Repeat,
)
from siemc.regex.whole import whole, without_line_breaks

MAX_GLOBS = 64
MAX_LENGTH = 4096

GlobText = tuple[tuple[GlobPart, ...], bool]
# A letter in both cases is a tuple of the two, any other character a text of one.
_Item = str | tuple[str, ...] | Wild
_Items = tuple[_Item, ...]


class _NotGlobs(Exception):  # noqa: N818 - a way out of the recursion, not an error
    pass


@lru_cache(maxsize=4096)  # each target asks again
def to_globs(node: Node, *, single_line: bool = False) -> tuple[GlobText, ...] | None:
    """The globs whose union is exactly the values in which ``node`` is found, if it is one.

    Each is its parts and whether it compares case. ``None`` if there is no such union of at most
    ``MAX_GLOBS``; no globs at all if no value matches. With ``single_line`` that need hold only for
    values without a line feed, so ``.*`` is a run.
    """
    try:
        tree = whole(node)
        found = _items(without_line_breaks(tree) if single_line else tree, single_line)
        result = dict.fromkeys(glob for items in found for glob in _finished(items))
    except (_NotGlobs, RegexUnsupported):
        return None
    return tuple(result) if len(result) <= MAX_GLOBS else None


def _items(node: Node, single_line: bool) -> list[_Items]:
    """The globs of ``node``, as items."""
    match node:
        case Empty():
            return [()]
        case Chars(ranges):
            return _char_items(ranges, single_line)
        case Alternate(options):
            return _bounded([items for option in options for items in _items(option, single_line)])
        case Concat(parts):
            return _product([_items(part, single_line) for part in parts])
        case Repeat(inner, low, high):
            return _repeated(inner, low, high, single_line)
        case _:
            raise _NotGlobs


def _repeated(inner: Node, low: int, high: int | None, single_line: bool) -> list[_Items]:
    if low > MAX_LENGTH:
        raise _NotGlobs
    items = _items(inner, single_line)
    start = _product([items] * low)
    if high is None:
        if items != [(Wild.ONE,)] and inner != ANY_RUN:
            raise _NotGlobs
        return [(*known, Wild.RUN) for known in start]
    if high - low >= MAX_GLOBS:
        raise _NotGlobs
    more = [_product([start, *[items] * extra]) for extra in range(high - low + 1)]
    return _bounded([known for found in more for known in found])


def _char_items(ranges: Ranges, single_line: bool) -> list[_Items]:
    if ranges == ANY or (single_line and union([ranges, NEWLINE]) == ANY):
        return [(Wild.ONE,)]
    if count(ranges) > 2 * MAX_GLOBS:
        raise _NotGlobs
    if single_line and contains(ranges, 10):
        ranges = tuple(pair for pair in ranges if pair != (10, 10))
    found: dict[_Items, None] = {}
    for point in points(ranges):
        both = cases(chr(point))
        whole_pair = len(both) == 2 and all(contains(ranges, ord(case)) for case in both)
        found[(both if whole_pair else chr(point),)] = None
    return _bounded(list(found))


def _product(factors: list[list[_Items]]) -> list[_Items]:
    result: list[_Items] = [()]
    for factor in factors:
        result = _bounded([known + items for known in result for items in factor])
    return result


def _bounded(found: list[_Items]) -> list[_Items]:
    if len(found) > MAX_GLOBS or any(len(items) > MAX_LENGTH for items in found):
        raise _NotGlobs
    return found


def _finished(items: _Items) -> list[GlobText]:
    """The globs of a list of items: one, or one for each choice of cases if some are fixed."""
    pairs = any(isinstance(item, tuple) for item in items)
    fixed = any(isinstance(item, str) and len(cases(item)) == 2 for item in items)
    if not (pairs and fixed):
        plain = [item[0] if isinstance(item, tuple) else item for item in items]
        return [(_joined(plain), fixed)]
    choices: list[list[_Items]] = [
        [(case,) for case in item] if isinstance(item, tuple) else [(item,)] for item in items
    ]
    return [(_joined(list(choice)), True) for choice in _product(choices)]


def _joined(items: list[str | Wild] | list[_Item]) -> tuple[GlobPart, ...]:
    """Items as parts: neighbouring characters joined, one run in a row, after single characters."""
    parts: list[GlobPart] = []
    for item in items:
        last = parts[-1] if parts else None
        if isinstance(item, str) and isinstance(last, str):
            parts[-1] = last + item
        elif item is Wild.RUN and last is Wild.RUN:
            continue
        elif item is Wild.ONE and last is Wild.RUN:
            parts.insert(-1, Wild.ONE)
        elif isinstance(item, str | Wild):
            parts.append(item)
    return tuple(parts)
