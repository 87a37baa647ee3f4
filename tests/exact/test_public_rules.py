"""Every public rule, from its text to its queries, on events made from its own values.

``tests/elastic/test_corpus.py`` holds the formulas against random events; here it is the rules'
text that decides (``reading.py``), SPL is read too, and the near misses are systematic: every
value of a matching event is broken, and the values of every other leaf, exclusions above all, are
added to it.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from siemc.evaluate import evaluate
from siemc.formula import Cidr, Formula, SameAs, TimePart, atoms
from siemc.load import LoadedRule, load
from siemc.lower import lower
from tests.elastic import samples
from tests.elastic.lucene_engine import Lucene, start
from tests.exact import reading
from tests.exact.dsl_expressions import by_lucene
from tests.exact.test_rules_from_text import (
    Case,
    check,
    dsl_of,
    read_kql,
    read_spl,
    tried,
)

CORPUS = os.environ.get("SIEMC_CORPUS")
MOST_LEAVES = 8
pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS, reason="SIEMC_CORPUS does not name the public rules"),
]


@pytest.fixture(scope="module")
def rules() -> list[LoadedRule]:
    return load([Path(str(CORPUS)) / "sigmahq" / "rules"]).rules


@pytest.fixture(autouse=True)
def figures() -> Iterator[None]:
    tried.clear()
    yield
    print(dict(sorted(tried.items())))


def matching(formula: Formula, number: int) -> samples.Event | None:
    """An event of the rule's own values that the formula matches, if one is soon found."""
    strangers = {leaf.field: ["~"] for leaf in atoms(formula) if leaf.field}
    for seed in range(number, number + 40):
        event = own(formula, seed)
        for each in (event, {**strangers, **event}):  # some rules exclude what is absent
            if evaluate(formula, each):
                return each
    return None


def own(formula: Formula, seed: int) -> samples.Event:
    """The values that a formula asks for; keywords stand in a field of no rule."""
    made = samples.events(formula, seed, 1)[1]
    keywords = made.pop(samples.WHOLE, [])
    named = [text for values in made.values() for text in values]
    found = [text for text in keywords if text != " ".join([*keywords[:-1], *named])]
    return {**made, "a message": found} if found else made


def near(event: samples.Event, formula: Formula, rng: random.Random) -> Iterator[samples.Event]:
    """The event with each value broken, and with the values of the other leaves."""
    for name, values in event.items():
        yield {each: texts for each, texts in event.items() if each != name}
        for edit in (f"x{values[0]}", f"{values[0]}x", _broken(values[0]), values[0].swapcase()):
            yield {**event, name: [edit, *values[1:]]}
    leaves = list(atoms(formula))
    for leaf in rng.sample(leaves, min(len(leaves), MOST_LEAVES)):
        for name, values in own(leaf, rng.randrange(99)).items():
            yield {**event, name: [*event.get(name, []), *values]}
            yield {**event, name: values}


def _broken(text: str) -> str:
    middle = len(text) // 2
    return f"{text[:middle]}~{text[middle:]}"


def cases(rules: list[LoadedRule]) -> Iterator[Case]:
    for number, rule in enumerate(rules):
        formula = lower(rule).formula
        event = matching(formula, number)
        tried["with a match" if event else "without a match"] += 1
        rng = random.Random(number)
        found = [{}, event, *near(event, formula, rng)] if event else [{}, own(formula, number)]
        yield Case(rule.data["detection"], [each for each in found if each is not None], rule)


def of_texts(case: Case) -> bool:
    """Whether Elastic's readers suffice: no addresses, times or other fields."""
    kinds = Cidr | SameAs | TimePart
    return not any(isinstance(each.test, kinds) for each in atoms(lower(case.rule).formula))


def test_a_second_reading_and_every_reader_agree_on_the_public_rules(
    rules: list[LoadedRule],
) -> None:
    for number, case in enumerate(cases(rules)):
        formula = lower(case.rule).formula
        for event in case.events:
            expected = reading.holds(case.detection, event)
            assert evaluate(formula, event) == expected, (case.rule.path, event)
            tried.update(events=1, true=expected)
        check(case, "spl", "raw", "_raw", partial(read_spl, halve=number % 2 == 0))
        if of_texts(case):
            check(case, "kql", "raw", "event.original", read_kql)
            check(case, "dsl", "raw-cased", "event.original", dsl_of("raw-cased"))
    assert tried["without a match"] < 0.02 * len(rules)


@pytest.mark.engines
@pytest.mark.parametrize("schema", ["raw", "raw-cased"])
def test_lucene_agrees_on_the_public_rules(rules: list[LoadedRule], schema: str) -> None:
    engine: Lucene = start(normalized=schema == "raw")
    for case in cases(rules):
        if of_texts(case):
            check(case, "lucene", schema, "event.original", engine.hits)
            check(case, "dsl", schema, "event.original", dsl_of(schema, by_lucene(engine)))
    assert tried["without a match"] < 0.02 * len(rules)
