"""Random queries of each language on random events: the server and our reader agree."""

from __future__ import annotations

from dataclasses import replace

import pytest

from siemc_backends.elastic.lucene.parse import read as read_lucene
from tests.engines.kibana.parser import Kibana
from tests.engines.random_queries import trial, ways
from tests.engines.random_queries.ways import Way
from tests.engines.server import Server
from tests.engines.tally import Tally

pytestmark = pytest.mark.engines

SEED = 6
QUERIES = 200
PAIRS = 5_000


def unlike(tally: Tally, reason: str) -> int:
    """How many queries were refused or not tried for such a reason."""
    return sum(count for why, count in tally.refused.items() if why.startswith(reason))


def check(server: Server, way: Way) -> None:
    tally = trial.run(SEED, QUERIES, server, way, batch=QUERIES // 3)
    assert not tally.disagreements, "\n".join(tally.disagreements)
    assert tally.pairs >= PAIRS
    # where nothing is found, or nothing is read, nothing is tried
    assert tally.matches > tally.pairs / 10
    assert unlike(tally, "by") < tally.queries * 0.4
    assert sum(tally.excused.values()) < tally.pairs / 50


@pytest.mark.parametrize("way", [ways.LUCENE, ways.DSL], ids=lambda way: way.name)
def test_a_server_and_our_reader_agree(server: Server, way: Way) -> None:
    check(server, way)


def test_elasticsearch_reads_kql_as_we_do(elasticsearch: Server) -> None:
    check(elasticsearch, ways.OWN_KQL)


def test_what_kibana_makes_of_kql_finds_what_we_say(server: Server, kibana: Kibana) -> None:
    check(server, ways.by_kibana(kibana))


def test_a_run_can_be_done_again(elasticsearch: Server) -> None:
    once, again = (trial.run(1, 30, elasticsearch, ways.DSL) for _ in range(2))
    assert once == again


def test_a_reader_that_is_wrong_is_found_out(elasticsearch: Server) -> None:
    wrong = replace(
        ways.LUCENE, read=lambda text, schema: read_lucene(text.replace(" AND ", " OR "), schema)
    )
    assert trial.run(SEED, 60, elasticsearch, wrong).disagreements
