"""Verdicts on small formulas, worked out by hand."""

import gc
from ipaddress import ip_network
from time import thread_time

import pytest

from siemc.evaluate import evaluate
from siemc.formula import (
    FALSE,
    RUN,
    TRUE,
    And,
    Atom,
    Cidr,
    Compare,
    Equals,
    Exists,
    Formula,
    Glob,
    IsNull,
    Not,
    Opaque,
    Or,
    Regex,
    SameAs,
    glob,
)
from siemc.prove.compare import compare
from siemc.prove.verdict import Verdict, worst
from siemc.schema import FieldType, Index, Schema


def text(value: str, cased: bool = False, field: str | None = "f") -> Atom:
    """``value`` with ``*`` for any run."""
    parts = [part for piece in value.split("*") for part in (piece, RUN)][:-1]
    return Atom(field, glob(parts, cased))


def regex(source: str, field: str = "f", **flags: bool) -> Atom:
    return Atom(field, Regex(source, **flags))


A, B, C = text("a"), text("b", field="g"), text("c", field="h")

EQUAL: dict[str, tuple[Formula, Formula]] = {
    "order and repeats": (And((A, B, A)), And((B, A))),
    "De Morgan": (Not(Or((A, B))), And((Not(A), Not(B)))),
    "distribution": (And((A, Or((B, C)))), Or((And((A, B)), And((A, C))))),
    "absorption": (A, And((A, Or((A, B))))),
    "caseless spelling": (text("AbC"), text("aBc")),
    "a cased text without letters": (text("1-2", cased=True), text("1-2")),
    "a number and its text": (Atom("f", Equals(443)), text("443")),
    "truth": (Atom("f", Equals(True)), text("TRUE")),
    "a keyword that is empty": (Atom(None, IsNull()), Atom(None, Glob(()))),
    "the same fields": (Atom("f", SameAs("g")), Atom("g", SameAs("f"))),
    "any value": (text("*"), Atom("f", Exists())),
    "null": (Atom("f", IsNull()), Or((Not(Atom("f", Exists())), Atom("f", Glob(()))))),
    "an expression that is a glob": (regex("(?is)^a.*b$"), Or((text("a*b"), text("a*b\n")))),
    "an expression with alternatives": (
        regex(r"(?i)\\(cmd|sh)\.exe\z"),
        Or((text("*\\cmd.exe"), text("*\\sh.exe"))),
    ),
    "two expressions": (regex("^(a|b)+\\z"), regex("\\A[ab][ab]*\\z")),
    "a term that another implies": (Or((text("*a*"), text("*ab*"))), text("*a*")),
    "a narrower and a wider term": (And((text("ab*"), text("a*"))), text("ab*")),
    "a union that covers": (
        Or((regex("\\A[a-m]*\\z"), regex("\\A[n-z]\\z"))),
        Or((regex("\\A[a-m]*\\z"), regex("\\A[a-z]\\z"))),
    ),
    "an address and its network": (Atom("f", Cidr(ip_network("10.1.2.3/32"))), text("10.1.2.3")),
    "a network within a network": (
        Or((Atom("f", Cidr(ip_network("10.0.0.0/8"))), Atom("f", Cidr(ip_network("10.1.0.0/16"))))),
        Atom("f", Cidr(ip_network("10.0.0.0/8"))),
    ),
    "numbers": (
        And((Atom("f", Compare(">", 5)), Atom("f", Compare(">", 3)))),
        Atom("f", Compare(">", 5)),
    ),
    "an opaque text": (And((Atom(None, Opaque("`m`")), A)), And((A, Atom(None, Opaque("`m`"))))),
    "two fields compared": (Atom("f", SameAs("g")), Not(Not(Atom("f", SameAs("g"))))),
}


@pytest.mark.parametrize("pair", EQUAL.values(), ids=EQUAL)
def test_formulas_that_mean_the_same_are_exact(pair: tuple[Formula, Formula]) -> None:
    for rule, query in (pair, pair[::-1]):
        found = compare(rule, query)
        assert found.relation == "exact", found
        assert not found.witnesses


def test_that_a_value_is_a_value_holds_only_where_there_is_one() -> None:
    present = Atom("f", Exists())
    other = Atom("g", Exists())
    assert compare(present, Or((text("a"), other))).relation == "different"
    assert compare(Or((And((A, Not(present))), other)), other).relation == "exact"
    assert compare(Not(other), And((Or((Not(other), B)), other))).relation == "different"


WIDER: dict[str, tuple[Formula, Formula]] = {
    "nothing and anything": (FALSE, TRUE),
    "a lost conjunct": (And((A, B)), A),
    "a lost exclusion": (And((A, Not(B))), A),
    "case": (text("a", cased=True), text("a")),
    "a wildcard": (text("a"), text("a*")),
    "one for any run": (Atom("f", Glob(("a", RUN))), text("*")),
    "an unanchored expression": (regex("^ab$"), regex("ab")),
    "Kelvin is no k": (text("k"), Or((text("k"), text("\u212a")))),
    "two values in one field": (And((text("a*"), text("*b"))), text("a*")),
    "one value and two": (text("a*b"), And((text("a*"), text("*b")))),
    "a border of numbers": (Atom("f", Compare(">", 5)), Atom("f", Compare(">=", 5))),
    "absent and empty": (Not(Atom("f", Exists())), Atom("f", IsNull())),
}


