"""The public rules all load, quickly, and as pySigma itself reads them."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from sigma.modifiers import (
    SigmaBase64Modifier,
    SigmaBase64OffsetModifier,
    SigmaRegularExpressionModifier,
    SigmaWindowsDashModifier,
)
from sigma.rule import SigmaDetection, SigmaDetectionItem, SigmaRule
from sigma.types import SigmaCIDRExpression, SigmaNull

from siemc.diagnostics import Diagnostic
from siemc.load import Loaded, LoadedRule, load
from siemc.yamlio import documents
from tests.load import is_written

CORPUS = os.environ.get("SIEMC_CORPUS")
pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(CORPUS is None, reason="SIEMC_CORPUS names no corpus of public rules"),
]
# The values of these are worked out by siemc; test_encode.py checks them.
OWN = {SigmaBase64Modifier, SigmaBase64OffsetModifier, SigmaWindowsDashModifier}


@pytest.fixture(scope="module")
def rules() -> Path:
    return Path(CORPUS or "") / "sigmahq" / "rules"


@pytest.fixture(scope="module")
def loaded(rules: Path) -> Loaded:
    return load([rules])


def test_every_rule_loads_without_a_word(loaded: Loaded) -> None:
    assert len(loaded.rules) == 3141
    assert loaded.broken == []
    assert loaded.diagnostics == []
    assert [note for rule in loaded.rules for note in rule.notes] == []


def test_loading_takes_little_more_than_reading_the_yaml(rules: Path, loaded: Loaded) -> None:
    """1.3 s against 0.2 s on the machine it was written on; a ratio holds on any."""
    texts = [Path(rule.path).read_text(encoding="utf-8") for rule in loaded.rules]

    def seconds(work: Callable[[], object]) -> float:
        before = time.process_time()
        work()
        return time.process_time() - before

    reading = min(seconds(lambda: [documents(text, "p") for text in texts]) for _ in range(3))
    assert min(seconds(lambda: load([rules])) for _ in range(3)) < 12 * reading


def test_the_fast_reader_agrees_with_pyyaml(loaded: Loaded) -> None:
    """But for dates and the truth words of YAML 1.1, which Sigma's YAML 1.2 keeps as text."""

    class Plain(yaml.CSafeLoader):
        pass

    resolvers = yaml.CSafeLoader.yaml_implicit_resolvers
    Plain.yaml_implicit_resolvers = {
        first: [(tag, exp) for tag, exp in pairs if "timestamp" not in tag]
        for first, pairs in resolvers.items()
        if first not in ("y", "Y", "n", "N", "o", "O")
    }
    Plain.yaml_implicit_resolvers["n"] = [
        pair for pair in resolvers["n"] if pair[0].endswith("null")
    ]
    for rule in loaded.rules:
        text = Path(rule.path).read_text(encoding="utf-8")
        detection = next(yaml.load_all(text, Plain))["detection"]
        assert rule.data["detection"] == detection, rule.path


def test_items_are_those_of_pysigma(loaded: Loaded) -> None:
    for rule in loaded.rules:
        if "|re" in str(rule.data["detection"]):
            continue  # pySigma 2 may refuse what Python's re accepts
        theirs = SigmaRule.from_dict(dict(rule.data))
        for name, detection in theirs.detection.detections.items():
            mine = rule.rule.detection.detections[name]
            assert described(mine) == described(detection), rule.path


def described(found: SigmaDetection | SigmaDetectionItem) -> Any:
    if isinstance(found, SigmaDetection):
        return found.item_linking, [described(item) for item in found.detection_items]
    values = [] if OWN.intersection(found.modifiers) else [shown(value) for value in found.value]
    return found.field, found.modifiers, found.value_linking, found.negated, values


def shown(value: Any) -> str:
    if isinstance(value, SigmaNull):
        return "null"
    return value.cidr if isinstance(value, SigmaCIDRExpression) else repr(value)


def test_every_place_is_written_in_its_file(loaded: Loaded) -> None:
    for rule in loaded.rules[::10]:
        for item in leaves(rule):
            assert is_written(rule.data, item.source.yaml_path)
            for i in range(len(item.value) if item.source.listed else 0):
                assert is_written(rule.data, (*item.source.yaml_path, i))


def leaves(rule: LoadedRule) -> list[Any]:
    found: list[Any] = []
    stack: list[Any] = list(rule.rule.detection.detections.values())
    while stack:
        each = stack.pop()
        if isinstance(each, SigmaDetection):
            stack.extend(each.detection_items)
        else:
            found.append(each)
    return found


def test_every_regular_expression_of_the_corpus_is_accepted(loaded: Loaded) -> None:
    items = [item for rule in loaded.rules for item in leaves(rule)]
    assert sum(SigmaRegularExpressionModifier in item.modifiers for item in items) > 100


def test_cutting_a_broken_file_finds_the_same_documents(loaded: Loaded) -> None:
    for rule in loaded.rules[::25]:
        text = Path(rule.path).read_text(encoding="utf-8")
        *before, broken = documents(f"{text}\n---\na: [\n", rule.path)
        assert before == documents(text, rule.path)
        assert isinstance(broken, Diagnostic)
