"""What a test says when an engine is not there, and where engines are kept between runs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest


class Missing(Exception):  # noqa: N818 - the reason of a skipped test
    """An engine's package or program is not there, and how to get it."""


def skip(reason: Missing | str) -> NoReturn:
    """Skip the test, and say why; fail it where CI has said that nothing may be skipped."""
    if os.environ.get("SIEMC_ENGINES") == "required":
        pytest.fail(f"SIEMC_ENGINES is 'required', but {reason}", pytrace=False)
    pytest.skip(str(reason))


def cache(*parts: str) -> Path:
    """A folder of the user's for what is fetched once."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home, "siemc", *parts)


def program(name: str, how: str) -> str:
    """The path of a program. Raises ``Missing``."""
    found = shutil.which(name)
    if found is None:
        raise Missing(f"{name} is not installed: {how}")
    return found