@pytest.mark.parametrize("pair", WIDER.values(), ids=WIDER)
def test_each_difference_is_found_in_both_directions(pair: tuple[Formula, Formula]) -> None:
    less, more = pair
    wider, narrower = compare(less, more), compare(more, less)
    assert wider.relation == "wider"
    assert narrower.relation == "narrower"
    for found, rule, query in ((wider, less, more), (narrower, more, less)):
        (witness,) = found.witnesses
        assert evaluate(rule, witness.event) is witness.rule
        assert evaluate(query, witness.event) is witness.query
        assert witness.rule is not witness.query


def test_a_query_that_misses_and_adds_is_different_with_an_event_for_each() -> None:
    found = compare(text("a"), text("b"))
    assert (found.misses, found.extra, found.relation) == ("yes", "yes", "different")
    assert [(each.rule, each.query) for each in found.witnesses] == [(True, False), (False, True)]


def test_a_witness_has_one_value_a_field_where_there_is_such_a_one() -> None:
    found = compare(And((text("a*"), text("*b"))), And((text("a*"), Not(text("*b")))))
    assert all(len(values) == 1 for w in found.witnesses for values in w.event.values())


def test_two_values_are_shown_where_one_cannot_tell() -> None:
    (witness,) = compare(FALSE, And((text("a"), text("b")))).witnesses
    assert sorted(map(str, witness.event["f"])) == ["a", "b"]


def test_what_rests_on_an_opaque_text_is_unknown_and_has_no_witness() -> None:
    found = compare(And((Atom(None, Opaque("`m`")), A)), A)
    assert (found.misses, found.extra) == ("no", "unknown")
    assert found.relation == "unknown"
    assert found.opaque == ("`m`",)
    assert not found.witnesses


def test_an_opaque_text_does_not_hide_a_difference_beside_it() -> None:
    opaque = Atom(None, Opaque("`m`"))
    found = compare(And((opaque, A)), And((opaque, B)))
    assert found.relation == "unknown"


def test_an_event_that_leaves_nothing_to_the_opaque_text_is_shown() -> None:
    found = compare(And((A, B)), And((Atom(None, Opaque("`m`")), A, C)))
    assert (found.misses, found.extra) == ("yes", "unknown")
    (witness,) = found.witnesses
    assert not evaluate(C, witness.event)


def test_a_line_break_alone_is_an_assumption() -> None:
    found = compare(regex("^a.b\\z"), regex("^a.b\\z", dotall=True))
    assert found.relation == "exact"
    assert found.assumptions == ("SA05",)


def test_a_rule_about_lines_assumes_nothing_of_line_breaks() -> None:
    found = compare(regex("^a", multiline=True), regex("^a"))
    assert found.relation == "narrower"


def closed(**types: str) -> Schema:
    fields = {name: FieldType(kind) for name, kind in types.items()}
    return Schema("s", "elastic", "", (Index("*", fields),), whole_event="w")


def test_on_addresses_a_text_is_the_address_it_spells() -> None:
    schema = closed(f="ip")
    network = Atom("f", Cidr(ip_network("10.1.0.0/16")))
    found = compare(text("10.1.*"), network, schema)
    assert (found.relation, found.assumptions) == ("exact", ("SA10",))
    assert compare(text("10.1.*"), network, closed(f="keyword")).relation == "narrower"


def test_among_whole_numbers_those_above_one_begin_at_the_next() -> None:
    above, from_next = Atom("f", Compare(">", 5)), Atom("f", Compare(">=", 6))
    whole, text_too = closed(f="long"), closed(f="keyword")
    found = compare(above, from_next, whole)
    assert (found.relation, found.assumptions) == ("exact", ("SA12",))
    assert compare(above, from_next, text_too).relation == "narrower"
    assert (
        compare(Atom("f", Exists()), Atom("f", Compare("<", 2**70)), whole).relation == "narrower"
    )


@pytest.mark.parametrize(
    "number",
    [10**310, -(10**310), float("inf"), float("nan"), 1e308],
    ids=["large", "small", "infinite", "none", "a double"],
)
def test_a_number_beyond_the_doubles_is_compared_with_itself(number: float) -> None:
    test = Atom("f", Compare(">", number))
    assert compare(test, And((test, test))).relation == "exact"
    assert compare(test, Atom("f", Compare(">", 1))).relation != "exact"


def test_another_spelling_of_an_address_is_another_text() -> None:
    literal, network = text("fe80::1"), Atom("f", Cidr(ip_network("fe80::1")))
    assert compare(literal, network, closed(f="ip")).relation == "exact"
    assert compare(literal, network, closed(f="keyword")).relation == "wider"


