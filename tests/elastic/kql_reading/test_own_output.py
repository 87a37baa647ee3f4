"""What the emitters print, our readers read back to the same meaning (KQL and the Query DSL)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siemc.backend import Emission
from siemc.compiler import Compiler, Options
from siemc.diagnostics import SiemcError
from siemc.evaluate import evaluate
from siemc.formula import Formula
from siemc.load import load
from siemc.lower import lower

from ..build import BACKENDS, emit
from ..samples import Event, admitted, of_keywords
from ..samples import events as events_of
from ..test_hostile import events, formulas, has_odd_case, keyword_atoms

HARD = "?){"  # (x?){64}: Python's engine, which ``evaluate`` asks, tries every way through it
TARGETS = [("kql", "raw"), ("dsl", "raw"), ("dsl", "raw-cased")]


def back(target: str, schema: str, emission: Emission) -> Formula:
    """The formula that the emitted text is read as."""
    assert emission.text is not None
    backend = BACKENDS[target]
    [reading] = backend.read(emission.text, backend.platform.schema(schema))
    return reading.formula


@pytest.mark.slow
@settings(deadline=None, max_examples=400)
@given(
    formulas(keyword_atoms), st.lists(events, max_size=4), st.sampled_from(TARGETS), st.booleans()
)
def test_hostile_values_come_back(
    formula: Formula, found: list[Event], way: tuple[str, str], pretty: bool
) -> None:
    target, schema = way
    emission = emit(target, formula, schema, pretty)
    if emission.problems or emission.text is None:
        return
    read = back(target, schema, emission)
    for event in admitted(found, emission):
        if not has_odd_case(event):
            assert evaluate(read, event) == evaluate(formula, event), (emission.text, event)


@pytest.mark.corpus
@pytest.mark.parametrize(("target", "schema"), TARGETS)
def test_the_public_rules_come_back(target: str, schema: str) -> None:
    corpus = os.environ.get("SIEMC_CORPUS")
    if not corpus:
        pytest.skip("needs SIEMC_CORPUS, a folder with the public rules")
    matched = 0
    rules = load([Path(corpus) / "sigmahq" / "rules"]).rules[TARGETS.index((target, schema)) :: 3]
    for number, rule in enumerate(rules):
        try:
            formula = lower(rule).formula
        except SiemcError:
            continue
        emission = emit(target, formula, schema, pretty=bool(number % 2))
        if emission.problems or emission.text is None:
            continue
        read = back(target, schema, emission)
        if not of_keywords(formula) or HARD in emission.text:
            continue
        for event in admitted(events_of(formula, number, 3), emission):
            expected = evaluate(formula, event)
            assert evaluate(read, event) == expected, (rule.path, event, emission.text)
            matched += expected
    assert matched > len(rules)


@pytest.mark.corpus
@pytest.mark.parametrize("schema", ["winlogbeat-9", "agent-windows", "ecs-caseless", "defend"])
@pytest.mark.parametrize("target", ["kql", "dsl"])
def test_the_public_rules_are_read_on_every_schema(target: str, schema: str) -> None:
    """With the shipped mapping: what is emitted is read."""
    corpus = os.environ.get("SIEMC_CORPUS")
    if not corpus:
        pytest.skip("needs SIEMC_CORPUS, a folder with the public rules")
    backend = BACKENDS[target]
    known = backend.platform.schema(schema)
    options = Options(targets=(target,), schemas={target: schema}, prove=False)
    compiler = Compiler(options)
    queries = 0
    for rule in load([Path(corpus) / "sigmahq" / "rules" / "windows"]).rules[::4]:
        for query in compiler.compile(rule):
            if query.text is not None:
                backend.read(query.text, known)
                queries += 1
    assert queries > 5
