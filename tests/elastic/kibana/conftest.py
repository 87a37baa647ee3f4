"""The running parser, once for all tests here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .kibana import Kibana, Missing, start


@pytest.fixture(scope="session")
def kibana() -> Iterator[Kibana]:
    try:
        engine = start()
    except Missing as missing:
        pytest.skip(str(missing))
    yield engine
    engine.close()
