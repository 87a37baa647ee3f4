"""The Splunk target: SPL searches for the ``search`` and ``where`` commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from siemc.backend import Emission, Layout, Platform
    from siemc.cases import Case
    from siemc.formula import Formula
    from siemc.reading import Reading
    from siemc.schema import Schema
    from siemc.sources import DataSource

_HERE = Path(__file__).parent
RAW = "raw"


@cache
def _raw() -> Schema:
    """Any field, as the rule writes it: Splunk extracts fields when it searches."""
    from siemc.schema import Dynamic, FieldType, Index, Schema

    anything = Index("*", dynamic=(Dynamic("*", FieldType("splunk")),))
    title = "Any field, named as in the rule"
    return Schema(RAW, "splunk", title, (anything,), closed=False, whole_event="_raw")


@cache
def _profile(name: str) -> Schema:
    from siemc.schema import load_schema

    return load_schema(_HERE / "profiles" / f"{name}.json")


@cache
def _sources() -> Sequence[DataSource]:
    from siemc.sources import load_sources

    return load_sources(_HERE / "sources.yml")


@dataclass(frozen=True)
class SplunkPlatform:
    """Splunk Enterprise and Cloud: the shipped schemas and data sources."""

    id: str = "splunk"
    default_schema: str = "splunk-sysmon"
    raw_schema: str = RAW
    schema_names: tuple[str, ...] = ("splunk-sysmon", RAW)
    cased: bool = False

    def schema(self, name: str) -> Schema:
        """A shipped schema; raises ``KeyError`` for an unknown name."""
        if name not in self.schema_names:
            raise KeyError(name)
        return _raw() if name == RAW else _profile(name)

    def sources(self) -> Sequence[DataSource]:
        """Where Windows events are in Splunk, the preferred source first."""
        return _sources()

    def templates(self, schema: Schema, fields: Iterable[str]) -> Mapping[str, Any]:
        """None: Splunk extracts fields when it searches, so no index needs to be made for it."""
        return {}


@dataclass(frozen=True)
class SplBackend:
    """The target ``spl``."""

    id: str = "spl"
    title: str = "Splunk SPL"
    suffix: str = ".spl"

    @property
    def platform(self) -> Platform:
        """Splunk."""
        return SPLUNK

    def emit(self, formula: Formula, schema: Schema, layout: Layout) -> Emission:
        """Print the formula as SPL. Never raises on any formula."""
        from siemc_backends.splunk.emit import emit

        return emit(formula, schema, layout)

    def read(self, text: str, schema: Schema) -> tuple[Reading, ...]:
        """Read a search as Splunk would. Raises ``ReadError`` for what is not understood."""
        from siemc_backends.splunk.parse import read

        return read(text, schema)

    def selftest(self, query: str, title: str, cases: Sequence[Case]) -> str | None:
        """A search that tries a query on these events; see ``siemc.backend.SelfTesting``."""
        from siemc_backends.splunk.selftest import selftest

        return selftest(query, title, cases)


SPLUNK = SplunkPlatform()
SPL = SplBackend()
