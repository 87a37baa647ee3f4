"""Corners of the reference semantics that no rule of the modifier cases reaches."""

from __future__ import annotations

import pytest

from siemc.evaluate import OpaqueError, SlowRegexError, evaluate
from siemc.formula import FALSE, TRUE, And, Atom, Compare, Not, Opaque, Or, Regex


@pytest.mark.parametrize("value", ["9007199254740993", 9007199254740993])
def test_a_whole_number_beyond_the_doubles_keeps_its_last_digit(value: str | int) -> None:
    assert not evaluate(Atom("a", Compare("<", 9007199254740993)), {"a": [value]})
    assert evaluate(Atom("a", Compare("<=", 9007199254740993)), {"a": [value]})
    assert evaluate(Atom("a", Compare("<", 9007199254740994)), {"a": [value]})


OPAQUE = Atom(None, Opaque("`m`"))


def test_an_opaque_text_matters_only_where_the_rest_leaves_it_open() -> None:
    assert not evaluate(And((OPAQUE, FALSE)), {})
    assert evaluate(Or((OPAQUE, TRUE)), {})
    for formula in (And((OPAQUE, TRUE)), Or((FALSE, OPAQUE)), Not(OPAQUE)):
        with pytest.raises(OpaqueError):
            evaluate(formula, {})


def test_an_expression_is_given_up_after_a_while() -> None:
    with pytest.raises(SlowRegexError):
        evaluate(Atom("a", Regex("^(?=(a|a)*$)")), {"a": ["a" * 40 + "b"]})
