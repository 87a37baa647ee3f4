"""What is printed means what the formula means: read back by the manual, event by event."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siemc.backend import Layout
from siemc.evaluate import evaluate
from siemc.formula import (
    And,
    Atom,
    Cidr,
    Compare,
    Const,
    Equals,
    Exists,
    Formula,
    Glob,
    IsNull,
    Not,
    Or,
    Origin,
    Regex,
    SameAs,
    Wild,
    atoms,
    glob,
)
from siemc_backends.splunk import SPL, SPLUNK
from tests.splunk.spl_model import holds

RAW = SPLUNK.schema("raw")
NAMES = ("x", "y", "a.b", "s p", "earliest")
PIECES = (
    "a",
    "A",
    "b",
    "a",
    "B",
    "\\",
    '"',
    "*",
    "?",
    " ",
    "|",
    "\n",
    "`",
    "(",
    "[",
    "$",
    ".",
    "-",
    "'",
    "AND",
)

texts = st.lists(st.sampled_from(PIECES), max_size=2).map("".join)
values = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=3).map("".join),
    st.sampled_from(
        ["10.0.0.1", "10.0.0.0/8", "192.168.0.9", "::1", "5", "7", "-3", "2.5", "true", "TRUE"]
    ),
)
events = st.dictionaries(st.sampled_from(NAMES), st.lists(values, max_size=2), max_size=4)
globs = st.builds(
    glob,
    st.one_of(
        st.lists(st.one_of(texts, st.sampled_from(list(Wild))), max_size=4),
        st.sampled_from([["10.0.0.0/8"], ["10.0.0.1"], ["TRUE"], ["5"]]),
    ),
    st.booleans(),
)
SOURCES = (
    "a",
    "^a",
    "a$",
    r"\\",
    r"a\\?",
    '"',
    r"\"",
    "[^a]",
    r"[\\a]",
    "a|B",
    r"`",
    r"\x5c",
    r"\.",
)
regexes = st.builds(Regex, st.sampled_from(SOURCES), st.booleans())
networks = st.sampled_from(["10.0.0.0/8", "::/64", "192.168.0.9/32"])
tests = st.one_of(
    globs,
    globs,
    regexes,
    st.builds(lambda text: Cidr(ip_network(text)), networks),
    st.builds(Compare, st.sampled_from(["<", "<=", ">", ">="]), st.sampled_from([5, 0, -3, 2.5])),
    st.builds(Equals, st.sampled_from([5, 7, -3, 2.5, True])),
    st.builds(IsNull),
    st.builds(Exists),
)

pytestmark = pytest.mark.slow


def _leaf(name: str, test: object) -> Atom:
    return Atom(name, test, (Origin("sel", (name,)),))  # type: ignore[arg-type]


leaves = st.builds(_leaf, st.sampled_from(NAMES), tests)
formulas: st.SearchStrategy[Formula] = st.recursive(
    st.one_of(leaves, leaves, leaves, st.builds(Const, st.booleans())),
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.lists(st.builds(Not, inner), min_size=2, max_size=3).map(lambda it: Not(And(tuple(it)))),
        st.lists(inner, min_size=1, max_size=4).map(lambda items: And(tuple(items))),
        st.lists(inner, min_size=1, max_size=4).map(lambda items: Or(tuple(items))),
    ),
    max_leaves=8,
)


@settings(max_examples=800, deadline=None)
@given(formulas, st.lists(events, min_size=1, max_size=6), st.booleans(), st.booleans())
def test_the_query_finds_what_the_formula_holds_on(
    formula: Formula, some: list[dict[str, list[str]]], pretty: bool, halve: bool
) -> None:
    emission = SPL.emit(formula, RAW, Layout(pretty))
    assert emission.problems == ()
    assert emission.text is not None
    for event in some:
        assert holds(emission.text, event, halve=halve) == evaluate(formula, event), emission.text


@settings(max_examples=200, deadline=None)
@given(globs, values, st.booleans())
def test_one_glob_on_one_value(test: Glob, value: str, halve: bool) -> None:
    emission = SPL.emit(Atom("x", test), RAW, Layout())
    assert emission.text is not None
    expected = evaluate(Atom("x", test), {"x": [value]})
    assert holds(emission.text, {"x": [value]}, halve=halve) == expected


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["equals", "startswith", "endswith", "contains"]),
    st.booleans(),
    st.booleans(),
    st.dictionaries(st.sampled_from(["x", "y"]), st.lists(values, max_size=1)),
)
def test_two_fields(affix: str, cased: bool, opposite: bool, event: dict[str, list[str]]) -> None:
    atom = Atom("x", SameAs("y", affix, cased))  # type: ignore[arg-type]
    formula: Formula = Not(atom) if opposite else atom
    emission = SPL.emit(formula, RAW, Layout())
    if cased and affix == "contains":
        assert emission.text is None
        assert [problem.code for problem in emission.problems] == ["SC208"]
        return
    assert emission.text is not None
    assert "SA09" in emission.assumptions
    assert holds(emission.text, event) == evaluate(formula, event)


@pytest.mark.parametrize("value", ["C:\\Edge\\x", "\\E", "a\\Eb"])
def test_a_quote_end_in_the_other_field_is_only_text(value: str) -> None:
    emission = SPL.emit(Atom("x", SameAs("y", "contains")), RAW, Layout())
    assert emission.text is not None
    assert holds(emission.text, {"x": [f"1{value}2"], "y": [value]})
    assert not holds(emission.text, {"x": ["12"], "y": [value]})


@settings(max_examples=200, deadline=None)
@given(formulas)
def test_every_leaf_that_is_printed_has_its_span(formula: Formula) -> None:
    emission = SPL.emit(formula, RAW, Layout())
    assert emission.text is not None
    last = 0
    for span in emission.spans:
        assert last <= span.start < span.end <= len(emission.text)
        last = span.end
    known = {origin for atom in atoms(formula) for origin in atom.origins}
    assert {origin for span in emission.spans for origin in span.origins} <= known
    if not any(isinstance(part, Const) for part in _parts(formula)):
        assert {origin for span in emission.spans for origin in span.origins} == known


def _parts(formula: Formula) -> list[Formula]:
    match formula:
        case Not(item):
            return [formula, *_parts(item)]
        case And(items) | Or(items):
            return [formula, *(part for item in items for part in _parts(item))]
        case _:
            return [formula]
