"""The JSON beneath: places, duplicate keys, and nothing but ``ReadError`` on any text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siemc.formula import atoms
from siemc.reading import ReadError
from siemc_backends.elastic.dsl import DSL
from siemc_backends.elastic.dsl.jsontext import Node, Number, scan

from .test_leaves import SCHEMA, formula


def plain(node: Node) -> object:
    """The value without its places."""
    match node.value:
        case dict() as members:
            return {key: plain(member.node) for key, member in members.items()}
        case list() as items:
            return [plain(item) for item in items]
        case Number(text):
            return json.loads(text)
        case value:
            return value


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
)


@given(values, st.booleans(), st.sampled_from([None, 2, "\t"]))
def test_json_is_read_as_the_standard_library_does(
    value: object, ascii_only: bool, indent: int | str | None
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    assert plain(scan(text)) == json.loads(text)


@pytest.mark.slow
@given(values)
def test_every_value_is_what_its_place_says(value: object) -> None:
    text = f" {json.dumps(value)}\n"
    stack = [scan(text)]
    while stack:
        node = stack.pop()
        assert json.loads(text[node.start : node.end]) == plain(node)
        if isinstance(node.value, list):
            stack += node.value
        elif isinstance(node.value, dict):
            for key, member in node.value.items():
                assert json.loads(text[member.start : member.end]) == key
                stack.append(member.node)


@given(
    st.text(alphabet=st.sampled_from('{}[],:"\\ \n0123.-+eEtruefalsn\x00\x1fu\ud800/'), max_size=20)
)
def test_what_the_standard_library_refuses_is_refused(text: str) -> None:
    try:
        expected = json.loads(text)
    except ValueError:
        with pytest.raises(ReadError):
            scan(text)
        return
    try:
        found = scan(text)
    except ReadError as refused:
        message = refused.message
    else:
        assert plain(found) == expected
        return
    assert "twice" in message or "half a character" in message


@pytest.mark.parametrize(
    "text",
    [
        *["", " ", "{", '{"a"', '{"a":', '{"a":1', "[1", "[1}", '{"a":1]', "[1,]", '{"a":1,}'],
        *["01", "1.", "1e", "+1", ".5", "--1", "-", "NaN", "Infinity", "tru", "nulll", "'a'"],
        *["{a:1}", '{"a":1} x', "[] []", '"a\nb"', '"\\x"', '"\\u12"', "// c\n1", "/* c */ 1"],
        "\ufeff1",
    ],
)
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ReadError) as caught:
        scan(text)
    assert 0 <= caught.value.start <= caught.value.end <= len(text) + 1


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"bool":{"must":[', "[[{"])
def test_deep_nesting_is_refused(opening: str) -> None:
    with pytest.raises(ReadError):
        scan(opening * 100_000)


def test_a_key_that_is_there_twice_is_refused_at_its_place() -> None:
    text = '{"bool": {"must": {"match_all": {}}, "must": {"match_none": {}}}}'
    with pytest.raises(ReadError, match="twice") as caught:
        formula(text)
    assert text[caught.value.start : caught.value.end] == '"must"'
    assert caught.value.start > 30


def test_the_same_key_written_with_an_escape_is_the_same_key() -> None:
    with pytest.raises(ReadError, match="twice"):
        formula('{"bool": {"must": [], "m\\u0075st": []}}')


def test_an_unknown_key_is_refused_at_its_place() -> None:
    text = '{"bool": {"filter": [{"term": {"k": {"value": "x", "fuzzy": 1}}}]}}'
    with pytest.raises(ReadError) as caught:
        formula(text)
    assert text[caught.value.start : caught.value.end] == '"fuzzy"'


def test_each_leaf_says_where_it_was_read() -> None:
    leaves = ['{"term": {"k": "a"}}', '{ "exists": { "field": "n" } }', '{"wildcard":{"w":"a*"}}']
    text = f'{{"query": {{"bool": {{"filter": [{", ".join(leaves)}]}}}}}}'
    found = []
    for atom in atoms(formula(text)):
        [origin] = atom.origins
        start, end = origin.path
        assert isinstance(start, int)
        assert isinstance(end, int)
        found.append(text[start:end])
    assert found == leaves


def test_each_value_of_terms_has_its_own_place() -> None:
    text = '{"terms": {"k": ["a", "b\\u0063"]}}'
    found = [atom.origins[0].path for atom in atoms(formula(text))]
    assert [text[int(start) : int(end)] for start, end in found] == ['"a"', '"b\\u0063"']


def test_leaves_within_query_string_have_their_own_place() -> None:
    text = '{"query_string": {"query": "k:a OR k:b"}}'
    found = [atom.origins[0].path for atom in atoms(formula(text))]
    assert [text[int(start) : int(end)] for start, end in found] == ["k:a", "k:b"]


PIECES = [
    "bool",
    "must",
    "should",
    "term",
    "k",
    "value",
    "query",
    "query_string",
    "fields",
    "range",
]
PIECES += [
    "filter",
    "minimum_should_match",
    "terms",
    "regexp",
    "n",
    "gte",
    "wildcard",
    "exists",
    "field",
]
keys = st.sampled_from(PIECES)
trees: st.SearchStrategy[object] = st.recursive(
    st.sampled_from(["x", "a*", "1", "((", "\\", 1, 1.5, True, None, {}, []]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=500)
@given(trees)
def test_any_json_is_read_or_refused(tree: object) -> None:
    text = json.dumps(tree)
    refused = None
    try:
        DSL.read(text, SCHEMA)
    except ReadError as error:
        refused = error
    assert refused is None or 0 <= refused.start <= refused.end <= len(text) + 1
