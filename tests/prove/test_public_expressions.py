"""The expressions of the public rules: forms and automata against Python's ``re``."""

from __future__ import annotations

import os
from itertools import pairwise
from random import Random

import pytest

from siemc.evaluate import evaluate
from siemc.formula import Atom, Regex
from siemc.prove.expressions import tree_of
from siemc.prove.forms import forms
from siemc.prove.languages import Budget, Language, Undecided, language, member
from siemc.prove.positions import Positions
from siemc.regex.tree import ANY_RUN, concat
from tests.regex.test_corpus import Expression, expressions, python_of, values
from tests.regex.test_corpus import tree_of as read

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif("SIEMC_CORPUS" not in os.environ, reason="SIEMC_CORPUS names no corpus"),
]


def test_of(expression: Expression) -> Regex:
    return Regex(*expression)


test_of.__test__ = False  # type: ignore[attr-defined]


def test_every_form_and_automaton_agrees_with_python() -> None:
    globs = 0
    for expression in expressions():
        test, search = test_of(expression), python_of(expression).search
        found, parts = language(test), [language(form) for form in forms(test)]
        assert found.is_exact
        automaton = found.upper_automaton
        assert automaton
        plain = Positions(concat([ANY_RUN, tree_of(test), ANY_RUN]))
        globs += all(part.glob is not None for part in parts)
        hits = 0
        for value in values(read(expression), Random(expression[0])):
            expected = search(value) is not None
            hits += expected
            assert found.contains(value) == expected, (expression, value)
            assert automaton.accepts(value) == expected, (expression, value)
            assert plain.accepts(value) == expected, (expression, value)
            assert any(part.contains(value) for part in parts) == expected, (expression, value)
        assert hits
        assert found.samples()
    print(f"{globs} of the expressions are globs")
    assert globs >= 15


def answer(inside: list[Language], outside: list[Language]) -> str | None:
    """``member`` in a second; what is undecided is the empty text's like."""
    try:
        return member(inside, outside, Budget(5, 50_000))
    except Undecided:
        return "undecided"


def test_every_expression_equals_its_forms() -> None:
    for expression in expressions():
        test = test_of(expression)
        parts = [language(form) for form in forms(test)]
        spelt = Regex(f"(?:{test.source})(?:)", *expression[1:])
        assert answer([language(spelt)], parts) is None, expression
        assert [answer([part], [language(spelt)]) for part in parts] == [None] * len(parts)


def test_neighbouring_expressions_are_told_apart_rightly() -> None:
    told = undecided = 0
    for one, other in pairwise(expressions()):
        tests = test_of(one), test_of(other)
        for left, right in (tests, tests[::-1]):
            found = answer([language(left)], [language(right)])
            undecided += found == "undecided"
            if found not in (None, "undecided"):
                told += 1
                assert evaluate(Atom("f", left), {"f": [found]})
                assert not evaluate(Atom("f", right), {"f": [found]})
            elif found is None:
                search = python_of((right.source, right.ignorecase, right.multiline, right.dotall))
                tree = read((left.source, left.ignorecase, left.multiline, left.dotall))
                for value in values(tree, Random(left.source)):
                    hit = evaluate(Atom("f", left), {"f": [value]})
                    assert not hit or search.search(value)
    assert told > 150
    assert undecided < 5


def test_a_character_less_makes_another_expression() -> None:
    """Without one of its literal letters an expression is seen to be another, and why."""
    told = 0
    for expression in expressions():
        test = test_of(expression)
        letters = [i for i, char in enumerate(test.source) if char in "emsvyzEMVY"]
        if not letters or "\\" in test.source[letters[-1] - 1 : letters[-1]]:
            continue
        at = letters[-1]
        changed = Regex(test.source[:at] + "q" + test.source[at + 1 :], *expression[1:])
        for left, right in ((test, changed), (changed, test)):
            found = answer([language(left)], [language(right)])
            if found not in (None, "undecided"):
                told += 1
                assert evaluate(Atom("f", left), {"f": [found]})
                assert not evaluate(Atom("f", right), {"f": [found]})
    assert told > 100
