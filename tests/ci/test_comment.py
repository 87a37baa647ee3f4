"""The comment on a pull request: its mark, its size, and what it must not do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siemc.markdown import code, fenced, plain
from siemc.publish.comment import LIMIT, comment, mark, quiet, size

HEAD = "### What the rules match: rules: 1 wider"
PUBLISHED = "### What is published: artifacts: 1 changed"


def item(kind: str, title: str, event: str = "{}") -> str:
    lines = [f"- **{kind}**: {plain(title)} ({code('a.yml')})", ""]
    lines += ["  The new version alone matches:", ""]
    return "\n".join([*lines, *(f"  {line}" for line in fenced(event, "json")), ""])


def test_a_comment_begins_with_its_mark_and_has_the_report() -> None:
    report = f"{HEAD}\n\n{item('wider', 'Good')}"
    said = comment(report, "rules", {"build": 1, "import-check": 0, "lint": 2})
    assert said.split("\n")[:3] == [mark("rules"), "## siemc: what changes in `rules`", ""]
    assert said.endswith(report)
    assert "- build: some rules are refused\n" in said
    assert "- import-check: the importers take it\n" in said
    assert "- lint: not done (exit code 2)\n" in said


def test_marks_differ_by_folder_and_end_in_one_place() -> None:
    assert mark("rules") != mark("other/rules")
    assert mark("a --> <script>").count("-->") == 1
    assert "\n" not in mark("a\nb")


def test_a_long_comment_is_cut_below_the_limit_with_a_word_on_how_much() -> None:
    rules = [item("wider", f"Rule {number}") for number in range(2000)]
    report = "\n".join([HEAD, "", *rules, "", PUBLISHED, "", "- **changed**: `splunk/siemc.tgz`"])
    assert size(report) > LIMIT
    said = comment(report, "rules")
    assert size(said) < LIMIT
    kept = said.count("- **wider**")
    assert f"- … and {2000 - kept} more, left out here" in said
    assert kept > 500
    assert said.count("```json") == kept
    assert "- **changed**: `splunk/siemc.tgz`" in said


def test_what_catches_less_is_kept_first() -> None:
    rules = [item("added", f"Rule {number}") for number in range(2000)]
    report = "\n".join([HEAD, "", *rules, item("narrower", "Last")])
    said = comment(report, "rules")
    assert "- **narrower**: Last" in said
    assert "- **added**: Rule 0 " in said


def test_an_event_that_is_too_long_alone_is_left_out_but_not_its_rule() -> None:
    event = '{"a": "' + "x" * LIMIT + '"}'
    report = f"{HEAD}\n\n{item('narrower', 'Long', event)}\n{item('wider', 'Short')}"
    said = comment(report, "rules")
    assert size(said) < LIMIT
    assert "- **narrower**: Long (`a.yml`)\n  - what it matches is too long" in said
    assert "- **wider**: Short" in said
    assert "more, left out" not in said


def test_a_title_that_is_too_long_alone_is_counted() -> None:
    said = comment(f"{HEAD}\n\n{item('wider', 'x' * LIMIT)}\n{item('wider', 'Short')}", "rules")
    assert size(said) < LIMIT
    assert "- … and 1 more, left out" in said


@given(st.lists(st.integers(1, 40_000), max_size=8), st.lists(st.integers(1, 40_000), max_size=8))
def test_a_comment_always_fits(first: list[int], second: list[int]) -> None:
    rules = [item("wider", "🦊" * (length // 2)) for length in first]
    files = [f"- **changed**: {'y' * length}" for length in second]
    said = comment("\n".join([HEAD, "", *rules, "", PUBLISHED, "", *files]), "rules")
    assert size(said) < LIMIT
    assert said.startswith(mark("rules"))
    assert HEAD in said
    assert PUBLISHED in said


@pytest.mark.parametrize(
    "title", ["@octocat", "&#64;octocat", "see #1", "a/b#1", "&commat;octocat"]
)
def test_a_title_calls_nobody_and_links_no_issue(title: str) -> None:
    """GitHub looks for both after Markdown is rendered: neither escapes nor entities help."""
    said = quiet(item("wider", title))
    rendered = said.replace("\\", "")
    assert "@octocat" not in rendered
    assert "#1" not in rendered
    assert "&#64;" not in rendered
    assert "&commat;" not in rendered


def test_code_is_left_as_it_is() -> None:
    text = item("wider", "a", '{"a": "@b &amp; #1 ````"}') + "\n- `@a&b#1.yml`"
    assert quiet(text) == text


def test_it_is_printed_for_a_report(tmp_path: Path) -> None:
    (tmp_path / "diff.md").write_bytes(f"{HEAD}\n\n- **wider**: ü \xff".encode())
    command = [sys.executable, "-m", "siemc.publish.comment", str(tmp_path / "diff.md")]
    options = ["--about=rules", "--check=build=0"]
    done = subprocess.run([*command, *options], capture_output=True, check=True)
    assert done.stdout.decode("utf-8").startswith(mark("rules"))
    assert "- build: all rules are published" in done.stdout.decode("utf-8")
