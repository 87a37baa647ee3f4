"""Short ways to read SPL in tests, and to write down what it should be read as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from siemc.evaluate import evaluate
from siemc.formula import (
    FALSE,
    TRUE,
    And,
    Atom,
    Exists,
    Formula,
    Glob,
    Not,
    Opaque,
    Or,
    Test,
    Wild,
)
from siemc.reading import Reading
from siemc_backends.splunk import SPL, SPLUNK

RAW = SPLUNK.schema("raw")
RUN, ONE = Wild.RUN, Wild.ONE


def reading(text: str) -> Reading:
    """The one reading of the text."""
    (found,) = SPL.read(text, RAW)
    return found


def formula(text: str) -> Formula:
    """What the text is read as."""
    return reading(text).formula


def has(field: str, *parts: str | Wild, cased: bool = False) -> Atom:
    """The field's value is these literals and wildcards."""
    return Atom(field, Glob(parts, cased))


def is_there(field: str) -> Atom:
    """The field has a value."""
    return Atom(field, Exists())


def leaf(field: str | None, test: Test) -> Atom:
    """A leaf without its place."""
    return Atom(field, test)


def opaque(text: str, field: str | None = None) -> Atom:
    """A leaf that is equal only to itself."""
    return Atom(field, Opaque(text))


def answers(found: Formula, event: Mapping[str, Sequence[str]]) -> set[bool]:
    """The truth of the formula on the event, for either value of what is opaque."""
    return {evaluate(_filled(found, value), event) for value in (TRUE, FALSE)}


def _filled(found: Formula, value: Formula) -> Formula:
    match found:
        case Atom(_, Opaque()):
            return value
        case Not(item):
            return Not(_filled(item, value))
        case And(items):
            return And(tuple(_filled(item, value) for item in items))
        case Or(items):
            return Or(tuple(_filled(item, value) for item in items))
        case _:
            return found
