"""What is wrong in a rule: the code, the place by line and column, and what a rule survives."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siemc import condition
from siemc.load import load_text
from tests.load import HEADER, all_diagnostics, found_in, marked

TOP = f"{HEADER}detection:\n"

ERRORS = [
    # the log source
    ("SC011", "¶title: t\ndetection: {s: {a: 1}, condition: s}\n", "has no log source"),
    ("SC011", "title: t\n¶logsource: x\ndetection: {s: {a: 1}, condition: s}\n", "not a map"),
    ("SC011", "title: t\n¶logsource: {}\ndetection: {s: {a: 1}, condition: s}\n", "is empty"),
    (
        "SC011",
        "title: t\nlogsource: {definition: x, ¶product: 1}\ndetection: {s: {a: 1}, condition: s}\n",
        "product is not text",
    ),
    # the detection
    ("SC012", "¶title: t\nlogsource: {product: windows}\n", "detection is missing"),
    ("SC012", f"{HEADER}¶detection: [a]\n", "not a map"),
    ("SC012", f"{HEADER}¶detection:\n  condition: s\n", "has no searches"),
    ("SC012", f"{TOP}  ¶s: {{}}\n  condition: s\n", "search is empty"),
    ("SC012", f"{TOP}  ¶s:\n  condition: s\n", "search is empty"),
    ("SC012", f"{TOP}  ¶s: []\n  condition: s\n", "search is empty"),
    ("SC012", f"{TOP}  s: [{{a: 1}}, ¶{{}}]\n  condition: s\n", "search is empty"),
    ("SC007", f"{TOP}  ¶1: {{a: 1}}\n  condition: s\n", "name of the search, 1, is not text"),
    ("SC007", f"{TOP}  s:\n    b: 2\n    ¶4688: 1\n  condition: s\n", "4688 is not text"),
    ("SC007", f"{TOP}  s:\n    ¶null: 1\n  condition: s\n", "null is not text"),
    # the condition
    ("SC013", f"{HEADER}¶detection:\n  s: {{a: 1}}\n", "condition is missing"),
    ("SC013", f"{TOP}  s: {{a: 1}}\n  ¶condition:\n", "condition is missing"),
    ("SC013", f"{TOP}  s: {{a: 1}}\n  condition: ¶1\n", "not text"),
    ("SC013", f"{TOP}  s: {{a: 1}}\n  condition: [s, ¶{{a: 1}}]\n", "not text"),
    ("SC014", f"{TOP}  s: {{a: 1}}\n  condition: s ¶and\n", "ends after 'and'"),
    ("SC014", f"{TOP}  s: {{a: 1}}\n  condition: [s, '¶(s']\n", "never closed"),
    ("SC015", f"{TOP}  s: {{a: 1}}\n  condition: s and not ¶filter\n", "names 'filter'"),
    ("SC015", f"{TOP}  s: {{a: 1}}\n  condition: s and not 1 of ¶filter_*\n", "matches no search"),
    ("SC016", f"{TOP}  s: {{a: 1}}\n  condition: s ¶| count() > 5\n", "aggregation"),
    # modifiers
    ("SC017", f"{TOP}  s:\n    ¶Image|endwith: x\n  condition: s\n", "'endwith' is unknown"),
    ("SC017", f"{TOP}  s:\n    ¶Image|: x\n  condition: s\n", "'' is unknown"),
    ("SC017", f"{TOP}  s:\n    - ¶'|Contains': x\n  condition: s\n", "'Contains' is unknown"),
    ("SC018", f"{TOP}  s:\n    ¶Port|lt: '10'\n  condition: s\n", "'lt' takes a number"),
    ("SC018", f"{TOP}  s:\n    Port|lt: [1, ¶many]\n  condition: s\n", "'lt' takes a number"),
    ("SC018", f"{TOP}  s:\n    ¶Port|gte: true\n  condition: s\n", "'gte' takes a number"),
    ("SC018", f"{TOP}  s:\n    ¶a|exists: 'true'\n  condition: s\n", "true or false"),
    ("SC018", f"{TOP}  s:\n    ¶a|exists: 1\n  condition: s\n", "true or false"),
    ("SC018", f"{TOP}  s:\n    ¶'|exists': true\n  condition: s\n", "needs a field"),
    ("SC018", f"{TOP}  s:\n    ¶'|cidr': 10.0.0.0/8\n  condition: s\n", "needs a field"),
    ("SC018", f"{TOP}  s:\n    ¶a|contains: 4688\n  condition: s\n", "'contains' takes text"),
    ("SC018", f"{TOP}  s:\n    a|endswith: [x, ¶null]\n  condition: s\n", "'endswith' takes text"),
    ("SC018", f"{TOP}  s:\n    a|base64: [x, ¶'y*']\n  condition: s\n", "with wildcards"),
    ("SC018", f"{TOP}  s:\n    ¶a|contains|base64: x\n  condition: s\n", "with wildcards"),
    ("SC018", f"{TOP}  s:\n    ¶a|i: x\n  condition: s\n", "flag of 're'"),
    ("SC018", f"{TOP}  s:\n    ¶a|re|startswith: x\n  condition: s\n", "cannot be combined"),
    ("SC018", f"{TOP}  s:\n    ¶a|re|cased: x\n  condition: s\n", "cannot be combined"),
    ("SC018", f"{TOP}  s:\n    ¶a|contains|re: x\n  condition: s\n", "stands before 're'"),
    ("SC018", f"{TOP}  s:\n    ¶a|cidr|contains: 10.0.0.0/8\n  condition: s\n", "combined"),
    ("SC018", f"{TOP}  s:\n    ¶a|windash|lt: 5\n  condition: s\n", "cannot be combined"),
    ("SC018", f"{TOP}  s:\n    ¶a|lt|contains: 5\n  condition: s\n", "cannot be combined"),
    ("SC018", f"{TOP}  s:\n    ¶a|hour: 1.5\n  condition: s\n", "whole number"),
    ("SC018", f"{TOP}  s:\n    a|fieldref: [b, ¶'c*']\n  condition: s\n", "wildcards"),
    # values
    ("SC021", f"{TOP}  s:\n    ¶a: []\n  condition: s\n", "no values"),
    ("SC021", f"{TOP}  s:\n    a: [x, ¶[y]]\n  condition: s\n", "A list stands"),
    ("SC021", f"{TOP}  s:\n    ¶a: {{b: c}}\n  condition: s\n", "A map stands"),
    ("SC021", f"{TOP}  s:\n    ¶a: !tag x\n  condition: s\n", "A map stands"),
    ("SC021", f"{TOP}  s:\n    a: [1, ¶.inf]\n  condition: s\n", "not finite"),
    ("SC021", f"{TOP}  s:\n    ¶a: .nan\n  condition: s\n", "not finite"),
    ("SC021", f"{TOP}  s: [x, ¶null]\n  condition: s\n", "keyword is null"),
    ("SC021", f"{TOP}  s: [x, ¶true]\n  condition: s\n", "keyword is true or false"),
    ("SC022", f"{TOP}  s:\n    a|re: [b, ¶'(c']\n  condition: s\n", "regular expression"),
    ("SC022", f"{TOP}  s:\n    ¶a|re: 'b**'\n  condition: s\n", "quantifier"),
    (
        "SC022",
        f"{TOP}  s:\n    ¶a|re: '{'(' * 3000}{')' * 3000}'\n  condition: s\n",
        "nested too",
    ),
    ("SC022", f"{TOP}  s:\n    ¶a|re: 'b{{99999999999}}'\n  condition: s\n", "too large"),
    ("SC023", f"{TOP}  s:\n    a|cidr: [10.0.0.0/8, ¶10.0.0.1/8]\n  condition: s\n", "host bits"),
    ("SC023", f"{TOP}  s:\n    ¶a|cidr: 10.*\n  condition: s\n", "not a network"),
    ("SC027", f"title: t\n¶action: globl\n{TOP}  s: {{a: 1}}\n  condition: s\n", "'globl'"),
    ("SC027", f"¶action: repeat\n{TOP}  s: {{a: 1}}\n  condition: s\n", "repeat"),
    # no rule at all
    ("SC008", "¶title: t\nid: x\n", "no Sigma rule"),
    ("SC008", "# nothing\n¶- a\n- b\n", "no Sigma rule"),
]


@pytest.mark.parametrize(("code", "text", "message"), ERRORS)
def test_a_broken_rule_says_what_is_wrong_and_where(code: str, text: str, message: str) -> None:
    if code == "SC027":
        text = text.replace("title: t\nlogsource", "logsource", 1)
    plain, line, column = marked(text)
    assert not load_text(plain).rules
    (found,) = found_in(plain)
    assert (found.code, found.line, found.column) == (code, line, column)
    assert message in found.message
    assert found.hint
    assert found.path == "<rule>"


WARNINGS = [
    ("SC024", "¶logsource: {product: windows}\n", "no title"),
    ("SC024", "¶title: 5\nlogsource: {product: windows}\n", "title must be a string"),
    ("SC024", f"{HEADER}¶id: 5\n", "The id cannot be read"),
    ("SC024", f"{HEADER}¶id: x\n", "UUID"),
    ("SC024", f"{HEADER}¶date: yesterday\n", "yesterday"),
    ("SC024", f"{HEADER}¶modified: 2024-13-01\n", "2024-13-01"),
    ("SC024", f"{HEADER}¶level: hgih\n", "hgih"),
    ("SC024", f"{HEADER}¶status: [a]\n", "status"),
    ("SC024", f"{HEADER}¶tags: attack.t1059\n", "must be a list"),
    ("SC024", f"{HEADER}¶tags: [attack.t1059, x]\n", "tag"),
    ("SC024", f"{HEADER}¶references: x\n", "list"),
    ("SC024", f"{HEADER}¶author: [a, b]\n", "author"),
    ("SC024", f"{HEADER}¶related: x\n", "related"),
    ("SC024", f"{HEADER}¶related: [x]\n", "must be maps"),
    ("SC024", f"{HEADER}¶falsepositives: x\n", "list"),
    ("SC024", f"{HEADER}¶name: ''\n", "name"),
]


@pytest.mark.parametrize(("code", "text", "message"), WARNINGS)
def test_wrong_metadata_is_a_warning_and_the_rule_loads(code: str, text: str, message: str) -> None:
    plain, line, column = marked(text + "detection: {s: {a: 1}, condition: s}\n")
    loaded = load_text(plain)
    assert len(loaded.rules) == 1
    assert loaded.rules[0].rule.errors == []
    (found,) = found_in(plain)
    assert (found.code, found.line, found.column) == (code, line, column)
    assert found.severity == "warning"
    assert message in found.message


def test_sound_metadata_survives_beside_wrong_one() -> None:
    text = "level: high\nstatus: none\ntags: [attack.t1059, x]\ndate: 2024/1/2\nrelated: [y]\n"
    (loaded,) = load_text(f"{HEADER}{text}detection: {{s: {{a: 1}}, condition: s}}\n").rules
    rule = loaded.rule
    assert (str(rule.level), rule.status, rule.related) == ("high", None, None)
    assert [str(tag) for tag in rule.tags] == ["attack.t1059"]
    assert str(rule.date) == "2024-01-02"
    assert sorted(note.place or () for note in loaded.notes) == [
        ("related",),
        ("status",),
        ("tags",),
    ]


def test_an_id_that_is_no_uuid_is_kept_to_name_the_rule() -> None:
    (loaded,) = load_text(f"{HEADER}id: my-rule\ndetection: {{s: {{a: 1}}, condition: s}}\n").rules
    assert str(loaded.rule.id) == "my-rule"


def test_every_problem_of_a_rule_is_named_at_once() -> None:
    text = f"{TOP}  s:\n    a|foo: 1\n    b|lt: x\n    c|re: '('\n  condition: s and\n"
    assert [each.code for each in found_in(text)] == ["SC017", "SC018", "SC022", "SC014"]


def test_an_unused_search_is_noted() -> None:
    plain, line, column = marked(f"{TOP}  s: {{a: 1}}\n  ¶other: {{b: 1}}\n  condition: s\n")
    (found,) = found_in(plain)
    assert (found.code, found.severity) == ("SC025", "note")
    assert (found.line, found.column) == (line, column)


def test_a_timeframe_is_no_search() -> None:
    text = f"{TOP}  s: {{a: 1}}\n  ¶timeframe: 5m\n  condition: all of them\n"
    plain, line, column = marked(text)
    (loaded,) = load_text(plain).rules
    assert list(loaded.rule.detection.detections) == ["s"]
    (found,) = found_in(plain)
    assert (found.code, found.line, found.column) == ("SC030", line, column)


def test_odd_names_are_names() -> None:
    text = f"{TOP}  notepad: {{a: 1}}\n  android: {{b: 1}}\n  condition: notepad and not android\n"
    (loaded,) = load_text(text).rules
    assert loaded.notes == ()


def test_an_unknown_modifier_suggests_the_nearest() -> None:
    (found,) = found_in(f"{TOP}  s:\n    Image|endwith: x\n  condition: s\n")
    assert found.hint == "Did you mean endswith?"


def test_a_network_with_host_bits_suggests_the_right_one() -> None:
    (found,) = found_in(f"{TOP}  s:\n    a|cidr: 10.1.2.3/8\n  condition: s\n")
    assert found.hint == "Did you mean 10.0.0.0/8?"


def test_a_broken_rule_keeps_its_id_and_title() -> None:
    (broken,) = load_text("title: t\nid: i\ndetection: {s: {a: 1}, condition: s}\n").broken
    assert (broken.id, broken.title, broken.path, broken.document) == ("i", "t", "<rule>", 0)


def test_all_is_in_the_catalogue() -> None:
    for _, text, _ in [*ERRORS, *WARNINGS]:
        for found in all_diagnostics(load_text(text.replace("¶", ""))):
            assert found.severity in ("error", "warning", "note")


MODIFIERS = ["contains", "startswith", "all", "neq", "cased", "re", "i", "windash", "expand"]
MODIFIERS += ["base64", "base64offset", "wide", "utf16", "cidr", "exists", "lt", "hour", "fieldref"]
CHAINS = st.lists(st.sampled_from(MODIFIERS), max_size=3)
KEYS = st.builds(lambda name, chain: "|".join([name, *chain]), st.sampled_from(["", "a"]), CHAINS)
TEXTS = st.sampled_from(
    ["", "*", "x*", "\\", "%a%", "(", "10.0.0.0/8", "-a /b", "\u00e9", "5", "a|b"]
)
SCALARS = st.one_of(TEXTS, st.integers(), st.booleans(), st.none(), st.floats(-1e300, 1e300))
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=3))
MAPS = st.dictionaries(KEYS, VALUES, max_size=3)
SEARCHES = st.one_of(VALUES, MAPS, st.lists(st.one_of(MAPS, SCALARS), max_size=3))
CONDITIONS = st.sampled_from(["a", "a and not b", "1 of a*", "all of them", "", "a |", "not", 1])
DOCUMENTS = st.fixed_dictionaries(
    {
        "title": st.one_of(st.just("t"), SCALARS),
        "logsource": st.one_of(st.just({"product": "windows"}), MAPS, SCALARS),
        "detection": st.one_of(
            st.fixed_dictionaries({"a": SEARCHES, "b": SEARCHES, "condition": CONDITIONS}), SEARCHES
        ),
    },
    optional=dict.fromkeys(("id", "name", "date", "level", "tags", "related", "action"), VALUES),
)


@given(DOCUMENTS)
def test_any_document_loads_or_is_broken(data: dict[str, object]) -> None:
    loaded = load_text(json.dumps(data))
    assert len(loaded.rules) + len(loaded.broken) <= 1
    for broken in loaded.broken:
        assert any(each.severity == "error" for each in broken.diagnostics)
    for rule in loaded.rules:
        detection = rule.rule.detection
        assert all(condition.parse(text, detection.detections) for text in detection.condition)
