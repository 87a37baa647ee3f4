"""The running engines, one of each for a test process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.engines.kibana.parser import Kibana, start
from tests.engines.missing import Missing, skip
from tests.engines.server import Server


def _running(name: str) -> Iterator[Server]:
    try:
        server = Server(name)
    except Missing as missing:
        skip(missing)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def elasticsearch() -> Iterator[Server]:
    yield from _running("elasticsearch")


@pytest.fixture(scope="session")
def opensearch() -> Iterator[Server]:
    yield from _running("opensearch")


@pytest.fixture(params=["elasticsearch", "opensearch"])
def server(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="session")
def kibana() -> Iterator[Kibana]:
    try:
        parser = start()
    except Missing as missing:
        skip(missing)
    yield parser
    parser.close()
