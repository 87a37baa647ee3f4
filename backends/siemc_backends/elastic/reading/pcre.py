r"""A tree as the text of a PCRE expression, for the ``Regex`` test of a formula.

The text is for ``siemc.regex.read.parse`` with ``dotall``; it uses no other construct of PCRE than
classes, ``(?:``…``)``, ``|`` and counts.
"""

from __future__ import annotations

from siemc.regex.charset import ANY, LAST, Ranges
from siemc.regex.tree import Alternate, Chars, Concat, Empty, Node, Repeat

MAX_DEPTH = 55  # ``parse`` gives up a little deeper
MAX_COUNT = 65_535
_SHORT = {(0, None): "*", (1, None): "+", (0, 1): "?"}


class TooDeep(ValueError):  # noqa: N818 - it is the tree that is too deep
    """The tree is nested too deeply, or repeats too often, for its text to be read."""


def to_pcre(node: Node, depth: int = 0) -> str:
    """The text of an assertion-free tree; raises ``TooDeep`` where none can be read back."""
    if depth > MAX_DEPTH:
        raise TooDeep
    match node:
        case Empty():
            return ""
        case Chars(ranges):
            return _chars(ranges)
        case Concat(parts):
            return "".join(
                f"(?:{to_pcre(part, depth + 1)})"
                if isinstance(part, Alternate)
                else to_pcre(part, depth)
                for part in parts
            )
        case Alternate(options):
            return "|".join(to_pcre(option, depth) for option in options)
        case Repeat(inner, low, high):
            return _repeat(inner, low, high, depth)
        case _:
            raise TooDeep


def _repeat(inner: Node, low: int, high: int | None, depth: int) -> str:
    if max(low, high or 0) > MAX_COUNT:
        raise TooDeep
    text = to_pcre(inner, depth + 1)
    if not isinstance(inner, Chars):
        text = f"(?:{text})"
    count = _SHORT.get((low, high))
    if count is None:
        count = f"{{{low}}}" if low == high else f"{{{low},{'' if high is None else high}}}"
    return text + count


def _chars(ranges: Ranges) -> str:
    if ranges == ANY:
        return "."
    if not ranges:
        return f"[^\\x{{0}}-\\x{{{LAST:x}}}]"
    if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
        return _char(ranges[0][0])
    inside = "".join(
        _char(first) if first == last else f"{_char(first)}-{_char(last)}" for first, last in ranges
    )
    return f"[{inside}]"


def _char(point: int) -> str:
    char = chr(point)
    # `\x` takes no half of a surrogate pair
    is_plain = (char.isascii() and char.isalnum()) or "\ud800" <= char <= "\udfff"
    return char if is_plain else f"\\x{{{point:x}}}"
