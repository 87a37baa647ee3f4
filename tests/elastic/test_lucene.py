"""Lucene: each escape, each form of a leaf, each shape, by hand."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from siemc.formula import (
    FALSE,
    TRUE,
    And,
    Cidr,
    Compare,
    CompareOp,
    Equals,
    Exists,
    Formula,
    Glob,
    IsNull,
    Not,
    Or,
    Regex,
)
from siemc.schema import FieldType

from .build import KEYWORD, ONE, RUN, WILDCARD, codes, emit, has, index, leaf, text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("api.telegram.org", '"api.telegram.org"'),
        ("C:\\Program Files\\x.exe", '"C:\\\\Program Files\\\\x.exe"'),
        ("ends in \\", '"ends in \\\\"'),
        ("\\\\server\\share", '"\\\\\\\\server\\\\share"'),
        ('say "hi"', '"say \\"hi\\""'),
        ("a*b?", '"a*b?"'),
        ("AND", '"AND"'),
        ("a) OR *:*", '"a) OR *:*"'),
        ("-1", '"-1"'),
        (">5", '">5"'),
        ("/re/", '"/re/"'),
        ("a\tb", '"a\tb"'),
        ("a\nb", '"a\\u000ab"'),
        ("a\u2028b\x00", '"a\\u2028b\\u0000"'),
        ("", '""'),
    ],
)
def test_an_exact_value_is_quoted(value: str, expected: str) -> None:
    assert text("lucene", has("f", value)) == f"f:{expected}"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((RUN, "\\brave.exe"), "*\\\\brave.exe"),
        (("C:\\Program Files (x86)\\", RUN), "C\\:\\\\Program\\ Files\\ \\(x86\\)\\\\*"),
        ((RUN, "a", ONE, "b"), "*a?b"),
        ((RUN, "50*", RUN), "*50\\**"),
        ((RUN, "a?b", RUN), "*a\\?b*"),
        ((RUN, " && ", RUN), "*\\ \\&\\&\\ *"),
        ((RUN, " -x", RUN), "*\\ \\-x*"),
        ((RUN, 'k="v"', RUN), '*k\\=\\"v\\"*'),
        ((RUN, "/etc/passwd"), "*\\/etc\\/passwd"),
        ((RUN, "a\tb", RUN), "*a\\\tb*"),
        ((RUN, "a\u3000b", RUN), "*a\\\u3000b*"),
        ((RUN, "\\", RUN), "*\\\\*"),
        (("a\nb", RUN), "a\\u000ab*"),
        ((ONE, RUN), "?*"),
    ],
)
def test_a_wildcard_value_is_bare(parts: tuple[str, ...], expected: str) -> None:
    assert text("lucene", has("f", *parts)) == f"f:{expected}"


@pytest.mark.parametrize("line_break", ["\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029"])
def test_a_line_break_beside_wildcards_is_refused(line_break: str) -> None:
    for schema in ("raw", "raw-cased"):
        emission = emit("lucene", has("f", RUN, f"a{line_break}b", RUN), schema)
        assert codes(emission) == ["SC212"]
        assert emission.text == "f:*a\\ b*"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("process.name", "process.name"),
        ("winlog.event_data.Param-1", "winlog.event_data.Param\\-1"),
        ("Log Name", "Log\\ Name"),
        ("a:b", "a\\:b"),
        ("x(y)", "x\\(y\\)"),
        ('we"ird', 'we\\"ird'),
        ("a\\b", "a\\\\b"),
        ("-x", "\\-x"),
        ("AND", "\\AND"),
    ],
)
def test_a_field_name_is_escaped(name: str, expected: str) -> None:
    assert text("lucene", has(name, "1")) == f'{expected}:"1"'


@pytest.mark.parametrize("name", ["a*", "", "_exists_"])
def test_a_field_name_that_is_a_pattern_is_refused(name: str) -> None:
    assert codes(emit("lucene", has(name, "1"), "raw")) == ["SC212"]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("Ab1",), "/[aA][bB]1/"),
        ((RUN, "\\X.exe"), "/.*\\\\[xX]\\.[eE][xX][eE]/"),
        ((RUN, "a/b", ONE), "/.*[aA]\\/[bB]./"),
        ((RUN, "A\\"), "/.*[aA][\\\\]/"),
        (("é",), "/[éÉ]/"),
        (("123",), '"123"'),
        ((RUN, "1.2", RUN), "*1.2*"),
    ],
)
def test_a_field_that_compares_case_gets_both_cases(parts: tuple[str, ...], expected: str) -> None:
    assert text("lucene", has("f", *parts), "raw-cased") == f"f:{expected}"


def test_a_cased_value_on_a_cased_field_is_plain() -> None:
    assert text("lucene", has("f", RUN, "Foo", RUN, cased=True), "raw-cased") == "f:*Foo*"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("foo", "f:*foo*"),
        ("^foo$", 'f:"foo"'),
        ("(?i)^a+b", "f:/[Aa]+[Bb].*/"),
        ("[0-9]{2}x", "f:/.*[0-9]{2}x.*/"),
        ("a|b", "f:(*a* OR *b*)"),
        ("\\d\\.exe", "f:/.*[0-9]\\.exe.*/"),
        ("foo$", "f:*foo"),
    ],
)
def test_an_expression_is_found_anywhere(source: str, expected: str) -> None:
    emission = emit("lucene", leaf("f", Regex(source)), "raw-cased")
    assert (emission.text, emission.problems) == (expected, ())
    # PCRE's $ also stands before a final newline, which no one line can write: it is assumed away
    assert ("SA05" in emission.assumptions) == source.endswith("$")


def test_an_expression_that_is_not_regular_is_refused_without_a_text() -> None:
    emission = emit("lucene", leaf("f", Regex("(?<!x)foo")), "raw-cased")
    assert codes(emission) == ["SC203"]
    assert emission.text is None


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("\\n{6}", "SC212"),
        ("(Copy-Item|cpi) .{2,128} -Destination .{1,32}\\\\Windows", "SC213"),
        ("".join(f"{number}[a-f]" for number in range(200)), "SC213"),
    ],
)
def test_an_expression_beyond_the_language_or_the_engine_is_refused(source: str, code: str) -> None:
    emission = emit("lucene", leaf("f", Regex(source)), "raw-cased")
    assert (codes(emission), emission.text) == ([code], None)


def test_an_expression_longer_than_the_index_allows_is_split_at_its_alternatives() -> None:
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    words = [f"[0-9]+{first}" + alphabet * 12 for first in "abcd"]
    query = text("lucene", leaf("f", Regex("|".join(words))), "raw-cased")
    assert query == f"f:({' OR '.join(f'/.*[0-9]{word[6:]}.*/' for word in words)})"
    assert len(query) > 1000


def test_a_value_too_long_for_both_cases_is_refused() -> None:
    emission = emit("lucene", has("f", "a" * 251), "raw-cased")
    assert codes(emission) == ["SC213"]
    assert emit("lucene", has("f", "a" * 250), "raw-cased").problems == ()


@pytest.mark.parametrize(
    ("op", "expected"),
    [(">", "f:{5 TO *]"), (">=", "f:[5 TO *]"), ("<", "f:[* TO 5}"), ("<=", "f:[* TO 5]")],
)
def test_a_comparison_is_a_range(op: CompareOp, expected: str) -> None:
    assert text("lucene", leaf("f", Compare(op, 5)), index(FieldType("long"))) == expected


@pytest.mark.parametrize(
    ("kind", "test", "expected"),
    [
        ("long", Equals(443), "f:443"),
        ("long", Glob(("443",)), "f:443"),
        ("long", Equals(-1), 'f:"-1"'),
        ("double", Equals(0.5), 'f:"0.5"'),
        ("boolean", Equals(True), "f:true"),
        ("boolean", Glob(("TRUE",)), "f:true"),
        ("ip", Glob(("10.0.0.1",)), 'f:"10.0.0.1"'),
        ("ip", Glob(("192.168.", RUN)), 'f:"192.168.0.0/16"'),
        ("ip", Cidr(ip_network("fe80::/10")), 'f:"fe80::/10"'),
        ("keyword", Equals(443), 'f:"443"'),
        ("keyword", Exists(), "_exists_:f"),
        ("keyword", Glob((RUN,)), "_exists_:f"),
        ("keyword", IsNull(), '(NOT _exists_:f) OR f:""'),
        ("ip", IsNull(), "NOT _exists_:f"),
    ],
)
def test_a_leaf_takes_the_form_of_its_type(kind: str, test: Glob, expected: str) -> None:
    assert text("lucene", leaf("f", test), index(FieldType(kind))) == expected


def test_a_network_on_a_keyword_is_the_text_of_its_addresses() -> None:
    octet = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
    test = leaf("f", Cidr(ip_network("172.16.0.0/12")))
    assert (
        text("lucene", test, index(KEYWORD)) == f"f:/172\\.(1[6-9]|2[0-9]|3[0-1])(\\.{octet}){{2}}/"
    )
    six = leaf("f", Cidr(ip_network("fe80::/10")))
    assert codes(emit("lucene", six, index(KEYWORD))) == ["SC210"]


def test_a_network_on_an_open_schema_asks_the_address_sub_field() -> None:
    assert text("lucene", leaf("f", Cidr(ip_network("fe80::/10")))) == 'f.ip:"fe80::/10"'


def test_wildcards_alone_are_an_expression_on_a_wildcard_field() -> None:
    """There ``?*`` would be an exists query, which an empty value passes."""
    assert text("lucene", has("f", ONE, RUN), index(WILDCARD)) == "f:/..*/"


A, B, C = has("a", "1"), has("b", "2"), has("c", "3")


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (TRUE, "*:*"),
        (FALSE, "NOT *:*"),
        (And((A, B)), 'a:"1" AND b:"2"'),
        (And((A, Not(B))), 'a:"1" AND NOT b:"2"'),
        (Or((A, Not(B))), 'a:"1" OR (NOT b:"2")'),
        (And((A, Or((B, C)))), 'a:"1" AND (b:"2" OR c:"3")'),
        (Or((And((A, B)), C)), '(a:"1" AND b:"2") OR c:"3"'),
        (Not(Or((A, B))), 'NOT (a:"1" OR b:"2")'),
        (Not(And((A, B))), 'NOT (a:"1" AND b:"2")'),
        (Or((A, has("a", "2", RUN), B)), 'a:("1" OR 2*) OR b:"2"'),
        (Or((A, B, has("a", "7"))), 'a:("1" OR "7") OR b:"2"'),
        (And((A, has("a", "7"))), 'a:"1" AND a:"7"'),
        (Not(Or((A, has("a", "7")))), 'NOT a:("1" OR "7")'),
        (Not(leaf("a", IsNull())), '_exists_:a AND NOT a:""'),
        (And((Not(A), Not(B))), 'NOT a:"1" AND NOT b:"2"'),
    ],
)
def test_parentheses_leave_no_doubt(formula: Formula, expected: str) -> None:
    assert text("lucene", formula) == expected


def test_pretty_puts_one_clause_and_one_exclusion_on_a_line() -> None:
    excluded = Or((has("b", "1"), has("b", RUN, "\\2"), And((C, has("d", "4")))))
    query = text("lucene", And((A, Or((B, C)), Not(excluded))), pretty=True)
    assert query == "\n".join(
        [
            'a:"1"',
            'AND (b:"2" OR c:"3")',
            "AND NOT (",
            "  b:(",
            '    "1"',
            "    OR *\\\\2",
            "  )",
            '  OR (c:"3" AND d:"4")',
            ")",
        ]
    )


def test_each_value_of_a_list_has_its_own_span() -> None:
    emission = emit("lucene", And((has("b", "9"), Or((A, has("a", "7"))))), "raw")
    assert emission.text is not None
    shown = [emission.text[span.start : span.end] for span in emission.spans]
    assert shown == ['b:"9"', '"1"', '"7"']
    assert [span.origins[0].path[-1] for span in emission.spans] == ["b", "a", "a"]
