"""azuma and pySigma's SQLite backend agree with ``evaluate``, or it is known why they do not."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

import pytest

from siemc.evaluate import evaluate
from siemc.load import LoadedRule, load_text
from siemc.lower import lower
from tests.engines.missing import Missing, skip
from tests.engines.oracles import pairs
from tests.engines.oracles.known import Example, Excuses, Known
from tests.engines.oracles.oracle import Oracle, Refused, asked, read
from tests.engines.oracles.pairs import Trial
from tests.engines.oracles.run import ORACLES, run
from tests.exact.strategies import rule_text

pytestmark = pytest.mark.engines

CLASSES = [(name, each) for name, (_, known) in ORACLES.items() for each in known]
# Pairs that must agree in a trial at least: were nearly all of them excused, it would show nothing
LEAST = {"shipped": 700, "random": 50, "taken": 600, "public": 1500}


def started(name: str) -> Oracle:
    try:
        return ORACLES[name][0]()
    except Missing as missing:
        skip(missing)


@pytest.fixture(scope="module", params=sorted(ORACLES))
def engine(request: pytest.FixtureRequest) -> tuple[Oracle, Sequence[Known]]:
    return started(request.param), ORACLES[request.param][1]


def agrees(engine: tuple[Oracle, Sequence[Known]], name: str, trials: Sequence[Trial]) -> None:
    result = run(*engine, name, trials)
    assert result.disagreements == []
    assert result.pairs == result.agreed + result.excused.total()
    assert result.agreed >= LEAST[name], result
    assert result.matching >= result.agreed / 6, result


@pytest.mark.parametrize("trials", [pairs.shipped, pairs.random], ids=["shipped", "random"])
def test_it_agrees_with_the_reference_on(
    engine: tuple[Oracle, Sequence[Known]],
    trials: Callable[[], Sequence[Trial]],
    request: pytest.FixtureRequest,
) -> None:
    agrees(engine, request.node.callspec.id.split("-")[-1], trials())


def test_it_agrees_on_random_rules_of_what_it_takes(
    engine: tuple[Oracle, Sequence[Known]],
) -> None:
    agrees(engine, "taken", pairs.taken(engine[0]))


@pytest.mark.corpus
@pytest.mark.skipif(
    "SIEMC_CORPUS" not in os.environ, reason="SIEMC_CORPUS does not name the public rules"
)
def test_it_agrees_on_public_rules(engine: tuple[Oracle, Sequence[Known]]) -> None:
    agrees(engine, "public", pairs.public())


def of(example: Example) -> tuple[str, LoadedRule]:
    text = rule_text(dict(example.detection), True)
    return text, load_text(text).rules[0]


@pytest.mark.parametrize(
    ("name", "known"), CLASSES, ids=[f"{name}: {known.name}" for name, known in CLASSES]
)
def test_a_known_difference_is_still_there(name: str, known: Known) -> None:
    oracle, example = started(name), known.example
    text, rule = of(example)
    said = asked(read(oracle, text), example.event)
    assert evaluate(lower(rule).formula, example.event) is example.right
    assert (None if isinstance(said, Refused) else said) is example.said
    assert said is not example.right
    assert Excuses(oracle, [known], rule).classes(example.event, said) == [known.name]


@pytest.mark.parametrize("name", sorted(ORACLES))
def test_a_class_has_a_name_of_its_own_and_one_reason(name: str) -> None:
    known = ORACLES[name][1]
    assert len({each.name for each in known}) == len(known)
    assert all((each.leaf is None) is not (each.rule is None) for each in known)
