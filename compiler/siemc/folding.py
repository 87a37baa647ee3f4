"""The one case table: which two letters are the same when text is compared without case.

Pairs of code points, read from ``folding.json`` (Unicode 14, made by ``tools/build_folding.py``),
so that the answer does not change with the Python that runs. What Unicode maps one way only has no
case here: the Kelvin, Ohm and Angstrom signs, long s, final sigma, sharp s, the dotted and dotless
i, the micro sign, title-case digraphs. The file is read when the first text beyond ASCII is met.
"""

from __future__ import annotations

from functools import cache
from os.path import dirname, join
from typing import TypedDict


class _Data(TypedDict):
    runs: list[tuple[int, int, int, int]]
    odd_lower: list[tuple[int, int]]


@cache
def _data() -> _Data:
    import json

    with open(join(dirname(__file__), "folding.json"), encoding="utf-8") as file:
        data: _Data = json.load(file)
    return data


@cache
def lower_map() -> dict[int, int]:
    """The table: the code point of each upper-case letter to that of its lower-case one."""
    return {
        upper: upper + delta
        for first, last, step, delta in _data()["runs"]
        for upper in range(first, last + 1, step)
    }


@cache
def upper_map() -> dict[int, int]:
    """The table the other way round."""
    return {lower: upper for upper, lower in lower_map().items()}


@cache
def odd_lower() -> dict[int, int]:
    """Code points outside the table that a lowercase normalizer changes, and to what.

    Elasticsearch's ``lowercase`` filter calls Java's ``Character.toLowerCase`` on each code point,
    which is the simple mapping of ``UnicodeData.txt``: so the Kelvin sign becomes ``k``.
    """
    return dict(_data()["odd_lower"])


def fold(text: str) -> str:
    """``text`` in lower case by the table, character by character: its length is kept."""
    return text.lower() if text.isascii() else text.translate(lower_map())


@cache
def cases(char: str) -> tuple[str, ...]:
    """The lower and the upper case of ``char``, or ``char`` alone if it has no case."""
    if char.isascii():
        return (char.lower(), char.upper()) if char.isalpha() else (char,)
    point = ord(char)
    if point in upper_map():
        return (char, chr(upper_map()[point]))
    return (chr(lower_map()[point]), char) if point in lower_map() else (char,)


def has_case(text: str) -> bool:
    """Whether some character of ``text`` has two cases."""
    return any(len(cases(char)) == 2 for char in text)


def is_beyond_ascii(text: str) -> bool:
    """Whether ``text`` has a letter outside ASCII that has two cases."""
    return not text.isascii() and any(len(cases(char)) == 2 for char in text if not char.isascii())
