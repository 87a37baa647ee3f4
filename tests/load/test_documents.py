"""Files of several documents: actions, filters and correlations."""

from typing import Any

import pytest

from siemc.condition import AnyOf, Name, names, parse
from siemc.load import Loaded, LoadedRule, load, load_text
from siemc.locate import locate
from siemc.yamlio import Place
from tests.load import HEADER, found_in, marked

RULE = """title: {title}
id: {id}
name: {name}
logsource: {{product: windows, category: process_creation}}
detection:
  selection: {{Image: a}}
  condition: selection
"""
IDS = ("11111111-1111-4111-8111-111111111111", "2222222a-2222-4222-8222-222222222222")


def rule(title: str = "One", id_: str = IDS[0], name: str = "one") -> str:
    return RULE.format(title=title, id=id_, name=name)


def items(loaded: LoadedRule, search: str) -> list[Any]:
    return list(loaded.rule.detection.detections[search].detection_items)


# --- actions ------------------------------------------------------------------------------------

GLOBAL = """action: global
title: shared
logsource: {product: windows}
detection:
  base: {Channel: x}
  condition: base
"""


def test_a_global_document_lends_what_a_rule_lacks() -> None:
    (one,) = load_text(f"{GLOBAL}---\nlevel: high\n").rules
    assert (one.rule.title, str(one.rule.level), one.document) == ("shared", "high", 1)
    assert one.rule.detection.condition == ["base"]
    assert "action" not in one.data


def test_the_rules_own_word_holds_its_condition_above_all() -> None:
    own = "title: own\ndetection:\n  extra: {EventID: 1}\n  condition: base and extra\n"
    (one,) = load_text(f"{GLOBAL}---\n{own}").rules
    assert one.rule.title == "own"
    assert one.rule.detection.condition == ["base and extra"]
    assert set(one.rule.detection.detections) == {"base", "extra"}


def test_maps_are_merged_key_by_key_and_the_rules_keys_win() -> None:
    own = "detection:\n  base: {Channel: y, EventID: 1}\n"
    (one,) = load_text(f"{GLOBAL}---\n{own}").rules
    assert [(item.field, item.value[0]) for item in items(one, "base")] == [
        ("Channel", "y"),
        ("EventID", 1),
    ]


def test_a_global_document_does_not_leak_between_rules() -> None:
    own = "detection:\n  extra: {EventID: 1}\n  condition: base and extra\n"
    first, second = load_text(f"{GLOBAL}---\n{own}---\nlevel: low\n").rules
    assert set(first.rule.detection.detections) == {"base", "extra"}
    assert set(second.rule.detection.detections) == {"base"}


def test_reset_ends_a_global_document() -> None:
    loaded = load_text(f"{GLOBAL}---\naction: reset\n---\n{rule()}---\nlevel: low\n")
    (one,) = loaded.rules
    assert set(one.rule.detection.detections) == {"selection"}
    assert [note.code for note in loaded.diagnostics] == ["SC009"]


def test_a_second_global_document_takes_the_place_of_the_first() -> None:
    second = GLOBAL.replace("shared", "other")
    (one,) = load_text(f"{GLOBAL}---\n{second}---\nlevel: low\n").rules
    assert one.rule.title == "other"


def test_repeat_changes_the_document_before() -> None:
    more = "action: repeat\ntitle: Two\ndetection:\n  selection: {Image: b}\n"
    first, second = load_text(f"{rule()}---\n{more}").rules
    assert (first.rule.title, second.rule.title) == ("One", "Two")
    assert items(second, "selection")[0].value == ["b"]
    assert items(first, "selection")[0].value == ["a"]
    assert second.rule.detection.condition == ["selection"]


def test_a_place_is_in_the_document_that_wrote_it() -> None:
    own = "detection:\n  base: {EventID: 1}\n"
    (one,) = load_text(f"{GLOBAL}---\n{own}").rules
    places = {item.field: item.source for item in items(one, "base")}
    assert places["Channel"].document == 0
    assert places["EventID"].document == 1


