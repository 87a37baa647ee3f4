"""The public rules: no failure, in the time that was promised, and mended ones stay equal."""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path

import pytest

from siemc.lint.fixes import mend
from siemc.lint.run import lint
from siemc.load import load, load_text
from siemc.lower import lower
from siemc.passes import simplify
from siemc.prove.compare import compare

CORPUS = os.environ.get("SIEMC_CORPUS")
pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS, reason="SIEMC_CORPUS does not name the public rules"),
]
SECONDS = 60


def test_the_public_rules_in_a_minute_of_one_core_and_equal_when_mended() -> None:
    start = time.process_time()
    loaded = load([Path(str(CORPUS)) / "sigmahq" / "rules"])
    findings = lint(loaded)
    assert time.process_time() - start < SECONDS
    counts = Counter(each.diagnostic.code for each in findings)
    assert counts["SC499"] == 0
    assert counts["SC403"] > 50
    for each in mend(findings):
        (old,) = load([each.path]).rules
        (new,) = load_text(each.text).rules
        before, after = (simplify(lower(rule).formula) for rule in (old, new))
        assert compare(before, after, seconds=10).relation == "exact", each.path
