"""The target ``kql``: the Kibana Query Language."""

from __future__ import annotations

from siemc.backend import Emission, Layout
from siemc.formula import Formula
from siemc.schema import Schema
from siemc_backends.elastic.platform import ELASTIC, ElasticPlatform


class _Kql:
    """See ``siemc.backend.Backend``; the emitter is imported when the first query is printed."""

    id = "kql"
    title = "KQL (Kibana Query Language)"
    suffix = ".kql"
    platform: ElasticPlatform = ELASTIC

    def emit(self, formula: Formula, schema: Schema, layout: Layout) -> Emission:
        """Print the formula for an index of this schema. Never raises on any formula."""
        from siemc_backends.elastic.kql.emit import emit

        return emit(formula, schema, layout)


KQL = _Kql()
