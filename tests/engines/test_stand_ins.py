"""OpenSearch's own ``wildcard`` field is no stand-in for Elastic's: it has faults of its own.

These are not faults of a query: on a keyword field of the same server it finds its event, and so it
does by Elastic's source (``WildcardFieldMapper.wildcardQuery``). A fault that is gone fails here,
and OpenSearch's type can be used in the trials then.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.engines import indices
from tests.engines.server import Server

pytestmark = pytest.mark.engines

TYPES = {"wild": {"type": "wildcard"}, "plain": {"type": "keyword"}}
VALUES = ["x\\y", ""]


@pytest.mark.parametrize(
    ("query", "finds"),
    [
        pytest.param(
            lambda field: indices.query_string(rf"{field}:x\\*"), "0", id="escapes are lost"
        ),
        pytest.param(
            lambda field: {"regexp": {field: {"value": r"x[\\]y"}}}, "0", id="a class of one sign"
        ),
        pytest.param(lambda field: {"term": {field: {"value": ""}}}, "1", id="the empty value"),
    ],
)
def test_the_wildcard_field_misses_what_a_keyword_finds(
    opensearch: Server, query: Any, finds: str
) -> None:
    opensearch.make("wild", {"mappings": {"properties": TYPES}})
    opensearch.put("wild", {str(at): dict.fromkeys(TYPES, text) for at, text in enumerate(VALUES)})
    found = opensearch.hits("wild", [query("plain"), query("wild")])
    assert found == [frozenset({finds}), frozenset()]
