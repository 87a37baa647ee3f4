"""What stock converters make of rules, judged: the query differs, on an event that shows it.

The texts are those of pySigma's Splunk and Elasticsearch backends (2.1.0, 2.1.1), as they print
them for the rule beside; each row is named by its entry in the list of their defects.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

from siemc.compiler import Compiler, Options
from siemc.diagnostics import UsageError
from siemc.evaluate import evaluate
from siemc.formula import Formula
from siemc.load import load_text
from siemc.prove.verdict import Relation
from siemc.querytext import QueryText
from siemc.verify import Verification, verify
from tests.engines.lucene import start

Detection = Mapping[str, Any]


class Defect(NamedTuple):
    """A rule's detection, the stock query, and what that query is beside the rule."""

    detection: Detection
    query: str
    relation: Relation


def only(**item: Any) -> Detection:
    return {"a": item, "condition": "a"}


def selected(**excluded: Any) -> Detection:
    return {"a": {"User": "u"}, "f": excluded, "condition": "a and not f"}


def one(key: str, value: Any) -> Detection:
    return {"a": {key: value}, "condition": "a"}


SPLUNK: dict[str, Defect] = {
    # the expression is taken out of the exclusion, and not denied
    "16 regex hoisted out of NOT": Defect(
        selected(**{"Image|endswith": "\\x.exe", "CommandLine|re": "evil.*"}),
        'User="u" NOT (Image="*\\\\x.exe")\n| regex CommandLine="evil.*"',
        "narrower",
    ),
    "59 one character": Defect(only(F="a?c"), 'F="a*c"', "wider"),
    "59 a question mark alone": Defect(only(F="?"), 'F="*"', "wider"),
    "62 ends with one character": Defect(one("F|endswith", "x?"), 'F="*x*"', "wider"),
    "95 one character excluded": Defect(selected(F="a?c"), 'User="u" NOT F="a*c"', "narrower"),
    # search has no literal asterisk: the backslash is one, and the asterisk a wildcard
    "55 a literal asterisk": Defect(one("F|contains", "a\\*b"), 'F="*a\\*b*"', "different"),
    # of an absent field eval's comparison is null, and so is its NOT: the event is dropped; and it
    # is with case
    "27 not the same field": Defect(
        {"a": {"A|fieldref": "B"}, "condition": "not a"},
        "*\n| where NOT 'A'='B'",
        "different",
    ),
}
# What cannot be told apart from its rule by an event; never exact, and what is settled is right.
SPLUNK_OPEN: dict[str, tuple[Detection, str, tuple[str, str]]] = {
    "85 a word of the name is searched": (
        one("Src IP|cidr", "10.0.0.0/8"),
        'Src IP="10.0.0.0/8"',
        ("yes", "unknown"),
    ),
    "78 a phrase of whole words": (
        {"a": ["access denied"], "condition": "a"},
        '"access denied"',
        ("unknown", "unknown"),
    ),
    "x36 an expression as a term": (
        {"a": {"|re": "foo.*bar"}, "condition": "a"},
        "foo.*bar",
        ("unknown", "unknown"),
    ),
    "48 the minute is dropped": (
        one("TimeCreated|minute|gt", 30),
        "TimeCreated>30",
        ("unknown", "yes"),
    ),
}
SPLUNK_NONE: dict[str, tuple[Detection, str, tuple[int, int]]] = {
    "15 begins with rex": (
        {"a": {"A|re": "a"}, "b": {"B|re": "b"}, "condition": "a or b"},
        '\n| rex field=A "(?<AMatch>a)"\n| search ACondition="true"',
        (2, 3),
    ),
    "x31 a group with a hyphen": (
        {"a": {"A-F|re": "a"}, "b": {"B|re": "b"}, "condition": "a or b"},
        '*\n| rex field=A-F "(?<A-FMatch>a)"',
        (2, 3),
    ),
    "15 cim": (
        one("A|re", "a"),
        '| tstats count FROM datamodel=Endpoint.Processes WHERE processCondition="true"',
        (1, 3),
    ),
    "84 an unquoted field of regex": (
        one("Log Name|re", "fo+"),
        '*\n| regex Log Name="fo+"',
        (2, 3),
    ),
    "x22 a quotation mark in a name": (one('we"ird', "x"), '"we"ird"="x"', (1, 12)),
}
LUCENE: dict[str, Defect] = {
    # an expression is held against the whole term, and ^ and $ are letters
    "10 anchored": Defect(one("F|re", "foo[0-9]{2}"), "F:/foo[0-9]{2}/", "narrower"),
    "09 anchors are letters": Defect(one("F|re", "^foo$"), "F:/^foo$/", "different"),
    "13 at sign is any text": Defect(one("F|re", "a@b"), "F:/a@b/", "different"),
    "13 number sign is no text": Defect(one("F|re", "a#b"), "F:/a#b/", "narrower"),
    "all case": Defect(one("CommandLine|contains", "-Enc"), "CommandLine:*\\-Enc*", "narrower"),
    "47 the hour is dropped": Defect(one("TimeCreated|hour", 3), "TimeCreated:3", "different"),
}
LUCENE_OPEN: dict[str, tuple[Detection, str, tuple[str, str]]] = {
    "78 a wildcard on the default field": (
        {"a": ["access denied"], "condition": "a"},
        "*access\\ denied*",
        ("unknown", "unknown"),
    ),
    "85 a word of the name is searched": (
        one("Src IP|cidr", "10.0.0.0/8"),
        "Src IP:10.0.0.0\\/8",
        ("unknown", "yes"),
    ),
    "70 a tab and a line break split": (
        only(CommandLine="a\tb\nc"),
        "CommandLine:a\tb\nc",
        ("unknown", "yes"),
    ),
    "13 complement": (one("F|re", "a~b"), "F:/a~b/", ("unknown", "unknown")),
}
LUCENE_NONE: dict[str, tuple[Detection, str, tuple[int, int]]] = {
    "13 quotation mark": (one("F|re", 'a"b'), 'F:/a"b/', (1, 1)),
    "13 interval": (one("F|re", "a<b"), "F:/a<b/", (1, 1)),
    "09 word boundary": (one("F|re", "\\bfoo"), "F:/\\bfoo/", (1, 1)),
    "71 operators as values": (
        only(User=["AND", "OR", "or", "NOT"]),
        "User:(AND OR OR OR or OR NOT)",
        (1, 7),
    ),
    "36 a negative number": (only(Foo=-1), "Foo:-1", (1, 5)),
    "83 a colon in a name": (one("a:b", "c"), "a:b:c", (1, 4)),
    "83 parentheses in a name": (one("x(y)", "d"), "x(y):d", (1, 5)),
}
SCHEMAS = {"spl": "raw", "lucene": "raw-cased"}


