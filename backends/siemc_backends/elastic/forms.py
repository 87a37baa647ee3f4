"""The forms a leaf can take on Elastic, whatever the language that prints it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from siemc.formula import CompareOp, Glob


@dataclass(frozen=True, slots=True)
class Words:
    """A value of ``field`` is this glob. ``fold``: the field compares case, the test must not."""

    field: str
    glob: Glob
    fold: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """A value of ``field``, the whole of it, matches this Lucene expression."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value of ``field`` is this number, truth value, address or network, in this text."""

    field: str
    text: str
    kind: Literal["number", "boolean", "address"]


@dataclass(frozen=True, slots=True)
class Range:
    """A value of the numeric ``field`` stands in this order to the number."""

    field: str
    op: CompareOp
    text: str


@dataclass(frozen=True, slots=True)
class Present:
    """The field has a value."""

    field: str


@dataclass(frozen=True, slots=True)
class Missing:
    """The field has no value, or, where ``or_empty``, an empty one."""

    field: str
    or_empty: bool


@dataclass(frozen=True, slots=True)
class Anywhere:
    """The event has this text, sought in the default fields: only ever a nearest form."""

    glob: Glob


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Some of these forms hold."""

    forms: tuple[Form, ...]


Form = Words | Pattern | Scalar | Range | Present | Missing | Anywhere | AnyOf