def test_an_error_in_a_global_document_is_shown_there() -> None:
    text, line, column = marked(GLOBAL.replace("Channel:", "\N{PILCROW SIGN}Channel|lt:"))
    (found,) = found_in(f"{text}---\nlevel: high\n")
    assert (found.code, found.line, found.column) == ("SC018", line, column)


def test_an_error_in_a_later_document_is_shown_there() -> None:
    text, line, column = marked(f"{rule()}---\n# c\n---\n{HEADER}\N{PILCROW SIGN}detection: x\n")
    loaded = load_text(text)
    assert len(loaded.rules) == 1
    (found,) = found_in(text)
    assert (found.code, found.line, found.column) == ("SC012", line, column)
    assert loaded.broken[0].document == 2


# --- filters ------------------------------------------------------------------------------------

FILTER = """title: Admins
logsource: {{product: windows}}
filter:
  rules: {rules}
  selection: {{User|startswith: adm_}}
  other: {{Host: x}}
  condition: not 1 of them
"""


def filtered(rules: str, *texts: str) -> Loaded:
    return load_text("---\n".join([FILTER.format(rules=rules), *(texts or (rule(),))]))


@pytest.mark.parametrize(
    "rules", ["any", "Any", "[]", f"[{IDS[0]}]", IDS[0], "[one]", "[One]", "[x, one]"]
)
def test_a_filter_narrows_the_rules_it_names(rules: str) -> None:
    (one,) = filtered(rules).rules
    assert one.rule.detection.condition == [
        "(selection) and not (_filter_1_selection or _filter_1_other)"
    ]
    assert list(one.rule.detection.detections) == [
        "selection",
        "_filter_1_selection",
        "_filter_1_other",
    ]


def test_an_id_is_the_same_in_capitals() -> None:
    (one,) = filtered(f"[{IDS[1].upper()}]", rule(id_=IDS[1])).rules
    assert "_filter_1_selection" in one.rule.detection.detections


def test_a_filter_leaves_other_rules_alone() -> None:
    first, second = filtered("[two]", rule(), rule("Two", IDS[1], "two")).rules
    assert first.rule.detection.condition == ["selection"]
    assert "_filter_1_other" in second.rule.detection.detections


@pytest.mark.parametrize(
    ("rules", "text", "reason"),
    [
        ("[three]", rule(), "it names none of the rules"),
        ("[ONE]", rule(), "it names none of the rules"),
        ("[none]", rule().replace(f"id: {IDS[0]}\n", ""), "it names none of the rules"),
        ("any", rule().replace("product: windows", "product: linux"), "no rule has its log source"),
    ],
)
def test_a_filter_that_meets_no_rule_is_a_warning(rules: str, text: str, reason: str) -> None:
    loaded = filtered(rules, text)
    (found,) = loaded.diagnostics
    assert (found.code, found.severity) == ("SC029", "warning")
    assert reason in found.message
    assert loaded.rules[0].rule.detection.condition == ["selection"]


def test_the_rules_selectors_pass_over_the_filter() -> None:
    (one,) = filtered("any", rule().replace("condition: selection", "condition: 1 of them")).rules
    searches = one.rule.detection.detections
    parsed = parse(one.rule.detection.condition[0], searches)
    assert names(parsed) == ("selection", "_filter_1_selection", "_filter_1_other")


def test_each_condition_of_a_list_is_narrowed() -> None:
    text = rule().replace("condition: selection", "condition: [selection, not selection]")
    (one,) = filtered("any", text).rules
    assert one.rule.detection.condition == [
        "(selection) and not (_filter_1_selection or _filter_1_other)",
        "(not selection) and not (_filter_1_selection or _filter_1_other)",
    ]


def test_two_filters_have_names_of_their_own_the_same_each_time() -> None:
    text = FILTER.format(rules="any") + "---\n" + FILTER.format(rules="[one]") + "---\n" + rule()
    (one,), (again,) = load_text(text).rules, load_text(text).rules
    assert list(one.rule.detection.detections) == list(again.rule.detection.detections)
    assert "_filter_2_selection" in one.rule.detection.detections
    parse(one.rule.detection.condition[0], one.rule.detection.detections)


