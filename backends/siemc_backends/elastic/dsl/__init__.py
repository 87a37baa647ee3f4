"""The target ``dsl``: Elasticsearch's Query DSL."""

from __future__ import annotations

from siemc.backend import Emission, Layout
from siemc.formula import Formula
from siemc.schema import Schema
from siemc_backends.elastic.platform import ELASTIC, ElasticPlatform


class _Dsl:
    """See ``siemc.backend.Backend``; the emitter is imported when the first query is printed."""

    id = "dsl"
    title = "Query DSL (Elasticsearch)"
    suffix = ".dsl.json"
    platform: ElasticPlatform = ELASTIC

    def emit(self, formula: Formula, schema: Schema, layout: Layout) -> Emission:
        """Print the formula for an index of this schema. Never raises on any formula."""
        from siemc_backends.elastic.dsl.emit import emit

        return emit(formula, schema, layout)


DSL = _Dsl()
