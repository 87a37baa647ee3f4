"""A value in all of some languages and in none of others, or the certainty that there is none.

The cheap ways come first: values that are likely; what one language alone excludes; the values of a
literal one by one; intervals of numbers, networks and parts of times. The automata come last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import reduce
from itertools import combinations, islice, product

from siemc.folding import cases, fold
from siemc.prove.automaton import values
from siemc.prove.base import Language
from siemc.prove.budget import Budget, Undecided
from siemc.prove.domains import by_domain
from siemc.prove.globs import includes, is_disjoint
from siemc.prove.positions import Positions
from siemc.prove.texts import Everything, GlobLanguage, filled, mixed, raised
from siemc.regex.charset import ANY, intersect
from siemc.regex.tree import ANY_RUN

MAX_BRANCHES = 64
MAX_SPELLINGS = 1_024
MAX_TRIES = 24
_FRESH = "xqzjwvkyu0_-~9785634ghbmfpdctlniorsae"


def member(inside: Sequence[Language], outside: Sequence[Language], budget: Budget) -> str | None:
    """A value in all of ``inside`` and none of ``outside``; ``None`` if there provably is none.

    The value has been tested with each language's ``contains``. Raises ``Undecided`` where neither
    could be shown, ``Spent`` (one of its kind) where the budget did not allow it.
    """
    with suppress(Undecided):  # of a language that cannot tell; logic may do without it
        for value in _likely(inside):
            if fits(value, inside, outside):
                return value
    found = _Question(inside, outside, budget).answer()
    if found is None or fits(found, inside, outside):
        return found
    raise Undecided


def fits(value: str, inside: Iterable[Language], outside: Iterable[Language]) -> bool:
    """Whether the value is in all of ``inside`` and none of ``outside``."""
    for each in inside:
        if not each.contains(value):
            return False
    for each in outside:  # noqa: SIM110 - a generator takes twice as long
        if each.contains(value):
            return False
    return True


def conflict(
    inside: Sequence[Language], outside: Iterable[Language]
) -> tuple[list[Language], list[Language]] | None:
    """Which few of the languages already leave no value, where it is plain to see.

    At most two: one that is within another, or two globs with nothing in common.
    """
    globs = [(each, each.glob, filled(each.glob, "")) for each in inside if each.glob is not None]
    for (one, glob, _), (other, other_glob, _) in combinations(globs, 2):
        if is_disjoint(glob, other_glob):
            return [one, other], []
    keys = {each.key: each for each in inside}
    for whole in outside:
        if whole.key in keys:
            return [keys[whole.key]], [whole]
        for each in whole.options:
            if each.key == Everything.key:
                return [], [whole]
            larger = each.glob
            for one, glob, value in globs if larger is not None else ():
                if larger is not None and each.contains(value) and includes(larger, glob):
                    return [one], [whole]
    return None


class _Question:
    """One question; the languages of the outside are the simplest ones."""

    def __init__(
        self, inside: Iterable[Language], outside: Iterable[Language], budget: Budget
    ) -> None:
        simple = (each.options[0] if len(each.options) == 1 else each for each in inside)
        self.inside = list({each.key: each for each in simple}.values())
        options = (option for each in outside for option in each.options)
        self.outside = {each.key: each for each in options}
        self.budget = budget

    def answer(self) -> str | None:
        """See ``member``."""
        self.budget.spend()
        if conflict(self.inside, self.outside.values()) is not None:
            return None
        for value in self._fresh():
            if self.fits(value):
                return value
        if any(len(each.options) != 1 for each in self.inside):
            return self._by_branches()
        spellings = self._spellings()
        if spellings is not None:
            return next(filter(self._fits_in_time, spellings), None)
        is_empty, tries = by_domain(self.inside, list(self.outside.values()))
        found = next(filter(self.fits, islice(tries, MAX_TRIES)), None)
        if found is None and not is_empty:
            found = self._by_automata()
        return found

    def fits(self, value: str) -> bool:
        """Whether the value is an answer."""
        return fits(value, self.inside, self.outside.values())

    def _fits_in_time(self, value: str) -> bool:
        self.budget.spend()
        return self.fits(value)

    def _fresh(self) -> Iterator[str]:
        """The globs of ``inside`` filled with a character of no literal outside.

        Among caseless globs without ``?`` such a value is outside if any is.
        """
        globs = [each for each in self.inside if isinstance(each, GlobLanguage)]
        if not globs:
            return
        used = set().union(
            *(e.letters for e in self.outside.values() if isinstance(e, GlobLanguage))
        )
        free = next((char for char in _FRESH if char not in used and char.upper() not in used), "§")
        for each in globs:
            yield filled(each.glob, free, free)
            yield filled(each.glob, free * 8, free)

    def _by_branches(self) -> str | None:
        """The answer where a language of ``inside`` is a union: one for each way through."""
        number = reduce(lambda many, each: many * len(each.options), self.inside, 1)
        if number > MAX_BRANCHES:
            return self._by_automata()
        is_open = False
        for branch in product(*(each.options for each in self.inside)):
            try:
                found = member(branch, list(self.outside.values()), self.budget)
            except Undecided:
                is_open = True
                self.budget.spend()
                continue
            if found is not None and self.fits(found):
                return found
        if is_open:
            raise Undecided
        return None

    def _spellings(self) -> Iterable[str] | None:
        """All values of a literal of ``inside`` that could make a difference, if there is one."""
        literals = [each.glob for each in self.inside if each.glob is not None]
        texts = [glob for glob in literals if glob.literal is not None]
        if not texts:
            return None
        text = str(texts[0].literal)
        if texts[0].cased:
            return [text]
        others = [*self.inside, *self.outside.values()]
        if all(each.is_caseless for each in others):
            return [fold(text)]
        letters = sum(len(cases(char)) - 1 for char in text)
        if 2**letters > MAX_SPELLINGS:
            return None
        return map("".join, product(*map(cases, text)))

    def _by_automata(self) -> str | None:
        """The answer by search; where a language is not exact, once too wide, once too narrow."""
        outside = [each for each in self.outside.values() if not self._is_apart(each)]
        is_exact = all(each.is_exact for each in (*self.inside, *outside))
        wide = self._search(
            [each.upper_automaton for each in self.inside if each.alphabet is None],
            [each.lower_automaton for each in outside],
        )
        found = self._first(wide)
        if found is not _UNCLEAR:
            return None if found is None else str(found)
        if is_exact:
            raise Undecided
        narrow_inside = [each.lower_automaton for each in self.inside if each.alphabet is None]
        narrow_outside = [each.upper_automaton for each in outside]
        if None not in narrow_inside and None not in narrow_outside:
            found = self._first(self._search(narrow_inside, narrow_outside))
            if isinstance(found, str):
                return found
        raise Undecided

    def _is_apart(self, other: Language) -> bool:
        """Whether no value of ``inside`` can be in ``other``, by the fixed ends of globs."""
        if other.glob is None:
            return False
        mine = (each.glob for each in self.inside if each.glob is not None)
        return any(is_disjoint(glob, other.glob) for glob in mine)

    def _search(
        self, inside: Iterable[Positions | None], outside: Iterable[Positions | None]
    ) -> Iterator[str]:
        known = [each for each in inside if each is not None]
        alphabets = [each.alphabet for each in self.inside if each.alphabet is not None]
        alphabet = reduce(intersect, alphabets, ANY)
        others = [each for each in outside if each is not None]
        return values(known or [Positions(ANY_RUN)], others, alphabet, self.budget)

    def _first(self, found: Iterator[str]) -> str | _Unclear | None:
        """The first value that fits; ``None`` if there are no values at all."""
        value = None
        for value in islice(found, MAX_TRIES):
            if self.fits(value):
                return value
        return None if value is None else _UNCLEAR


class _Unclear:
    """Neither a value nor none."""


_UNCLEAR = _Unclear()


def _likely(inside: Sequence[Language]) -> Iterator[str]:
    """Values that may be in all of the languages: each one's samples, then their joint ones."""
    for each in inside:
        yield from each.samples()
    if len(inside) > 1:
        yield from _joint([each for each in inside if isinstance(each, GlobLanguage)])


def _joint(globs: Sequence[GlobLanguage]) -> Iterator[str]:
    """The literals of several globs in one text: those at the start first, at the end last."""
    if len(globs) < 2:
        return
    ordered = sorted(globs, key=_place)
    for gap in ("", "x", " "):
        yield gap.join(filled(each.glob, "", "x") for each in ordered)
    # Often the same texts in one case are outside.
    for change in (raised, fold, mixed):
        texts = (filled(each.glob, "", "x") for each in ordered)
        pairs = zip(texts, ordered, strict=True)
        yield "".join(change(text) if each.is_caseless else text for text, each in pairs)


def _place(each: GlobLanguage) -> int:
    parts = each.glob.parts
    starts = bool(parts) and isinstance(parts[0], str)
    ends = bool(parts) and isinstance(parts[-1], str)
    return ends - starts
