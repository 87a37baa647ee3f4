"""Lucene's expressions, read back by ``lucene_reader`` and tried beside the original."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siemc.formula import Wild
from siemc.regex import (
    RegexUnsupported,
    glob_to_lucene,
    glob_to_python,
    node_to_python,
    parse,
    to_lucene,
)
from siemc.regex.whole import whole

from .lucene_reader import to_python
from .strategies import SHORT_SUBJECTS, anchors, sources, subjects

all_anchors = st.one_of(anchors, st.sampled_from([r"\z", r"\Z", "(?m:^)", "(?m:$)"]))
globs = st.lists(st.sampled_from(["a", "B", "\\", "/", "é", "{1}", Wild.RUN, Wild.ONE]), max_size=5)


def exact(source: str, **flags: bool) -> str:
    return to_lucene(parse(source, **flags), fold="none", raw_controls=True).text


@given(sources(all_anchors), subjects)
def test_a_whole_value_matches_if_the_original_is_found_in_it(source: str, value: str) -> None:
    node = parse(source)
    pattern = to_lucene(node, fold="none", raw_controls=True)
    assert pattern.assumptions == frozenset()
    expected = node_to_python(node).search(value) is not None
    if pattern.never:
        assert not expected
    else:
        assert (to_python(pattern.text).fullmatch(value) is not None) == expected


@given(sources(all_anchors))
def test_no_short_value_is_judged_otherwise(source: str) -> None:
    node = parse(source)
    there, here = node_to_python(node), node_to_python(whole(node))
    for value in SHORT_SUBJECTS:
        assert (here.fullmatch(value) is not None) == (there.search(value) is not None), value


@given(sources(all_anchors), subjects)
def test_without_control_characters_it_is_exact_under_its_assumptions(
    source: str, value: str
) -> None:
    node = parse(source)
    try:
        pattern = to_lucene(node, fold="none", raw_controls=False)
    except RegexUnsupported:
        return
    assert pattern.text.isprintable()
    if pattern.never or (pattern.assumptions and "\n" in value):
        return
    expected = node_to_python(node).search(value) is not None
    assert (to_python(pattern.text).fullmatch(value) is not None) == expected


@given(sources(all_anchors), subjects)
def test_on_a_lower_cased_field_the_lowered_pattern_meets_the_lowered_value(
    source: str, value: str
) -> None:
    node = parse(f"(?i:{source.replace('(?-i:', '(?:')})")
    pattern = to_lucene(node, fold="lower", raw_controls=True)
    assert pattern.text == pattern.text.lower()
    expected = node_to_python(node).search(value) is not None
    if not pattern.never:
        assert (to_python(pattern.text).fullmatch(value.lower()) is not None) == expected


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("foo", ".*foo.*"),
        (r"^a\.b", r"a\.b.*"),
        (r"a\z", ".*a"),
        ("a$", ".*a\n?"),
        ("(?s)a.*b", ".*a.*b.*"),
        ("a.b", ".*a[^\n]b.*"),
        ("(?i)foo", ".*[Ff][Oo][Oo].*"),
        ("(a|b|c)d", ".*[a-c]d.*"),
        (r"\bfoo\b", r".*"),
        ("(^|/)a", r"(.*\/)?a.*"),
        ("a{2,3}b", ".*a{2}b.*"),
        ("x*", ".*"),
    ],
)
def test_common_forms_are_readable(source: str, text: str) -> None:
    if source == r"\bfoo\b":
        text = "(.*[^0-9A-Z_a-z])?foo([^0-9A-Z_a-z].*)?"
    assert exact(source) == text


@pytest.mark.parametrize(
    ("source", "text", "assumptions"),
    [
        ("a.b", ".*a.b.*", {"line-break"}),
        ("a$", ".*a", {"line-break"}),
        (r"a\sb", r".*a\sb.*", {"control-characters"}),
        (r"a\Sb", r".*a[^\s]b.*", {"control-characters"}),
        (r"a[^\\]b", r".*a[^\\]b.*", set()),
        (r"a[\s;]b", r".*a[\s;]b.*", {"control-characters"}),
        (r"a\wb", ".*a[0-9A-Z_a-z]b.*", set()),
        (r"a[^\t]b", r".*a[\S ]b.*", {"line-break", "control-characters"}),
        (r"a[ \t]b", r".*a\sb.*", {"line-break", "control-characters"}),
    ],
)
def test_on_one_line_the_assumption_is_named(source: str, text: str, assumptions: set[str]) -> None:
    pattern = to_lucene(parse(source), fold="none", raw_controls=False)
    assert (pattern.text, set(pattern.assumptions)) == (text, assumptions)


@pytest.mark.parametrize("source", [r"\n\n", r"a\tb", r"[\t]", r"\x00"])
def test_a_control_character_that_cannot_be_written_is_refused(source: str) -> None:
    with pytest.raises(RegexUnsupported):
        to_lucene(parse(source), fold="none", raw_controls=False)


@pytest.mark.parametrize("source", ["a", "[A-Z]", "[^a]", "(?i)b(?-i)c"])
def test_a_case_sensitive_expression_is_refused_on_a_lower_cased_field(source: str) -> None:
    with pytest.raises(RegexUnsupported, match="case-sensitive"):
        to_lucene(parse(source), fold="lower", raw_controls=True)


@pytest.mark.parametrize(
    ("source", "text", "assumptions"),
    [
        ("[a-zA-Z0-9]", ".*[0-9a-z].*", set()),
        (r"[Ff]oO", None, set()),
        (r'1[^"]', r".*1[^\"].*", set()),
        ("(?i)[^x]1", ".*[^x]1.*", set()),
        ("(?i)kx", ".*kx.*", {"case-beyond-table"}),
        ("(?i)é", ".*é.*", set()),
    ],
)
def test_letters_of_a_lower_cased_field_are_written_low(
    source: str, text: str | None, assumptions: set[str]
) -> None:
    if text is None:
        with pytest.raises(RegexUnsupported):
            to_lucene(parse(source), fold="lower", raw_controls=True)
        return
    pattern = to_lucene(parse(source), fold="lower", raw_controls=True)
    if "a-zA-Z" in source:  # k and the Kelvin sign, i and the dotted I
        assumptions = {"case-beyond-table"}
    assert (pattern.text, set(pattern.assumptions)) == (text, assumptions)


@pytest.mark.parametrize("source", [r"a\b_", "a^b", r"a\zb", r"$a", r"\B\b"])
def test_an_expression_that_cannot_hold_is_never(source: str) -> None:
    pattern = to_lucene(parse(source), fold="none", raw_controls=True)
    assert pattern.never
    assert pattern.text == "#"


@given(globs, st.booleans(), subjects)
def test_a_glob_matches_the_same_values(parts: list[str | Wild], cased: bool, value: str) -> None:
    text = glob_to_lucene(parts, fold="none", cased=cased)
    expected = glob_to_python(tuple(parts), cased).fullmatch(value) is not None
    assert (to_python(text).fullmatch(value) is not None) == expected


@given(globs, subjects)
def test_a_glob_on_a_lower_cased_field(parts: list[str | Wild], value: str) -> None:
    text = glob_to_lucene(parts, fold="lower", cased=False)
    expected = glob_to_python(tuple(parts), False).fullmatch(value) is not None
    assert (to_python(text).fullmatch(value.lower()) is not None) == expected


@pytest.mark.parametrize(
    ("parts", "cased", "text"),
    [
        ([Wild.RUN, "\\Foo.exe"], False, r".*\\[fF][oO][oO]\.[eE][xX][eE]"),
        ([Wild.RUN, "\\Foo.exe"], True, r".*\\Foo\.exe"),
        (["a", Wild.ONE, "1", Wild.RUN], True, "a.1.*"),
        ([], True, "()"),
        (["C:\\"], True, r"C:[\\]"),
        (['"#&<>@~{}[]().?+*|/^$-'], True, r"\"\#\&\<\>\@\~\{\}\[\]\(\)\.\?\+\*\|\/\^\$\-"),
    ],
)
def test_a_glob_is_written_as_expected(parts: list[str | Wild], cased: bool, text: str) -> None:
    assert glob_to_lucene(parts, fold="none", cased=cased) == text


@pytest.mark.parametrize("parts", [["a"], [Wild.RUN, "É"]])
def test_a_cased_glob_is_refused_on_a_lower_cased_field(parts: list[str | Wild]) -> None:
    with pytest.raises(RegexUnsupported):
        glob_to_lucene(parts, fold="lower", cased=True)


def test_the_kelvin_sign_is_refused_on_a_lower_cased_field() -> None:
    with pytest.raises(RegexUnsupported):
        glob_to_lucene(["\u212a"], fold="lower", cased=False)
    with pytest.raises(RegexUnsupported):
        to_lucene(parse("\u212a"), fold="lower", raw_controls=True)


def test_length_counts_utf_16_code_units() -> None:
    assert to_lucene(parse("^😀\\z"), fold="none", raw_controls=True).length == len("xx")


def test_an_expression_that_explodes_is_refused() -> None:
    source = r"(?:\b[a-z]{1,9}|^x|\B[^a]{2,9}$|\b-){1,40}" * 3
    with pytest.raises(RegexUnsupported, match="complex"):
        to_lucene(parse(source), fold="none", raw_controls=True)


def test_the_reader_of_these_tests_fails_on_operators() -> None:
    for text in ['a"b', "a~b", "a&b", "a#", "<1-2>", "@", "a*?", "[a", r"\d", "[]"]:
        with pytest.raises((AssertionError, re.error, IndexError)):
            to_python(text)
