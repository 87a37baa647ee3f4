"""Our component template in an index made from it: its sub-fields find what a rule says.

The index is made as Fleet makes a data stream's: from an index template that is composed of the
package's component template and, after it, of ours.
"""

from __future__ import annotations

from typing import Any

import pytest

from siemc_backends.elastic.platform import CASELESS, ELASTIC
from siemc_backends.elastic.template import component_template
from tests.engines import indices
from tests.engines.server import Server

pytestmark = pytest.mark.engines

FIELD = "destination.domain"
PATTERN = "logs-windows.sysmon_operational-*"
INDEX = "logs-windows.sysmon_operational-default"
HOST = "Api.Telegram.org"
CASELESS_FIELD = f"{FIELD}.{CASELESS}"


@pytest.fixture
def made(server: Server) -> Server:
    """A server with an index whose mapping comes from both templates."""
    wanted = ELASTIC.schema("ecs-caseless").within([PATTERN])
    [(name, ours)] = component_template(wanted, [CASELESS_FIELD]).items()
    [index] = ELASTIC.schema("agent-windows").within([PATTERN]).indices
    body: dict[str, Any] = indices.body(index, server.name)
    server.drop(INDEX)
    for part, template in ((name, ours), ("package", {"template": body})):
        assert server.ask("PUT", f"/_component_template/{part}", template)[0] == 200
    composed = {"index_patterns": [PATTERN], "composed_of": ["package", name], "priority": 500}
    assert server.ask("PUT", "/_index_template/stream", composed)[0] == 200
    assert server.ask("PUT", f"/{INDEX}")[0] == 200
    return server


def test_the_sub_field_ignores_case_and_the_field_does_not(made: Server) -> None:
    made.put(INDEX, {"one": {FIELD: HOST}, "two": {FIELD: "example.org"}})
    queries = [
        indices.query_string(f"{CASELESS_FIELD}:API.telegram*"),
        indices.query_string(f"{FIELD}:API.telegram*"),
        indices.query_string(f"{FIELD}:Api.Telegram*"),
    ]
    found = made.hits(INDEX, queries)
    assert found == [frozenset({"one"}), frozenset(), frozenset({"one"})]


def test_what_was_mapped_before_is_mapped_still(made: Server) -> None:
    _, answer = made.ask("GET", f"/{INDEX}/_mapping")
    destination = answer[INDEX]["mappings"]["properties"]["destination"]["properties"]
    kind = ELASTIC.schema("ecs-caseless").within([PATTERN]).indices[0].lookup(FIELD)
    assert kind is not None
    assert destination["domain"] == indices.mapping(kind, made.name)
    assert len(destination) > 1
