"""Our KQL grammar beside Kibana's own: the same texts are KQL, and they have the same tree."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siemc.backend import Layout
from siemc.formula import Atom, Glob
from siemc.reading import ReadError
from siemc_backends.elastic.kql import KQL
from siemc_backends.elastic.platform import ELASTIC

from .parser import Kibana
from .trees import Tree, alike, ours, theirs

pytestmark = pytest.mark.engines

WORDS = ["a", "f", "c d", "or", "and", "not", "é", "😀", "-", "?", ".", "/", "'", "\x00", "&", "+"]
VALUES = ["*", "\\*", "\\\\", '"x"', '"a b"', '"x\\"y"', '"a\\b"', '"a*b"', '""', "null", "true"]
ESCAPES = ["\\t", "\\n", "\\r", "\\:", "\\<", "\\not ", "\\NOT", "\\or", "\\And ", "\\"]
KEYWORDS = [" and ", " or ", " not ", "not ", " AND ", " Or ", "NOT ", "  or  ", "\tand\n", "nOt\t"]
SIGNS = ['"', "(", ")", "(", ")", ":", ":", "<", "<=", ">", ">=", " ", "\n", "\u2003", "\v"]
PIECES = [" a:b ", " a:(b or c) ", 'x:"y z"', "f : ( not a and b* )", "@kuery-wildcard@", "*: *"]

texts = st.lists(
    st.one_of(*map(st.sampled_from, (WORDS, VALUES, ESCAPES, KEYWORDS, SIGNS, PIECES))), max_size=10
).map("".join)


def read(text: str) -> Tree | None:
    try:
        return ours(text)
    except ReadError:
        return None


def agree(kibana: Kibana, text: str) -> bool:
    """Whether both read the text, and alike; false if both refuse it."""
    answer = kibana.ask(text)
    mine = read(text)
    if "tree" not in answer:
        assert mine is None, (text, mine, answer["error"])
        return False
    assert mine is not None, (text, answer["tree"])
    assert alike(mine, theirs(answer["tree"])), (text, mine, answer["tree"])
    return True


@settings(max_examples=3000, deadline=None)
@given(text=texts)
def test_texts_of_any_pieces_are_read_alike(kibana: Kibana, text: str) -> None:
    agree(kibana, text)


@settings(max_examples=500, deadline=None)
@given(text=st.text(alphabet=st.sampled_from('ab:()<>"*\\ \tnotrdNOu.@-'), max_size=14))
def test_texts_of_single_signs_are_read_alike(kibana: Kibana, text: str) -> None:
    agree(kibana, text)


ACCEPTED = [
    "",
    "   ",
    "*",
    "*: *",
    "a or b and c",
    "not a and b",
    "not (a or b)",
    "not a or not b and c",
    "(not a)",
    "f: (not x)",
    "f: (not (a or b))",
    "f: ((a))",
    "f: (a and b or c)",
    "f: (a and b) or g: c",
    "((a: b))",
    "f:or b",
    "or b",
    "a and and b",
    "f: ( or b)",
    "a or",
    "(a and)",
    "a  or  b",
    "a\tOR\nb",
    "a\nAnd\tb",
    "not",
    "f: not",
    "nota",
    "f: a b c",
    "f : a",
    'f: "a" ',
    '"a b": c',
    '"f": "a\\"b"',
    "f: a\\ b".replace("\\ ", "\\\\ "),
    "f: \\*",
    "f: \\**",
    "f: **",
    "f: a*b*",
    "f\\:g: h",
    "a\\and b",
    "f: \\or b",
    'f: "a\\b"',
    'f: "C:\\temp"',
    "f > 5",
    "f>=5 and f<10",
    'f < "2020-01-01"',
    "f: true",
    "f: null",
    "null: f",
    "f: a'b",
    "f: http\\://x/y?z=1",
    "f: @kuery-wildcard@",
    "f: *@kuery-wildcard@",
]


@pytest.mark.parametrize("text", ACCEPTED)
def test_texts_that_are_kql_have_the_same_tree(kibana: Kibana, text: str) -> None:
    assert agree(kibana, text)


REFUSED = [
    "f: not x",
    "not not a",
    "f: (not not a)",
    "NOT(a)",
    "(a",
    "a)",
    "()",
    "f: ()",
    "f:",
    "f: (a or b",
    "f >",
    "f > (a)",
    "a or ",
    "and b or ",
    "a (b)",
    '"a" "b"',
    'a "b"',
    '"a"or"b"',
    "(a)or(b)",
    "(a) or(b)",
    "f: a: b",
    "f: (a: b)",
    "(f): a",
    "f: C:\\x",
    "f: a\\b",
    'f: "a',
    'f: "a\\"',
    "f: \\",
    "foonot bar",
    "f: a<b<c",
    "not ",
]


@pytest.mark.parametrize("text", REFUSED)
def test_texts_that_are_no_kql_are_refused_by_both(kibana: Kibana, text: str) -> None:
    assert not agree(kibana, text)


# What today's grammar reads otherwise than that of 7.5, and why.
DIFFERENCES = {
    "{": "braces are special since nested fields came (7.6)",
    "f: a}": "braces are special since nested fields came (7.6)",
    "f: \\u0041": "codes in unquoted text came with 7.6",
    'f: "\\u0041"': "codes in quoted text came with 7.6",
    "f:\xa0a or\xa0b": "the no-break space is white space of the grammar since 8.x",
}


@pytest.mark.parametrize("text", DIFFERENCES)
def test_the_listed_differences_are_still_there(kibana: Kibana, text: str) -> None:
    answer = kibana.ask(text)
    mine = read(text)
    theirs_ = theirs(answer["tree"]) if "tree" in answer else None
    assert mine != theirs_


def test_the_queries_of_public_rules_have_the_same_tree(kibana: Kibana) -> None:
    corpus = os.environ.get("SIEMC_CORPUS")
    if not corpus:
        pytest.skip("needs SIEMC_CORPUS, a folder with the public rules")
    lines = (Path(corpus) / "elastic-rules" / "queries.jsonl").read_text("utf-8").splitlines()
    rules = [json.loads(line) for line in lines]
    queries = [rule["query"] for rule in rules if rule["language"] == "kuery"]
    assert len(queries) > 400
    for query in queries:
        if "{" not in query and "\\u" not in query:
            assert agree(kibana, query)


@pytest.mark.parametrize("name", ["null", "true", "false", "NULL", "True", "and", "Not", "a b"])
def test_kibana_reads_each_name_that_is_emitted_as_that_name(kibana: Kibana, name: str) -> None:
    emission = KQL.emit(Atom(name, Glob(("x",))), ELASTIC.schema("raw"), Layout())
    assert not emission.problems
    field = kibana.ask(emission.text or "")["tree"]["arguments"][0]
    assert (field["type"], field["value"]) == ("literal", name)
