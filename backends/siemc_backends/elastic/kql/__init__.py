"""The target ``kql``: the Kibana Query Language."""

from __future__ import annotations

from siemc.backend import Emission, Layout
from siemc.formula import Formula
from siemc.reading import Reading
from siemc.schema import Schema
from siemc_backends.elastic.platform import ELASTIC, ElasticPlatform


class _Kql:
    """See ``siemc.backend.Backend``; the emitter and the reader are imported when first used."""

    id = "kql"
    title = "KQL (Kibana Query Language)"
    suffix = ".kql"
    platform: ElasticPlatform = ELASTIC

    def emit(self, formula: Formula, schema: Schema, layout: Layout) -> Emission:
        """Print the formula for an index of this schema. Never raises on any formula."""
        from siemc_backends.elastic.kql.emit import emit

        return emit(formula, schema, layout)

    def read(self, text: str, schema: Schema) -> tuple[Reading, ...]:
        """Read a query as its engine would. Raises ``ReadError`` for what is not understood."""
        from siemc_backends.elastic.kql.parse import read

        return read(text, schema)


KQL = _Kql()
