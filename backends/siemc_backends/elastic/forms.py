"""The forms a leaf can take on Elastic, whatever the language that prints it."""

from __future__ import annotations

from typing import Literal, NamedTuple

from siemc.formula import CompareOp, Glob


class Words(NamedTuple):
    """A value of ``field`` is this glob. ``fold``: the field compares case, the test must not."""

    field: str
    glob: Glob
    fold: bool = False


class Pattern(NamedTuple):
    """A value of ``field``, the whole of it, matches this Lucene expression."""

    field: str
    text: str


class Scalar(NamedTuple):
    """A value of ``field`` is this number, truth value, address or network, in this text."""

    field: str
    text: str
    kind: Literal["number", "boolean", "address"]


class Range(NamedTuple):
    """A value of the numeric ``field`` stands in this order to the number."""

    field: str
    op: CompareOp
    text: str


class Present(NamedTuple):
    """The field has a value."""

    field: str


class Missing(NamedTuple):
    """The field has no value, or, where ``or_empty``, an empty one."""

    field: str
    or_empty: bool


class Anywhere(NamedTuple):
    """The event has this text, sought in the default fields: only ever a nearest form."""

    glob: Glob


class AnyOf(NamedTuple):
    """Some of these forms hold."""

    forms: tuple[Form, ...]


Form = Words | Pattern | Scalar | Range | Present | Missing | Anywhere | AnyOf
