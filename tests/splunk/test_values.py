"""How values and field names are written: each class of characters, in search and in where."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from siemc.formula import (
    Cidr,
    Compare,
    CompareOp,
    Equals,
    Exists,
    GlobPart,
    IsNull,
    Not,
    Or,
    Regex,
    Test,
)
from tests.splunk.make import ONE, RUN, atom, emit, has, spl


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("cmd.exe",), 'f="cmd.exe"'),
        ((RUN, "\\cmd.exe"), r'f="*\\cmd.exe"'),
        (("C:\\Temp\\", RUN), r'f="C:\\Temp\\*"'),
        ((RUN, "\\Temp\\", RUN), r'f="*\\Temp\\*"'),
        (("\\\\srv\\share",), r'f="\\\\srv\\share"'),
        (("C:\\foo\\",), r'f="C:\\foo\\"'),
        (('say "hi"',), r'f="say \"hi\""'),
        (('\\"',), r'f="\\\""'),
        ((" x ",), 'f=" x "'),
        (("a | b",), 'f="a | b"'),
        (("[a] (b) {c}",), 'f="[a] (b) {c}"'),
        (("AND",), 'f="AND"'),
        (("a=b, c",), 'f="a=b, c"'),
        (("$x$ %y% #z",), 'f="$x$ %y% #z"'),
        (("пример",), 'f="пример"'),
        (("3",), 'f="3"'),
        (("10.0.0.1",), 'f="10.0.0.1"'),
        (("a/b",), 'f="a/b"'),
        ((RUN, "10.0.0.0/8"), 'f="*10.0.0.0/8"'),
        ((RUN,), "f=*"),
        ((), 'f=""'),
    ],
)
def test_what_search_says_exactly(parts: tuple[GlobPart, ...], expected: str) -> None:
    assert spl(has("f", *parts)) == expected


@pytest.mark.parametrize(
    ("parts", "base", "pattern"),
    [
        (("a", RUN, "c"), 'f="a*" f="*c"', r"(?is)^a.*c\z"),
        ((RUN, "a", RUN, "c", RUN), 'f="*a*" f="*c*"', "(?is)a.*c"),
        (("a", ONE), 'f="a*"', r"(?is)^a.\z"),
        ((ONE, RUN), "f=*", "(?s)^."),
        (("a*b",), 'f="a*" f="*b"', r"(?i)^a\*b\z"),
        (("*",), "f=*", r"^\*\z"),
        (("a`b",), 'f="a*" f="*b"', r"(?i)^a\x60b\z"),
        (("a\tb",), 'f="a*" f="*b"', r"(?i)^a\x09b\z"),
        (("a\r\nb",), 'f="a*" f="*b"', r"(?i)^a\x0D\x0Ab\z"),
        (("a\x00",), 'f="a*"', r"(?i)^a\x00\z"),
        (("a\u2028b",), 'f="a*" f="*b"', r"(?i)^a\x{2028}b\z"),
        (("a\x85",), 'f="a*"', r"(?i)^a\x85\z"),
        (("gpj\u202eexe",), 'f="gpj*" f="*exe"', r"(?i)^gpj\x{202E}exe\z"),
        (("C:\\", RUN, '"x"'), 'f="C:\\\\*" f="*\\"x\\""', r"(?is)^C:[\\\\].*\"x\"\z"),
        (("(a|b)$^", ONE), 'f="(a|b)$^*"', r"(?is)^\(a\|b\)\$\^.\z"),
        (("10.0.0.0/8",), 'f="*10.0.0.0/8"', r"^10\.0\.0\.0/8\z"),
        (("::1/64",), 'f="*::1/64"', r"^::1/64\z"),
    ],
)
def test_what_needs_where(parts: tuple[GlobPart, ...], base: str, pattern: str) -> None:
    expected = f'{base} | where isnotnull(mvfilter(match(f, "{pattern}")))'
    assert spl(has("f", *parts)) == expected


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("Abc",), r'f="Abc" | where isnotnull(mvfilter(match(f, "^Abc\z")))'),
        ((RUN, "Abc", RUN), 'f="*Abc*" | where isnotnull(mvfilter(match(f, "Abc")))'),
        (("123", RUN), 'f="123*"'),
    ],
)
def test_with_case(parts: tuple[GlobPart, ...], expected: str) -> None:
    assert spl(has("f", *parts, cased=True)) == expected


@pytest.mark.parametrize(
    ("source", "written"),
    [
        (r"evil.*", "evil.*"),
        (r"\d+\.exe$", r"\d+\.exe$"),
        (r"C:\\x", r"C:[\\\\]x"),
        (r"\\+x", r"[\\\\]+x"),
        (r"[\\/]x", r"[\\\\/]x"),
        (r"[]\\]x", r"[]\\\\]x"),
        (r"[^]\\]x\\", r"[^]\\\\]x[\\\\]"),
        (r"[[:alpha:]\\]\\", r"[[:alpha:]\\\\][\\\\]"),
        (r'say "a"', r"say \"a\""),
        (r"say \"a\"", r"say \"a\""),
        ("a`b", r"a\x60b"),
        (r"a\`b", r"a\x60b"),
        ("a\nb", r"a\x0Ab"),
        ("a\\\nb", r"a\x0Ab"),
        (r"\Qa.b\E.c", r"a\.b.c"),
        (r"a|b", "a|b"),
    ],
)
def test_an_expression_keeps_its_text_but_for_the_string(source: str, written: str) -> None:
    text = spl(atom("f", Regex(source)))
    assert text.split(" | where ", 1)[1] == f'isnotnull(mvfilter(match(f, "{written}")))'


def test_flags_of_an_expression() -> None:
    test = Regex("^a.b+$", ignorecase=True, multiline=True, dotall=True)
    assert spl(atom("f", test)) == 'f=* | where isnotnull(mvfilter(match(f, "(?ims)^a.b+$")))'


def test_an_expression_that_is_a_glob_becomes_one() -> None:
    assert spl(atom("f", Regex("evil", ignorecase=True))) == 'f="*evil*"'
    assert spl(atom("f", Regex("123"))) == 'f="*123*"'
    assert spl(atom("f", Regex("(evil|bad)", ignorecase=True))) == 'f IN ("*evil*", "*bad*")'


def test_an_expression_narrows_the_base_search_by_what_it_must_hold() -> None:
    text = spl(atom("f", Regex(r"certutil\s+-urlcache")))
    assert text.startswith('f="*-urlcache*" f="*certutil*" | where ')
    text = spl(atom("f", Regex(r"(foo|bar)\d")))
    assert text.startswith('f IN ("*bar*", "*foo*") | where ')


def test_text_beyond_ascii_does_not_narrow_since_case_tables_differ() -> None:
    assert spl(atom("f", Regex(r"ÀÉ\d"))).startswith("f=* | where ")


@pytest.mark.parametrize("source", ["a(", "[a", "*", "a{2,1}"])
def test_an_expression_that_pcre_refuses(source: str) -> None:
    emission = emit(atom("f", Regex(source)))
    assert emission.text is None
    assert [problem.code for problem in emission.problems] == ["SC203"]


def test_a_comment_in_an_expression_keeps_its_end() -> None:
    emission = emit(atom("f", Regex("(?x)a # one\nb")))
    assert emission.text is None
    assert [problem.code for problem in emission.problems] == ["SC212"]


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        (Equals(3), "f=3"),
        (Equals(-3), 'f="-3"'),
        (Equals(3.0), "f=3"),
        (Equals(2.5), 'f="2.5"'),
        (Equals(True), 'f="true"'),
        (Equals(False), 'f="false"'),
        (Exists(), "f=*"),
        (IsNull(), 'f="" OR NOT f=*'),
        (Cidr(ip_network("10.0.0.0/8")), 'f="10.0.0.0/8"'),
        (Cidr(ip_network("fe80::/10")), 'f="fe80::/10"'),
    ],
)
def test_other_tests(test: Test, expected: str) -> None:
    assert spl(atom("f", test)) == expected


def test_other_tests_in_where() -> None:
    parts = [
        atom("a", Equals(3)),
        atom("b", Cidr(ip_network("10.0.0.0/8"))),
        atom("c", Compare(">=", 5)),
        atom("d", Exists()),
        atom("e", IsNull()),
        has("f", ONE),
    ]
    assert spl(Or(tuple(parts))).split(" | where ")[1] == " OR ".join(
        [
            r'isnotnull(mvfilter(match(a, "^3\z")))',
            'isnotnull(mvfilter(cidrmatch("10.0.0.0/8", b)))',
            "isnotnull(mvfilter(tonumber(c)>=5))",
            "isnotnull(d)",
            'isnotnull(mvfilter(e=""))',
            "isnull(e)",
            r'isnotnull(mvfilter(match(f, "(?s)^.\z")))',
        ]
    )


@pytest.mark.parametrize("op", ["<", "<=", ">", ">="])
@pytest.mark.parametrize(
    ("number", "digits"),
    [(5, "5"), (-5, "-5"), (2.5, "2.5"), (2**53 - 1, "9007199254740991"), (1e-7, "0.0000001")],
)
def test_order(op: CompareOp, number: float, digits: str) -> None:
    where = f"isnotnull(mvfilter(tonumber(f){op}{digits}))"
    assert spl(atom("f", Compare(op, number))) == f"f{op}{digits} | where {where}"


@pytest.mark.parametrize("number", [2**53, -(2**53), 1e20])
def test_a_bound_beyond_the_whole_doubles_is_no_exact_one(number: float) -> None:
    emission = emit(atom("f", Compare("<", number)))
    assert [problem.code for problem in emission.problems] == ["SC213"]
    assert emission.text is not None


@pytest.mark.parametrize("source", ["^ab", "ab$", r"\Aab", r"ab\z"])
def test_a_keyword_cannot_ask_for_an_end_of_a_value(source: str) -> None:
    emission = emit(atom(None, Regex(source)))
    assert [problem.code for problem in emission.problems] == ["SC211"]
    assert emit(atom(None, Regex("ab"))).problems == ()


@pytest.mark.parametrize("number", [float("inf"), float("nan")])
def test_no_number(number: float) -> None:
    emission = emit(atom("f", Compare(">", number)))
    assert emission.text is None
    assert [problem.code for problem in emission.problems] == ["SC212"]


@pytest.mark.parametrize(
    ("name", "in_search", "in_where"),
    [
        ("Image", "Image", "Image"),
        ("_raw", "_raw", "_raw"),
        ("a.b", '"a.b"', "'a.b'"),
        ("a{}.b", '"a{}.b"', "'a{}.b'"),
        ("Log Name", '"Log Name"', "'Log Name'"),
        ("c-uri", '"c-uri"', "'c-uri'"),
        ("5minutes", '"5minutes"', "'5minutes'"),
        ("größe", '"größe"', "'größe'"),
        ("true", "true", "'true'"),
    ],
)
def test_field_names(name: str, in_search: str, in_where: str) -> None:
    expected = f'{in_search}="a*" | where isnotnull(mvfilter(match({in_where}, "(?is)^a.\\z")))'
    assert spl(has(name, "a", ONE)) == expected


@pytest.mark.parametrize(
    "name", ["earliest", "latest", "starttime", "daysago", "savedsearch", "NOT"]
)
def test_a_name_that_search_takes_for_something_else_is_tested_in_where(name: str) -> None:
    written = "'NOT'" if name == "NOT" else name
    expected = f'* | where isnotnull(mvfilter(match({written}, "^1\\z")))'
    assert spl(has(name, "1")) == expected


@pytest.mark.parametrize("name", ["", 'we"ird', "a\\b", "a`b", "a\nb", "a*", "a\u202eb"])
def test_a_name_that_nothing_can_quote(name: str) -> None:
    emission = emit(has(name, "x"))
    assert emission.text is None
    assert [problem.code for problem in emission.problems] == ["SC212"]


@pytest.mark.parametrize("name", ["it's", "a|b", "a[b]"])
def test_a_name_that_only_search_can_quote(name: str) -> None:
    assert spl(has(name, "x")) == f'"{name}"="x"'
    emission = emit(has(name, "x", ONE))
    assert emission.text is None
    assert [problem.code for problem in emission.problems] == ["SC212"]


def test_half_a_surrogate_pair_is_no_text() -> None:
    for formula in (has("f", "a\ud800"), atom("f", Regex("a\ud800"))):
        emission = emit(Not(formula))
        assert emission.text is None
        assert [problem.code for problem in emission.problems] == ["SC212"]
