"""The condition's grammar: precedence, selectors, odd names, and what is wrong with a text."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siemc.condition import (
    AllOf,
    And,
    AnyOf,
    Condition,
    ConditionError,
    Name,
    Not,
    Or,
    names,
    parse,
    render,
)

SEARCHES = ("selection", "filter_main_a", "filter_main_b", "filter_optional_c", "_hidden")


def shape(node: Condition) -> object:
    """The tree without offsets, as nested tuples."""
    match node:
        case Name(name):
            return name
        case AnyOf(found):
            return ("any", *found)
        case AllOf(found):
            return ("all", *found)
        case Not(item):
            return ("not", shape(item))
        case And(items):
            return ("and", *map(shape, items))
        case Or(items):
            return ("or", *map(shape, items))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", "a"),
        ("a and b", ("and", "a", "b")),
        ("a or b and c", ("or", "a", ("and", "b", "c"))),
        ("a and b or c", ("or", ("and", "a", "b"), "c")),
        ("(a or b) and c", ("and", ("or", "a", "b"), "c")),
        ("not a and b", ("and", ("not", "a"), "b")),
        ("not (a and b)", ("not", ("and", "a", "b"))),
        ("not not a", ("not", ("not", "a"))),
        ("a and not b or not c", ("or", ("and", "a", ("not", "b")), ("not", "c"))),
        ("a AND NOT b", ("and", "a", ("not", "b"))),
        ("a And b oR c", ("or", ("and", "a", "b"), "c")),
        ("((a))", "a"),
        ("  a\n  and\n\tb ", ("and", "a", "b")),
        ("a and b and c", ("and", "a", "b", "c")),
        ("(a and b) and c", ("and", ("and", "a", "b"), "c")),
        ("not(a)and(b)", ("and", ("not", "a"), "b")),
    ],
)
def test_precedence_and_parentheses(text: str, expected: object) -> None:
    assert shape(parse(text, ("a", "b", "c"))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 of filter_main_*", ("any", "filter_main_a", "filter_main_b")),
        ("any of filter_main_*", ("any", "filter_main_a", "filter_main_b")),
        ("all of filter_main_*", ("all", "filter_main_a", "filter_main_b")),
        ("ALL OF filter_main_*", ("all", "filter_main_a", "filter_main_b")),
        ("1 of them", ("any", "selection", "filter_main_a", "filter_main_b", "filter_optional_c")),
        ("1 of *", ("any", "selection", "filter_main_a", "filter_main_b", "filter_optional_c")),
        ("1 of *_a", ("any", "filter_main_a")),
        ("all of f*_*_c", ("all", "filter_optional_c")),
        ("1 of selection", ("any", "selection")),
        ("1 of selection*", ("any", "selection")),
        ("1 of _*", ("any", "_hidden")),
        ("_hidden", "_hidden"),
        (
            "not 1 of filter_*",
            ("not", ("any", "filter_main_a", "filter_main_b", "filter_optional_c")),
        ),
        (
            "selection and not 1 of filter_optional_*",
            ("and", "selection", ("not", ("any", "filter_optional_c"))),
        ),
    ],
)
def test_selectors_take_searches_in_declared_order(text: str, expected: object) -> None:
    assert shape(parse(text, SEARCHES)) == expected


def test_a_pattern_does_not_count_the_same_letters_twice() -> None:
    with pytest.raises(ConditionError):
        parse("1 of ab*ba", ("aba",))


@pytest.mark.parametrize(
    "name",
    [
        "notepad",
        "android",
        "orders",
        "note",
        "1of",
        "of",
        "all",
        "1",
        "any",
        "them",
        "a.b",
        "a-b",
        "nothing_1",
    ],
)
def test_a_name_that_begins_like_a_keyword_is_a_name(name: str) -> None:
    assert shape(parse(f"{name} and not {name}", (name,))) == ("and", name, ("not", name))


def test_a_name_keeps_its_place_in_the_text() -> None:
    assert parse("a or  bcd", ("a", "bcd")) == Or((Name("a", 0, 1), Name("bcd", 6, 9)))


@pytest.mark.parametrize(
    ("text", "position", "code", "message"),
    [
        ("", 0, "SC014", "The condition is empty."),
        ("  ", 0, "SC014", "The condition is empty."),
        ("a and", 2, "SC014", "The condition ends after 'and'."),
        ("a and or b", 6, "SC014", "A name is missing before 'or'."),
        ("and a", 0, "SC014", "A name is missing before 'and'."),
        ("not", 0, "SC014", "The condition ends after 'not'."),
        ("()", 1, "SC014", "A name is missing before ')'."),
        ("(a and b", 0, "SC014", "This parenthesis is never closed."),
        ("a and b)", 7, "SC014", "This parenthesis was never opened."),
        ("a b", 2, "SC014", "'and' or 'or' is missing before 'b'."),
        ("a (b)", 2, "SC014", "'and' or 'or' is missing before '('."),
        ("a and c", 6, "SC015", "The condition names 'c', which is not a search of the detection."),
        ("1 of c*", 5, "SC015", "'1 of c*' matches no search of the detection."),
        ("a or 1 of", 9, "SC014", "'1 of' needs 'them' or a pattern after it."),
        ("2 of a*", 0, "SC014", "'2 of' is no selector."),
        (
            "a | count() > 5",
            2,
            "SC016",
            "The condition has an aggregation after '|', which Sigma no longer has.",
        ),
        (
            "a and | count()",
            6,
            "SC016",
            "The condition has an aggregation after '|', which Sigma no longer has.",
        ),
    ],
)
def test_what_is_wrong_and_where(text: str, position: int, code: str, message: str) -> None:
    with pytest.raises(ConditionError) as caught:
        parse(text, ("a", "b"))
    assert (caught.value.position, caught.value.code, caught.value.message) == (
        position,
        code,
        message,
    )


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(ConditionError) as caught:
        parse("selektion", SEARCHES)
    assert caught.value.hint == "Did you mean selection?"


@pytest.mark.parametrize("text", ["(" * 5000 + "a" + ")" * 5000, "not " * 5000 + "a"])
def test_deep_nesting_is_an_error_not_a_recursion(text: str) -> None:
    with pytest.raises(ConditionError, match="nested too deeply"):
        parse(text, ("a",))


def test_a_long_chain_is_no_nesting() -> None:
    text = " or ".join(["a"] * 20_000)
    assert len(names(parse(text, ("a",)))) == 20_000


def test_a_hostile_pattern_takes_no_time() -> None:
    before = time.perf_counter()
    with pytest.raises(ConditionError):
        parse("1 of " + "*a" * 500 + "*b", ("a" * 10_000,))
    assert time.perf_counter() - before < 1


def test_render_writes_out_selectors_and_prefixes_names() -> None:
    found = parse("not 1 of filter_main_* and (selection or all of them)", SEARCHES[:3])
    again = parse(render(found, "x_"), [f"x_{name}" for name in SEARCHES])
    assert render(found, "x_") == (
        "(not (x_filter_main_a or x_filter_main_b) and (x_selection or "
        "(x_selection and x_filter_main_a and x_filter_main_b)))"
    )
    assert names(again) == tuple(f"x_{name}" for name in names(found))


TREES = st.recursive(
    st.sampled_from("abc"),
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner),
        st.tuples(st.sampled_from(["and", "or"]), inner, inner),
    ),
    max_leaves=12,
)


def written(tree: object) -> str:
    """The tree as text with every parenthesis."""
    if isinstance(tree, str):
        return tree
    assert isinstance(tree, tuple)
    if tree[0] == "not":
        return f"not ({written(tree[1])})"
    return f"({written(tree[1])}) {tree[0]} ({written(tree[2])})"


def value(tree: object, true: set[str]) -> bool:
    match tree:
        case str():
            return tree in true
        case ("not", item):
            return not value(item, true)
        case ("and", *items):
            return all(value(item, true) for item in items)
        case ("or", *items):
            return any(value(item, true) for item in items)
    raise AssertionError(tree)


@given(TREES, st.sets(st.sampled_from("abc")))
def test_a_rendered_tree_means_the_same(tree: object, true: set[str]) -> None:
    parsed = parse(written(tree), "abc")
    assert value(shape(parsed), true) == value(tree, true)
    assert value(shape(parse(render(parsed), "abc")), true) == value(tree, true)


@given(st.text(alphabet="ab ()|*1offandtorhem_\n\u00e9\x00", max_size=60))
def test_any_text_parses_or_is_a_condition_error(text: str) -> None:
    searches = ("a", "b", "fo", "_a")
    try:
        used = set(names(parse(text, searches)))
    except ConditionError as error:
        used, position = set(), error.position
    else:
        position = 0
    assert 0 <= position <= len(text)
    assert used <= set(searches)
