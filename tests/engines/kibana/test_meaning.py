"""Kibana's own Query DSL of a KQL text, read by our reader, means what our KQL reader says.

Kibana 7.5 knew no types: it wrote ``match`` and ``query_string``. Today's does the same for a field
that is not a keyword in all indices, so the fields here are keywords in one index and text in
another; the answers for the first index are compared.
"""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siemc.evaluate import evaluate
from siemc.reading import ReadError
from siemc.schema import FieldType, Index, Schema
from siemc_backends.elastic.dsl.parse import read as read_dsl
from siemc_backends.elastic.kql.parse import read as read_kql

from .parser import Kibana

pytestmark = pytest.mark.engines

KEYWORD, TEXT, LONG = FieldType("keyword"), FieldType("text"), FieldType("long")
MIXED = Schema(
    name="mixed",
    platform="elastic",
    title="Fields of two types",
    indices=(
        Index("one", {"f": KEYWORD, "g": KEYWORD, "n": LONG}),
        Index("two", {"f": TEXT, "g": TEXT, "n": LONG}),
    ),
)

FORMS = [
    *["{} and {}", "{} or {}", "not {} and {}", "({}) and not ({})", "not ({} or {})"],
    *["({} or {}) and {}", "{} or {} and {}", "not ({}) or {}"],
]
LEAVES = [
    *["f: x", "f: X", "f: x y", "f: x*", "f: *y", "f: x* y", "f: *", "f: x**", "f: x\\*"],
    *['f: "x"', 'f: "x*"', 'f: "x y"', "f: x\\:*", "f: *\\\\y", "f: x/*", "f: a-b*", "f: *[y]*"],
    *["f: (x or y)", "f: (x and y)", "f: (x and not y)", "f: (not x or not *y)", "f: ((x or y))"],
    *[
        "g: x",
        "g: *y*",
        "g: (x* or *y)",
        "f: x AND*",
        "f: x* \\OR y",
        "f: \\NOT x* y",
        "f: x* \\AND y",
    ],
    *["n: 5", "n >= 5", "n < 5", "n > 4", "n <= 4", "n: (4 or 5)", "n: *", "*: *"],
]
VALUES = ["x", "X", "y", "x y", "xy", "x*", "x:z", "a\\y", "x/y", "a-b-c", "a[y]b", "xz", "AND", ""]
events = st.fixed_dictionaries(
    {},
    optional={
        "f": st.lists(st.sampled_from(VALUES), max_size=2),
        "g": st.lists(st.sampled_from(VALUES), max_size=2),
        "n": st.lists(st.integers(3, 6), max_size=1),
    },
)
leaves = st.sampled_from(LEAVES)
queries = st.recursive(
    leaves,
    lambda inner: st.builds(
        lambda form, parts: form.format(*(f"({part})" for part in parts)),
        st.sampled_from(FORMS),
        st.lists(inner, min_size=3, max_size=3),
    ),
    max_leaves=6,
)


@settings(max_examples=1500, deadline=None)
@given(text=queries, found=st.lists(events, min_size=4, max_size=12))
def test_both_ways_find_the_same(
    kibana: Kibana, text: str, found: list[dict[str, list[str]]]
) -> None:
    query = kibana.ask(text, query=True)["query"]
    try:
        mine = read_kql(text, MIXED)[0].formula
    except ReadError as refused:
        with pytest.raises(ReadError, match=refused.message[:20]):
            read_dsl(json.dumps(query), MIXED)
        return
    theirs = read_dsl(json.dumps(query), MIXED)[0].formula
    for event in found:
        assert evaluate(mine, event) == evaluate(theirs, event), (text, event, mine, theirs)
