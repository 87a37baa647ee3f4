"""``--fix``: what it changes, what it leaves, and that the rule stays what it was."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siemc.diagnostics import UsageError
from siemc.lint.edit import edited
from siemc.lint.findings import Finding, Fix
from siemc.lint.fixes import mend, write
from siemc.lint.run import lint
from siemc.load import load, load_text
from siemc.lower import lower
from siemc.prove.compare import compare
from siemc.yamlio import documents
from tests.lint import CLEAN, clean, codes, found, rule


def mended(folder: Path, text: str) -> str:
    """The text of a rule after everything in it that can be is mended."""
    found(folder, text)
    for each in mend(lint(load([folder]))):
        write(each)
    return (folder / "rule_file_0.yml").read_bytes().decode("utf-8")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("date: 2024-05-19", "date: 2024/5/19  # when"),
        ("date: 2024-05-19", "date: '2024/05/19'"),
        ("status: test", "status: Testing"),
        ("attack.execution", '"attack.Execution"'),
    ],
)
def test_a_scalar_is_replaced_between_its_quotes(tmp_path: Path, old: str, new: str) -> None:
    right = old.partition(": ")[2] or old
    wrong = new.partition(": ")[2] or new
    quote = wrong[0] if wrong[0] in "'\"" else ""
    comment = "  # when" if "# when" in wrong else ""
    wanted = CLEAN.replace(old, old.replace(right, f"{quote}{right}{quote}{comment}"))
    assert mended(tmp_path, CLEAN.replace(old, new)) == wanted


def test_a_retired_technique_becomes_its_successor(tmp_path: Path) -> None:
    text = CLEAN.replace("attack.t1204.002", "attack.t1086")
    assert mended(tmp_path, text) == CLEAN.replace("attack.t1204.002", "attack.t1059.001")


def test_a_retired_technique_goes_where_its_successor_is_tagged(tmp_path: Path) -> None:
    tags = "    - attack.t1204.002\n"
    text = CLEAN.replace(tags, f"{tags}    - attack.t1059.001\n    - attack.t1086\n")
    assert mended(tmp_path, text) == CLEAN.replace(tags, f"{tags}    - attack.t1059.001\n")


NEEDLESS = r"""
# before
selection:
    CommandLine|contains:  # list
        # first of all
        - 'foobar'  # goes with its line
        - "foo"     # stays

        - 'other'
    Image|endswith: '\tool.exe'
condition: selection
"""


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_needless_value_goes_with_its_line_and_nothing_else(tmp_path: Path, ends: str) -> None:
    text = rule(NEEDLESS).replace("\n", ends)
    line = f"            - 'foobar'  # goes with its line{ends}"
    assert line in text
    assert mended(tmp_path, text) == text.replace(line, "")


IDLE = r"""
selection:
    Image|endswith: '\tool.exe'
filter_one:
    ParentImage:
        - 'C:\Tools\a.exe'
        - 'C:\Tools\b.exe'
# about the next
filter_all:
    ParentImage|startswith: 'C:\Tools\'
