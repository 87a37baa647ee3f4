"""Emitted Lucene, run by Lucene itself: it is accepted, and finds what the formula says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siemc.evaluate import evaluate
from siemc.formula import FALSE, TRUE, And, Equals, Formula, Glob, IsNull, Not, Or, Regex
from tests.engines.lucene import Lucene, start

from .build import ONE, RUN, emit, has, leaf
from .samples import Event, admitted, events
from .test_hostile import HOSTILE, fields, formulas, globs, has_odd_case, texts

pytestmark = pytest.mark.engines


@pytest.fixture(scope="module", params=["raw", "raw-cased"])
def engine(request: pytest.FixtureRequest) -> tuple[str, Lucene]:
    name: str = request.param
    return name, start(normalized=name == "raw")


def agree(engine: tuple[str, Lucene], formula: Formula, found: list[Event]) -> int:
    """How many events match; Lucene and the reference must agree on every one."""
    schema, lucene = engine
    emission = emit("lucene", formula, schema)
    if emission.problems or emission.text is None:
        return 0
    found = admitted(found, emission)
    expected = [evaluate(formula, event) for event in found]
    assert lucene.hits(emission.text, found) == expected, (emission.text, found)
    return sum(expected)


A, B, C = has("a", "x"), has("b", RUN, "y\\"), has("c d", "Z", ONE)


@pytest.mark.parametrize(
    "formula",
    [
        TRUE,
        FALSE,
        A,
        Not(A),
        And((A, Not(B))),
        Or((A, Not(B))),
        Or((Not(A), Not(B))),
        And((Not(A), Not(B))),
        Not(Or((A, And((B, C))))),
        Or((And((A, B)), Not(And((B, C))))),
        And((Or((A, B)), Or((Not(C), A)))),
        leaf("a", IsNull()),
        Not(leaf("a", IsNull())),
        And((leaf("a", Equals(5)), Not(leaf("b", IsNull())))),
        leaf("a", Regex('(?i)^[a-f]{2,3}\\\\(x|"y")/?$')),
        leaf("a", Regex("(?i)a\\sb.*?(?:c|[^d]e)")),
    ],
)
def test_each_shape_finds_what_it_says(engine: tuple[str, Lucene], formula: Formula) -> None:
    for seed in range(20):
        agree(engine, formula, events(formula, seed, 5))


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_value_finds_itself_and_nothing_else(
    engine: tuple[str, Lucene], value: str
) -> None:
    found: list[Event] = [{"f": [value]}, {"f": [f"x{value}"]}, {"f": ["other"], "g": [value]}, {}]
    for parts in ((value,), (value, RUN), (RUN, value), (RUN, value, RUN), (ONE, value)):
        for formula in (has("f", *parts), Not(has("f", *parts))):
            agree(engine, formula, found)


@settings(deadline=None, max_examples=100)
@given(
    st.data(),
    formulas(
        st.builds(has, fields.filter(bool), texts)
        | st.builds(leaf, st.sampled_from(["f", "g"]), globs)
    ),
)
def test_any_formula_is_accepted(
    engine: tuple[str, Lucene], data: st.DataObject, formula: Formula
) -> None:
    name = st.sampled_from(["f", "g", "Log Name", "a:b"])
    event: Event = data.draw(st.dictionaries(name, st.lists(texts, min_size=1, max_size=2)))
    if not has_odd_case(event):
        agree(engine, formula, [event])


def test_a_query_of_the_longest_expression_is_run(engine: tuple[str, Lucene]) -> None:
    assert agree(engine, has("f", "b" * 250), [{"f": ["B" * 250]}, {"f": ["b" * 249]}]) == 1


def test_the_glob_that_was_refused_as_too_much_work_is(engine: tuple[str, Lucene]) -> None:
    schema, lucene = engine
    emission = emit("lucene", leaf("f", Glob((RUN, "1", *[ONE] * 40))), schema)
    assert [problem.code for problem in emission.problems] == ["SC213"]
    with pytest.raises(Exception, match="TooComplexToDeterminize"):
        lucene.hits(emission.text or "", [{"f": ["1"]}])
