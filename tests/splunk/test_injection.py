"""A rule's text never leaves its value: no value or name adds a clause, a pipe or a line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siemc.formula import And, Atom, Formula, Glob, Not, Or, Regex, Test
from tests.splunk.make import ONE, RUN, atom, emit, has, spl
from tests.splunk.spl_model import split_pipe, tokens

HOSTILE = [
    '" | delete | search "',
    "\\",
    "\\\\",
    'x\\" OR index=* OR x="',
    '\\\\" | delete',
    "`comment`",
    "```x```",
    "[search index=_internal | head 1]",
    "x) OR (y=*",
    "x\n| delete",
    "x\r\n| outputlookup a.csv",
    "a\u2028| delete",
    "a\u2029b",
    "a\x85b",
    "a\x0bb\x0cc\x1cd\x1de\x1ef",
    "\x00",
    "\u202e\u2066abc\u2069",
    "$result.x$",
    "NOT",
    "AND",
    "OR",
    "IN (*)",
    "*",
    "'",
    "' OR 'a'='a",
    "?x=*",
    "\ud800",
    "| where true()",
    "//comment",
    "/* x */",
    "x,y",
    '"',
    '""',
    '\\"',
]


def _check(text: str) -> None:
    """One line, at most one pipe and that before ``where``, balanced, no backtick."""
    assert text.splitlines() == [text]
    assert "`" not in text
    found = tokens(text)
    commands = split_pipe(found)
    assert len(commands) <= 2
    assert all(command[0] == "where" for command in commands[1:])
    depth = 0
    for token in found:
        depth += (token == "(") - (token == ")")
        assert depth >= 0
    assert depth == 0


def _shape(text: str) -> list[str]:
    """The tokens, with every quoted text alike."""
    return ["text" if token.startswith('"') else token for token in tokens(text)]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_value_stays_in_its_quotes(value: str) -> None:
    for parts in ((value,), (RUN, value), (value, RUN), (RUN, value, RUN), (value, ONE)):
        for cased in (False, True):
            leaf = has("f", *parts, cased=cased)
            formula = And((has("a", "1"), Not(Or((leaf, has("b", "2"))))))
            emission = emit(formula)
            if emission.text is None:
                assert value == "\ud800"
                continue
            _check(emission.text)


@pytest.mark.parametrize("value", [v for v in HOSTILE if v != "\ud800"])
def test_a_hostile_value_makes_the_same_query_as_a_tame_one(value: str) -> None:
    found = _shape(spl(And((has("a", "1"), has("f", value, ONE, cased=True)))))
    tame = _shape(spl(And((has("a", "1"), has("f", "x", ONE, cased=True)))))
    where = found.index("|")
    assert found[where:] == tame[tame.index("|") :]
    # In the base search a value may come in pieces, each a test of the same field.
    assert found[:3] == tame[:3]
    rest = [token for token in found[3:where] if token not in ("text", "*")]
    assert rest == ["f", "="] * (len(rest) // 2)


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_name_is_quoted_or_refused(value: str) -> None:
    for test in (Glob(("x",)), Glob(("x", ONE)), Regex("x")):
        emission = emit(And((has("a", "1"), atom(value, test))))
        if emission.text is None:
            assert [problem.code for problem in emission.problems] == ["SC212"]
        else:
            without_names = emission.text.replace(f'"{value}"', "f").replace(f"'{value}'", "f")
            assert value in ("NOT", "AND", "OR") or value not in without_names.replace('"x', "")
            _check_quoted_names(without_names)


def _check_quoted_names(text: str) -> None:
    _check(text)
    names = [t for t in _shape(text) if t not in ("text", "=", "|", "(", ")", ",", "*")]
    assert set(names) <= {"a", "f", "where", "isnotnull", "mvfilter", "match"}


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_expression_stays_in_its_quotes(value: str) -> None:
    emission = emit(And((has("a", "1"), atom("f", Regex(value)))))
    if emission.text is None:
        codes = {problem.code for problem in emission.problems}
        assert codes & {"SC203", "SC212"}  # what has no form; the others still have a nearest one
        assert codes <= {"SC203", "SC211", "SC212", "SC213"}
    else:
        _check(emission.text)


chars = st.text(
    st.one_of(
        st.sampled_from("\"\\*?`'|[](){}$ \n\r\t\x00\x85\u2028\u2029\u202e=,a"), st.characters()
    ),
    max_size=12,
)
any_test: st.SearchStrategy[Test] = st.one_of(
    st.builds(
        lambda parts, cased: Glob(tuple(parts), cased),
        st.lists(st.one_of(chars.filter(bool), st.sampled_from([RUN, ONE])), max_size=4),
        st.booleans(),
    ),
    st.builds(Regex, chars, st.booleans(), st.booleans(), st.booleans()),
)
any_formula: st.SearchStrategy[Formula] = st.recursive(
    st.builds(Atom, st.one_of(st.none(), chars), any_test),
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.lists(inner, max_size=4).map(lambda items: And(tuple(items))),
        st.lists(inner, max_size=4).map(lambda items: Or(tuple(items))),
    ),
    max_leaves=6,
)


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(any_formula, st.booleans())
def test_nothing_raises_and_every_text_is_whole(formula: Formula, pretty: bool) -> None:
    emission = emit(formula, pretty=pretty)
    if emission.text is None:
        assert emission.problems
        codes = {problem.code for problem in emission.problems}
        assert codes & {"SC203", "SC212"}  # what has no form; the others still have a nearest one
        assert codes <= {"SC203", "SC211", "SC212", "SC213"}
    elif pretty:
        lines = emission.text.split("\n")
        assert emission.text.splitlines() == lines
        tokens(emission.text)
    else:
        _check(emission.text)


@pytest.mark.parametrize(
    ("name", "says"),
    [("", "without a name"), ("eventtype", "event type"), ("tag::host", "tag")],
)
def test_a_name_that_is_no_field_is_refused_and_says_why(name: str, says: str) -> None:
    emission = emit(has(name, "x"))
    assert emission.text is None
    [problem] = emission.problems
    assert (problem.code, says in problem.message) == ("SC212", True)


def test_half_a_character_is_refused() -> None:
    for formula in (has("f", "x\ud800"), has("f\udc80", "x"), atom("f", Regex("x\ud83d"))):
        emission = emit(formula)
        assert emission.text is None
        assert emission.problems
        assert all(f"{it.message} {it.hint}".encode() for it in emission.problems)
