"""Every detection item knows where in the YAML it was written, and pySigma carries it along."""

import copy
import dataclasses
from typing import Any

import pytest
from sigma.rule import SigmaDetection
from sigma.types import (
    Placeholder,
    SigmaCasedString,
    SigmaExpansion,
    SigmaRegularExpression,
    SpecialChars,
)

from siemc.load import LoadedRule, load_text
from siemc.yamlio import Place
from tests.load import HEADER, is_written

TEXT = f"""{HEADER}detection:
  plain:
    Image|endswith: [a, b]
    User: null
  maps:
    - A: 1
      B|contains|all: [x, y]
    - C: [2]
  words: [foo, bar]
  word: baz
  mixed:
    - D: z
    - qux
  '1of':
    '|all': [m, n]
  condition: 1 of *
"""


def leaves(detection: SigmaDetection) -> list[Any]:
    found: list[Any] = []
    for item in detection.detection_items:
        found += leaves(item) if isinstance(item, SigmaDetection) else [item]
    return found


def one(detection: str) -> LoadedRule:
    loaded = load_text(f"{HEADER}detection:\n  s:\n    {detection}\n  condition: s\n")
    assert not loaded.broken
    return loaded.rules[0]


def value(detection: str) -> Any:
    """The only value of the only item."""
    (item,) = leaves(one(detection).rule.detection.detections["s"])
    (found,) = item.value
    return found


def test_each_item_has_its_path_and_whether_its_value_is_a_list() -> None:
    (loaded,) = load_text(TEXT).rules
    detections = loaded.rule.detection.detections
    places = [item.source for each in detections.values() for item in leaves(each)]
    assert [(place.identifier, place.yaml_path, place.listed) for place in places] == [
        ("plain", ("detection", "plain", "Image|endswith"), True),
        ("plain", ("detection", "plain", "User"), False),
        ("maps", ("detection", "maps", 0, "A"), False),
        ("maps", ("detection", "maps", 0, "B|contains|all"), True),
        ("maps", ("detection", "maps", 1, "C"), True),
        ("words", ("detection", "words"), True),
        ("word", ("detection", "word"), False),
        ("mixed", ("detection", "mixed", 0, "D"), False),
        ("mixed", ("detection", "mixed", 1), False),
        ("1of", ("detection", "1of", "|all"), True),
    ]


def test_each_place_of_a_value_is_written_in_the_file() -> None:
    (loaded,) = load_text(TEXT).rules
    for detection in loaded.rule.detection.detections.values():
        for item in leaves(detection):
            for i in range(len(item.value)):
                assert is_written(loaded.data, item.source.at(i).yaml_path)


def test_a_place_survives_replace_and_deepcopy() -> None:
    (loaded,) = load_text(TEXT).rules
    item = leaves(loaded.rule.detection.detections["plain"])[0]
    assert dataclasses.replace(item, field="x", auto_modifiers=False).source is item.source
    copied = copy.deepcopy(item).source
    assert isinstance(copied, Place)
    assert copied.yaml_path == item.source.yaml_path


def test_a_place_prints_the_path_as_the_user_named_it() -> None:
    (loaded,) = load_text(TEXT, "rules/a.yml").rules
    item = leaves(loaded.rule.detection.detections["plain"])[0]
    assert str(item.source) == "rules/a.yml: plain"


# --- the values, the same with both versions of pySigma -------------------------------------------


def test_whole_numbers_are_exact() -> None:
    assert value("a: 9007199254740993").number == 9007199254740993
    assert value("a|gt: 9007199254740993").number.number == 9007199254740993
    assert value("a: 1.5").number == 1.5
    assert value("a: 2.0").number == 2


def test_windash_and_offsets_stay_one_value_with_variants() -> None:
    assert isinstance(value("a|windash: -x"), SigmaExpansion)
    assert len(value("a|windash: -x -y").values) == 25
    assert len(value("a|base64offset|contains: foo").values) == 3
    assert value("a|windash: x") == "x"


def test_an_encoded_item_keeps_its_linking_and_its_original_values() -> None:
    loaded = one("a|windash|contains|all: [-x, -y]")
    (item,) = leaves(loaded.rule.detection.detections["s"])
    assert item.value_linking.__name__ == "ConditionAND"
    assert item.to_plain() == {"a|windash|contains|all": ["-x", "-y"]}
    assert len(item.value) == 2


def test_cased_and_negated() -> None:
    assert isinstance(value("a|cased|startswith: X"), SigmaCasedString)
    assert value("a|contains|cased: X").s == [
        SpecialChars.WILDCARD_MULTI,
        "X",
        SpecialChars.WILDCARD_MULTI,
    ]
    (item,) = leaves(one("a|neq|endswith: [x, y]").rule.detection.detections["s"])
    assert item.negated


@pytest.mark.parametrize("text", ["(?=a)b", "(?<!a)b", r"(a)\1", "[[a]", "a|b", ""])
def test_expressions_are_those_of_python(text: str, recwarn: pytest.WarningsRecorder) -> None:
    found = value(f"a|re: '{text}'")
    assert isinstance(found, SigmaRegularExpression)
    assert str(found.regexp) == text
    assert not recwarn.list


def test_contains_adds_nothing_to_an_expression() -> None:
    assert str(value("a|re|contains: 'x|y'").regexp) == "x|y"
    assert str(value("a|re|i: 'x'").regexp) == "x"


def test_expand_in_an_expression_marks_placeholders() -> None:
    (loaded,) = [one(r"a|re|expand: '^%x%\d+ 5% of %y%$'")]
    (item,) = leaves(loaded.rule.detection.detections["s"])
    run = SpecialChars.WILDCARD_MULTI
    assert value("a|re|expand: '%x%.*'").regexp.s == [Placeholder("x"), ".", run]
    assert item.value[0].regexp.s == ["^", Placeholder("x"), r"\d+ 5% of ", Placeholder("y"), "$"]
    assert item.to_plain() == {"a|re|expand": r"^%x%\d+ 5% of %y%$"}


def test_affix_and_fieldref_stand_in_either_order() -> None:
    for key in ("a|fieldref|endswith", "a|endswith|fieldref"):
        found = value(f"{key}: b")
        assert (found.field, found.starts_with, found.ends_with) == ("b", False, True)


def test_strings_are_read_as_pysigma_reads_them() -> None:
    run, one_ = SpecialChars.WILDCARD_MULTI, SpecialChars.WILDCARD_SINGLE
    assert value(r"a: 'C:\x\*y?z*'").s == ["C:\\x*y", one_, "z", run]
    assert value(r"a: '\\\\srv\c'").s == [r"\\srv\c"]
    assert value(r"a: 'x\'").s == ["x\\"]
    assert value(r"a|startswith: 'x\\*'").s == ["x\\", run]
    assert value("a: ''").s == []