condition: selection and not 1 of filter_*
"""


def test_an_idle_exclusion_goes_and_the_comment_after_it_stays(tmp_path: Path) -> None:
    text = rule(IDLE)
    start, end = text.index("    filter_one"), text.index("    # about")
    assert mended(tmp_path, text) == text[:start] + text[end:]


@pytest.mark.parametrize(
    "condition",
    ["selection and not filter_one and not filter_all", "selection and not (all of f*)"],
)
def test_an_exclusion_that_the_condition_needs_stays(tmp_path: Path, condition: str) -> None:
    text = rule(IDLE).replace("selection and not 1 of filter_*", condition)
    assert mended(tmp_path, text) == text


def test_of_two_exclusions_that_are_equal_one_stays(tmp_path: Path) -> None:
    twice = IDLE.replace(
        "ParentImage|startswith: 'C:\\Tools\\'",
        "ParentImage:\n        - 'C:\\tools\\B.exe'\n        - 'c:\\Tools\\A.exe'",
    )
    text = mended(tmp_path, rule(twice))
    assert ("filter_one" in text) != ("filter_all" in text)


@pytest.mark.parametrize(
    "detection",
    [
        "selection:\n    CommandLine|contains: ['foo', 'foobar']\ncondition: selection",
        "selection:\n    CommandLine|contains: &x\n        - foo\n        - foobar\n"
        "other:\n    ParentCommandLine|contains: *x\ncondition: selection or other",
        "selection:\n    CommandLine|contains:\n        - foo\n        - >-\n            foobar\n"
        "condition: selection",
    ],
    ids=["flow list", "alias", "block text"],
)
def test_what_cannot_be_edited_by_itself_is_left(tmp_path: Path, detection: str) -> None:
    text = rule(detection)
    assert "SC403" in codes(found(tmp_path, text))
    assert mended(tmp_path, text) == text


def test_the_last_two_values_under_all_stay(tmp_path: Path) -> None:
    text = rule(
        "selection:\n    CommandLine|contains|all:\n        - foo\n        - foobar\n"
        "condition: selection"
    )
    assert mended(tmp_path, text) == text


def test_an_edit_that_would_change_what_the_rule_matches_is_refused(tmp_path: Path) -> None:
    text = rule("selection:\n    Image:\n        - a\n        - b\ncondition: selection")
    (finding, *_) = found(tmp_path, with_level(text))
    wrong = Finding(finding.diagnostic, fixes=(Fix(("detection", "selection", "Image", 1)),))
    assert mend([wrong]) == []


def with_level(text: str) -> str:
    """The text without a level, so that something is found in it."""
    return text.replace("level: medium\n", "")


def test_only_the_document_that_is_meant_changes(tmp_path: Path) -> None:
    second = clean(title="Other Title", id="11111111-1111-4111-8111-111111111111").replace(
        "\\tool.exe", "\\other.exe"
    )
    old = second.replace("date: 2024-05-19", "date: 2024/05/19")
    assert mended(tmp_path, f"{CLEAN}---\n{old}") == f"{CLEAN}---\n{second}"


def test_a_byte_order_mark_and_the_mode_of_the_file_stay(tmp_path: Path) -> None:
    path = tmp_path / "rule_file_0.yml"
    path.write_text("\ufeff" + CLEAN.replace("2024-05-19", "2024/05/19"), encoding="utf-8")
    path.chmod(0o640)
    for each in mend(lint(load([tmp_path]))):
        write(each)
    assert path.read_text(encoding="utf-8") == "\ufeff" + CLEAN
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.skipif(os.name != "posix", reason="needs links")
def test_a_link_stays_one_and_its_file_is_mended(tmp_path: Path) -> None:
    real = tmp_path / "elsewhere.txt"
    real.write_text(CLEAN.replace("2024-05-19", "2024/05/19"))
    link = tmp_path / "rule_file_0.yml"
    link.symlink_to(real)
    for each in mend(lint(load([link]))):
        write(each)
    assert link.is_symlink()
    assert real.read_text() == CLEAN


def test_a_file_that_cannot_be_written_is_a_usage_error(tmp_path: Path) -> None:
    found(tmp_path, CLEAN.replace("2024-05-19", "2024/05/19"))
    (one,) = mend(lint(load([tmp_path])))
    one.path = str(tmp_path / "gone" / "rule_file_0.yml")
    with pytest.raises(UsageError):
        write(one)


def test_nothing_is_left_to_mend_after_mending(tmp_path: Path) -> None:
    mended(tmp_path, rule(NEEDLESS).replace("2024-05-19", "2024/05/19"))
    assert not any(each.fixes for each in lint(load([tmp_path])))


values = st.lists(st.text("ab*", min_size=1, max_size=3), min_size=1, max_size=4)


@given(values, values, st.booleans())
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_mended_rule_is_proved_equal(
    tmp_path: Path, one: list[str], other: list[str], every: bool
) -> None:
    def items(these: list[str]) -> str:
        return "".join(f"\n        - '{each}'" for each in these)

    text = rule(
        f"selection:\n    Image|contains: tool\n"
        f"filter_1:\n    CommandLine|contains{'|all' * every}:{items(one)}\n"
        f"filter_2:\n    CommandLine|startswith:{items(other)}\n"
        "condition: selection and not 1 of filter_*"
    )
    after = mended(tmp_path, text)
    (old,), (new,) = load_text(text).rules, load_text(after).rules
    assert compare(lower(old).formula, lower(new).formula, seconds=5).relation == "exact"


@given(st.integers(0, 3), st.sampled_from(["x", None]))
def test_an_edit_changes_its_own_place_alone(index: int, value: str | None) -> None:
    text = "a:\n  - 1 # one\n  - 'two'\n  - \"three\"\n  # four\n  - four\nb: {c: 1}\n"
    before = documents(text, "")[0]
    (after,) = documents(edited(text, 0, Fix(("a", index), value)) or "", "")
    wanted = list(before["a"])
    wanted[index : index + 1] = [] if value is None else [value]
    assert after == {**before, "a": wanted}
