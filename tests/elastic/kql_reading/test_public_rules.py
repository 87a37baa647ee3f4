"""The KQL of Elastic's own detection rules: what people write is read."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from siemc.formula import Opaque, atoms
from siemc.reading import ReadError
from siemc_backends.elastic.kql import KQL
from siemc_backends.elastic.platform import ELASTIC

pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module")
def queries() -> list[str]:
    corpus = os.environ.get("SIEMC_CORPUS")
    if not corpus:
        pytest.skip("needs SIEMC_CORPUS, a folder with the public rules")
    lines = (Path(corpus) / "elastic-rules" / "queries.jsonl").read_text("utf-8").splitlines()
    rules = [json.loads(line) for line in lines]
    return [rule["query"] for rule in rules if rule["language"] == "kuery"]


@pytest.mark.parametrize(
    "schema", ["raw", "raw-cased", "winlogbeat-9", "agent-windows", "ecs-caseless", "defend"]
)
def test_all_are_read_but_patterns_of_field_names(queries: list[str], schema: str) -> None:
    known = ELASTIC.schema(schema)
    refused = Counter[str]()
    for query in queries:
        try:
            KQL.read(query, known)
        except ReadError as error:
            refused[error.message] += 1
    assert set(refused) <= {"a pattern of field names is not understood; name each field"}
    assert refused.total() <= len(queries) // 50


def test_nearly_every_leaf_is_a_test(queries: list[str]) -> None:
    """Only ranges and values without a field are opaque where every field is a keyword."""
    known = ELASTIC.schema("raw-cased")
    opaque = leaves = 0
    for query in queries:
        try:
            [reading] = KQL.read(query, known)
        except ReadError:
            continue
        found = [isinstance(atom.test, Opaque) for atom in atoms(reading.formula)]
        leaves, opaque = leaves + len(found), opaque + sum(found)
    assert leaves > 5000
    assert opaque < leaves / 100
