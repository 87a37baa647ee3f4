"""Each kind of test in words."""

from ipaddress import ip_network

import pytest

from siemc.explain.predicates import predicate
from siemc.explain.words import predicate_text
from siemc.formula import (
    ONE,
    RUN,
    Atom,
    Cidr,
    Compare,
    Equals,
    Exists,
    Glob,
    IsNull,
    Opaque,
    Origin,
    Regex,
    SameAs,
    Test,
    TimePart,
)

KINDS: dict[str, tuple[Test, str, str, str]] = {
    "a text": (Glob(("x",)), "eq", "x", "F is x"),
    "the empty text": (Glob(()), "eq", "", "F is ''"),
    "spaces at its ends": (Glob((RUN, " -E ", RUN)), "contains", " -E ", "F contains ' -E '"),
    "a start": (Glob(("C:\\", RUN)), "starts_with", "C:\\", "F starts with C:\\"),
    "an end": (Glob((RUN, "\\cmd.exe")), "ends_with", "\\cmd.exe", "F ends with \\cmd.exe"),
    "a part": (Glob((RUN, "a*b", RUN)), "contains", "a*b", "F contains a*b"),
    "a pattern": (Glob(("a*", RUN, "b", ONE)), "match", "a\\**b?", "F matches a\\**b?"),
    "any value": (Glob((RUN,)), "exists", "", "F exists"),
    "with case": (Glob(("x",), cased=True), "eq", "x", "F is x (cased)"),
    "an expression": (Regex("^a", ignorecase=True), "regex", "(?i)^a", "F matches regex (?i)^a"),
    "a network": (
        Cidr(ip_network("10.0.0.0/8")),
        "cidr",
        "10.0.0.0/8",
        "F is in network 10.0.0.0/8",
    ),
    "an order": (Compare(">=", 5), "ge", "5", "F >= 5"),
    "a number": (Equals(443), "eq", "443", "F is 443"),
    "a truth": (Equals(True), "eq", "true", "F is true"),
    "null": (IsNull(), "null", "", "F is null"),
    "exists": (Exists(), "exists", "", "F exists"),
    "another field": (SameAs("G"), "same_as", "G", "F is the same as G"),
    "another field's end": (
        SameAs("G", "endswith"),
        "same_as",
        "endswith G",
        "F is the same as endswith G",
    ),
    "a time": (TimePart("hour", "<", 6), "time", "hour < 6", "F has the time part hour < 6"),
    "a macro": (Opaque("`m`"), "opaque", "`m`", "F passes `m`"),
}


@pytest.mark.parametrize(("test", "kind", "value", "text"), KINDS.values(), ids=KINDS)
def test_a_leaf_has_its_kind_and_value(test: Test, kind: str, value: str, text: str) -> None:
    found = predicate(Atom("F", test, (Origin("sel", ("detection", "sel", "F")),)))
    assert (found.kind, found.value) == (kind, value)
    assert (found.identifier, found.place) == ("sel", ("detection", "sel", "F"))
    assert predicate_text(found) == text


def test_a_keyword_is_of_any_field_and_a_denied_leaf_says_so() -> None:
    found = predicate(Atom(None, Glob((RUN, "x", RUN))), negated=True)
    assert predicate_text(found) == "any field not contains x"
