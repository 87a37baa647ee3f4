"""The literals that every match holds."""

import pytest
from hypothesis import given

from siemc.folding import fold
from siemc.regex import literal_cover, node_to_python, parse, required_literals

from .strategies import sources, subjects


@pytest.mark.parametrize(
    ("source", "literals"),
    [
        ("foobar", ("foobar",)),
        ("FOO.*ba", ("foo", "ba")),
        ("fo(?:ob)ar", ("foobar",)),
        (r"foo\b-bar", ("foo-bar",)),
        ("ab+cd", ("bcd", "ab")),
        ("ab?cd", ("cd",)),
        ("(ab){2,}c", ("ababc", "abab")),
        ("(?i)foo[xy]bar", ("bar", "foo")),
        ("foo|bar", ()),
        ("a(?:xfoo|foo)", ()),
        ("a(?:1foo2|1foo2)b", ("a1foo2b",)),
        ("a.b", ()),
    ],
)
def test_required_literals(source: str, literals: tuple[str, ...]) -> None:
    assert required_literals(parse(source)) == literals


@pytest.mark.parametrize(
    ("source", "cover"),
    [
        ("foo|bar", ("bar", "foo")),
        ("(?:foo|bar)x.*longer", ("longer",)),
        ("[ab]x(?:foo|barn)", ("barn", "foo")),
        ("foo|a", None),
        ("(?:foo|bar)?", None),
    ],
)
def test_a_cover(source: str, cover: tuple[str, ...] | None) -> None:
    assert literal_cover(parse(source)) == cover


@given(sources(), subjects)
def test_a_value_that_matches_holds_them_all_and_one_of_the_cover(source: str, value: str) -> None:
    node = parse(source)
    if node_to_python(node).search(value):
        folded = fold(value)
        assert [text for text in required_literals(node) if text not in folded] == []
        cover = literal_cover(node)
        assert cover is None or any(text in folded for text in cover)
