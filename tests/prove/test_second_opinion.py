"""z3's theory of strings, asked the same question: is there an event on which the two differ?"""

from __future__ import annotations

import re
from random import Random
from typing import Any

import pytest

from siemc.formula import ONE, RUN, And, Atom, Exists, Formula, Glob, Not, Or, Regex, Test, glob
from siemc.prove.compare import compare

z3: Any = pytest.importorskip("z3", reason="the engines extra has z3-solver, which is not here")

pytestmark = pytest.mark.engines

FIELDS = ("f", "g")
# Whole-value expressions; z3 has no anchors.
EXPRESSIONS = ("[ab]+", "a[ab]*", "(ab)*", "a|ba", "[^a]b?", "(a|b){2,3}", "a?b+", ".b.")
PAIRS = 300


def _formula(rng: Random, depth: int) -> Formula:
    if depth == 0 or rng.random() < 0.25:
        return Atom(rng.choice(FIELDS), _test(rng))
    if rng.random() < 0.25:
        return Not(_formula(rng, depth - 1))
    items = tuple(_formula(rng, depth - 1) for _ in range(rng.randint(2, 3)))
    return And(items) if rng.random() < 0.5 else Or(items)


def _test(rng: Random) -> Test:
    chance = rng.random()
    if chance < 0.1:
        return Exists()
    if chance < 0.35:
        return Regex(rf"\A(?:{rng.choice(EXPRESSIONS)})\z", dotall=True)
    parts = [rng.choice(("a", "b", "ab", "A", RUN, RUN, ONE)) for _ in range(rng.randint(1, 4))]
    return glob(parts, rng.random() < 0.5)


def _language(test: Test) -> Any:
    anything = z3.Star(_any_one())
    match test:
        case Exists():
            return anything
        case Glob(parts, cased):
            found = [
                anything if part is RUN else _any_one() if part is ONE else _text(part, cased)
                for part in parts
            ]
            return z3.Concat(*found) if len(found) > 1 else found[0]
        case Regex(source):
            return _expression(source[5:-3])
    raise AssertionError(test)


def _any_one() -> Any:
    return z3.AllChar(z3.ReSort(z3.StringSort()))


def _text(text: object, cased: bool) -> Any:
    letters = [
        z3.Re(char) if cased else z3.Union(z3.Re(char.lower()), z3.Re(char.upper()))
        for char in str(text)
    ]
    return z3.Concat(*letters) if len(letters) > 1 else letters[0]


def _expression(source: str) -> Any:
    """These few expressions, written out for z3 by hand."""
    a, b = z3.Re("a"), z3.Re("b")
    either = z3.Union(a, b)
    not_a = z3.Intersect(_any_one(), z3.Complement(a))
    return {
        "[ab]+": z3.Plus(either),
        "a[ab]*": z3.Concat(a, z3.Star(either)),
        "(ab)*": z3.Star(z3.Re("ab")),
        "a|ba": z3.Union(a, z3.Re("ba")),
        "[^a]b?": z3.Concat(not_a, z3.Option(b)),
        "(a|b){2,3}": z3.Loop(either, 2, 3),
        "a?b+": z3.Concat(z3.Option(a), z3.Plus(b)),
        ".b.": z3.Concat(_any_one(), b, _any_one()),
    }[source]


def _claim(formula: Formula) -> Any:
    """The formula over events with one value a field, or none."""
    match formula:
        case Atom(str(name), test):
            return z3.And(z3.Bool(f"has {name}"), z3.InRe(z3.String(name), _language(test)))
        case Not(item):
            return z3.Not(_claim(item))
        case And(items):
            return z3.And(*map(_claim, items))
        case Or(items):
            return z3.Or(*map(_claim, items))
    raise AssertionError(formula)


def _is_possible(claim: Any) -> bool | None:
    solver = z3.Solver()
    solver.set("timeout", 500)
    solver.add(claim)
    answer = solver.check()
    return None if answer == z3.unknown else bool(answer == z3.sat)


@pytest.mark.parametrize("seed", range(3))
def test_z3_does_not_contradict_a_verdict(seed: int) -> None:
    """What z3 finds must be found; what it rules out has no event of single values."""
    rng = Random(seed)
    agreed = 0
    for _ in range(PAIRS // 3):
        rule = _formula(rng, 2)
        query = _formula(rng, 1)
        query = rng.choice((Or((rule, query)), And((rule, query)), query))
        verdict = compare(rule, query)
        if verdict.assumptions:  # z3's characters are all there are, line breaks among them
            continue
        one, other = _claim(rule), _claim(query)
        for said, claim, is_rule in (
            (verdict.misses, z3.And(one, z3.Not(other)), True),
            (verdict.extra, z3.And(other, z3.Not(one)), False),
        ):
            possible = _is_possible(claim)
            if possible is None or said == "unknown":
                continue
            shown = [w for w in verdict.witnesses if w.rule is is_rule]
            is_single = all(len(v) < 2 for w in shown for v in w.event.values())
            if possible:
                assert said == "yes", (rule, query, verdict)
            elif said == "yes":
                assert not is_single, (rule, query, verdict)
            agreed += 1
    assert agreed > PAIRS / 6


def test_the_expressions_written_by_hand_are_those_of_python() -> None:
    for source in EXPRESSIONS:
        language = _expression(source)
        for value in ("", "a", "b", "ab", "ba", "aab", "abab", "bbb", "xbx", "c", "cb", "aba"):
            expected = re.fullmatch(source, value, re.DOTALL) is not None
            assert z3.is_true(z3.simplify(z3.InRe(z3.StringVal(value), language))) is expected
