"""Every public rule: compiled or truly refused, and its queries mean what the rule means."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from siemc.diagnostics import SiemcError
from siemc.evaluate import evaluate
from siemc.formula import Formula
from siemc.load import load
from siemc.lower import lower
from tests.engines.lucene import start

from . import dsl_reader, kql_reader
from .build import emit
from .samples import admitted, events, of_keywords

pytestmark = pytest.mark.corpus
Rules = list[tuple[str, Formula]]


@pytest.fixture(scope="module")
def rules() -> Rules:
    corpus = os.environ.get("SIEMC_CORPUS")
    if not corpus:
        pytest.skip("needs SIEMC_CORPUS, a folder with the public rules")
    found: Rules = []
    for loaded in load([Path(corpus) / "sigmahq" / "rules"]).rules:
        try:
            found.append((loaded.path, lower(loaded).formula))
        except SiemcError:
            continue
    return found


@pytest.mark.parametrize(
    ("target", "schema", "least"),
    [
        ("lucene", "raw-cased", 0.995),
        ("dsl", "raw-cased", 0.995),
        ("lucene", "raw", 0.97),
        ("dsl", "raw", 0.97),
        ("kql", "raw", 0.95),
    ],
)
def test_enough_rules_are_exact(rules: Rules, target: str, schema: str, least: float) -> None:
    refused = Counter[str]()
    exact = 0
    for _, formula in rules:
        emission = emit(target, formula, schema)
        refused.update({problem.code for problem in emission.problems})
        exact += not emission.problems
    assert exact / len(rules) >= least, refused


@pytest.mark.parametrize(
    ("target", "schema"), [("kql", "raw"), ("dsl", "raw"), ("dsl", "raw-cased")]
)
def test_a_reader_of_the_language_finds_what_the_rule_finds(
    rules: Rules, target: str, schema: str
) -> None:
    matched = 0
    for number, (path, formula) in enumerate(rules):
        emission = emit(target, formula, schema, pretty=bool(number % 2))
        if emission.problems or emission.text is None or not of_keywords(formula):
            continue
        try:
            query = (
                kql_reader.read(emission.text)
                if target == "kql"
                else dsl_reader.read(emission.text, schema == "raw")
            )
        except dsl_reader.HasExpression:
            continue
        for event in admitted(events(formula, number, 3), emission):
            expected = evaluate(formula, event)
            assert query(event) == expected, (path, event, emission.text)
            matched += expected
    assert matched > len(rules)


@pytest.mark.engines
@pytest.mark.parametrize("schema", ["raw", "raw-cased"])
def test_lucene_itself_finds_what_the_rule_finds(rules: Rules, schema: str) -> None:
    lucene = start(normalized=schema == "raw")
    matched = 0
    for number, (path, formula) in enumerate(rules):
        emission = emit("lucene", formula, schema, pretty=bool(number % 2))
        if emission.problems or emission.text is None or not of_keywords(formula):
            continue
        found = admitted(events(formula, number, 2), emission)
        expected = [evaluate(formula, event) for event in found]
        assert lucene.hits(emission.text, found) == expected, (path, found, emission.text)
        matched += sum(expected)
    assert matched > len(rules)
