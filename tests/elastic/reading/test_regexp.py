"""Lucene's dialect: the Javadoc of ``RegExp``, Elasticsearch's "Regular expression syntax"."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siemc.evaluate import evaluate
from siemc.formula import FALSE, Atom, Exists, Glob, Opaque, Regex, Test, glob
from siemc.reading import ReadError
from siemc.regex import parse
from siemc_backends.elastic.reading import dialect
from siemc_backends.elastic.reading.regexp import read

from .build import AT, ONE, RUN


def asked(text: str, caseless: bool = False, lowered: bool = False) -> Test | None:
    return read(text, caseless, lowered, AT)


def matches(text: str, value: str, caseless: bool = False, lowered: bool = False) -> bool:
    test = asked(text, caseless, lowered)
    return evaluate(FALSE if test is None else Atom("f", test), {"f": [value]})


@pytest.mark.parametrize(
    ("text", "parts", "cased"),
    [
        (r".*\\[fF][oO][oO]\.[eE][xX][eE]", (RUN, "\\foo.exe"), False),
        ("[kK]ernel", None, None),
        ("kernel", ("kernel",), True),
        ("[éÉ]1", ("é1",), False),
        ("1.2", ("1", ONE, "2"), True),
        (".{3}", (ONE, ONE, ONE), True),
        (".{2,}", (ONE, ONE, RUN), True),
        (".+", (ONE, RUN), True),
        ('"a.b*"c', ("a.b*c",), True),
        ("@", "exists", None),
        (".*", "exists", None),
        ("()", (), True),
        ("", (), True),
        (r"[\\]\[[.]", ("\\[.",), True),
        ("a(b)c", ("abc",), True),
        ("[fF]{2}", None, None),
    ],
)
def test_what_is_a_glob_becomes_one(text: str, parts: object, cased: bool | None) -> None:
    found = asked(text)
    if parts is None:
        assert isinstance(found, Regex)
    elif parts == "exists":
        assert found == Exists()
    else:
        assert isinstance(parts, tuple)
        assert isinstance(found, Glob)
        assert found == glob(parts, bool(cased))


# the value and whether the expression holds of the whole of it
LANGUAGE = [
    ("joh?n(ath[oa]n)", "johnathan", True),
    ("joh?n(ath[oa]n)", "jonathon", True),
    ("joh?n(ath[oa]n)", "xjonathon", False),
    ("ab{3}", "abbb", True),
    ("ab{2,3}", "abbbb", False),
    ("a|b", "b", True),
    ("abc(def)?", "abcdef", True),
    ("[^abc]", "d", True),
    ("[^abc]", "c", False),
    ("[-abc]", "-", True),
    (r"[abc\-]", "-", True),
    ("a.", "a\n", True),
    (r"\d\D", "1x", True),
    (r"\w\W", "_-", True),
    (r"\s", "\t", True),
    (r"\s", "\v", False),
    ("a+?", "", True),
    ("a+?", "aa", True),
    ("<1-100>", "007", True),
    ("<1-100>", "101", False),
    ("foo<01-100>", "foo1", True),
    ("<01-10>", "7", False),
    ("<01-10>", "07", True),
    ("<10-01>", "07", True),
    ("<0-3>", "0", True),
    ("#|abc", "abc", True),
    ("#|abc", "", False),
    ("x@", "xyz", True),
    ("^a$", "a", False),
    ("^a$", "^a$", True),
    (r"\/\"", '/"', True),
    ("]", "]", True),
    ("}", "}", True),
    ("*a", "*a", True),
    ("(*a)", "*a", True),
    ("|a", "|a", True),
    ("a||b", "|b", True),
    ("[]a]", "]", True),
    ("[a^]", "^", True),
    ("[.*]", "*", True),
    (r"[\d_]", "7", True),
    (r"[a-\d]", "c", True),
    ("(?:a)", "?:a", True),
    ("(?:a)", "a", False),
]


@pytest.mark.parametrize(("text", "value", "answer"), LANGUAGE)
def test_the_language_of_an_expression(text: str, value: str, answer: bool) -> None:
    assert matches(text, value) is answer


@pytest.mark.parametrize(
    "text",
    [r"\n", r"\b", r"\x41", "[a", "a)", "(a", "a{", "a{,2}", "a{2,1}", "a|", "[a-]", "[z-a]"],
)
def test_what_lucene_refuses_is_refused(text: str) -> None:
    with pytest.raises(ReadError):
        asked(text)


@pytest.mark.parametrize(
    "text", ['"a', "<a>", "<1-2-3>", "<1-", "\\", "[]", "[^]", "a&", "~", "#*", "a{99999999999}"]
)
def test_an_operator_without_its_end_is_refused(text: str) -> None:
    with pytest.raises(ReadError):
        asked(text)


@pytest.mark.parametrize("text", ["a&b", "~a", "(a|~(b))", "a**b|**", "a{70000}"])
def test_what_no_tree_can_say_is_equal_only_to_itself(text: str) -> None:
    assert asked(text) == Opaque(text)


def test_nothing_passes_the_empty_language() -> None:
    assert asked("a#") is None


def test_a_lowercase_field_sees_the_pattern_in_lower_case() -> None:
    assert asked("FOO.*", lowered=True) == glob(["foo", RUN])
    assert matches(r"\D", "7", lowered=True)
    assert not matches(r"\D", "x", lowered=True)
    assert matches("[A-C]+x?", "aBC", lowered=True)
    assert not matches("[^a]+x?", "A", lowered=True)


def test_without_case_single_characters_fold_and_ranges_do_not() -> None:
    assert matches("ab|c[de]", "CE", caseless=True)
    assert not matches("[a-c]x?", "B", caseless=True)
    assert not matches("[^a]x?", "A", caseless=True)


def test_without_case_a_letter_beyond_ascii_depends_on_the_version() -> None:
    assert asked("é.*", caseless=True) == Opaque("é.*")
    with pytest.raises(ReadError):
        asked("é(", caseless=True)


def test_many_optional_characters_are_counted_once() -> None:
    assert asked("([ab]?){64}c") == Regex(r"\A(?:[a-b]{0,64}c)\z", dotall=True)
    assert asked("(a*){2,3}b") == Regex(r"\A(?:a*b)\z", dotall=True)


def test_stacked_quantifiers_are_read_if_their_rewriting_changes_nothing() -> None:
    assert matches("(ab)+?*", "")
    assert asked("**") == Opaque("**")


PIECES = ["a", "b", "[aA]", "[a-c]", "[^a]", ".", ".*", "(", ")", "|", "*", "+", "?", "{2}", "{1,}"]
PIECES += [
    r"\d",
    r"\W",
    r"\.",
    "\\",
    "[",
    "]",
    '"',
    "<1-12>",
    "@",
    "#",
    "&",
    "~",
    "-",
    "é",
    "\ud800",
]
pieces = st.sampled_from(PIECES)
expressions = st.one_of(st.lists(pieces, max_size=8).map("".join), st.text(max_size=8))


@settings(deadline=None)
@given(expressions, st.booleans(), st.booleans())
def test_any_text_is_read_or_refused(text: str, caseless: bool, lowered: bool) -> None:
    try:
        found = asked(text, caseless, lowered)
    except ReadError:
        return
    if isinstance(found, Regex):
        parse(found.source, dotall=found.dotall)


@settings(deadline=None)
@given(expressions)
def test_the_pcre_text_is_read_back_to_the_same_tree(text: str) -> None:
    try:
        found = asked(text)
        node = dialect.parse(text, False, False)
    except (ReadError, dialect.DialectError, dialect.Inexpressible):
        return
    if isinstance(found, Regex):
        inside = found.source.removeprefix("\\A(?:").removesuffix(")\\z")
        assert parse(inside, dotall=True) == node


@pytest.mark.parametrize("text", ["(" * 500, "(" * 99 + "a" + ")" * 99, "~" * 900, "[" * 900])
def test_deep_nesting_ends(text: str) -> None:
    with suppress(ReadError):
        assert asked(text) is not None


@pytest.mark.parametrize("text", [r"[\.-9]", r"a[b\/-z]*", r"[^\--9]"])
def test_a_range_that_begins_with_an_escape_is_not_guessed(text: str) -> None:
    # Lucene 9 takes it for a range, Lucene 10 for three characters
    assert isinstance(read(text, False, False, AT), Opaque)
