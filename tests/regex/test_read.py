"""Reading PCRE: against Python's ``re`` where the two agree, by hand where they differ."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from siemc.regex import RegexError, RegexUnsupported, node_to_python, parse
from siemc.regex.read import MAX_DEPTH

from .strategies import SHORT_SUBJECTS, sources, subjects


def found(source: str, value: str, flags: str = "") -> bool:
    node = parse(source, ignorecase="i" in flags, multiline="m" in flags, dotall="s" in flags)
    return node_to_python(node).search(value) is not None


@given(sources(), subjects, st.booleans(), st.booleans())
def test_an_expression_finds_what_python_finds(
    source: str, value: str, ignorecase: bool, dotall: bool
) -> None:
    assume(value or r"\B" not in source)  # Python before 3.14 has no \B in the empty text
    flags = re.ASCII | (re.I if ignorecase else 0) | (re.S if dotall else 0)
    expected = re.search(source, value, flags) is not None
    assert found(source, value, "i" * ignorecase + "s" * dotall) == expected


@pytest.mark.parametrize("source", ["^a", "a$", "^$", r"^\b", r"(?:^|-)a", "a(?:$|-)"])
def test_multiline_anchors_hold_at_inner_newlines(source: str) -> None:
    # a newline that ends the value is left out: there Python and PCRE differ
    for value in SHORT_SUBJECTS:
        if not value.endswith("\n"):
            expected = re.search(source, value, re.M | re.A) is not None
            assert found(source, value, "m") == expected, value


@pytest.mark.parametrize(
    ("source", "yes", "no"),
    [
        # pcre2pattern(3): \Z is before a final newline too, \z is not
        (r"a\Z", ["a", "a\n", "ba"], ["a\n\n", "ab"]),
        (r"a\z", ["a", "ba"], ["a\n", "ab"]),
        (r"a$", ["a", "a\n"], ["a\n\n", "ab"]),
        (r"\Aa", ["a", "ab"], ["ba", "\na"]),
        (r"\Ga", ["a"], ["ba"]),
        # "does not match after a newline that ends the string", unlike Python's
        (r"(?m)^\z", [""], ["a\n", "\n", "a"]),
        (r"(?m)^b", ["b", "a\nb"], ["ab", "a\n"]),
        (r"\h", [" ", "\t", "\u00a0"], ["\n", "a"]),
        (r"\v", ["\n", "\v", "\f", "\r", "\u2028"], [" ", "a"]),
        (r"^\H$", ["a", "\n"], [" "]),
        (r"a\Rb", ["a\nb", "a\r\nb", "a\rb"], ["ab", "a b"]),
        (r"^\N$", ["a"], ["\n", ""]),
        (r"\s", [" ", "\t", "\n", "\v", "\f", "\r"], ["\u00a0", "\x1c"]),
        (r"\w", ["a", "_", "1"], ["é", "-"]),
        (r"\d", ["1"], ["\u0661"]),
        (r"^[[:alpha:]_]+$", ["aZ_"], ["1", "é"]),
        (r"^[[:^digit:]]$", ["a"], ["1"]),
        (r"^[[:punct:]]$", ["!", "~", "`"], ["a", " "]),
        (r"\x41\x{42}\x{1F600}", ["AB😀"], ["AB"]),
        (r"^\x$", ["\0"], ["x"]),
        (r"^\101\07\o{101}$", ["A\x07A"], []),
        (r"^\e\a\f\t\cA\c[$", ["\x1b\x07\x0c\t\x01\x1b"], []),
        (r"\Qa.b\E.", ["a.bc"], ["axbc"]),
        (r"^\Qab\E+$", ["abb"], ["abab"]),
        (r"a\Q\E+b", ["aab"], ["b"]),
        (r"^[\Qa-c\E]$", ["a", "-", "c"], ["b"]),
        (r"^[]a]$", ["]", "a"], ["b"]),
        (r"^[^]a]$", ["b"], ["]", "a"]),
        (r"^[a\]b-]$", ["]", "-"], ["\\"]),
        (r"^[\b]$", ["\b"], ["b"]),
        (r"^[a[]$", ["[", "a"], []),
        (r"^[\d-]$", ["-", "1"], ["a"]),
        (r"a{,}b", ["a{,}b"], ["aab"]),
        (r"a{x}", ["a{x}"], ["a"]),
        (r"{a}", ["{a}"], ["a"]),
        (r"]a}", ["]a}"], []),
        (r"a(?i)b|c", ["ab", "aB", "C"], ["AB"]),
        (r"(a(?i)b)c", ["aBc"], ["aBC"]),
        (r"(?i)a(?-i:b)", ["Ab"], ["AB"]),
        (r"(?i:a(?^)b)", ["Ab"], ["AB"]),
        (r"(?i)[^a]", ["b"], ["A", "a"]),
        (r"(?i)é", ["É"], ["e"]),
        (r"(?i)k", ["K"], ["\u212a"]),
        (r"(?x) a \  b # c", ["a b"], ["ab"]),
        (r"a(?#b)+", ["aa"], [""]),
        (r"(?<n>a)(?P<m>b)(?'o'c)(?|d)", ["abcd"], []),
        (r"a\Kb", ["ab"], ["b"]),
        (r"a|", ["", "b"], []),
        (r"(?:)", [""], []),
        (r"^\B$", [""], ["a"]),
        (r"\<\-\_\é", ["<-_é"], []),
    ],
)
def test_pcre_is_read_as_pcre_means_it(source: str, yes: list[str], no: list[str]) -> None:
    assert [value for value in yes if not found(source, value)] == []
    assert [value for value in no if found(source, value)] == []


@pytest.mark.parametrize(
    ("source", "position"),
    [
        ("a(b", 1),
        ("ab)", 2),
        ("a[b", 1),
        ("*a", 0),
        ("a**", 2),
        ("^*", 0),
        (r"\b+", 0),
        ("a{3,2}", 1),
        ("a{65536}", 1),
        ("a\\", 1),
        ("[z-a]", 1),
        (r"[\w-.]", 1),
        (r"[a-\d]", 1),
        ("[[:foo:]]", 1),
        ("[[.a.]]", 1),
        ("[:alpha:]", 0),
        (r"a\i", 1),
        (r"\u0041", 0),
        (r"[\R]", 1),
        (r"\x{110000}", 0),
        (r"\x{d800}", 0),
        ("\\cé", 0),
        ("(?i", 0),
        ("(?y)", 0),
        ("(?<1>a)", 0),
        ("a(?#b", 1),
    ],
)
def test_a_malformed_expression_is_an_error_with_its_place(source: str, position: int) -> None:
    with pytest.raises(RegexError) as caught:
        parse(source)
    assert caught.value.position == position


@pytest.mark.parametrize(
    "source",
    [
        "(?=a)b",
        "a(?!b)",
        "(?<=a)b",
        "(?<!a)b",
        r"(a)\1",
        r"(?<n>a)\k<n>",
        r"(a)\g{1}",
        "(?P<n>a)(?P=n)",
        "(a)(?(1)b|c)",
        "(a(?R)?b)",
        "(a)(?1)",
        "(*UCP)a",
        r"\p{L}",
        r"\X",
        "a{,2}",
        "a{1, 2}",
        "[[:<:]]a",
    ],
)
def test_what_is_not_regular_or_not_settled_is_refused(source: str) -> None:
    with pytest.raises(RegexUnsupported):
        parse(source)


@pytest.mark.parametrize("source", ["a++b", "[^b]*+b", "a++", "(?>ab)c", r"a\R", "(?>a*)b", "a?+b"])
def test_a_possessive_quantifier_that_changes_nothing_is_taken(source: str) -> None:
    plain = source.replace("++", "+").replace("*+", "*").replace("?+", "?").replace("(?>", "(?:")
    for value in [*SHORT_SUBJECTS, "ab", "aab", "abc", "b", "xab", "a\r\n"]:
        assert found(source, value) == found(plain.replace(r"\R", r"\v"), value)


@pytest.mark.parametrize(
    "source", ["a++a", "(?>a|ab)c", r"\R\n", r"a++\b", "(?:a++)*ab", "a*+[ab]", "(?:a++b?)+"]
)
def test_a_possessive_quantifier_that_may_matter_is_refused(source: str) -> None:
    with pytest.raises(RegexUnsupported):
        parse(source)


def test_deep_nesting_is_refused_and_does_not_overflow() -> None:
    with pytest.raises(RegexUnsupported):
        parse("(" * (MAX_DEPTH + 2) + "a" + ")" * (MAX_DEPTH + 2))


@given(st.text(st.sampled_from("ab()[]{}*+?|^$\\.-,2:<>#=!iQEdbRxu&'Pk"), max_size=14))
def test_any_text_is_read_or_refused(source: str) -> None:
    try:
        node = parse(source)
    except (RegexError, RegexUnsupported) as error:
        refused = error.position
    else:
        refused = 0
        node_to_python(node)
    assert 0 <= refused <= len(source)
