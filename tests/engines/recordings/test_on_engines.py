"""Recorded events on running servers: a part of the trial; the conformance run has all rules."""

from __future__ import annotations

import pytest

from tests.engines.kibana import today
from tests.engines.kibana.parser import Kibana
from tests.engines.missing import Missing, skip
from tests.engines.random_queries import kql_differences
from tests.engines.recordings import otrf, rules
from tests.engines.recordings.trial import Trial
from tests.engines.server import Server

pytestmark = [
    pytest.mark.engines,
    pytest.mark.corpus,
    pytest.mark.skipif(not rules.CORPUS, reason="SIEMC_CORPUS does not name the public rules"),
    pytest.mark.skipif(
        otrf.folder() is None, reason="neither SIEMC_EVENTS nor SIEMC_CORPUS leads to the events"
    ),
]
STEP = 16
NOT_ASKED = {today.NEWER, today.NUMBER, kql_differences.SLOW}


def test_rules_find_what_they_should_and_what_was_recorded_for_them(
    elasticsearch: Server, kibana: Kibana
) -> None:
    try:
        trial = Trial(STEP)
        with trial.holding(elasticsearch) as held:
            found = list(trial.run(held, kibana))
    except Missing as missing:
        skip(missing)
    assert [each for tally in found for each in tally.disagreements] == []
    assert len(found) == 4
    for tally in found:
        assert tally.queries > 5
        assert tally.matches > 5
        assert set(tally.refused) <= NOT_ASKED