def test_where_values_are_in_lower_case_the_case_of_a_test_is_none() -> None:
    index = Index("*", {"f": FieldType("keyword")}, lower_values=frozenset({"f"}))
    schema = Schema("s", "elastic", "", (index,))
    found = compare(text("Abc"), text("abc", cased=True), schema)
    assert (found.relation, found.assumptions) == ("exact", ("SA07",))
    assert compare(text("Abc"), text("Abc", cased=True), schema).relation == "narrower"


def test_a_field_that_the_index_lacks_is_absent_from_every_event() -> None:
    schema = closed(f="keyword")
    missing = text("x", field="nowhere")
    assert compare(Or((A, missing)), A, schema).relation == "exact"
    assert compare(A, And((A, Atom("nowhere", IsNull()))), schema).relation == "exact"


def test_a_keyword_is_sought_in_the_field_of_the_whole_event() -> None:
    schema = closed(f="keyword", w="wildcard")
    found = compare(text("*evil*", field=None), text("*evil*", field="w"), schema)
    assert (found.relation, found.assumptions) == ("exact", ("SA04",))


def test_a_field_that_the_index_lacks_is_the_same_as_no_other() -> None:
    schema = closed(f="keyword")
    same = Atom("f", SameAs("nowhere"))
    assert compare(Or((A, same)), A, schema).relation == "exact"
    assert compare(A, Or((A, Not(same))), schema).relation == "wider"


SAME = [
    Atom("f", SameAs("g", affix, cased))
    for affix in ("equals", "startswith", "endswith", "contains")
    for cased in (True, False)
]
RELATED = [
    {"f": [mine], "g": [its]}
    for mine in ("", "a", "A", "ab", "aB", "ba", "bab", "bAb")
    for its in ("", "a", "b")
]


@pytest.mark.parametrize("one", SAME)
@pytest.mark.parametrize("other", SAME)
def test_two_fields_compared_in_two_ways(one: Atom, other: Atom) -> None:
    missed = any(evaluate(one, e) and not evaluate(other, e) for e in RELATED)
    extra = any(evaluate(other, e) and not evaluate(one, e) for e in RELATED)
    found = compare(one, other)
    assert (found.misses == "yes", found.extra == "yes") == (missed, extra)
    assert found.relation != "unknown"
    for witness in found.witnesses:
        assert evaluate(one, witness.event) is witness.rule is not witness.query
        assert evaluate(other, witness.event) is witness.query


def test_over_several_indices_the_worst_counts() -> None:
    exact = Verdict("no", "no", assumptions=("SA01",))
    misses = compare(A, text("a", cased=True))
    found = worst([exact, misses])
    assert found.relation == "narrower"
    assert found.assumptions == ("SA01",)
    assert len(found.witnesses) == 1


@pytest.mark.parametrize("source", [r"\X", "(", r"(?<=a|bc)d", r"(a)\1"])
def test_an_expression_that_nobody_reads_is_equal_only_to_itself(source: str) -> None:
    found = compare(And((regex(source), A)), And((A, regex(source))))
    assert found.relation == "exact"
    for other in (And((regex(source), B)), Or((regex(source), A)), regex(source + "x")):
        judged = compare(And((regex(source), A)), other)
        assert judged.relation != "exact"


def test_time_spent_is_unknown_and_never_a_claim() -> None:
    hard = regex("\\A(a|b)*a(a|b){24}\\z"), regex("\\A(a|b)*a[ab]{25}\\z")
    found = compare(*hard, seconds=0.05)
    assert found.relation in {"unknown", "narrower"}
    assert not [w for w in found.witnesses if evaluate(hard[0], w.event) is not w.rule]


@pytest.mark.parametrize(
    ("source", "value"),
    [
        (r"^(\w+\s?)*\d{30}$", "1" * 29),
        (r"^(a|a)*$", "a" * 40 + "b"),
        (r"^(?=(\w+\s?)*$)x", "x" * 40 + "!"),
        (r"(?=(a|a)+b)c", "a" * 40),
    ],
)
def test_an_expression_that_goes_back_for_ever_is_not_waited_for(source: str, value: str) -> None:
    start = thread_time()
    compare(And((regex(source), Not(text(f"{value}*")))), Or((regex(source), text(value))))
    assert thread_time() - start < 2.5


@pytest.mark.parametrize("levels", [60, 400, 3_000])
def test_formulas_nested_beyond_what_engines_run_are_unknown(levels: int) -> None:
    def nested(inside: Formula) -> Formula:
        for number in range(levels):
            here = text("a", field=f"f{number}")
            inside = Or((here, inside)) if number % 2 else And((here, Not(inside)))
        return inside

    assert compare(nested(A), nested(B)).relation == ("different" if levels == 60 else "unknown")


def test_the_garbage_of_others_is_not_collected_on_a_proofs_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    states: list[bool] = []

    def judged(*_: object) -> Verdict:
        states.append(gc.isenabled())
        return Verdict("no", "no")

    monkeypatch.setattr("siemc.prove.compare._compare", judged)
    compare(A, B)
    assert states == [False]
    assert gc.isenabled()
