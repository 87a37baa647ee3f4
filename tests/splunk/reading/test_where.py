"""The conditions of ``where``: three-valued, with case, AND before OR.

What is expected is worked out by hand from Splunk's Search Reference ("where", "Comparison and
Conditional functions", "Multivalue eval functions", "Text functions", "Conversion functions").
"""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siemc.formula import (
    FALSE,
    TRUE,
    And,
    Cidr,
    Compare,
    Formula,
    Glob,
    Not,
    Or,
    Regex,
    SameAs,
)
from tests.splunk.reading.make import (
    ONE,
    RUN,
    answers,
    formula,
    has,
    is_there,
    leaf,
    opaque,
    reading,
)
from tests.splunk.spl_model import holds


def where(condition: str) -> Formula:
    """What is read of the condition alone."""
    found = formula(f"* | where {condition}")
    assert isinstance(found, And)
    every, rest = found.items
    assert every == TRUE
    return rest


def codes(condition: str) -> set[str]:
    """What it rests on."""
    return set(reading(f"* | where {condition}").assumptions)


def lacks(name: str, test: Formula) -> Formula:
    """The field is there, and the test does not hold: not true for an absent field."""
    return And((is_there(name), Not(test)))


A, B = has("a", "x", cased=True), has("b", "y", cased=True)
FOO = leaf("x", Regex("foo"))

READ: list[tuple[str, Formula]] = [
    ('a="x"', A),
    ('a=="x"', A),
    ('"x"=a', A),
    ("'a'=\"x\"", A),
    ('a!="x"', lacks("a", A)),
    ('NOT a="x"', lacks("a", A)),
    ('NOT a!="x"', A),
    ('a="x" AND b="y" OR a="x"', Or((And((A, B)), A))),
    ('a="x" OR b="y" AND a="x"', Or((A, And((B, A))))),
    ('a="x" and not b="y"', And((A, lacks("b", B)))),
    ('NOT (a="x" AND b="y")', Or((lacks("a", A), lacks("b", B)))),
    ('NOT a="x" AND b="y"', And((lacks("a", A), B))),
    ("isnull(a)", Not(is_there("a"))),
    ("isnotnull(a)", is_there("a")),
    ("NOT isnull(a)", is_there("a")),
    ("!isnull(a)", is_there("a")),
    ('!(a="x" AND isnull(b))', Or((lacks("a", A), is_there("b")))),
    ('isnull(coalesce(a, ""))', FALSE),
    ('coalesce(a, "")=""', Or((has("a"), Not(is_there("a"))))),
    ('coalesce(a, "")!=""', Not(Or((has("a"), Not(is_there("a")))))),
    ('lower(a)="x1"', has("a", "x1")),
    ('upper(a)="X1"', has("a", "X1")),
    ('lower(a)="X1"', FALSE),
    ('lower(a)!="X1"', is_there("a")),
    ('lower(coalesce(a,"Q"))="q"', Or((has("a", "q"), Not(is_there("a"))))),
    ('match(x, "foo")', FOO),
    ('NOT match(x, "foo")', lacks("x", FOO)),
    ('match(lower(x), "fo+")', leaf("x", Regex("fo+", ignorecase=True))),
    ('match(lower(x), "[^a]")', leaf("x", Regex("[^a]", ignorecase=True))),
    ('like(x, "a%b_c")', has("x", "a", RUN, "b", ONE, "c", cased=True)),
    ('x LIKE "198.%"', has("x", "198.", RUN)),
    ('LIKE (x, "%foo%")', has("x", RUN, "foo", RUN, cased=True)),
    ('like(lower(x), "%foo%")', has("x", RUN, "foo", RUN)),
    ('cidrmatch("10.0.0.0/8", ip)', leaf("ip", Cidr(ip_network("10.0.0.0/8")))),
    (
        'NOT cidrmatch("10.0.0.0/8", ip)',
        lacks("ip", leaf("ip", Cidr(ip_network("10.0.0.0/8")))),
    ),
    ('x IN ("1", "2")', Or((has("x", "1"), has("x", "2")))),
    ('in(x, "404", "500")', Or((has("x", "404"), has("x", "500")))),
    ('NOT x IN ("1", "2")', And((lacks("x", has("x", "1")), lacks("x", has("x", "2"))))),
    ("tonumber(x)>5", leaf("x", Compare(">", 5))),
    ("NOT tonumber(x)>5", leaf("x", Compare("<=", 5))),
    ("5<tonumber(x)", leaf("x", Compare(">", 5))),
    ("tonumber(x)>=-2.5", leaf("x", Compare(">=", -2.5))),
    ("x=5", And((leaf("x", Compare(">=", 5)), leaf("x", Compare("<=", 5))))),
    ("len(x)>2", has("x", ONE, ONE, ONE, RUN)),
    ("len(x)=1", has("x", ONE)),
    ("len(x)<1", lacks("x", has("x", ONE, RUN))),
    ("mvcount(x)>0", is_there("x")),
    ("mvcount(x)>=1 AND mvcount(x)!=0", And((is_there("x"), is_there("x")))),
    ("mvcount(x)<1", FALSE),
    ("true()", TRUE),
    ('false() OR a="x"', A),
    ("1=1", TRUE),
]


