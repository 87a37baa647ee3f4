"""The languages of globs, and those of all texts over some characters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import chain

from siemc.folding import fold, upper_map
from siemc.formula import ONE, RUN, Exists, Glob
from siemc.prove.base import Language, Options
from siemc.prove.globs import Matcher, matcher, node_of
from siemc.regex.charset import Ranges, contains
from siemc.regex.tree import ANY_RUN, NEVER, Chars, Node, Repeat


class GlobLanguage(Language):
    """The values of a glob in its normal form; ``spelt`` is the glob as the rule writes it."""

    def __init__(self, glob: Glob, spelt: Glob | None = None) -> None:
        self.glob: Glob = glob
        self.key = glob
        self.is_caseless = not glob.cased
        self._spelt = spelt or glob
        self._matches: Matcher | None = None

    def contains(self, value: str) -> bool:
        """Whether the glob matches."""
        matches = self._matches
        if matches is None:
            matches = self._matches = matcher(self.glob.parts)
        return bool(matches(fold(value) if self.is_caseless else value))

    def samples(self) -> Sequence[str]:
        """The glob with its wildcards filled, as it is spelt, then in other cases."""
        return self._samples

    @cached_property
    def _samples(self) -> tuple[str, ...]:
        found = [filled(self._spelt, ""), filled(self._spelt, "x")]
        if self.is_caseless:
            found += [change(each) for change in (fold, raised, mixed) for each in found[:2]]
        return tuple(dict.fromkeys(found))

    @property
    def upper(self) -> Node:
        """The glob as an expression."""
        return self._node

    lower = upper

    @cached_property
    def _node(self) -> Node:
        return node_of(self.glob)

    @cached_property
    def letters(self) -> frozenset[str]:
        """The characters of its literals."""
        return frozenset(chain.from_iterable(p for p in self.glob.parts if isinstance(p, str)))


class Nothing(Language):
    """No value."""

    key = "nothing"
    is_caseless = True
    upper = lower = NEVER
    options: Options = ()

    def contains(self, value: str) -> bool:
        """Always false."""
        return False


class Everything(Language):
    """All values."""

    key = Exists()
    is_caseless = True
    glob = Glob((RUN,))
    upper = lower = ANY_RUN

    def contains(self, value: str) -> bool:
        """Always true."""
        return True

    def samples(self) -> Sequence[str]:
        """Some texts."""
        return ("x", "", "X", "1")


def filled(glob: Glob, run: str, one: str = "x") -> str:
    """The glob's literals with something for each wildcard."""
    return "".join(run if part is RUN else one if part is ONE else str(part) for part in glob.parts)


def raised(text: str) -> str:
    """In upper case by the case table, which ``str.upper`` is not."""
    return text.upper() if text.isascii() else text.translate(upper_map())


def mixed(text: str) -> str:
    """The first letter and every other one after it in upper case."""
    low, high = fold(text), raised(text)
    return "".join(high[i] if i % 2 == 0 else low[i] for i in range(len(text)))


class Texts(Language):
    """All texts over some characters; ``characters`` is asked for them when they matter."""

    def __init__(self, key: str, characters: Callable[[], Ranges], is_caseless: bool) -> None:
        self.key = key
        self.is_caseless = is_caseless
        self._characters = characters

    @cached_property
    def alphabet(self) -> Ranges:
        """The characters."""
        return self._characters()

    def contains(self, value: str) -> bool:
        """Whether all its characters are."""
        return all(contains(self.alphabet, ord(char)) for char in set(value))

    def samples(self) -> Sequence[str]:
        """A character and no character."""
        from siemc.prove.characters import natural

        return (chr(natural(self.alphabet)), "")

    @cached_property
    def upper(self) -> Node:
        """The characters in any number."""
        return Repeat(Chars(self.alphabet), 0, None)

    @property
    def lower(self) -> Node:
        """The same."""
        return self.upper
