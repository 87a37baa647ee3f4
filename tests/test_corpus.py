"""The public rules as a whole: what compiles is proved, and the page about it is current."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from bench.coverage import LEEWAY, MAPPED, UNMAPPED, Row, count, is_close, line
from siemc.backend import backends
from siemc.compiler import NO_MAPPING
from siemc.load import Loaded, load

CORPUS = os.environ.get("SIEMC_CORPUS")
PAGE = Path(__file__).parents[1] / "docs" / "coverage.md"
# Every profile of every target, with the pipelines that go with it
PROFILES = [
    (schema, target, pipelines)
    for profiles, pipelines in ((UNMAPPED, (NO_MAPPING,)), (MAPPED, ()))
    for schema, targets in profiles
    for target in targets
]
# The least share that compiles, where one was promised
LEAST = {
    ("raw", "spl"): 99.5,
    ("raw-cased", "lucene"): 99.5,
    ("raw-cased", "dsl"): 99.5,
    ("raw", "lucene"): 97,
    ("raw", "dsl"): 97,
    ("raw", "kql"): 95,
    ("agent-windows", "lucene"): 85,
    ("agent-windows", "dsl"): 85,
}

pytestmark = pytest.mark.corpus
needs_rules = pytest.mark.skipif(not CORPUS, reason="SIEMC_CORPUS does not name the public rules")


@cache
def loaded() -> Loaded:
    return load([Path(str(CORPUS)) / "sigmahq" / "rules"])


def on_the_page(row: Row) -> str:
    """The line of the page that is about the row's schema and target."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    (found,) = [each for each in lines if each.startswith(f"| {row.schema} | {row.target} |")]
    return found


def test_every_shipped_profile_of_every_target_is_counted() -> None:
    shipped = {
        (schema, backend.id)
        for backend in backends().values()
        for schema in backend.platform.schema_names
    }
    assert {profile[:2] for profile in PROFILES} == shipped


@needs_rules
@pytest.mark.parametrize(("schema", "target", "pipelines"), PROFILES)
def test_what_compiles_is_proved_and_enough_does(
    schema: str, target: str, pipelines: tuple[str, ...]
) -> None:
    (row,) = count(loaded(), schema, [target], pipelines)
    assert row.total > (3000 if pipelines else 1500)
    # no text that its emitter holds to be exact is judged otherwise, and few are left open
    assert set(row.doubted) <= {"unknown"}
    assert row.doubted["unknown"] <= row.total / 100
    assert set(row.exact) <= {"form", "logic", "languages"}
    assert 100 * row.compiled / row.total >= LEAST.get((schema, target), 0)
    assert is_close(line(row), on_the_page(row))


def test_a_page_is_stale_where_more_than_a_few_proofs_differ() -> None:
    assert is_close("on 2026-01-02.\n| 3,141 | 99.9 %", "on 2026-03-04.\n| 3,140 | 100.0 %")
    assert not is_close("| spl | 100 |", f"| spl | {100 + LEEWAY + 1} |")
    assert not is_close("| SC201 5 |", "| SC202 5 |")
