"""What the emitter prints is read back as a formula that holds on the same events.

The emitter and the reader share nothing; what a query finds is also asked of ``spl_model``.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siemc.backend import Layout
from siemc.evaluate import evaluate
from siemc.formula import Affix, Atom, Formula, Not, SameAs, atoms
from siemc_backends.splunk import SPL
from tests.splunk.reading.make import RAW, answers, reading
from tests.splunk.spl_model import holds
from tests.splunk.test_meaning import events, formulas, values

pytestmark = pytest.mark.slow

Events = list[dict[str, list[str]]]


def single(event: dict[str, list[str]]) -> dict[str, list[str]]:
    """The event with at most one value for each field."""
    return {name: found[:1] for name, found in event.items()}


@settings(max_examples=500, deadline=None)
@given(formulas, st.lists(events, min_size=1, max_size=6), st.booleans())
def test_a_printed_formula_is_read_as_what_it_was(
    formula: Formula, some: Events, pretty: bool
) -> None:
    text = SPL.emit(formula, RAW, Layout(pretty)).text
    assert text is not None
    read = reading(text)
    for each in some:
        event = single(each) if "SA09" in read.assumptions else each
        assert answers(read.formula, event) == {evaluate(formula, event)}, text


@settings(max_examples=300, deadline=None)
@given(formulas, st.lists(events, min_size=1, max_size=4))
def test_the_model_finds_what_the_reading_says(formula: Formula, some: Events) -> None:
    text = SPL.emit(formula, RAW, Layout()).text
    assert text is not None
    read = reading(text)
    for event in some:
        assert answers(read.formula, event) == {holds(text, event)}, text


@settings(max_examples=200, deadline=None)
@given(formulas)
def test_our_own_queries_rest_on_one_value_only_for_two_fields(formula: Formula) -> None:
    text = SPL.emit(formula, RAW, Layout()).text
    assert text is not None
    assert "SA09" not in reading(text).assumptions
    assert "SA15" not in reading(text).assumptions


@pytest.mark.parametrize("affix", ["equals", "startswith", "endswith", "contains"])
@pytest.mark.parametrize("cased", [False, True])
@pytest.mark.parametrize("opposite", [False, True])
def test_two_fields_are_read_as_two_fields(affix: Affix, cased: bool, opposite: bool) -> None:
    same = Atom("s p", SameAs("y", affix, cased))
    emission = SPL.emit(Not(same) if opposite else same, RAW, Layout())
    if emission.text is None:
        assert (affix, cased) == ("contains", True)
        return
    read = reading(emission.text)
    assert set(read.assumptions) == {"SA09"} | (set() if cased else {"SA02"})
    assert [leaf for leaf in atoms(read.formula) if isinstance(leaf.test, SameAs)] == [same]


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["equals", "startswith", "endswith", "contains"]),
    st.booleans(),
    st.dictionaries(st.sampled_from(["x", "y"]), st.lists(values, max_size=1)),
)
def test_two_fields_hold_on_the_same_events(
    affix: Affix, opposite: bool, event: dict[str, list[str]]
) -> None:
    same = Atom("x", SameAs("y", affix))
    formula: Formula = Not(same) if opposite else same
    text = SPL.emit(formula, RAW, Layout()).text
    assert text is not None
    assert answers(reading(text).formula, event) == {evaluate(formula, event)}


@settings(max_examples=200, deadline=None)
@given(formulas, st.booleans())
def test_every_leaf_says_where_it_stands_in_the_text(formula: Formula, pretty: bool) -> None:
    text = SPL.emit(formula, RAW, Layout(pretty)).text
    assert text is not None
    for leaf in atoms(reading(text).formula):
        ((identifier, (start, end)),) = leaf.origins
        assert identifier == "query"
        assert isinstance(start, int)
        assert isinstance(end, int)
        assert 0 <= start < end <= len(text)
        assert text[start:end].strip() == text[start:end]
