"""The real engines as fixtures; and hypothesis without deadlines: a busy machine is no failure."""

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest
from hypothesis import settings

from tests.engines.jvm import jvm

settings.register_profile("no-deadline", deadline=None)
settings.load_profile("no-deadline")

PCRE_MISSING = "needs PCRE2: pip install pcre2"

Runs = Callable[[str, str], bool]


@pytest.fixture(scope="session")
def lucene() -> Runs:
    """Whether Lucene's expression accepts a value, run as Elasticsearch runs a ``regexp`` query."""
    automaton: Any = jvm().JPackage("org").apache.lucene.util.automaton
    # Elasticsearch's RegexpFlag.ALL has the deprecated complement, `~`, besides RegExp.ALL
    every_flag = automaton.RegExp.ALL | automaton.RegExp.DEPRECATED_COMPLEMENT

    @lru_cache(maxsize=256)
    def compiled(text: str, flags: int) -> Any:
        found = automaton.RegExp(text, flags).toAutomaton()
        return automaton.CharacterRunAutomaton(automaton.Operations.determinize(found, 10_000))

    def run(text: str, value: str) -> bool:
        with_all = bool(compiled(text, every_flag).run(value))
        without = bool(compiled(text, automaton.RegExp.NONE).run(value))
        assert with_all == without, "the optional operators matter"
        return with_all

    return run


@pytest.fixture(scope="session")
def pcre() -> Runs:
    """Whether PCRE2 finds an expression in a value, with ASCII classes."""
    if find_spec("pcre2") is None:
        pytest.skip(PCRE_MISSING)
    pcre2: Any = import_module("pcre2")

    def run(source: str, value: str) -> bool:
        # with its start optimisations, 10.47 misses matches of `(Copy-Item|cpi) .{2,128} ...`
        flags = pcre2.ASCII | pcre2.NOOPT
        return pcre2.compile(source, flags).search(value) is not None

    return run
