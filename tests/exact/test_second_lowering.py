"""The compiler's lowering and one written apart from it mean the same, by proof."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
import yaml

from siemc.load import load
from siemc.lower import lower
from siemc.prove.compare import compare
from tests.exact.lowering import formula

RULES = Path(__file__).parents[2] / "rules"


def relations(folder: Path) -> Counter[str]:
    found: Counter[str] = Counter()
    for loaded in load([str(folder)]).rules:
        texts = Path(loaded.path).read_text(encoding="utf-8")
        detection = list(yaml.safe_load_all(texts))[loaded.document]["detection"]
        verdict = compare(formula(detection), lower(loaded).formula, seconds=5.0)
        assert verdict.relation == "exact", (loaded.path, verdict)
        found[verdict.how] += 1
    return found


def test_the_shipped_rules_are_lowered_alike() -> None:
    assert relations(RULES).total() >= 13


@pytest.mark.corpus
def test_the_public_rules_are_lowered_alike() -> None:
    corpus = os.environ.get("SIEMC_CORPUS")
    if not corpus:
        pytest.skip("SIEMC_CORPUS is not set")
    assert relations(Path(corpus) / "sigmahq").total() > 3_000