@pytest.mark.parametrize(("condition", "expected"), READ)
def test_a_condition_is_read(condition: str, expected: Formula) -> None:
    assert where(condition) == expected


def test_a_number_compares_as_a_number_and_else_as_text() -> None:
    text = opaque("where ('count' > 5)", "count")
    assert where("count>5") == Or((leaf("count", Compare(">", 5)), text))


EACH: list[tuple[str, Formula]] = [
    ('isnotnull(mvfilter(match(x, "foo")))', FOO),
    ('isnull(mvfilter(match(x, "foo")))', Not(FOO)),
    ('mvcount(mvfilter(match(x, "foo")))>0', FOO),
    ('mvcount(mvfilter(match(x, "foo")))>=1', FOO),
    ('isnotnull(mvfilter(match(x, "foo") OR x="1"))', Or((FOO, has("x", "1")))),
    ("isnotnull(mvfilter(tonumber(x)>5))", leaf("x", Compare(">", 5))),
    ("isnotnull(mvfilter(NOT tonumber(x)>5))", leaf("x", Compare("<=", 5))),
    ("isnotnull(mvfilter(isnotnull(x)))", is_there("x")),
    ("isnotnull(mvfilter(!isnull(x)))", is_there("x")),
    ('isnotnull(mvfilter(x IN ("1", "2")))', Or((has("x", "1"), has("x", "2")))),
]


@pytest.mark.parametrize(("condition", "expected"), EACH)
def test_mvfilter_is_about_each_value(condition: str, expected: Formula) -> None:
    assert where(condition) == expected
    assert "SA09" not in codes(condition)


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ('NOT match(x, "foo")', And((is_there("x"), Not(FOO)))),
        ('match(x, "foo") AND match(x, "o")', And((is_there("x"), FOO, leaf("x", Regex("o"))))),
    ],
)
def test_what_is_not_about_some_value_rests_on_one_value(inner: str, expected: Formula) -> None:
    condition = f"isnotnull(mvfilter({inner}))"
    found = where(condition)
    assert "SA09" in codes(condition)
    for event in ({}, {"x": ["foo"]}, {"x": ["o"]}, {"x": ["b"]}):
        assert answers(found, event) == answers(expected, event)


SAME = leaf("a", SameAs("b", cased=True))
CASELESS = leaf("a", SameAs("b"))


def together(same: Formula) -> Formula:
    """Both fields are there and differ."""
    return And((is_there("a"), is_there("b"), Not(same)))


PAIRS: list[tuple[str, Formula]] = [
    ("a=b", SAME),
    ("a!=b", together(SAME)),
    ("NOT a=b", together(SAME)),
    ("'a'='b'", SAME),
    ("lower(a)=lower(b)", CASELESS),
    ("NOT upper(a)=upper(b)", together(CASELESS)),
    ("isnotnull(a) AND isnotnull(b) AND a=b", SAME),
    ('match(lower(a), "\\Q".lower(b)."\\E")', leaf("a", SameAs("b", "contains"))),
    (
        'isnotnull(a) AND isnotnull(b) AND coalesce(substr(a,1,len(b)),"")=b',
        leaf("a", SameAs("b", "startswith", cased=True)),
    ),
    (
        "NOT (isnotnull(a) AND isnotnull(b) AND len(lower(a))>=len(lower(b)) AND"
        ' coalesce(substr(lower(a),len(lower(a))-len(lower(b))+1),"")=lower(b))',
        Not(leaf("a", SameAs("b", "endswith"))),
    ),
]


@pytest.mark.parametrize(("condition", "expected"), PAIRS)
def test_two_fields_are_compared(condition: str, expected: Formula) -> None:
    assert where(condition) == expected
    assert "SA09" in codes(condition)


def test_two_fields_with_the_empty_text_for_what_is_absent() -> None:
    found = where('coalesce(a,"")=coalesce(b,"")')
    for event, expected in [
        ({}, True),
        ({"a": [""]}, True),
        ({"b": ["x"]}, False),
        ({"a": ["x"], "b": ["x"]}, True),
        ({"a": ["x"], "b": ["X"]}, False),
    ]:
        assert answers(found, event) == {expected}


OPAQUE = [
    ('searchmatch("x=1")', None),
    ('user.name="x"', None),
    ('x>"abc"', "x"),
    ("mvcount(x)=2", "x"),
    ('if(x="1", true(), false())', "x"),
    ('like(x, "100\\%")', "x"),
    ('cidrmatch("10.0.0.1/8", x)', "x"),
    ("cidrmatch(net, x)", None),
    ('match(x, "a".y)', None),
    ('match(lower(x), "A")', "x"),
    ('match(lower(x), "[^A]")', "x"),
    ('match(lower(x), "[!-`]")', "x"),
    ('match(upper(x), "A")', "x"),
    ('match(a, "\\Q".b."\\E")', None),
    ("lower(a)=b", None),
    ("substr(a,1,len(b))=b", None),
    ("len(a)-1=2", "a"),
    ("`macro(x)`", None),
    ("cond(`m`)", None),
    ('strftime(_time, "%H")="03"', "_time"),
]


