"""The known differences are still there; one that is gone fails, and need not be excused."""

from __future__ import annotations

import pytest

from tests.engines import indices, known
from tests.engines.server import Server

pytestmark = pytest.mark.engines
VALUES = ["a\\b", "xb", "a?b", "a(b)c"]


@pytest.mark.parametrize(
    ("text", "kibana", "finds"),
    [
        (r"f: *\\b", {"a\\b"}, {"a\\b", "xb", "a?b"}),
        (r"f: a\\b*", {"a\\b"}, set()),
        (r"f: a?b*", {"a?b"}, {"a\\b", "a?b", "a(b)c"}),
        (r"f: a\(b\)*", {"a(b)c"}, set()),
    ],
)
def test_elasticsearch_drops_the_escapes_of_a_value_with_a_wildcard(
    elasticsearch: Server, text: str, kibana: set[str], finds: set[str]
) -> None:
    elasticsearch.make("known", {"mappings": {"properties": {"f": {"type": "keyword"}}}})
    elasticsearch.put("known", {value: {"f": value} for value in VALUES})
    assert elasticsearch.hits("known", [indices.kql(text)]) == [frozenset(finds)]
    assert finds != kibana
    assert known.has_escaped_wildcard(text)


def test_a_query_without_such_a_value_is_not_excused() -> None:
    assert known.has_escaped_wildcard(r"f: *\\b and g: x")
    assert known.has_escaped_wildcard(r"f: (x or a?b*)")
    assert not known.has_escaped_wildcard(r'f: a* and g: "x\\*"')
    assert not known.has_escaped_wildcard(r"f: a* and g: x\\y")
