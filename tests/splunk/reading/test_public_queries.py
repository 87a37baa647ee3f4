"""Real queries: those of the public rules, and those of Splunk's own detections.

The public rules' queries must all be read, and mean what the rule and an independent evaluator
say. Of Splunk's detections, which mostly go on with ``stats``, the part that keeps or drops events
must be read, but for what is refused by name.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import siemc
from siemc.evaluate import evaluate
from siemc.formula import Atom, Cidr, Compare, Formula, Glob, SameAs, atoms
from siemc.load import LoadedRule, load
from siemc.lower import lower
from siemc.reading import ReadError
from tests.splunk.reading.make import answers, reading
from tests.splunk.spl_model import holds

CORPUS = os.environ.get("SIEMC_CORPUS")

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS, reason="SIEMC_CORPUS does not name the public rules"),
]

Event = dict[str, list[str]]


@pytest.fixture(scope="module")
def rules() -> list[LoadedRule]:
    return list(load([Path(str(CORPUS)) / "sigmahq" / "rules"]).rules)


def sample(leaf: Atom, chance: random.Random) -> str | None:
    """A value that passes the test, or nearly."""
    match leaf.test:
        case Glob(parts):
            filled = "".join(
                part if isinstance(part, str) else chance.choice(["", "q"]) for part in parts
            )
            return chance.choice([filled, filled, filled.upper(), filled[:-1]])
        case Cidr(network):
            return str(network[0])
        case Compare(_, number):
            return str(number + chance.choice([-1, 0, 1]))
        case SameAs():
            return "same"
        case _:
            return None


def some_events(formula: Formula, chance: random.Random, count: int) -> Iterator[Event]:
    """Events with values that the formula speaks of, one for a field; some fields are absent."""
    leaves = list(atoms(formula))
    for _ in range(count):
        chance.shuffle(leaves)
        keep = chance.choice([0.5, 1.0])
        event: Event = {}
        for leaf in leaves[:200]:
            value = sample(leaf, chance)
            name = leaf.field or "_raw"
            if value is not None and name not in event and chance.random() < keep:
                event[name] = [value]
        yield event


def test_every_query_of_the_public_rules_is_read_as_the_rule(rules: list[LoadedRule]) -> None:
    chance = random.Random(1)
    queries = siemc.compile(rules, ["spl"], pipelines=["none"])
    compiled = [(rule, each) for rule, each in zip(rules, queries, strict=True) if each.text]
    assert len(compiled) > 3000
    for rule, query in compiled:
        text = str(query.text)
        formula, read = lower(rule).formula, reading(text)
        for event in some_events(formula, chance, 6):
            assert answers(read.formula, event) == {evaluate(formula, event)}, text


def test_every_query_for_a_mapped_index_is_read_as_the_evaluator_does(
    rules: list[LoadedRule],
) -> None:
    chance = random.Random(2)
    texts = {each.text for each in siemc.compile(rules, ["spl"]) if each.text}
    assert len(texts) > 2000
    for text in sorted(texts):
        read = reading(text)
        for event in some_events(read.formula, chance, 4):
            assert answers(read.formula, event) == {holds(text, event)}, text


PIPE = re.compile(r'"(?:\\.|[^"\\])*"|```.*?```|`[^`]*`|\|', re.DOTALL)
FILTER = re.compile(r"\s*(search|where|regex)\s")


def commands(text: str) -> list[str]:
    """The commands between pipes."""
    found, start = [], 0
    for match in PIPE.finditer(text):
        if match[0] == "|":
            found.append(text[start : match.start()])
            start = match.end()
    return [*found, text[start:]]


def filtering(text: str) -> str:
    """The commands at the start that keep or drop events."""
    first, *rest = commands(text)
    kept = [first]
    for command in rest:
        if not FILTER.match(command):
            break
        kept.append(command)
    return "|".join(kept)


def outcomes(texts: list[str]) -> Counter[str]:
    """How many are read, and why the others are not."""
    found: Counter[str] = Counter()
    for text in texts:
        try:
            reading(text)
            found["read"] += 1
        except ReadError as error:
            found[error.message] += 1
    return found


@pytest.fixture(scope="module")
def detections() -> list[str]:
    lines = (Path(str(CORPUS)) / "escu" / "searches.jsonl").read_text(encoding="utf-8")
    return [json.loads(line)["search"] for line in lines.splitlines()]


def test_the_filtering_part_of_splunks_detections_is_read(detections: list[str]) -> None:
    texts = [text for each in detections if (text := filtering(each)).strip()]
    assert len(texts) > 500
    found = outcomes(texts)
    assert found["read"] >= 498
    subsearch = next(message for message in found if "subsearch" in message)
    assert len(texts) - found["read"] - found[subsearch] <= 3


def test_each_condition_of_splunks_detections_is_read(detections: list[str]) -> None:
    texts = [
        f"* | {command}"
        for each in detections
        for command in commands(each)[1:]
        if FILTER.match(command)
    ]
    assert len(texts) > 400
    assert outcomes(texts)["read"] >= 399


def test_whole_detections_are_refused_by_the_command_that_is_not_read(
    detections: list[str],
) -> None:
    found = outcomes(detections)
    named = sum(count for message, count in found.items() if message.startswith("The command"))
    assert found["read"] + named > 1000
