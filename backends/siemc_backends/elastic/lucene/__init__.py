"""The target ``lucene``: Lucene's query language in Elasticsearch and Kibana."""

from __future__ import annotations

from siemc.backend import Emission, Layout
from siemc.formula import Formula
from siemc.schema import Schema
from siemc_backends.elastic.platform import ELASTIC, ElasticPlatform


class _Lucene:
    """See ``siemc.backend.Backend``; the emitter is imported when the first query is printed."""

    id = "lucene"
    title = "Lucene (Elasticsearch query_string)"
    suffix = ".lucene"
    platform: ElasticPlatform = ELASTIC

    def emit(self, formula: Formula, schema: Schema, layout: Layout) -> Emission:
        """Print the formula for an index of this schema. Never raises on any formula."""
        from siemc_backends.elastic.lucene.emit import emit

        return emit(formula, schema, layout)


LUCENE = _Lucene()