def judged(target: str, detection: Detection, query: str) -> tuple[Verification, Formula]:
    rule = {"title": "t", "logsource": {"product": "windows"}, "detection": detection}
    loaded = load_text(json.dumps(rule)).rules[0]
    schemas = {target: SCHEMAS[target]}
    compiler = Compiler(Options(targets=(target,), pipelines=("none",), schemas=schemas))
    formula = compiler.plan(loaded, target).formula
    return verify(compiler, loaded, QueryText(target, query, "stock")), formula


def check(found: Verification, rule: Formula, answers: tuple[str, str]) -> None:
    """The two answers, and for each *yes* an event on which the rule says what it must."""
    assert (found.verdict.misses, found.verdict.extra) == answers
    for each in found.verdict.witnesses:
        assert each.rule != each.query
        assert evaluate(rule, each.event) is each.rule
    assert len(found.verdict.witnesses) == answers.count("yes")


ANSWERS: dict[Relation, tuple[str, str]] = {
    "narrower": ("yes", "no"),
    "wider": ("no", "yes"),
    "different": ("yes", "yes"),
}


@pytest.mark.parametrize("name", SPLUNK)
def test_splunk_differs_from_its_rule_on_an_event(name: str) -> None:
    detection, query, relation = SPLUNK[name]
    check(*judged("spl", detection, query), ANSWERS[relation])


@pytest.mark.parametrize("name", LUCENE)
def test_lucene_differs_from_its_rule_on_an_event(name: str) -> None:
    detection, query, relation = LUCENE[name]
    check(*judged("lucene", detection, query), ANSWERS[relation])


@pytest.mark.parametrize(
    ("target", "name"), [("spl", n) for n in SPLUNK_OPEN] + [("lucene", n) for n in LUCENE_OPEN]
)
def test_what_no_event_can_show_is_never_exact(target: str, name: str) -> None:
    detection, query, answers = (SPLUNK_OPEN if target == "spl" else LUCENE_OPEN)[name]
    check(*judged(target, detection, query), answers)


@pytest.mark.parametrize(
    ("target", "name"), [("spl", n) for n in SPLUNK_NONE] + [("lucene", n) for n in LUCENE_NONE]
)
def test_what_is_no_query_or_more_than_a_filter_is_refused_at_its_place(
    target: str, name: str
) -> None:
    detection, query, place = (SPLUNK_NONE if target == "spl" else LUCENE_NONE)[name]
    with pytest.raises(UsageError) as refused:
        judged(target, detection, query)
    said = refused.value.diagnostic
    assert (said.code, said.path, (said.line, said.column)) == ("SC311", "stock", place)


@pytest.mark.parametrize("field", ["hour", "minute"])
def test_a_table_at_the_end_changes_nothing(field: str) -> None:
    found, _ = judged("spl", only(A="x"), f'A="x" | table A,{field}')
    assert found.verdict.relation == "exact"


@pytest.mark.engines
@pytest.mark.parametrize("name", [*LUCENE, "70 a tab and a line break split"])
def test_lucene_itself_finds_what_the_witness_says(name: str) -> None:
    detection, query = (LUCENE | LUCENE_OPEN)[name][:2]
    found, _ = judged("lucene", detection, query)
    events = [
        {field: [str(value) for value in values] for field, values in each.event.items()}
        for each in found.verdict.witnesses
    ]
    assert events
    assert start(normalized=False).hits(query, events) == [w.query for w in found.verdict.witnesses]
