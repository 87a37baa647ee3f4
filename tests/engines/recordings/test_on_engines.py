"""Recorded events on running servers: a part of the trial; the conformance run has all rules."""

from __future__ import annotations

import pytest

from tests.engines.kibana import today
from tests.engines.kibana.parser import Kibana
from tests.engines.missing import Missing, skip
from tests.engines.recordings import on_server, otrf, rules, trial
from tests.engines.server import Server

pytestmark = [
    pytest.mark.engines,
    pytest.mark.corpus,
    pytest.mark.skipif(not rules.CORPUS, reason="SIEMC_CORPUS does not name the public rules"),
    pytest.mark.skipif(
        otrf.folder() is None, reason="neither SIEMC_EVENTS nor SIEMC_CORPUS leads to the events"
    ),
]
STEP = 8
NOT_ASKED = {today.NEWER, today.NUMBER, on_server.SLOW}


def test_rules_find_what_they_should_and_what_was_recorded_for_them(
    elasticsearch: Server, kibana: Kibana
) -> None:
    try:
        with trial.holding(elasticsearch) as held:
            found = list(trial.run(held, kibana, STEP))
    except Missing as missing:
        skip(missing)
    assert [each for tally in found for each in tally.disagreements] == []
    assert len(found) == 4
    for tally in found:
        assert tally.queries > 20
        assert tally.matches > 5
        assert set(tally.refused) <= NOT_ASKED
