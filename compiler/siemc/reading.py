"""Reading back: a query's text as the formula of what its engine would do with it.

A target's reader shares nothing with its emitter: it is written from the engine's documentation and
held against the engine itself. What it does not understand it refuses (``ReadError``); what it
understands but no test of the formula can say (a macro, a phrase in analysed text) is an
``Opaque`` leaf, equal only to itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from siemc.formula import Formula, Origin

QUERY = "query"
ONE_VALUE = "SA09"  # every field has one value


@dataclass(frozen=True, slots=True)
class Reading:
    """What the query does in the indices of one mapping.

    ``indices`` are their patterns. The formula's leaves are over the schema's own fields (a
    sub-field such as ``.caseless`` is read as its parent), and each leaf's origin is the place in
    the text it was read from; see ``place``. ``assumptions`` are codes of the catalogue.
    ``single`` are fields that it takes to have one value; ``unlisted`` those it tests and the
    schema, which claims to know all there are, does not list, each with the characters of the text
    where it is tested first.
    """

    formula: Formula
    indices: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    single: frozenset[str] = frozenset()
    unlisted: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def is_single(self, name: str) -> bool:
        """Whether the reading holds only where this field has no more than one value."""
        return ONE_VALUE in self.assumptions or name in self.single


class ReadError(ValueError):
    """The text is not a query of the language, or uses a part of it that is not understood.

    ``start`` and ``end`` are the characters of the text it is about.
    """

    def __init__(self, message: str, start: int, end: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = start + 1 if end is None else end


def place(start: int, end: int) -> tuple[Origin, ...]:
    """The origin of a leaf that was read from characters ``start`` to ``end`` of the text."""
    return (Origin(QUERY, (start, end)),)
