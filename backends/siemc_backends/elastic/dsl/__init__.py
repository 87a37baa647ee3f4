"""The target ``dsl``: Elasticsearch's Query DSL."""

from __future__ import annotations

from siemc.backend import Emission, Layout
from siemc.formula import Formula
from siemc.reading import Reading
from siemc.schema import Schema
from siemc_backends.elastic.platform import ELASTIC, ElasticPlatform


class _Dsl:
    """See ``siemc.backend.Backend``; the emitter and the reader are imported when first used."""

    id = "dsl"
    title = "Query DSL (Elasticsearch)"
    suffix = ".dsl.json"
    platform: ElasticPlatform = ELASTIC

    def emit(self, formula: Formula, schema: Schema, layout: Layout) -> Emission:
        """Print the formula for an index of this schema. Never raises on any formula."""
        from siemc_backends.elastic.dsl.emit import emit

        return emit(formula, schema, layout)

    def read(self, text: str, schema: Schema) -> tuple[Reading, ...]:
        """Read a query as its engine would. Raises ``ReadError`` for what is not understood."""
        from siemc_backends.elastic.dsl.parse import read

        return read(text, schema)


DSL = _Dsl()
