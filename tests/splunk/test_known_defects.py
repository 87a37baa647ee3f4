"""What other converters of Sigma to SPL are known to get wrong, each under its own name."""

from __future__ import annotations

from ipaddress import ip_network

from siemc.formula import And, Cidr, Equals, IsNull, Not, Or, Regex, SameAs, TimePart
from tests.splunk.make import ONE, RUN, atom, emit, has, spl
from tests.splunk.spl_model import holds, split_pipe, tokens


def test_an_expression_in_an_exclusion_is_not_hoisted_out_of_the_not() -> None:
    exclusion = And((has("y", RUN, "\\x.exe"), atom("z", Regex("evil.*"))))
    text = spl(And((has("x", "a.exe"), Not(exclusion))))
    kept = {"x": ["a.exe"], "y": ["C:\\x.exe"], "z": ["good"]}
    assert holds(text, kept)
    assert holds(text, {"x": ["a.exe"], "z": ["evil"]})
    assert not holds(text, {**kept, "z": ["evil!"]})


def test_alternatives_of_expressions_start_with_a_search_and_need_no_rex() -> None:
    text = spl(Or((atom("x", Regex("fo{2,}")), atom("a.b", Regex("b[ae]r")))))
    base, where = split_pipe(tokens(text))
    assert base
    assert where[0] == "where"
    assert "rex" not in where
    assert holds(text, {"a.b": ["a bar"]})
    assert not holds(text, {"x": ["fo"], "a.b": ["bur"]})


def test_a_field_name_with_a_space_is_quoted_everywhere() -> None:
    text = spl(atom("s p", Regex("fo{2,}")))
    assert text == '"s p"="*foo*" | where isnotnull(mvfilter(match(\'s p\', "fo{2,}")))'
    network = atom("s p", Cidr(ip_network("10.0.0.0/8")))
    assert spl(network) == '"s p"="10.0.0.0/8"'


def test_one_character_is_not_any_run() -> None:
    text = spl(has("x", "a", ONE, "c"))
    assert holds(text, {"x": ["abc"]})
    assert not holds(text, {"x": ["abbc"]})
    assert not holds(text, {"x": ["ac"]})
    ending = spl(has("x", RUN, "x", ONE))
    assert not holds(ending, {"x": ["ax"]})
    assert not holds(ending, {"x": ["axbb"]})


def test_a_literal_asterisk_is_only_an_asterisk() -> None:
    text = spl(has("x", RUN, "a*b", RUN))
    assert holds(text, {"x": ["1A*B2"]})
    assert not holds(text, {"x": ["1axb2"]})


def test_a_keyword_is_contained_and_not_a_phrase_of_tokens() -> None:
    text = spl(has(None, RUN, "access denied", RUN))
    assert holds(text, {"_raw": ["xaccess deniedx"]})


def test_a_keyword_expression_is_an_expression() -> None:
    text = spl(atom(None, Regex("foo.*bar")))
    assert holds(text, {"_raw": ["1 foo 2 bar 3"]})
    assert not holds(text, {"_raw": ["FOO bar"]})


def test_two_fields_compare_without_case_and_a_missing_one_is_not_dropped() -> None:
    same = atom("x", SameAs("y"))
    assert holds(spl(same), {"x": ["A"], "y": ["a"]})
    assert not holds(spl(same), {"x": ["A"]})
    for event in ({"x": ["A"]}, {"y": ["A"]}, {}):
        assert holds(spl(Not(same)), event)
    assert not holds(spl(Not(same)), {"x": ["A"], "y": ["a"]})


def test_two_fields_in_alternatives_and_with_affixes() -> None:
    text = spl(Or((atom("x", SameAs("y")), atom("x", SameAs("z", "startswith")))))
    assert holds(text, {"x": ["abc"], "z": ["AB"]})
    assert not holds(text, {"x": ["abc"], "z": ["bc"]})


def test_a_cased_test_keeps_its_case() -> None:
    text = spl(has("x", RUN, "FooBar", RUN, cased=True))
    assert holds(text, {"x": ["1FooBar2"]})
    assert not holds(text, {"x": ["1foobar2"]})


def test_a_part_of_a_time_is_refused_and_never_dropped() -> None:
    emission = emit(And((has("a", "1"), atom("TimeCreated", TimePart("minute", ">", 30)))))
    assert emission.text is None
    assert [problem.code for problem in emission.problems] == ["SC209"]


def test_not_null_needs_no_double_negation() -> None:
    assert spl(Not(atom("x", IsNull()))) == 'x=* NOT x=""'


def test_a_name_with_a_quote_is_refused() -> None:
    emission = emit(has('we"ird', "x"))
    assert emission.text is None
    assert [problem.code for problem in emission.problems] == ["SC212"]


def test_a_missing_field_passes_its_exclusion_in_where() -> None:
    text = spl(And((atom("x", Equals(1)), Not(has("y", "a", ONE)))))
    assert holds(text, {"x": ["1"]})
    assert not holds(text, {"x": ["1"], "y": ["ab"]})
