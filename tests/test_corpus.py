"""The public rules as a whole: how many compile, and that the page about it is current."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bench.coverage import MAPPED, UNMAPPED, Row, count, page
from siemc.load import Loaded, load

CORPUS = os.environ.get("SIEMC_CORPUS")
PAGE = Path(__file__).parents[1] / "docs" / "coverage.md"

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPUS, reason="SIEMC_CORPUS does not name the public rules"),
]


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return load([Path(str(CORPUS)) / "sigmahq" / "rules"])


@pytest.fixture(scope="module")
def unmapped(loaded: Loaded) -> dict[tuple[str, str], Row]:
    rows = [row for name, each in UNMAPPED for row in count(loaded, name, each, ("none",))]
    return {(schema, target): row for row in rows for schema, target in [row[:2]]}


@pytest.mark.parametrize(
    ("schema", "target", "least"),
    [
        ("raw", "spl", 99.5),
        ("raw-cased", "lucene", 99.5),
        ("raw-cased", "dsl", 99.5),
        ("raw", "lucene", 97),
        ("raw", "dsl", 97),
        ("raw", "kql", 95),
    ],
)
def test_enough_compiles_without_a_mapping(
    unmapped: dict[tuple[str, str], Row], schema: str, target: str, least: float
) -> None:
    _, _, total, compiled, _ = unmapped[schema, target]
    assert total > 3000
    assert 100 * compiled / total >= least


@pytest.mark.parametrize("target", ["lucene", "dsl"])
def test_enough_compiles_on_the_agents_mapping(loaded: Loaded, target: str) -> None:
    assert ("agent-windows", ("kql", "lucene", "dsl")) in MAPPED
    ((_, _, total, compiled, _),) = count(loaded, "agent-windows", [target], ())
    assert total > 2000
    assert 100 * compiled / total >= 85


def test_the_page_is_current(loaded: Loaded) -> None:
    assert page(loaded) == PAGE.read_text(encoding="utf-8")
