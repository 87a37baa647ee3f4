"""The target ``lucene``: Lucene's query language in Elasticsearch and Kibana."""

from __future__ import annotations

from siemc.backend import Emission, Layout
from siemc.formula import Formula
from siemc.reading import Reading
from siemc.schema import Schema
from siemc_backends.elastic.platform import ELASTIC, ElasticPlatform


class _Lucene:
    """See ``siemc.backend.Backend``; emitter and reader are imported at their first use."""

    id = "lucene"
    title = "Lucene (Elasticsearch query_string)"
    suffix = ".lucene"
    platform: ElasticPlatform = ELASTIC

    def emit(self, formula: Formula, schema: Schema, layout: Layout) -> Emission:
        """Print the formula for an index of this schema. Never raises on any formula."""
        from siemc_backends.elastic.lucene.emit import emit

        return emit(formula, schema, layout)

    def read(self, text: str, schema: Schema) -> tuple[Reading, ...]:
        """See ``siemc.backend.Backend``. Raises ``ReadError``, and nothing else on any text."""
        from siemc_backends.elastic.lucene.parse import read

        return read(text, schema)


LUCENE = _Lucene()
