"""Every Lucene query that the public rules compile to is read, and finds what its rule finds."""

from __future__ import annotations

import pytest

from siemc.evaluate import evaluate
from siemc.formula import Opaque, atoms
from siemc_backends.elastic.lucene.parse import read
from siemc_backends.elastic.platform import ELASTIC
from tests.elastic.build import emit
from tests.elastic.samples import admitted, events
from tests.elastic.test_corpus import Rules, rules  # noqa: F401 - a fixture

pytestmark = pytest.mark.corpus


@pytest.mark.parametrize(("schema", "least"), [("raw-cased", 2900), ("raw", 2900)])
def test_every_query_is_read_and_finds_what_its_rule_finds(
    rules: Rules,  # noqa: F811 - the fixture
    schema: str,
    least: int,
) -> None:
    compiled = matched = 0
    for number, (path, formula) in enumerate(rules):
        emission = emit("lucene", formula, schema, pretty=bool(number % 2))
        if emission.problems or emission.text is None:
            continue
        (found,) = read(emission.text, ELASTIC.schema(schema))
        assert not any(isinstance(atom.test, Opaque) for atom in atoms(found.formula)), path
        compiled += 1
        for event in admitted(events(formula, number, 2), emission):
            expected = evaluate(formula, event)
            assert evaluate(found.formula, event) == expected, (path, event, emission.text)
            matched += expected
    assert compiled >= least
    assert matched >= least
