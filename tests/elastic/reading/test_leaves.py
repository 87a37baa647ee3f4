"""What one leaf of a query does on a field of each type, by Elasticsearch's documentation."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from siemc.formula import (
    FALSE,
    And,
    Atom,
    Cidr,
    Compare,
    CompareOp,
    Equals,
    Exists,
    Formula,
    Glob,
    Opaque,
    Or,
    Regex,
)
from siemc.reading import ReadError, place
from siemc.schema import Dynamic, FieldType, Index, Schema
from siemc_backends.elastic.reading.engine import FormatError, engines

from .build import AT, KEYWORD, LIMITED, LOWERCASE, MULTI, ONE, RUN, engine, eq, only_engine, schema

UNINDEXED = FieldType("keyword", searchable=False)


def test_a_term_compares_case_on_a_plain_keyword() -> None:
    assert engine("keyword").term("f", "Cmd.EXE", AT) == eq("f", "Cmd.EXE")


def test_a_term_on_a_lowercase_keyword_is_lowered_and_meets_any_case() -> None:
    found = engine(LOWERCASE)
    assert found.term("f", "Cmd.EXE", AT) == eq("f", "cmd.exe", cased=False)
    assert found.assumptions == {"SA02"}


def test_a_lowercase_keyword_takes_the_kelvin_sign_for_a_k() -> None:
    assert engine(LOWERCASE).term("f", "\u212a", AT) == eq("f", "k", cased=False)


def test_another_normalizer_is_not_understood() -> None:
    folded = FieldType("keyword", normalizer="ascii_folding")
    found = engine(folded).term("f", "é", AT)
    assert isinstance(found, Atom)
    assert isinstance(found.test, Opaque)


def test_a_query_without_case_folds_what_is_of_ascii() -> None:
    assert engine("keyword").term("f", "Cmd.exe", AT, caseless=True) == eq(
        "f", "Cmd.exe", cased=False
    )


def test_a_query_without_case_leaves_other_letters_to_the_version() -> None:
    found = engine("keyword")
    leaf = found.term("f", "É1", AT, caseless=True)
    assert leaf == Atom("f", Regex(r"\A(?:\x{c9}1)\z", dotall=True))
    assert "SA08" in found.assumptions


def test_the_limit_of_a_field_is_an_assumption() -> None:
    found = engine(LIMITED)
    found.term("f", "x", AT)
    assert found.assumptions == {"SA01"}


def test_a_leaf_stands_where_it_was_read() -> None:
    leaf = engine("keyword").term("f", "x", (7, 10))
    assert isinstance(leaf, Atom)
    assert leaf.origins == place(7, 10)


def test_a_field_that_the_index_lacks_is_found_nowhere() -> None:
    found = engine("keyword")
    asked: list[Formula] = [
        found.term("g", "x", AT),
        found.wildcard("g", (RUN,), AT),
        found.regexp("g", ".*", AT),
        found.exists("g", AT),
        found.range("g", ">", "5", AT),
        found.phrase("g", "x y", AT),
        found.opaque("fuzzy", "g", "x", AT),
    ]
    assert asked == [FALSE] * len(asked)


def test_a_multi_field_is_read_as_its_parent() -> None:
    found = only_engine(schema(p__name=MULTI))
    assert found.term("p.name.caseless", "CMD", AT) == eq("p.name", "cmd", cased=False)
    assert found.term("p.name.ip", "10.0.0.0/8", AT) == Atom(
        "p.name", Cidr(ip_network("10.0.0.0/8"))
    )
    assert found.phrase("p.name.text", "a b", AT) == Atom(
        "p.name", Opaque("match_phrase p.name.text: a b")
    )
    assert found.exists("p.name.caseless", AT) == Atom("p.name", Exists())


def test_that_a_value_is_an_address_is_no_question_of_its_existence() -> None:
    found = only_engine(schema(f=MULTI)).exists("f.ip", AT)
    assert found == Atom("f", Opaque("exists f.ip"))


def test_a_dynamic_field_is_its_own_but_for_networks() -> None:
    rule = Dynamic("*", FieldType("keyword", subfields=(("ip", FieldType("ip")),)))
    found = only_engine(schema(rule, closed=False))
    assert found.term("source.ip", "10.0.0.1", AT) == eq("source.ip", "10.0.0.1")
    assert found.term("source.ip", "10.0.0.0/8", AT) == Atom(
        "source", Cidr(ip_network("10.0.0.0/8"))
    )
    assert found.assumptions == {"SA03", "SA10"}


def test_a_dynamic_template_gives_its_multi_fields() -> None:
    rule = Dynamic("w.data.*", FieldType("keyword", subfields=(("caseless", LOWERCASE),)))
    found = only_engine(schema(rule))
    assert found.term("w.data.X.caseless", "A", AT) == eq("w.data.X", "a", cased=False)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a*b?", ("a", RUN, "b", ONE)),
        (r"a\*b\?\\", (r"a*b?" + "\\",)),
        ("a\\", ("a\\",)),
        ("**a", (RUN, "a")),
    ],
)
def test_a_wildcard_pattern_has_three_special_characters(text: str, parts: tuple[str, ...]) -> None:
    assert engine("keyword").pattern("f", text, AT) == eq("f", *parts)


def test_an_empty_pattern_finds_nothing_but_an_empty_prefix_any_value() -> None:
    assert engine("keyword").pattern("f", "", AT) == FALSE
    assert engine("keyword").wildcard("f", (RUN,), AT) == Atom("f", Exists())


def test_a_lone_run_asks_whether_there_is_a_value() -> None:
    assert engine("keyword").pattern("f", "*", AT) == Atom("f", Exists())


def test_a_pattern_on_a_lowercase_keyword_is_lowered() -> None:
    found = engine(LOWERCASE)
    assert found.pattern("f", r"*\\AB*", AT) == eq("f", RUN, "\\ab", RUN, cased=False)
    assert found.pattern("f", r"*\aB*", AT) == eq("f", RUN, "ab", RUN, cased=False)


def test_whether_an_escaped_capital_is_lowered_is_for_the_version_to_say() -> None:
    found = engine(LOWERCASE)
    assert found.pattern("f", r"*\AB*", AT) == Atom("f", Opaque(r"wildcard f: *\AB*"))


def test_an_escaped_letter_in_a_pattern_without_case_is_not_understood() -> None:
    found = engine("keyword")
    assert found.pattern("f", r"\ab", AT) == eq("f", "ab")
    assert found.pattern("f", r"\ab", AT, caseless=True) == Atom("f", Opaque(r"wildcard f: \ab"))


@pytest.mark.parametrize("text", ["*", "??*", "*?", "**"])
def test_a_wildcard_field_takes_a_pattern_without_text_for_exists(text: str) -> None:
    assert engine("wildcard").pattern("f", text, AT) == Atom("f", Exists())


def test_a_wildcard_field_counts_characters_without_a_run() -> None:
    assert engine("wildcard").pattern("f", "??", AT) == eq("f", ONE, ONE)
    assert engine("keyword").pattern("f", "?*", AT) == eq("f", ONE, RUN)


def test_a_constant_takes_a_star_in_a_term_and_nothing_else() -> None:
    found = engine("constant_keyword")
    assert found.term("f", "a*b?", AT) == eq("f", "a", RUN, "b?")
    assert found.wildcard("f", ("a", RUN), AT) == eq("f", "a", RUN)
    escaped = found.pattern("f", r"a\*", AT)
    assert isinstance(escaped, Atom)
    assert isinstance(escaped.test, Opaque)


@pytest.mark.parametrize(
    ("kind", "text", "test"),
    [
        ("long", "5", Equals(5)),
        ("long", "-5", Equals(-5)),
        ("long", "5.0", Equals(5)),
        ("unsigned_long", "18446744073709551615", Equals(2**64 - 1)),
        ("double", "5.5", Equals(5.5)),
        ("boolean", "true", Equals(True)),
        ("boolean", "false", Equals(False)),
        ("ip", "10.0.0.1", Glob(("10.0.0.1",))),
        ("ip", "::FFFF:10.0.0.1", Glob(("10.0.0.1",))),
        ("ip", "2001:DB8::0:1", Glob(("2001:db8::1",))),
        ("ip", "10.1.2.3/8", Cidr(ip_network("10.0.0.0/8"))),
    ],
)
def test_a_value_of_another_type(kind: str, text: str, test: Equals) -> None:
    assert engine(kind).term("f", text, AT) == Atom("f", test)


def test_a_whole_number_has_no_decimal_part() -> None:
    assert engine("long").term("f", "5.5", AT) == FALSE


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("long", "x"),
        ("long", "0x10"),
        ("long", "٣"),
        ("double", "1e999"),
        ("boolean", "TRUE"),
        ("ip", "10.0.0"),
        ("ip", "fe80::1%eth0"),
        ("ip", "10.0.0.0/33"),
    ],
)
def test_a_text_that_is_no_value_of_the_type_is_refused(kind: str, text: str) -> None:
    with pytest.raises(FormatError):
        engine(kind).term("f", text, AT)


@pytest.mark.parametrize("kind", ["long", "ip", "boolean", "date"])
def test_a_number_address_or_date_takes_no_wildcard_and_no_expression(kind: str) -> None:
    with pytest.raises(FormatError):
        engine(kind).pattern("f", "1*", AT)
    with pytest.raises(FormatError):
        engine(kind).regexp("f", "1.*", AT)


@pytest.mark.parametrize("op", ["<", "<=", ">", ">="])
def test_a_bound_compares_numbers(op: CompareOp) -> None:
    assert engine("long").range("f", op, "5", AT) == Atom("f", Compare(op, 5))


@pytest.mark.parametrize(
    ("kind", "bound"),
    [("keyword", "a"), ("date", "a"), ("ip", "10.0.0.1"), ("text", "a"), ("boolean", "true")],
)
def test_a_bound_of_what_is_no_number_is_not_understood(kind: str, bound: str) -> None:
    assert engine(kind).range("f", ">=", bound, AT) == Atom("f", Opaque(f"range f >= {bound}"))


@pytest.mark.parametrize(
    ("kind", "bound"), [("ip", "a"), ("ip", "10.0.0.0/8"), ("boolean", "TRUE"), ("boolean", "")]
)
def test_a_bound_that_the_type_refuses_is_refused(kind: str, bound: str) -> None:
    with pytest.raises(FormatError, match="is no bound"):
        engine(kind).range("f", ">=", bound, AT)
    with pytest.raises(FormatError, match="is no bound"):
        engine(kind).between("f", [(">=", bound), ("<", bound)], AT)


def test_two_bounds_are_of_one_value() -> None:
    found = engine("long")
    both = found.between("f", [(">=", "1"), ("<", "5")], AT)
    assert both == And((Atom("f", Compare(">=", 1)), Atom("f", Compare("<", 5))))
    assert found.assumptions >= {"SA13"}
    assert engine("long").between("f", [(">=", "5"), ("<=", "5")], AT) == Atom("f", Equals(5))
    assert engine("keyword").between("f", [], AT) == Atom("f", Exists())


@pytest.mark.parametrize("kind", ["text", "match_only_text", "flattened", "geo_point", "alias"])
def test_what_is_no_term_is_equal_only_to_itself(kind: str) -> None:
    found = engine(kind)
    for leaf in (
        found.term("f", "x", AT),
        found.words("f", "x", AT),
        found.phrase("f", "x", AT),
        found.pattern("f", "x*", AT),
        found.regexp("f", "x.", AT),
    ):
        assert isinstance(leaf, Atom)
        assert leaf.field == "f"
        assert isinstance(leaf.test, Opaque)
        assert leaf.test.text.split()[1] == "f:"
    assert found.exists("f", AT) == Atom("f", Exists())


def test_a_field_without_an_index_is_not_understood() -> None:
    for leaf in (engine(UNINDEXED).term("f", "x", AT), engine(UNINDEXED).exists("f", AT)):
        assert isinstance(leaf, Atom)
        assert isinstance(leaf.test, Opaque)


def test_an_object_exists_where_a_field_below_it_does() -> None:
    found = only_engine(schema(o=FieldType("object"), o__a=KEYWORD, o__b=KEYWORD, other=KEYWORD))
    assert found.exists("o", AT) == Or((Atom("o.a", Exists()), Atom("o.b", Exists())))


def test_of_an_object_that_grows_nobody_knows_the_fields() -> None:
    found = only_engine(schema(Dynamic("o.*", KEYWORD), o=FieldType("object"), o__a=KEYWORD))
    assert found.exists("o", AT) == Atom("o", Opaque("exists o"))
    assert found.exists("o.b", AT) == Atom("o.b", Exists())


def test_a_nested_value_is_a_document_of_its_own() -> None:
    leaf = only_engine(schema(n=FieldType("nested"), n__a=KEYWORD)).term("n.a", "x", AT)
    assert isinstance(leaf, Atom)
    assert isinstance(leaf.test, Opaque)


def test_a_metadata_field_is_in_every_index_and_in_no_event() -> None:
    leaf = engine("keyword").term("_index", "logs-x", AT)
    assert leaf == Atom("_index", Opaque("term _index: logs-x"))


def test_of_a_field_that_an_open_schema_does_not_list_nothing_is_known() -> None:
    found = only_engine(schema(f=KEYWORD, closed=False))
    for leaf in (found.term("g", "x", AT), found.exists("g", AT), found.range("g", "<", "1", AT)):
        assert isinstance(leaf, Atom)
        assert isinstance(leaf.test, Opaque)


def test_too_long_an_expression_is_refused() -> None:
    engine("keyword").regexp("f", "a" * 1000, AT)
    with pytest.raises(ReadError, match="1000"):
        engine("keyword").regexp("f", "a" * 1001, AT)


def test_there_is_one_engine_for_each_mapping_of_the_fields() -> None:
    indices = (
        Index("a-*", {"f": KEYWORD, "g": KEYWORD}),
        Index("b-*", {"f": KEYWORD}),
        Index("c-*", {"f": FieldType("wildcard"), "g": KEYWORD}),
    )
    split = Schema("test", "elastic", "A test", indices)
    assert [patterns for patterns, _ in engines(split, ["f"])] == [("a-*", "b-*"), ("c-*",)]
    assert [len(list(engines(split, names))) for names in ([], ["g"], ["f", "g"])] == [1, 2, 3]
