"""What is refused, with the place and the reason; and nothing else is ever raised."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siemc.reading import ReadError

from .build import PLAIN, formula, readings


@pytest.mark.parametrize(
    ("text", "start", "says"),
    [
        ("f: not x", 3, "parentheses after a colon"),
        ("not not a", 4, "twice"),
        ("(a: x", 0, "never closed"),
        ("b: y and (a: x", 9, "never closed"),
        ("a: x)", 4, "never opened"),
        ("()", 1, "missing"),
        ("f: ()", 4, "missing"),
        ("f:", 2, "ends too early"),
        ("f >", 3, "ends too early"),
        ("f > (5)", 4, "after '>'"),
        ("a: x or ", 8, "ends too early"),
        ('a "b"', 2, "'and', 'or' or the end"),
        ('"a"or"b"', 3, "'and', 'or' or the end"),
        ("NOT(a)", 3, "'and', 'or' or the end"),
        ("f: a: b", 4, "'and', 'or' or the end"),
        ("f: C:\\x", 4, "'and', 'or' or the end"),
        ("f: a\\b", 4, "escape or quote"),
        ('f: "a', 3, "never closed"),
        ("user: { name: x }", 6, "nested"),
        ("f: null", 0, "null"),
        ("true: x", 0, "in quotes"),
        ("false > 5", 0, "in quotes"),
        ("proc*: x", 0, "pattern of field names"),
        ("*: x", 0, "pattern of field names"),
        ('"proc*": x', 0, "pattern of field names"),
        ("a: x and _index: y", 9, "_index"),
        ('"": x', 0, "empty"),
        ("f: \\ud800", 0, "character"),
        ("f: \ud800", 3, "half a character"),
    ],
)
def test_refused_with_its_place(text: str, start: int, says: str) -> None:
    with pytest.raises(ReadError) as caught:
        formula(text)
    assert says in caught.value.message
    assert caught.value.start == start
    assert caught.value.start <= caught.value.end <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000,
        "f: " + "(" * 100_000,
        "(not " * 100_000,
        "((a: x) and " * 10_000,
        "not " * 100_000,
        '"' + "\\" * 100_001,
        "a and " * 50_000,
        " " * 200_000 + "(",
        "f: " + "n" * 200_000 + '"',
        "f: " + "\\" * 200_001,
        "f:" + " or " * 100_000,
    ],
)
def test_large_and_deep_texts_are_refused_in_time(text: str) -> None:
    with pytest.raises(ReadError):
        formula(text)


def test_large_texts_are_read_in_time() -> None:
    formula("f: " + "a " * 200_000)
    formula('f: "' + "\\\\" * 200_000 + '"')
    formula("a: (" + " or ".join(["x*"] * 20_000) + ")")


signs = st.text(alphabet=st.sampled_from('ab:()<>"*\\{} \n\xa0notrdu0\x00\ud800é'), max_size=30)


@settings(max_examples=500)
@given(st.one_of(st.text(max_size=40), signs))
def test_any_text_is_read_or_refused(text: str) -> None:
    refused = None
    try:
        readings(text, PLAIN)
    except ReadError as error:
        refused = error
    assert refused is None or 0 <= refused.start <= refused.end <= len(text)
