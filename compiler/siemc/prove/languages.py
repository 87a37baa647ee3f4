"""The language of a test: the set of values it holds on; and what a whole world's values are in.

The one question that is asked of languages is ``member``: a value in all of some and in none of
others, or the certainty that there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from siemc.formula import Cidr, Compare, Exists, Glob, Regex, Test, TimePart
from siemc.prove.addresses import Addresses, NetworkLanguage
from siemc.prove.base import Language
from siemc.prove.budget import Budget, Spent, Undecided
from siemc.prove.forms import forms, plain
from siemc.prove.numbers import Interval, NumberLanguage, compare_language
from siemc.prove.texts import Everything, GlobLanguage, Nothing, Texts
from siemc.regex.charset import Ranges, invert, union

__all__ = [
    "ADDRESSES",
    "EVERYTHING",
    "LOWER",
    "NOTHING",
    "NO_CONTROLS",
    "NO_LINE_BREAKS",
    "NUMBERS",
    "WHOLE_NUMBERS",
    "Budget",
    "Language",
    "Spent",
    "Undecided",
    "conflict",
    "language",
    "member",
]


def language(test: Test) -> Language:
    """The values on which a test of one value holds.

    Raises ``ValueError`` for tests that are not about one value: ``IsNull``, ``SameAs``,
    ``Opaque``.
    """
    return _language(plain(test))


@lru_cache(maxsize=16_384)
def _language(test: Test) -> Language:
    if isinstance(test, Regex):
        from siemc.prove.found import regex_language

        return regex_language(test)
    found = forms(test)
    if not found:
        return NOTHING
    match found[0]:
        case Glob() as glob:
            return GlobLanguage(glob, test if isinstance(test, Glob) else None)
        case Exists():
            return EVERYTHING
        case form:
            return _of_values(form)


def _of_values(test: Test) -> Language:
    match test:
        case Cidr(network):
            return NetworkLanguage(network, test)
        case Compare():
            return compare_language(test)
        case TimePart():
            from siemc.prove.times import TimeLanguage

            return TimeLanguage(test)
        case _:
            raise ValueError(f"{type(test).__name__} is not about one value")


def member(inside: Sequence[Language], outside: Sequence[Language], budget: Budget) -> str | None:
    """A value in all of ``inside`` and none of ``outside``; ``None`` if there provably is none.

    The value has been tested with each language's ``contains``. Raises ``Undecided`` where neither
    could be shown, ``Spent`` (one of its kind) where the budget did not allow it.
    """
    from siemc.prove.member import member as answer  # most comparisons end before they need it

    return answer(inside, outside, budget)


def conflict(
    inside: Sequence[Language], outside: Sequence[Language]
) -> tuple[list[Language], list[Language]] | None:
    """Which few of the languages already leave no value, where it is plain to see."""
    from siemc.prove.member import conflict as found

    return found(inside, outside)


def _no_line_breaks() -> Ranges:
    from siemc.prove.characters import LINE_BREAKS

    return invert(LINE_BREAKS)


def _no_controls() -> Ranges:
    from siemc.prove.characters import CONTROLS, LINE_BREAKS, TAB

    return union([invert(union([CONTROLS, LINE_BREAKS])), TAB])


def _lower_case() -> Ranges:
    from siemc.prove.characters import lower_case

    return lower_case()


EVERYTHING: Language = Everything()
"""All values."""
NOTHING: Language = Nothing()
"""No values."""
NO_LINE_BREAKS: Texts = Texts("no line breaks", _no_line_breaks, is_caseless=True)
"""The values without the line breaks that Java's dot does not pass."""
NO_CONTROLS: Texts = Texts("no controls", _no_controls, is_caseless=True)
"""The values without line breaks and control characters; a tab is one that people type."""
LOWER: Language = Texts("lower case", _lower_case, is_caseless=False)
"""The values that the case table does not change."""
ADDRESSES: Language = Addresses()
"""The addresses, each in its one text form."""
NUMBERS: Language = NumberLanguage(Interval(), "numbers", canonical=True)
"""The numbers, each in its one text form (``siemc.evaluate.text_of``)."""
WHOLE_NUMBERS: Language = NumberLanguage(Interval(), "whole numbers", canonical=True, whole=True)
"""The whole numbers, each in its one text form."""
