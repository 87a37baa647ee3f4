"""What a value becomes on fields of other types: kbn-es-query, ``functions/is.ts``."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from siemc.formula import (
    FALSE,
    Atom,
    Cidr,
    Compare,
    Equals,
    Exists,
    Formula,
    Glob,
    Opaque,
    atoms,
)
from siemc.reading import ReadError
from siemc.schema import FieldType

from .build import (
    BOOLEAN,
    DATE,
    IP,
    KEYWORD,
    LONG,
    LOWERED,
    RUN,
    TEXT,
    WILDCARD,
    all_,
    any_,
    formula,
    is_,
    readings,
    schema,
)

TYPED = schema(
    {"n": LONG, "ip": IP, "t": TEXT, "d": DATE, "yes": BOOLEAN, "low": LOWERED, "k": KEYWORD}
)
MIXED = schema({"f": KEYWORD}, {"f": TEXT})
FAMILY = schema({"f": KEYWORD}, {"f": WILDCARD}, {"g": KEYWORD})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("n: 5", Atom("n", Equals(5))),
        ("n > 5", Atom("n", Compare(">", 5))),
        ("n>=5", Atom("n", Compare(">=", 5))),
        ("n < 5", Atom("n", Compare("<", 5))),
        ('n <= "5"', Atom("n", Compare("<=", 5))),
        ("n > 4 and n < 7", all_(Atom("n", Compare(">", 4)), Atom("n", Compare("<", 7)))),
        ("n: *", Atom("n", Exists())),
        ("yes: true", Atom("yes", Equals(True))),
        ("ip: 10.0.0.0/8", Atom("ip", Cidr(ip_network("10.0.0.0/8")))),
        ('ip: "10.0.0.0/8"', Atom("ip", Cidr(ip_network("10.0.0.0/8")))),
        (
            "ip: (10.0.0.0/8 or *)",
            any_(Atom("ip", Cidr(ip_network("10.0.0.0/8"))), Atom("ip", Exists())),
        ),
        ("low: ABC", Atom("low", Glob(("abc",)))),
        ("low: *AB*", Atom("low", Glob((RUN, "ab", RUN)))),
        ("t: *", Atom("t", Exists())),
        ("unknown: x", FALSE),
        ("unknown: *", FALSE),
        ("unknown: x*y", FALSE),
    ],
)
def test_the_type_decides(text: str, expected: Formula) -> None:
    assert formula(text, TYPED) == expected


@pytest.mark.parametrize(
    "text",
    ["t: word", 't: "two words"', "t: two words", "t: wo*d", "d > now-1d", "d: 2020", "k > a"],
)
def test_what_no_test_can_say_is_opaque(text: str) -> None:
    [leaf] = atoms(formula(text, TYPED))
    assert leaf.field == text[0]
    assert isinstance(leaf.test, Opaque)


def test_opaque_leaves_are_the_same_only_for_the_same_query() -> None:
    queries = ["t: a b", 't: "a b"', "t: a", "t: a*", "d: 2020", "d >= 2020", "d <= 2020", "k > a"]
    assert len({formula(text, TYPED) for text in queries}) == len(queries)
    assert formula("t: a  b", TYPED) != formula("t: a b", TYPED)


@pytest.mark.parametrize("text", ["n: x", "n: 1*", "yes: maybe", "ip: x", "ip: 10.*", "n > x"])
def test_what_elasticsearch_refuses_is_refused(text: str) -> None:
    with pytest.raises(ReadError):
        formula(text, TYPED)


def test_one_family_over_all_indices_is_a_keyword() -> None:
    """Field capabilities call a wildcard field a keyword: a space does not split its value."""
    found = [reading.formula for reading in readings("f: a b*", FAMILY)]
    assert found == [is_("f", "a b", RUN), is_("f", "a b", RUN), FALSE]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f: a b*", any_(is_("f", "a"), is_("f", "b", RUN))),
        ("f: *a  b*", any_(is_("f", RUN, "a"), is_("f", "b", RUN))),
        ("f: a*", is_("f", "a", RUN)),
        ("f: a\\:b*", is_("f", "a:b", RUN)),
        ("f: *\\\\a.exe", is_("f", RUN, "\\a.exe")),
        ("f: a-b/c*", is_("f", "a-b/c", RUN)),
        ("f: a\\**", is_("f", "a*", RUN)),
        ("f: a\u3000b*", any_(is_("f", "a"), is_("f", "b", RUN))),
        ("f: a \\AND b*", all_(is_("f", "a"), is_("f", "b", RUN))),
        ("f: a b", is_("f", "a b")),
        ('f: "a b"', is_("f", "a b")),
        ("f: *", Atom("f", Exists())),
        ("f: * x", any_(Atom("f", Exists()), is_("f", "x"))),
    ],
)
def test_two_types_make_a_query_string_whose_words_part(text: str, expected: Formula) -> None:
    first, second = readings(text, MIXED)
    assert (first.indices, second.indices) == (("index-0",), ("index-1",))
    assert first.formula == expected


def test_a_constant_field_takes_kibanas_escapes_for_text() -> None:
    """Elasticsearch, ``ConstantFieldType``: ``Regex.simpleMatch`` knows no backslash."""
    constant = schema({"f": FieldType("constant_keyword")})
    assert formula("f: a.b*", constant) == is_("f", "a.b", RUN)
    assert formula("f: a-b*", constant) == is_("f", "a\\-b", RUN)
    assert formula("f: a-b", constant) == is_("f", "a-b")


def test_a_value_without_a_field_is_sought_in_the_default_fields() -> None:
    queries = ["lone", '"lone"', "lone*", "null: lone"]
    found = [formula(text) for text in queries]
    assert found[0] == found[3]
    assert len(set(found)) == 3
    assert all(leaf.field is None and isinstance(leaf.test, Opaque) for leaf in map(_leaf, found))


def _leaf(found: Formula) -> Atom:
    assert isinstance(found, Atom)
    return found


def test_a_multi_field_is_its_parent_compared_its_own_way() -> None:
    caseless = FieldType("keyword", subfields=(("caseless", LOWERED),))
    known = schema({"process.name": caseless})
    assert formula("process.name.caseless: CMD*", known) == Atom("process.name", Glob(("cmd", RUN)))
    assert formula("process.name: CMD*", known) == is_("process.name", "CMD", RUN)
