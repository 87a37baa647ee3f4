"""Globs as Lucene regular expressions: letter by letter, without a tree.

Apart from what reads expressions, since most rules have globs alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from siemc.folding import cases, odd_lower
from siemc.formula import RUN, Wild
from siemc.regex.errors import Obstacle, RegexUnsupported

Fold = Literal["none", "lower"]

# Every operator of org.apache.lucene.util.automaton.RegExp, whichever flags are on, and the rest of
# what some dialect reads as one. A letter or digit is never escaped: \d \w \s \n mean something.
_SPECIAL = frozenset('"#&<>@~{}[]().?+*|\\/^$-')


def glob_to_lucene(parts: Sequence[str | Wild], *, fold: Fold, cased: bool) -> str:
    """The expression of a glob; ``?`` is any one character, a newline included.

    Control characters in literals are written as they are. Raises ``RegexUnsupported`` if it tells
    cases apart on a lower-cased field.
    """
    write = _LETTERS[fold, cased]
    texts = [
        part.translate(write) if isinstance(part, str) else ".*" if part is RUN else "."
        for part in parts
    ]
    return sealed("".join(texts)) or "()"


def sealed(text: str) -> str:
    """``text`` with a last backslash in a class: before the closing slash it would escape that."""
    return text[:-2] + "[\\\\]" if text.endswith("\\\\") else text


def escape(char: str) -> str:
    """One character as Lucene text."""
    return "\\" + char if char in _SPECIAL else char


class _Letters(dict[int, str]):
    """How a character of a glob is written, by its code point and worked out once for each."""

    def __init__(self, make: Callable[[str], str]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, point: int) -> str:
        text = self[point] = self.make(chr(point))
        return text


def _both_cases(char: str) -> str:
    both = cases(char)
    return "[" + "".join(both) + "]" if len(both) == 2 else escape(char)


def _lowered(char: str) -> str:
    if ord(char) in odd_lower():
        raise RegexUnsupported(
            "a letter that a lower-cased field does not hold", obstacle=Obstacle.CASE
        )
    return escape(cases(char)[0])


def _uncased(char: str) -> str:
    if len(cases(char)) == 2:
        raise RegexUnsupported("case-sensitive on a lower-cased field", obstacle=Obstacle.CASE)
    return _lowered(char)


_LETTERS: dict[tuple[Fold, bool], _Letters] = {
    ("none", True): _Letters(escape),
    ("none", False): _Letters(_both_cases),
    ("lower", True): _Letters(_uncased),
    ("lower", False): _Letters(_lowered),
}
