"""Checks by proof: rules and exclusions that do nothing, and rules that are alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lint import CLEAN, codes, found, only, place, rule


def test_nothing_is_found_in_a_clean_rule(tmp_path: Path) -> None:
    assert found(tmp_path, CLEAN) == []


EXCLUDED = r"""
selection:
    Image|endswith: '\tool.exe'
filter_one:
    ParentImage: 'C:\Tools\a.exe'
filter_all:
    ParentImage|startswith: 'C:\Tools\'
condition: selection and not 1 of filter_*
"""


def test_an_exclusion_within_another_never_matters_and_the_other_is_named(tmp_path: Path) -> None:
    text = rule(EXCLUDED)
    said = only(found(tmp_path, text), "SC401").diagnostic
    assert (said.line, said.column) == place(text, "filter_one")
    assert "filter_one" in said.message
    assert "filter_all takes in all of it" in said.message


def test_an_exclusion_that_nothing_can_be_is_told_as_that(tmp_path: Path) -> None:
    detection = r"""
        selection:
            Image|endswith: '\tool.exe'
        filter:
            ParentImage|re: 'a$b'
        condition: selection and not filter
    """
    said = only(found(tmp_path, rule(_dedent(detection))), "SC401").diagnostic
    assert "the rule finds nothing that it is about" in said.message


def test_exclusions_that_each_matter_are_not_told(tmp_path: Path) -> None:
    text = rule(EXCLUDED.replace("C:\\Tools\\a.exe", "D:\\Tools\\a.exe"))
    assert codes(found(tmp_path, text)) == []


def test_null_beside_the_empty_text_is_no_mistake(tmp_path: Path) -> None:
    detection = r"""
        selection:
            Image|endswith: '\tool.exe'
        filter_null:
            ParentImage: null
        filter_empty:
            ParentImage: ''
        condition: selection and not 1 of filter_*
    """
    assert codes(found(tmp_path, rule(_dedent(detection)))) == []


def test_idle_values_of_an_exclusion_are_told_together(tmp_path: Path) -> None:
    detection = r"""
        selection:
            Image|endswith: '\tool.exe'
        filter_one:
            ParentImage:
                - 'C:\Tools\a.exe'
                - 'C:\Tools\b.exe'
                - 'D:\c.exe'
        filter_all:
            ParentImage|startswith: 'C:\Tools\'
        condition: selection and not 1 of filter_*
    """
    text = rule(_dedent(detection))
    finding = only(found(tmp_path, text), "SC401")
    assert (finding.diagnostic.line, finding.diagnostic.column) == place(text, "'C:\\Tools\\a.exe")
    assert r"'C:\Tools\a.exe', 'C:\Tools\b.exe' never matter" in finding.diagnostic.message
    assert [fix.place[-1] for fix in finding.fixes] == [0, 1]


def test_an_exclusion_that_takes_in_the_selection_silences_the_rule(tmp_path: Path) -> None:
    detection = r"""
        selection:
            Image|endswith: '\tool.exe'
        filter:
            Image|endswith: '.exe'
        condition: selection and not filter
    """
    text = rule(_dedent(detection))
    findings = found(tmp_path, text)
    assert codes(findings) == ["SC402"]
    said = findings[0].diagnostic
    assert (said.line, said.column) == place(text, "filter:")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("Image|endswith: '\\tool.exe'", "Image|re: 'a$b'", "SC406"),
        ("condition: selection", "condition: selection or not selection", "SC407"),
        ("condition: selection", "condition: selection and not selection", "SC402"),
    ],
)
def test_a_condition_that_never_or_always_holds(
    tmp_path: Path, old: str, new: str, code: str
) -> None:
    text = CLEAN.replace(old, new)
    said = only(found(tmp_path, text), code).diagnostic
    wanted = "    selection:" if code == "SC402" else "    condition:"
    line, column = place(text, wanted)
    assert (said.line, said.column) == (line, column + 4)


SWAPPED = r"""
other:
    - Image|endswith: '\TOOL.exe'
condition: 1 of oth*
"""


def test_two_spellings_of_one_rule_are_told_at_the_second(tmp_path: Path) -> None:
    second = rule(SWAPPED, title="Another Title", id="11111111-1111-4111-8111-111111111111")
    finding = only(found(tmp_path, CLEAN, second), "SC409")
    assert str(finding.diagnostic.path).endswith("rule_file_1.yml")
    assert "rule_file_0.yml" in finding.diagnostic.message


def test_one_formula_on_two_log_sources_is_no_duplicate(tmp_path: Path) -> None:
    second = rule(SWAPPED, title="Another Title", id="11111111-1111-4111-8111-111111111111")
    second = second.replace("category: process_creation", "category: process_termination")
    assert codes(found(tmp_path, CLEAN, second)) == []


def test_one_id_and_one_title_of_two_rules(tmp_path: Path) -> None:
    second = CLEAN.replace("\\tool.exe", "\\other.exe")
    findings = found(tmp_path, CLEAN, second)
    assert codes(findings) == ["SC411", "SC410"]
    assert all("rule_file_0.yml" in each.diagnostic.message for each in findings)
    lines = [each.diagnostic.line for each in findings]
    assert lines == [place(second, "title:")[0], place(second, "id:")[0]]


def _dedent(text: str) -> str:
    from textwrap import dedent

    return dedent(text)
