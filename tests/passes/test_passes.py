"""The passes: less to print, the same meaning, no origin lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siemc.evaluate import evaluate
from siemc.formula import (
    FALSE,
    TRUE,
    And,
    Atom,
    Const,
    Formula,
    Glob,
    Not,
    Or,
    Origin,
    atoms,
    with_origins,
)
from siemc.passes import depth, simplify
from siemc.passes.constants import fold_constants
from siemc.passes.negation import drop_double_negation
from siemc.passes.repeats import drop_repeats
from siemc.passes.shape import flatten


def named(name: str) -> Atom:
    return Atom(name, Glob(("x",)), (Origin(name, (name,)),))


A, B, C = named("a"), named("b"), named("c")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Not(Not(A)), A),
        (Not(Not(Not(A))), Not(A)),
        (And((Not(Not(A)), B)), And((A, B))),
        (Not(Or((A, B))), Not(Or((A, B)))),
    ],
)
def test_double_negations_go(before: Formula, after: Formula) -> None:
    assert drop_double_negation(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (And((A, TRUE)), A),
        (And((A, FALSE, B)), FALSE),
        (Or((A, FALSE, B)), Or((A, B))),
        (Or((A, TRUE)), TRUE),
        (Not(And((A, FALSE))), TRUE),
        (And(()), TRUE),
        (Or(()), FALSE),
        (And((Or((FALSE,)), A)), FALSE),
    ],
)
def test_constants_move_to_the_top_or_go(before: Formula, after: Formula) -> None:
    assert fold_constants(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (And((And((A, B)), C)), And((A, B, C))),
        (Or((A, Or((B, Or((C,)))))), Or((A, B, C))),
        (And((A, Or((B, C)))), And((A, Or((B, C))))),
        (And((And((A,)),)), A),
    ],
)
def test_nested_lists_of_one_kind_become_one(before: Formula, after: Formula) -> None:
    assert flatten(before) == after


def test_a_repeated_item_is_said_once_and_keeps_every_origin() -> None:
    other = with_origins(A, (Origin("again", ("again",)),))
    made = drop_repeats(Or((A, B, other)))
    assert made == Or((A, B))
    assert [origin.identifier for origin in next(atoms(made)).origins] == ["a", "again"]


def test_a_repeated_list_keeps_the_origins_of_its_leaves() -> None:
    other = with_origins(A, (Origin("again", ("again",)),))
    made = drop_repeats(Or((And((A, Not(B))), And((other, Not(B))))))
    assert made == And((A, Not(B)))
    assert [origin.identifier for origin in next(atoms(made)).origins] == ["a", "again"]


def test_a_list_left_with_one_list_joins_its_parent() -> None:
    assert simplify(And((A, Or((And((B, C)), And((B, C))))))) == And((A, B, C))


def test_a_negation_found_late_is_dropped_too() -> None:
    assert simplify(Not(And((Not(A), TRUE)))) == A


def test_what_was_simplified_comes_back_as_it_is() -> None:
    once = simplify(And((A, And((B, TRUE)))))
    assert simplify(once) is once


def test_depth_counts_the_longest_way_and_does_not_recurse() -> None:
    deep: Formula = A
    for _ in range(50_000):
        deep = Not(deep)
    assert depth(A) == 1
    assert depth(And((A, Not(B)))) == 3
    assert depth(deep) == 50_001


leaves: st.SearchStrategy[Formula] = st.sampled_from([A, B, C, TRUE, FALSE])
formulas: st.SearchStrategy[Formula] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, max_size=3).map(lambda items: And(tuple(items))),
        st.lists(inner, max_size=3).map(lambda items: Or(tuple(items))),
    ),
    max_leaves=12,
)


@given(formulas, st.sets(st.sampled_from("abc")))
def test_the_meaning_stays(formula: Formula, present: set[str]) -> None:
    event = {name: ["x"] for name in present}
    assert evaluate(simplify(formula), event) == evaluate(formula, event)


@given(formulas)
def test_what_is_left_has_no_nested_list_and_no_inner_constant(formula: Formula) -> None:
    made = simplify(formula)
    assert isinstance(made, Const) or is_plain(made)
    assert {atom.field for atom in atoms(made)} <= {atom.field for atom in atoms(formula)}


def is_plain(formula: Formula) -> bool:
    match formula:
        case Not(item):
            return not isinstance(item, Not) and is_plain(item)
        case And(items) | Or(items):
            inner = all(is_plain(item) and type(item) is not type(formula) for item in items)
            return len(items) > 1 and inner
        case Const():
            return False
        case _:
            return True
