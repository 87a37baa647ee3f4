"""How a random query gets to a server: its language, generator, reader and request."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from siemc.reading import Reading
from siemc.schema import Schema
from siemc_backends.elastic.dsl.parse import read as read_dsl
from siemc_backends.elastic.kql.parse import read as read_kql
from siemc_backends.elastic.lucene.parse import read as read_lucene
from tests.engines import indices
from tests.engines.kibana import today
from tests.engines.kibana.parser import Kibana
from tests.engines.random_queries import (
    dsl_queries,
    kql_differences,
    kql_queries,
    lucene_queries,
)
from tests.engines.random_queries.draw import Draw
from tests.engines.server import Query


@dataclass(frozen=True)
class Way:
    """A way; ``send`` gives as text why a query is not tried in it."""

    name: str
    make: Callable[[Draw], str]
    read: Callable[[str, Schema], tuple[Reading, ...]]
    send: Callable[[str, Schema], Query | str]


def _dsl(text: str, schema: Schema) -> Query | str:
    body = json.loads(text)
    found: Query = body["query"] if tuple(body) == ("query",) else body
    return found


def _own_kql(text: str, schema: Schema) -> Query | str:
    return kql_differences.difference(text, schema) or indices.kql(text)


LUCENE = Way(
    "lucene", lucene_queries.query, read_lucene, lambda text, _: indices.query_string(text)
)
DSL = Way("dsl", dsl_queries.query, read_dsl, _dsl)
OWN_KQL = Way("kql", kql_queries.query, read_kql, _own_kql)


def by_kibana(kibana: Kibana) -> Way:
    """KQL as Kibana sends it: its tree, made a query as today's Kibana does."""
    return Way(
        "kql by Kibana",
        kql_queries.query,
        read_kql,
        lambda text, schema: today.query(kibana, text, schema),
    )


def ways(server: str, kibana: Kibana | None) -> tuple[Way, ...]:
    """The ways to a server; Elasticsearch has a KQL of its own. Without Kibana one fewer."""
    own = (OWN_KQL,) if server == "elasticsearch" else ()
    return (LUCENE, DSL, *own, *((by_kibana(kibana),) if kibana is not None else ()))
