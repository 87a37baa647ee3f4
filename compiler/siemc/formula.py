"""The formula: what a Sigma rule says, with every modifier resolved and nothing lost.

A formula is an immutable tree of ``And``, ``Or``, ``Not`` and the two constants over one kind of
leaf, ``Atom(field, test)``. It keeps the rule's own case, wildcards and escapes; where a leaf came
from in the YAML is kept in ``Atom.origins``, outside equality.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from ipaddress import IPv4Network, IPv6Network
from typing import Literal, NamedTuple

YamlPath = tuple[str | int, ...]


class Wild(Enum):
    """A wildcard of a glob: any run of characters, or exactly one."""

    RUN = "*"
    ONE = "?"

    # Enum hashes a member's name each time it is asked; identity is as good and ten times faster.
    __hash__ = object.__hash__


GlobPart = str | Wild
RUN, ONE = Wild.RUN, Wild.ONE  # for loops: to reach an enum's member takes as long as ten names


class Origin(NamedTuple):
    """A place in the rule a leaf came from.

    ``path`` leads to it in the YAML document, e.g. ``("detection", "selection", "Image|endswith",
    1)``; ``identifier`` is the detection's name, or that of the pipeline item that added it.
    """

    identifier: str
    path: YamlPath


@dataclass(frozen=True, slots=True)
class Glob:
    """The whole value is this text: literals and wildcards, never two literals in a row."""

    parts: tuple[GlobPart, ...]
    cased: bool = False

    @property
    def literal(self) -> str | None:
        """The text, if there is no wildcard in it; the empty glob is the empty text."""
        if not self.parts:
            return ""
        first = self.parts[0]
        return first if len(self.parts) == 1 and isinstance(first, str) else None


@dataclass(frozen=True, slots=True)
class Regex:
    """The expression is found in the value: PCRE with ASCII classes, unanchored."""

    source: str
    ignorecase: bool = False
    multiline: bool = False
    dotall: bool = False

    @property
    def may_be_anchored(self) -> bool:
        """Whether it may ask for an end of the value: a keyword's value has none in an event."""
        return any(sign in self.source for sign in ("^", "$", "\\A", "\\Z", "\\z"))


@dataclass(frozen=True, slots=True)
class Cidr:
    """The value is an address in this network."""

    network: IPv4Network | IPv6Network


CompareOp = Literal["<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Compare:
    """The value, read as a number, stands in this order to ``number``."""

    op: CompareOp
    number: int | float


@dataclass(frozen=True, slots=True, eq=False)
class Equals:
    """The value is this number or this truth value, in its one text form."""

    value: int | float | bool

    def __eq__(self, other: object) -> bool:
        # To Python, True is 1: a set of leaves would take the one for the other.
        return type(other) is Equals and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def _key(self) -> tuple[bool, float]:
        return isinstance(self.value, bool), self.value


@dataclass(frozen=True, slots=True)
class IsNull:
    """The field is absent, or one of its values is empty."""


@dataclass(frozen=True, slots=True)
class Exists:
    """The field has a value, be it the empty one."""


Affix = Literal["equals", "startswith", "endswith", "contains"]


@dataclass(frozen=True, slots=True)
class SameAs:
    """The value is, starts with, ends with or contains a value of another field."""

    field: str
    affix: Affix = "equals"
    cased: bool = False


TimeUnit = Literal["minute", "hour", "day", "week", "month", "year"]
TimeOp = Literal["=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class TimePart:
    """A part of the value, read as a time, stands in this order to ``number``."""

    unit: TimeUnit
    op: TimeOp
    number: int | float


@dataclass(frozen=True, slots=True)
class Opaque:
    """A text of the target language that is equal only to itself, such as a scope macro."""

    text: str


Test = Glob | Regex | Cidr | Compare | Equals | IsNull | Exists | SameAs | TimePart | Opaque


@dataclass(frozen=True, slots=True)
class Atom:
    """A test of one field; ``field`` is ``None`` for a keyword, sought in the whole event."""

    field: str | None
    test: Test
    origins: tuple[Origin, ...] = dataclasses.field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """True where ``item`` is not."""

    item: Formula


@dataclass(frozen=True, slots=True)
class And:
    """True where every item is."""

    items: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """True where some item is."""

    items: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Const:
    """True everywhere, or nowhere."""

    value: bool


TRUE = Const(True)
FALSE = Const(False)

Formula = And | Or | Not | Atom | Const


def conjunction(items: Iterable[Formula]) -> Formula:
    """All of ``items``: one item stands for itself, none is true."""
    found = tuple(items)
    if not found:
        return TRUE
    return found[0] if len(found) == 1 else And(found)


def disjunction(items: Iterable[Formula]) -> Formula:
    """Some of ``items``: one item stands for itself, none is false."""
    found = tuple(items)
    if not found:
        return FALSE
    return found[0] if len(found) == 1 else Or(found)


def atoms(formula: Formula) -> Iterator[Atom]:
    """Every leaf, in the order of the text."""
    stack: list[Formula] = [formula]
    while stack:
        match stack.pop():
            case Atom() as atom:
                yield atom
            case Not(item):
                stack.append(item)
            case And(items) | Or(items):
                stack.extend(reversed(items))
            case Const():
                pass


def glob(parts: Iterable[GlobPart], cased: bool = False) -> Glob:
    """A glob in normal form: empty literals gone, neighbours joined, runs of ``*`` made one."""
    normal: list[GlobPart] = []
    last: GlobPart | None = None
    for part in parts:
        if part == "" or (part is RUN and last is RUN):
            continue
        if isinstance(part, str) and isinstance(last, str):
            normal[-1] = last = last + part
        else:
            normal.append(part)
            last = part
    return Glob(tuple(normal), cased)


def with_origins(atom: Atom, origins: tuple[Origin, ...]) -> Atom:
    """The same leaf, from other places."""
    return replace(atom, origins=origins)
