"""Short ways to write what a query should mean."""

from __future__ import annotations

from siemc.formula import And, Atom, Exists, Formula, Glob, Not, Or, Wild, glob
from siemc.reading import Reading
from siemc.schema import FieldType, Index, Schema
from siemc_backends.elastic.kql import KQL

RUN = Wild.RUN
KEYWORD, WILDCARD, TEXT = FieldType("keyword"), FieldType("wildcard"), FieldType("text")
LONG, IP, DATE, BOOLEAN = (FieldType(name) for name in ("long", "ip", "date", "boolean"))
LOWERED = FieldType("keyword", normalizer="lowercase")


def schema(*indices: dict[str, FieldType]) -> Schema:
    """A closed schema of these indices."""
    return Schema(
        name="test",
        platform="elastic",
        title="A test",
        indices=tuple(Index(f"index-{i}", fields) for i, fields in enumerate(indices)),
    )


PLAIN = schema(dict.fromkeys(["a", "b", "c", "f", "g", "process.name"], KEYWORD))


def readings(text: str, known: Schema = PLAIN) -> tuple[Reading, ...]:
    """All readings of a query."""
    return KQL.read(text, known)


def formula(text: str, known: Schema = PLAIN) -> Formula:
    """The formula of a query that has one reading."""
    [reading] = readings(text, known)
    return reading.formula


def is_(field: str, *parts: str | Wild) -> Atom:
    """A field is this text or pattern, in this case."""
    return Atom(field, glob(parts, cased=True))


def has(field: str) -> Atom:
    """A field has a value."""
    return Atom(field, Exists())


def all_(*items: Formula) -> And:
    return And(items)


def any_(*items: Formula) -> Or:
    return Or(items)


def no(item: Formula) -> Not:
    return Not(item)


def text_of(found: Formula) -> str:
    """The text of a leaf that is one literal."""
    assert isinstance(found, Atom)
    assert isinstance(found.test, Glob)
    assert found.test.literal is not None
    return found.test.literal
