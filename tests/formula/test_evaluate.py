"""Corners of the reference semantics that no rule of the modifier cases reaches."""

from __future__ import annotations

import pytest

from siemc.evaluate import evaluate
from siemc.formula import Atom, Compare


@pytest.mark.parametrize("value", ["9007199254740993", 9007199254740993])
def test_a_whole_number_beyond_the_doubles_keeps_its_last_digit(value: str | int) -> None:
    assert not evaluate(Atom("a", Compare("<", 9007199254740993)), {"a": [value]})
    assert evaluate(Atom("a", Compare("<=", 9007199254740993)), {"a": [value]})
    assert evaluate(Atom("a", Compare("<", 9007199254740994)), {"a": [value]})