def test_rules_do_not_share_a_filters_searches() -> None:
    first, second = filtered("any", rule(), rule("Two", IDS[1], "two")).rules
    (mine,), (theirs,) = items(first, "_filter_1_other"), items(second, "_filter_1_other")
    assert mine is not theirs
    assert mine.value == theirs.value


def test_a_filter_is_applied_across_files_and_keeps_its_own_place(tmp_path: Any) -> None:
    (tmp_path / "a_rule.yml").write_text(rule())
    (tmp_path / "z_filter.yml").write_text("# first\n---\n" + FILTER.format(rules="any"))
    (one,) = load([tmp_path]).rules
    (item,) = items(one, "_filter_1_selection")
    place = item.source
    assert isinstance(place, Place)
    assert str(place.path) == str(tmp_path / "z_filter.yml")
    assert (place.identifier, place.document) == ("selection", 0)
    assert place.yaml_path == ("filter", "selection", "User|startswith")


@pytest.mark.parametrize(
    ("code", "text", "message"),
    [
        ("SC011", "\u00b6title: t\nfilter: {rules: any, s: {a: 1}, condition: s}\n", "log source"),
        ("SC028", f"{HEADER}\u00b6filter: x\n", "not a map"),
        ("SC028", f"{HEADER}\u00b6filter: {{s: {{a: 1}}, condition: s}}\n", "for which rules"),
        ("SC028", f"{HEADER}filter: {{\u00b6rules: 1, s: {{a: 1}}, condition: s}}\n", "for which"),
        ("SC028", f"{HEADER}filter: {{rules: any, s: {{a: 1}}, \u00b6condition: [s, s]}}\n", "one"),
        ("SC013", f"{HEADER}\u00b6filter: {{rules: any, s: {{a: 1}}}}\n", "missing"),
        ("SC015", f"{HEADER}filter: {{rules: any, s: {{a: 1}}, condition: not \u00b6t}}\n", "'t'"),
        ("SC012", f"{HEADER}\u00b6filter: {{rules: any, condition: s}}\n", "no searches"),
        ("SC017", f"{HEADER}filter: {{rules: any, s: {{\u00b6a|x: 1}}, condition: s}}\n", "'x'"),
    ],
)
def test_a_broken_filter_is_broken_and_its_rules_still_load(
    code: str, text: str, message: str
) -> None:
    plain, line, column = marked(text)
    loaded = load_text(f"{plain}---\n{rule()}")
    assert len(loaded.rules) == 1
    (broken,) = loaded.broken
    (found,) = (locate(each, f"{plain}---\n{rule()}") for each in broken.diagnostics)
    assert (found.code, found.line, found.column) == (code, line, column)
    assert message in found.message


# --- correlations -------------------------------------------------------------------------------

CORRELATION = """title: Many
correlation:
  type: event_count
  rules: [one]
  group-by: [User]
  timespan: 5m
  condition: {gte: 10}
"""


def test_a_correlation_is_read_and_refused_and_its_rule_loads() -> None:
    loaded = load_text(f"{rule()}---\n{CORRELATION}")
    assert [each.rule.title for each in loaded.rules] == ["One"]
    (broken,) = loaded.broken
    assert (broken.title, broken.document) == ("Many", 1)
    (found,) = found_in(f"{rule()}---\n{CORRELATION}")
    assert (found.code, found.line, found.column) == ("SC026", 10, 1)


@pytest.mark.parametrize("change", [("event_count", "x"), ("5m", "soon"), ("{gte: 10}", "[1]")])
def test_a_broken_correlation_says_what_is_wrong(change: tuple[str, str]) -> None:
    (found,) = found_in(CORRELATION.replace(*change))
    assert (found.code, found.line, found.column) == ("SC010", 2, 1)


def test_a_document_that_is_no_rule_is_noted_beside_a_rule() -> None:
    (found,) = found_in(f"{rule()}---\n# c\nfoo: bar\n")
    assert (found.code, found.line, found.column) == ("SC009", 10, 1)


def test_parsed_selectors_are_what_the_filter_tests_rest_on() -> None:
    assert parse("1 of them", ("a", "_b")) == AnyOf(("a",))
    assert parse("_b", ("a", "_b")) == Name("_b", 0, 2)
