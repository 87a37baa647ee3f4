"""Which form a leaf takes on which mapping, and what is said where none is exact."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from siemc.formula import (
    And,
    Atom,
    Cidr,
    Compare,
    Equals,
    Formula,
    Glob,
    IsNull,
    Not,
    Opaque,
    Or,
    Regex,
    SameAs,
    TimePart,
)
from siemc.reading import ReadError
from siemc.schema import FieldType, Schema
from siemc_backends.elastic.platform import ELASTIC

from .build import (
    BACKENDS,
    KEYWORD,
    LOWERCASE,
    ONE,
    RUN,
    WILDCARD,
    codes,
    emit,
    has,
    index,
    leaf,
    text,
)

TARGETS = tuple(BACKENDS)
SUB = FieldType("keyword", ignore_above=1024, normalizer="lowercase")


def with_sub(kind: str, limit: int | None) -> FieldType:
    return FieldType(kind, ignore_above=limit, subfields=(("caseless", SUB),))


def test_a_caseless_sub_field_that_holds_as_much_is_used() -> None:
    schema = index(with_sub("keyword", 1024))
    assert text("kql", has("f", "Foo"), schema) == 'f.caseless: "Foo"'
    assert text("lucene", has("f", "Foo"), schema) == 'f.caseless:"Foo"'
    assert text("dsl", has("f", "Foo"), schema) == '{"term":{"f.caseless":"Foo"}}'


def test_a_sub_field_that_cuts_off_more_is_left_to_the_language_that_needs_it() -> None:
    """Padding a command line would evade ``.caseless`` of Elastic Defend, not its parent."""
    schema = index(with_sub("wildcard", None))
    assert text("lucene", has("f", "Foo"), schema) == "f:/[fF][oO][oO]/"
    assert "case_insensitive" in text("dsl", has("f", "Foo"), schema)
    emission = emit("kql", has("f", "Foo"), schema)
    assert (emission.text, emission.problems) == ('f.caseless: "Foo"', ())
    assert "SA01" in emission.assumptions


def test_a_sub_field_that_one_index_lacks_is_not_used() -> None:
    schema = index(with_sub("keyword", 1024), FieldType("keyword", ignore_above=1024))
    assert text("lucene", has("f", "Foo"), schema) == "f:/[fF][oO][oO]/"
    assert codes(emit("kql", has("f", "Foo"), schema)) == ["SC201"]


def test_a_value_without_letters_or_with_its_case_stays_on_the_field() -> None:
    schema = index(with_sub("keyword", 1024))
    assert text("kql", has("f", "4688"), schema) == 'f: "4688"'
    assert text("kql", has("f", "Foo", cased=True), schema) == 'f: "Foo"'


def test_values_that_the_pipeline_lowers_are_written_in_lower_case() -> None:
    schema = Schema("t", "elastic", "", index(KEYWORD).indices, lower_values=frozenset({"f"}))
    emission = emit("kql", has("f", "Egress", RUN), schema)
    assert (emission.text, emission.problems) == ("f: egress*", ())
    assert emission.assumptions == ("SA07",)


@pytest.mark.parametrize("target", TARGETS)
def test_a_case_sensitive_test_needs_a_field_with_case(target: str) -> None:
    assert codes(emit(target, has("f", "Foo", cased=True), index(LOWERCASE))) == ["SC202"]
    assert codes(emit(target, has("f", "Foo", cased=True), index(KEYWORD, LOWERCASE))) == ["SC202"]
    assert codes(emit(target, has("f", "Foo", cased=True), index(KEYWORD))) == []
    assert codes(emit(target, has("f", "4", cased=True), index(LOWERCASE))) == []


@pytest.mark.parametrize("target", ["lucene", "dsl"])
def test_a_case_sensitive_expression_needs_a_field_with_case(target: str) -> None:
    assert codes(emit(target, leaf("f", Regex("^a+b")), index(LOWERCASE))) == ["SC202"]
    assert codes(emit(target, leaf("f", Regex("^a+b")), index(KEYWORD, LOWERCASE))) == ["SC202"]
    assert codes(emit(target, leaf("f", Regex("^[a-zA-Z]+[0-9]")), index(LOWERCASE))) == []
    assert codes(emit(target, leaf("f", Regex("(?i)^a+b")), index(KEYWORD, LOWERCASE))) == []


@pytest.mark.parametrize("target", TARGETS)
def test_a_character_that_the_normalizer_merges_with_a_letter_is_refused(target: str) -> None:
    """The Kelvin sign is indexed as ``k``: a rule that names it would find every ``k``."""
    for literal in ("a\u212a", "\u212a"):
        assert codes(emit(target, has("f", literal), index(LOWERCASE))) == ["SC202"]
        assert codes(emit(target, has("f", literal), index(with_sub("keyword", 1024)))) == (
            ["SC202"] if target == "kql" and literal != "\u212a" else []
        )


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("kind", "test", "code"),
    [
        ("text", Glob((RUN, "x", RUN)), "SC204"),
        ("match_only_text", Glob(("x",)), "SC204"),
        ("text", IsNull(), "SC215"),
        ("long", Glob(("4", RUN)), "SC207"),
        ("long", Glob(("0443",)), "SC207"),
        ("long", Equals(0.5), "SC207"),
        ("boolean", Glob(("t", RUN)), "SC207"),
        ("ip", Glob((RUN, "1")), "SC207"),
        ("ip", Glob(("192.16", RUN)), "SC207"),
        ("date", Glob(("2024", RUN)), "SC207"),
        ("keyword", Compare(">", 5), "SC207"),
        ("long", Compare(">", float("inf")), "SC207"),
        ("keyword", Cidr(ip_network("fe80::/10")), "SC210"),
        ("text", Cidr(ip_network("10.0.0.0/8")), "SC210"),
        ("ip", Cidr(ip_network("::/16")), "SC210"),
        ("ip", Cidr(ip_network("::ffff:10.0.0.0/104")), "SC210"),
        ("flattened", Glob((RUN, "1")), "SC207"),
        ("geo_point", Glob(("1",)), "SC207"),
    ],
)
def test_a_type_that_cannot_take_the_test_is_a_problem_with_a_plain_form(
    target: str, kind: str, test: Glob, code: str
) -> None:
    emission = emit(target, leaf("f", test), index(FieldType(kind)))
    assert codes(emission) == [code]
    assert emission.text


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("test", "code"),
    [
        (SameAs("g"), "SC208"),
        (TimePart("hour", "=", 3), "SC209"),
        (Opaque("`sysmon`"), "SC216"),
    ],
)
def test_what_no_elastic_language_has_leaves_no_text(target: str, test: SameAs, code: str) -> None:
    emission = emit(target, And((has("g", "1"), Not(leaf("f", test)))), "raw")
    assert (codes(emission), emission.text) == ([code], None)
    assert emission.spans == ()


@pytest.mark.parametrize("target", TARGETS)
def test_a_field_that_the_schema_lacks_is_named_with_its_likely_spelling(target: str) -> None:
    emission = emit(target, has("process.nmae", "1"), index(KEYWORD, name="process.name"))
    assert codes(emission) == ["SC206"]
    assert emission.problems[0].hint == "Did you mean process.name?"
    assert emission.text


@pytest.mark.parametrize("target", TARGETS)
def test_a_field_that_is_not_indexed_is_a_problem(target: str) -> None:
    assert codes(emit(target, has("f", "1"), index(FieldType("keyword", searchable=False)))) == [
        "SC207"
    ]


def test_a_keyword_is_sought_in_the_whole_event() -> None:
    emission = emit("lucene", has(None, RUN, "access denied", RUN), "raw")
    assert (emission.text, emission.problems) == ("event.original:*access\\ denied*", ())
    assert "SA04" in emission.assumptions


@pytest.mark.parametrize(
    "atom",
    [leaf(None, Regex("^a")), has(None, "a"), leaf(None, IsNull()), leaf(None, Equals(True))],
)
def test_a_keyword_that_asks_for_more_than_a_text_somewhere_is_refused(atom: Atom) -> None:
    assert codes(emit("lucene", atom, "raw")) == ["SC211"]


def test_a_keyword_without_a_whole_event_keeps_a_plain_form() -> None:
    emission = emit("lucene", has(None, RUN, "a b", RUN), index(KEYWORD))
    assert (codes(emission), emission.text) == (["SC211"], "*a\\ b*")
    assert emit("kql", has(None, RUN, "a b", RUN), index(KEYWORD)).text == "*a b*"


def test_a_literal_that_suits_every_type_of_a_mixed_field_is_exact() -> None:
    mixed = index(KEYWORD, FieldType("long"))
    assert text("lucene", has("f", "443"), mixed) == 'f:"443"'
    assert codes(emit("lucene", has("f", "x"), mixed)) == ["SC214"]
    assert codes(emit("lucene", has("f", "4", RUN), mixed)) == ["SC214"]


def test_an_ip_field_is_not_asked_for_two_texts_of_one_address() -> None:
    emission = emit("lucene", has("f", "0:0:0:0:0:0:0:1"), index(FieldType("ip")))
    assert (emission.text, emission.problems) == ('f:"::1"', ())
    assert emission.assumptions == ("SA10",)


def test_an_automaton_that_lucene_would_not_build_is_refused() -> None:
    far = has("f", RUN, "1", *[ONE] * 40)
    assert codes(emit("lucene", far, "raw-cased")) == ["SC213"]
    assert codes(emit("dsl", has("f", *[ONE] * 40, RUN), "raw-cased")) == []


def test_ignore_above_is_assumed_only_where_a_used_field_has_one() -> None:
    assert emit("lucene", has("f", "1"), index(FieldType("keyword", 1024))).assumptions == ("SA01",)
    assert emit("lucene", has("f", "1"), index(WILDCARD)).assumptions == ()


@pytest.mark.parametrize("target", TARGETS)
def test_a_formula_too_deep_to_walk_is_refused(target: str) -> None:
    deep: Formula = has("f", "1")
    for _ in range(20_000):
        deep = And((Or((deep, has("g", "1"))), has("h", "1")))
    emission = emit(target, deep, "raw")
    assert (codes(emission), emission.text) == (["SC213"], None)


def test_a_query_nested_deeper_than_elasticsearch_allows_is_refused() -> None:
    """Queries in each other are counted, the innermost and those that Kibana adds among them."""
    for target, most in {"dsl": 29, "kql": 27}.items():
        emission = emit(target, _nested(most), "raw")
        assert codes(emission) == []
        assert BACKENDS[target].read(emission.text or "", ELASTIC.schema("raw"))
        deeper = emit(target, _nested(most + 1), "raw")
        assert codes(deeper) == ["SC213"]
        with pytest.raises(ReadError, match="max_nested_depth"):
            BACKENDS[target].read(deeper.text or "", ELASTIC.schema("raw"))


def test_a_text_of_lucene_is_one_query_however_deep() -> None:
    emission = emit("lucene", _nested(60), "raw")
    assert codes(emission) == []
    assert BACKENDS["lucene"].read(emission.text or "", ELASTIC.schema("raw"))


def _nested(levels: int) -> Formula:
    formula: Formula = has("f", "1")
    for level in range(levels):
        formula = (Or if level % 2 else And)((formula, has(f"g{level}", "1")))
    return formula


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("formula", "says"),
    [
        (has("", "x"), "without a name"),
        (leaf("", IsNull()), "without a name"),
        (has("_index", "x"), "Elasticsearch's own"),
        (has("a\ud800", "x"), "half a surrogate pair"),
        (has("a", "x\udc80", RUN), "half a surrogate pair"),
        (has(None, RUN, "\udfff", RUN), "half a surrogate pair"),
        (leaf("a", Regex("x\ud83d")), "half a surrogate pair"),
        (leaf("a", SameAs("b\ud800")), "half a surrogate pair"),
    ],
)
def test_what_no_query_can_hold_is_refused_without_a_text(
    target: str, formula: Formula, says: str
) -> None:
    emission = emit(target, formula, "raw")
    assert (codes(emission), emission.text) == (["SC212"], None)
    [problem] = emission.problems
    assert says in problem.message
    assert problem.message.encode("utf-8")


def test_many_clauses_are_an_assumption() -> None:
    values = tuple(has("f", str(number)) for number in range(1025))
    assert "SA11" in emit("kql", Or(values), "raw").assumptions
    assert "SA11" not in emit("kql", Or(values[:1024]), "raw").assumptions
