"""No text of a rule leaves its value, and no formula makes an emitter raise."""

from __future__ import annotations

import json
import re
from ipaddress import ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siemc.evaluate import evaluate
from siemc.formula import (
    FALSE,
    TRUE,
    And,
    Atom,
    Cidr,
    Compare,
    Equals,
    Exists,
    Formula,
    IsNull,
    Not,
    Opaque,
    Or,
    Regex,
    SameAs,
    Test,
    TimePart,
    glob,
)

from . import dsl_reader, kql_reader
from .build import BACKENDS, KEYWORD, ONE, RUN, codes, emit, has, index
from .samples import Event

# Dotted and dotless i, long s, sharp s, the Kelvin sign
ODD_CASE = "\u0130\u0131\u017f\u00df\u212a"
HOSTILE = [
    '"',
    "\\",
    '\\"',
    '" OR *:* OR "',
    "x) OR (*:*",
    "AND",
    " or ",
    "not x",
    "*",
    "?",
    "/",
    "/x/ OR y",
    "[a TO b]",
    "{x}",
    "a\nb",
    "\r",
    "\t",
    "\v\f\x85",
    "\u2028\u2029",
    "\x00",
    "\u202e",
    "\u3000",
    "`x` | delete // # --",
    "]}}",
    ODD_CASE,
    "😀",
    "\\u000a",
    "\\n",
]
LINE_BREAKS = re.compile("[\n\r\v\f\x85\u2028\u2029]")

texts = st.one_of(
    st.sampled_from(HOSTILE), st.text(max_size=6), st.lists(st.sampled_from(HOSTILE)).map("".join)
)
globs = st.builds(
    glob, st.lists(st.one_of(texts, st.sampled_from([RUN, ONE])), max_size=4), st.booleans()
)
tests: st.SearchStrategy[Test] = st.one_of(
    globs,
    st.builds(Regex, st.one_of(texts, st.sampled_from(["a.b$", "^[^x]+\\s", "(a|b){2,9}"]))),
    st.sampled_from([Cidr(ip_network("10.2.0.0/15")), Cidr(ip_network("::1/128"))]),
    st.sampled_from([Compare(">", 5), Compare("<=", -0.5), Compare(">", float("nan"))]),
    st.sampled_from([Equals(5), Equals(True), Equals(-0.5), IsNull(), Exists()]),
    st.builds(SameAs, texts),
    st.builds(Opaque, texts),
    st.just(TimePart("hour", "=", 3)),
)
fields = st.one_of(st.sampled_from(["f", "g", "Log Name", "a:b", None]), texts)
atoms: st.SearchStrategy[Formula] = st.builds(Atom, fields, tests)


def formulas(leaves: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    return st.recursive(
        st.one_of(leaves, st.sampled_from([TRUE, FALSE])),
        lambda inner: st.one_of(
            inner.map(Not),
            st.lists(inner, max_size=3).map(lambda items: And(tuple(items))),
            st.lists(inner, max_size=3).map(lambda items: Or(tuple(items))),
        ),
        max_leaves=6,
    )


schemas = st.sampled_from(["raw", "raw-cased", "agent-windows", "ecs-caseless", index(KEYWORD)])


@settings(deadline=None, max_examples=200)
@given(formulas(atoms), schemas, st.sampled_from(sorted(BACKENDS)))
def test_no_formula_makes_an_emitter_raise(formula: Formula, schema: str, target: str) -> None:
    emission = emit(target, formula, schema)
    if emission.text is None:
        assert emission.problems
        return
    assert not LINE_BREAKS.search(emission.text)
    assert all(0 <= span.start < span.end <= len(emission.text) for span in emission.spans)
    pretty = emit(target, formula, schema, pretty=True)
    assert (pretty.problems, pretty.assumptions) == (emission.problems, emission.assumptions)


@settings(deadline=None, max_examples=200)
@given(formulas(atoms), schemas)
def test_the_query_dsl_is_always_json(formula: Formula, schema: str) -> None:
    for pretty in (False, True):
        text = emit("dsl", formula, schema, pretty).text
        if text is not None:
            assert text.isascii()
            assert isinstance(json.loads(text), dict)


keyword_atoms: st.SearchStrategy[Formula] = st.builds(
    Atom,
    st.sampled_from(["f", "g", "not", 'we"ird', "a b"]),
    st.one_of(globs, st.sampled_from([IsNull(), Exists(), Equals(5)])),
)
events: st.SearchStrategy[Event] = st.dictionaries(
    st.sampled_from(["f", "g", "not", 'we"ird', "a b"]), st.lists(texts, min_size=1, max_size=2)
)


@settings(deadline=None, max_examples=300)
@given(formulas(keyword_atoms), events, st.booleans())
def test_kql_says_what_the_formula_says(formula: Formula, event: Event, pretty: bool) -> None:
    emission = emit("kql", formula, "raw", pretty)
    if emission.problems or emission.text in {"*:*", "not *:*"} or has_odd_case(event):
        return
    assert emission.text is not None
    assert kql_reader.read(emission.text)(event) == evaluate(formula, event)


@settings(deadline=None, max_examples=300)
@given(formulas(keyword_atoms), events, st.booleans())
def test_the_query_dsl_says_what_the_formula_says(
    formula: Formula, event: Event, normalized: bool
) -> None:
    emission = emit("dsl", formula, "raw" if normalized else "raw-cased")
    if emission.problems or emission.text is None or has_odd_case(event):
        return
    try:
        query = dsl_reader.read(emission.text, normalized)
    except dsl_reader.HasExpression:
        return
    assert query(event) == evaluate(formula, event)


def has_odd_case(event: Event) -> bool:
    """Whether ``str.lower`` and the case table differ on it: assumption SA02."""
    return any(set(ODD_CASE) & set(value) for values in event.values() for value in values)


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_value_matches_itself_in_kql_and_nothing_else(value: str) -> None:
    for parts in ((value,), (value, RUN), (RUN, value), (RUN, value, RUN)):
        emission = emit("kql", has("f", *parts), "raw")
        if "SC212" in codes(emission) or "SC202" in codes(emission):
            continue
        assert emission.text is not None
        query = kql_reader.read(emission.text)
        assert query({"f": [value]})
        assert not query({"f": ["something else"], "g": [value]})


QUOTED = r'"(?:[^"\\]|\\.)*"'
EXPRESSION = r"/(?:[^/\\]|\\.|\[\\\\\])*/"
TERM = r'(?:[^\s"():/\\\u3000]|\\.)+'
TOKEN = re.compile(f"{QUOTED}|{EXPRESSION}|{TERM}|[():]|[ ]", re.DOTALL)


@settings(deadline=None, max_examples=300)
@given(st.lists(globs, min_size=1, max_size=3), st.sampled_from(["raw", "raw-cased"]))
def test_lucene_has_no_token_that_the_emitter_did_not_mean(found: list[Test], schema: str) -> None:
    """To another tokenizer, a list of values is a field and at most that many values."""
    emission = emit("lucene", Or(tuple(Atom("f", test) for test in found)), schema)
    assert emission.text is not None
    tokens = TOKEN.findall(emission.text)
    assert "".join(tokens) == emission.text
    assert tokens.count("(") == tokens.count(")") <= 1
    values = [each for each in tokens if each not in {"f", ":", "(", ")", "OR", " ", "_exists_"}]
    assert len(values) <= len(found)
    assert tokens.count("OR") == len(values) + tokens.count("_exists_") - 1
