"""What a target hands to the core: the ``Backend`` and ``Platform`` protocols.

The core never imports a backend. It finds them by the entry-point group ``siemc.backends``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

from siemc.formula import Formula, Origin
from siemc.reading import Reading
from siemc.schema import Schema
from siemc.sources import DataSource

if TYPE_CHECKING:
    from siemc.cases import Case


class Span(NamedTuple):
    """Characters ``start`` to ``end`` of a query's text, and the places of the rule they carry."""

    start: int
    end: int
    origins: tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a part of the formula is not exact in a target, by a code of the catalogue."""

    code: str
    message: str
    hint: str
    origins: tuple[Origin, ...] = ()


@dataclass(frozen=True, slots=True)
class Emission:
    """What an emitter printed.

    ``text`` says exactly what the formula says if there are no ``problems``; otherwise it keeps the
    formula's shape with each inexact part in the target's plain form, and is ``None`` where some
    part has no form at all. ``assumptions`` are codes of the catalogue.
    """

    text: str | None
    problems: tuple[Problem, ...] = ()
    assumptions: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """How to print: one line, or one top-level clause and exclusion a line."""

    pretty: bool = False


class Platform(Protocol):
    """A product with its schemas and data sources, shared by its targets."""

    @property
    def id(self) -> str:
        """``splunk`` or ``elastic``."""

    @property
    def default_schema(self) -> str:
        """The schema for rules with a mapping when none is named."""

    @property
    def raw_schema(self) -> str:
        """The schema for rules without a mapping when none is named."""

    @property
    def schema_names(self) -> tuple[str, ...]:
        """The names of the shipped schemas."""

    @property
    def cased(self) -> bool:
        """Whether a plain comparison is with case: what a pipeline adds then compares so."""

    def schema(self, name: str) -> Schema:
        """A shipped schema; raises ``KeyError`` for an unknown name."""

    def sources(self) -> Sequence[DataSource]:
        """The data sources, the preferred ones first."""

    def templates(self, schema: Schema, fields: Iterable[str]) -> Mapping[str, Any]:
        """What makes an index so that ``schema`` holds for these fields, by the template's name.

        Empty where the platform has no such thing, or the schema needs none.
        """


@runtime_checkable
class ReadsMappings(Protocol):
    """A platform that can say of its own answer what the user's indices hold."""

    def schema_of(self, data: Any, name: str) -> Schema | None:
        """The schema that this JSON describes, under this name; ``None`` for what is no answer.

        Raises ``SchemaError`` for one that is not understood.
        """


class Backend(Protocol):
    """A target language."""

    @property
    def id(self) -> str:
        """The name after ``-t``."""

    @property
    def title(self) -> str:
        """The language's name."""

    @property
    def suffix(self) -> str:
        """The ending of a query's file, with its dot."""

    @property
    def platform(self) -> Platform:
        """The product the query is for."""

    def emit(self, formula: Formula, schema: Schema, layout: Layout) -> Emission:
        """Print the formula for an index of this schema. Never raises on any formula."""

    def read(self, text: str, schema: Schema) -> tuple[Reading, ...]:
        """Read a query as its engine would, once for each distinct mapping of the schema's indices.

        Raises ``ReadError`` for what is no query, or is not understood.
        """


@runtime_checkable
class SelfTesting(Protocol):
    """A target whose queries a user can try in their own system, by a query that does so."""

    def selftest(self, query: str, title: str, cases: Sequence[Case]) -> str | None:
        """What tries a query on these events, and says whether it finds those that it should.

        ``None`` where the events, or the query, cannot be put into one.
        """


FIRST = ("spl", "kql", "lucene", "dsl")


class Registry(Mapping[str, Backend]):
    """The installed targets by id, each imported when it is first asked for.

    In the order spl, kql, lucene, dsl, then the others by name.
    """

    def __init__(self) -> None:
        from importlib.metadata import entry_points

        found = {entry.name: entry for entry in entry_points(group="siemc.backends")}
        order: list[str] = [name for name in FIRST if name in found]
        order += sorted(found.keys() - set(order))
        self._entries = {name: found[name] for name in order}
        self._loaded: dict[str, Backend] = {}

    def __getitem__(self, name: str) -> Backend:
        if name not in self._loaded:
            self._loaded[name] = self._entries[name].load()
        return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


@cache
def backends() -> Registry:
    """The installed targets, from the entry points of the group ``siemc.backends``."""
    return Registry()
