"""Short ways to write leaves, schemas and calls in these tests."""

from __future__ import annotations

from siemc.backend import Backend, Emission, Layout
from siemc.formula import Atom, Formula, Glob, Origin, Test, Wild, glob
from siemc.schema import FieldType, Index, Schema
from siemc_backends.elastic.dsl import DSL
from siemc_backends.elastic.kql import KQL
from siemc_backends.elastic.lucene import LUCENE

BACKENDS: dict[str, Backend] = {"kql": KQL, "lucene": LUCENE, "dsl": DSL}
RUN, ONE = Wild.RUN, Wild.ONE

LOWERCASE = FieldType("keyword", normalizer="lowercase")
KEYWORD = FieldType("keyword")
WILDCARD = FieldType("wildcard")


def has(field: str | None, *parts: str | Wild, cased: bool = False) -> Atom:
    """A leaf that is a glob; with one origin, the field's own name."""
    return leaf(field, glob(parts, cased))


def leaf(field: str | None, test: Test) -> Atom:
    """A leaf with one origin, the field's own name."""
    return Atom(field, test, (Origin("selection", ("detection", "selection", field or "keyword")),))


def value(text: str) -> Glob:
    """The glob of exactly this text."""
    return glob((text,))


def index(*kinds: FieldType, name: str = "f", whole_event: str | None = None) -> Schema:
    """A closed schema of one field, with one index for each of its types."""
    return Schema(
        name="test",
        platform="elastic",
        title="A test",
        indices=tuple(Index(f"index-{i}", {name: kind}) for i, kind in enumerate(kinds)),
        whole_event=whole_event,
    )


def emit(target: str, formula: Formula, schema: str | Schema, pretty: bool = False) -> Emission:
    """What a target makes of a formula on a shipped schema, by its name, or on this one."""
    backend = BACKENDS[target]
    known = backend.platform.schema(schema) if isinstance(schema, str) else schema
    return backend.emit(formula, known, Layout(pretty))


def text(target: str, formula: Formula, schema: str | Schema = "raw", pretty: bool = False) -> str:
    """The query, which must be exact."""
    emission = emit(target, formula, schema, pretty)
    assert emission.problems == ()
    assert emission.text is not None
    return emission.text


def codes(emission: Emission) -> list[str]:
    """The codes of its problems."""
    return [problem.code for problem in emission.problems]