@pytest.mark.parametrize(("condition", "field"), OPAQUE)
def test_what_no_test_says_is_equal_only_to_itself(condition: str, field: str | None) -> None:
    found = where(condition)
    (kept,) = {found}
    assert kept == opaque(getattr(kept.test, "text", ""), field)  # type: ignore[union-attr]
    assert where(f"NOT {condition}") not in (found, Not(found))
    assert where(condition.replace(",", " ,  ")) == found


def test_a_flag_in_the_expression_is_about_case() -> None:
    assert codes('match(x, "(?i)foo")') == {"SA02", "SA09"}
    assert codes('match(x, "foo")') == {"SA09"}


@pytest.mark.parametrize(
    ("raw", "source", "doubtful"),
    [
        (r"\\\\temp", r"\\temp", True),
        (r"[^\\\\]+", r"[^\\]+", False),
        (r"\.exe$", r"\.exe$", False),
        (r"a\"b", r'a"b', False),
        (r"a\|b", r"a\|b", False),
        (r"\\.exe", r"\.exe", True),
    ],
)
def test_where_both_readings_of_backslashes_agree_nothing_is_assumed(
    raw: str, source: str, doubtful: bool
) -> None:
    assert where(f'match(x, "{raw}")') == leaf("x", Regex(source))
    assert ("SA15" in codes(f'match(x, "{raw}")')) is doubtful


def test_a_text_compares_with_its_escapes_undone() -> None:
    assert where(r'x="C:\\a\"\d"') == has("x", 'C:\\a"\\d', cased=True)


names = st.sampled_from(["x", "y"])
texts = st.sampled_from(["", "a", "A", "ab", "5", "10.0.0.1"])
leaves = st.one_of(
    st.builds('{}="{}"'.format, names, texts),
    st.builds('lower({})="{}"'.format, names, texts),
    st.builds('lower(coalesce({},""))="{}"'.format, names, texts),
    st.builds('coalesce({},"{}")="{}"'.format, names, texts, texts),
    st.builds("isnull({})".format, names),
    st.builds("isnotnull({})".format, names),
    st.builds('match({}, "{}")'.format, names, st.sampled_from(["a", "^A", "b$", "^$"])),
    st.builds('match(lower({}), "{}")'.format, names, st.sampled_from(["a", "[^a]", "^$"])),
    st.builds('cidrmatch("10.0.0.0/8", {})'.format, names),
    st.builds("tonumber({}){}{}".format, names, st.sampled_from("<>="), st.integers(4, 6)),
    st.builds("len({}){}{}".format, names, st.sampled_from("<>="), st.integers(0, 3)),
    st.builds(
        'isnotnull(mvfilter(match({0}, "{1}") OR {0}="{2}"))'.format,
        names,
        st.sampled_from(["a", "B"]),
        texts,
    ),
    st.just("x=y"),
    st.just("lower(x)=lower(y)"),
    st.just('coalesce(x,"")=coalesce(y,"")'),
)
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds("NOT {}".format, inner),
        st.builds("NOT ({})".format, inner),
        st.builds("({})".format, inner),
        st.builds("{} AND {}".format, inner, inner),
        st.builds("{} OR {}".format, inner, inner),
    ),
    max_leaves=7,
)
events = st.dictionaries(names, st.lists(texts, max_size=1))


@pytest.mark.slow
@settings(max_examples=600, deadline=None)
@given(conditions, st.lists(events, min_size=1, max_size=5))
def test_an_evaluator_with_three_values_agrees(
    condition: str, some: list[dict[str, list[str]]]
) -> None:
    text = f"* | where {condition}"
    for event in some:
        assert answers(formula(text), event) == {holds(text, event)}


terms = st.recursive(
    st.one_of(
        st.builds('x="{}"'.format, st.sampled_from(["a", "a*", "*", "", "*b*", "10.0.0.0/8"])),
        st.builds('y IN ("{}", "{}")'.format, texts, st.sampled_from(["A*", "*5"])),
        st.just("x=*"),
        st.just("y=5"),
    ),
    lambda inner: st.one_of(
        st.builds("NOT {}".format, inner),
        st.builds("({})".format, inner),
        st.builds("{} {}".format, inner, inner),
        st.builds("{} OR {}".format, inner, inner),
    ),
    max_leaves=7,
)


@settings(max_examples=400, deadline=None)
@given(terms, st.lists(st.dictionaries(names, st.lists(texts, max_size=2)), min_size=1, max_size=5))
def test_an_evaluator_of_search_agrees(text: str, some: list[dict[str, list[str]]]) -> None:
    for event in some:
        assert answers(formula(text), event) == {holds(text, event)}


def test_a_pattern_of_like_may_be_empty() -> None:
    assert where('like(x, "")') == leaf("x", Glob(()))
