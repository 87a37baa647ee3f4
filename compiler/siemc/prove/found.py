"""The languages of regular expressions: the values in which one is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import chain, islice

from siemc.evaluate import SlowRegexError, evaluate
from siemc.formula import Atom, Exists, Glob, Regex
from siemc.prove.base import Language, Options
from siemc.prove.budget import Undecided
from siemc.prove.characters import is_caseless, natural
from siemc.prove.expressions import tree_of
from siemc.prove.forms import forms
from siemc.prove.texts import Everything, GlobLanguage
from siemc.regex.errors import RegexError, RegexUnsupported
from siemc.regex.python import node_to_python
from siemc.regex.tree import (
    ANY_RUN,
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
)

MAX_SAMPLES = 8
MAX_VARIED = 3  # repeats in a row that an engine may go back into
MAX_TAME = 200  # characters; the time may grow with the fourth power of the length


class RegexLanguage(Language):
    """The values in which a regular expression is found."""

    def __init__(self, test: Regex, tree: Node) -> None:
        self.key = forms(test)
        if len(self.key) == 1:
            self.key = self.key[0]
        self._test = test
        self._tree = tree
        self._search = _Search(test)

    @cached_property
    def options(self) -> Options:
        """Its globs and further expressions."""
        found = forms(self._test)
        if found == (self._test,):
            return (self,)
        return tuple(_option(each) for each in found)

    @cached_property
    def _matches(self) -> Callable[[str], object] | None:
        """An engine that goes back, where it cannot get lost in that."""
        return node_to_python(self._tree).search if _is_tame(self._tree) else None

    def contains(self, value: str) -> bool:
        """Whether it is found. Raises ``Undecided`` where that takes too long to say."""
        if self._matches is not None and len(value) <= MAX_TAME:
            return self._matches(value) is not None
        if self.upper_automaton is not None:
            return self.upper_automaton.accepts(value)
        return self._search(value)

    def samples(self) -> Sequence[str]:
        """Some values it is found in."""
        return self._samples

    @cached_property
    def _samples(self) -> tuple[str, ...]:
        known = (each for option in self.options if option is not self for each in option.samples())
        made = (sample(self._tree, number) for number in range(6))
        found = dict.fromkeys(each for each in chain(islice(known, 24), made))
        return tuple(islice(filter(self.contains, found), MAX_SAMPLES))

    @property
    def upper(self) -> Node:
        """The expression of the whole value."""
        return self._whole

    lower = upper

    @cached_property
    def _whole(self) -> Node:
        return whole(self._tree)

    @cached_property
    def is_caseless(self) -> bool:  # type: ignore[override]
        """Whether each class of characters has both cases."""
        pending = [self._tree]
        while pending:
            node = pending.pop()
            if isinstance(node, Chars) and not is_caseless(node.ranges):
                return False
            pending.extend(children(node))
        return True


class OddRegex(Language):
    """The values in which an expression that is not regular is found, as it is evaluated."""

    def __init__(self, test: Regex) -> None:
        self.key = test
        self._search = _Search(test)

    def contains(self, value: str) -> bool:
        """Whether it is found. Raises ``Undecided`` where that cannot be said."""
        return self._search(value)


class _Search:
    """An expression, as it is evaluated; it is tried no more once it got lost on a value."""

    def __init__(self, test: Regex) -> None:
        self._atom = Atom("", test)
        self._is_slow = False

    def __call__(self, value: str) -> bool:
        try:
            if not self._is_slow:
                return evaluate(self._atom, {"": [value]})
        except SlowRegexError:
            self._is_slow = True
        except (RegexUnsupported, RegexError) as error:
            raise Undecided(str(error)) from None
        raise Undecided("it takes too long")


def regex_language(test: Regex) -> Language:
    """The language of an expression, regular or not; a glob's where it is one."""
    try:
        tree = tree_of(test)
    except (RegexUnsupported, RegexError):
        return OddRegex(test)
    return RegexLanguage(test, tree)


def _option(test: object) -> Language:
    if isinstance(test, Glob):
        return GlobLanguage(test)
    assert isinstance(test, Regex | Exists)
    return Everything() if isinstance(test, Exists) else RegexLanguage(test, tree_of(test))


def whole(node: Node) -> Node:
    """The expression of the values in which ``node`` is found."""
    if isinstance(node, Alternate):
        return alternate(map(whole, node.options))
    parts = node.parts if isinstance(node, Concat) else (node,)
    starts_closed = parts[0] == Assert(Anchor.START)
    ends_closed = parts[-1] == Assert(Anchor.END) and len(parts) > starts_closed
    middle = parts[starts_closed : len(parts) - ends_closed]
    before = [] if starts_closed else [ANY_RUN]
    return concat([*before, *middle, *([] if ends_closed else [ANY_RUN])])


def _is_tame(node: Node) -> bool:
    """Whether going back through it takes no more than a power of the value's length."""
    repeats = 0
    pending = [(node, False)]
    while pending:
        here, is_repeated = pending.pop()
        if isinstance(here, Repeat):
            repeats += here.low != here.high
            if is_repeated or repeats > MAX_VARIED:
                return False
            is_repeated = here.high != 1
        elif isinstance(here, Alternate) and is_repeated:
            return False
        pending.extend((child, is_repeated) for child in children(here))
    return True


def sample(node: Node, variant: int) -> str:
    """A text that the node may match, zero-width tests aside; another for each variant."""
    return "".join(islice(_sampled(node, variant), 1_000))


def _sampled(root: Node, variant: int) -> Iterator[str]:
    pending = [root]
    while pending:
        node = pending.pop()
        match node:
            case Chars(ranges):
                yield chr(natural(ranges)) if ranges else ""
            case Concat(parts):
                pending.extend(reversed(parts))
            case Alternate(options):
                pending.append(options[variant % len(options)])
            case Repeat(inner, low, high):
                more = variant % 2 if high is None or high > low else 0
                pending.extend([inner] * min(low + more, 1_000))
            case _:
                pass
