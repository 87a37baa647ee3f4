"""The platform, the schemas, and what an emission tells beside its text."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from siemc.backend import Layout, backends
from siemc.formula import And, Equals, Or, Regex, SameAs
from siemc.schema import FieldType, Index, Schema
from siemc_backends.splunk import SPL, SPLUNK
from tests.splunk.make import ONE, RUN, atom, emit, has

SMALL = Schema(
    "small",
    "splunk",
    "Two fields",
    (Index("*", {"Image": FieldType("splunk"), "CommandLine": FieldType("splunk")}),),
)


def test_the_backend_describes_itself() -> None:
    assert (SPL.id, SPL.title, SPL.suffix) == ("spl", "Splunk SPL", ".spl")
    assert SPL.platform is SPLUNK
    assert SPLUNK.default_schema in SPLUNK.schema_names
    assert SPLUNK.raw_schema in SPLUNK.schema_names
    with pytest.raises(KeyError):
        SPLUNK.schema("nonsense")


def test_it_is_found_by_its_entry_point() -> None:
    assert backends()["spl"] is SPL


@pytest.mark.parametrize("name", SPLUNK.schema_names)
def test_every_named_schema_loads(name: str) -> None:
    schema = SPLUNK.schema(name)
    assert schema.name == name
    assert schema.platform == "splunk"
    assert schema.whole_event == "_raw"
    assert SPLUNK.schema(name) is schema


def test_the_open_schema_has_any_field() -> None:
    raw = SPLUNK.schema("raw")
    assert not raw.closed
    assert raw.has("anything at all")


def test_a_field_that_the_schema_lacks_is_a_problem_with_a_hint() -> None:
    formula = And((has("Imgae", "x"), has("Image", "y"), has("Imgae", "z", ONE)))
    emission = SPL.emit(formula, SMALL, Layout())
    assert emission.text is not None
    assert emission.text.startswith('Imgae="x" Image="y" Imgae="z*" | where ')
    (problem,) = emission.problems
    assert problem.code == "SC206"
    assert "Imgae" in problem.message
    assert "Image" in problem.hint
    assert len(problem.origins) == 1


def test_problems_of_one_field_are_merged_with_all_their_origins() -> None:
    formula = Or((atom("Nope", Equals(1), "one"), atom("Nope", Equals(2), "two")))
    (problem,) = SPL.emit(formula, SMALL, Layout()).problems
    assert [origin.identifier for origin in problem.origins] == ["one", "two"]


def test_a_keyword_needs_a_whole_event_field() -> None:
    emission = SPL.emit(has(None, RUN, "x", RUN), SMALL, Layout())
    assert emission.text is None
    assert [problem.code for problem in emission.problems] == ["SC211"]
    whole = replace(SMALL, whole_event="_raw")
    emission = SPL.emit(has(None, RUN, "x", RUN), whole, Layout())
    assert (emission.text, emission.problems) == ('_raw="*x*"', ())


def test_the_second_field_of_a_comparison_is_checked_too() -> None:
    emission = SPL.emit(atom("Image", SameAs("Nope")), SMALL, Layout())
    assert [problem.code for problem in emission.problems] == ["SC206"]


def test_assumptions() -> None:
    assert emit(has("f", "abc")).assumptions == ("SA02",)
    assert emit(has("f", "123")).assumptions == ()
    assert emit(has("f", "Abc", cased=True)).assumptions == ()
    assert emit(atom("f", Regex(r"a\d"))).assumptions == ()
    assert emit(atom("f", Regex(r"a\d", ignorecase=True))).assumptions == ("SA02",)
    assert emit(atom("f", SameAs("g"))).assumptions == ("SA02", "SA09")
    assert emit(has(None, RUN, "1", RUN)).assumptions == ("SA04",)


@pytest.mark.corpus
def test_the_whole_corpus_has_a_text_on_the_open_schema() -> None:
    corpus = os.environ.get("SIEMC_CORPUS")
    if not corpus:
        pytest.skip("SIEMC_CORPUS is not set")
    from siemc.load import load
    from siemc.lower import lower

    rules = load([Path(corpus) / "sigmahq" / "rules"]).rules
    emissions = [emit(lower(rule).formula) for rule in rules]
    exact = [it for it in emissions if it.text is not None and not it.problems]
    assert len(rules) > 3000
    assert len(exact) >= 0.995 * len(rules)
    assert all(it.text is not None and it.text.splitlines() == [it.text] for it in exact)
