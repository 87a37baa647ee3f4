"""``siemc.compile``: rules, files and folders in; a ``Query`` for each rule and target out."""

from __future__ import annotations

from pathlib import Path

import pytest

import siemc
from siemc.diagnostics import UsageError
from siemc.load import load
from siemc.query import Query, RuleRef
from tests.cli import BROKEN, GOOD, RULES, TELEGRAM


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "b.yml").write_text(GOOD.replace("Good", "B"))
    (tmp_path / "a.yml").write_text(GOOD.replace("Good", "A1") + "---" + GOOD.replace("Good", "A2"))
    (tmp_path / "c.yml").write_text(BROKEN)
    return tmp_path


def test_default_targets() -> None:
    assert [query.target for query in siemc.compile([TELEGRAM])] == ["spl", "kql", "lucene"]


def test_files_folders_and_loaded_rules_give_the_same(folder: Path) -> None:
    (folder / "c.yml").unlink()
    by_folder = siemc.compile([folder], ["spl"])
    by_file = siemc.compile([str(folder / "a.yml"), folder / "b.yml"], ["spl"])
    by_rule = siemc.compile(load([folder]).rules, ["spl"])
    assert by_folder == by_file == by_rule
    assert [query.rule.title for query in by_folder] == ["A1", "A2", "B"]


def test_broken_rule_is_a_query_that_failed(folder: Path) -> None:
    found = siemc.compile([folder], ["spl", "dsl"])
    assert [query.status for query in found] == ["compiled"] * 6 + ["failed"] * 2
    broken = found[-1]
    assert (broken.text, broken.nearest) == (None, None)
    assert broken.rule.path == str(folder / "c.yml")
    assert [each.code for each in broken.diagnostics] == ["SC004"]


def test_rule_ref(folder: Path) -> None:
    second = siemc.compile([folder / "a.yml"], ["spl"])[1]
    assert second.rule == RuleRef(
        "11111111-1111-4111-8111-111111111111", "A2", str(folder / "a.yml"), document=1
    )


@pytest.mark.parametrize(
    "options",
    [
        {"targets": ["splk"]},
        {"pipelines": ["/no/such.yml"]},
        {"schemas": {"kql": "nope"}},
        {"schemas": {"splk": "raw"}},
        {"sources": ["nope"]},
    ],
)
def test_wrong_option_raises(folder: Path, options: dict[str, list[str]]) -> None:
    with pytest.raises(UsageError):
        siemc.compile([folder], **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("rules", [[], ["no/such.yml"]])
def test_no_rule_at_all_raises(rules: list[str]) -> None:
    with pytest.raises(UsageError):
        siemc.compile(rules)


def test_inexact_query_is_refused_or_labelled() -> None:
    (refused,) = siemc.compile([TELEGRAM], ["kql"])
    (labelled,) = siemc.compile([TELEGRAM], ["kql"], inexact="label")
    assert (refused.status, refused.text) == ("refused", None)
    assert (labelled.status, labelled.nearest) == ("labelled", None)
    assert refused.nearest == labelled.text
    assert refused.spans == labelled.spans


def test_schema_for_a_target_that_was_not_asked_for_is_fine() -> None:
    (query,) = siemc.compile([TELEGRAM], ["kql"], schemas={"kql": "raw", "dsl": "raw"})
    assert (query.status, query.schema) == ("compiled", "raw")


def test_result_types_are_there_by_name() -> None:
    for name, kind in (("Query", Query), ("UsageError", UsageError)):
        assert getattr(siemc, name) is kind
    assert not hasattr(siemc, "nothing")


def test_same_input_same_output() -> None:
    assert siemc.compile([RULES], ["spl", "dsl"]) == siemc.compile([RULES], ["spl", "dsl"])
