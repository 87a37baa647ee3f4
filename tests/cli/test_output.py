"""``-o``: one file per rule and target, under names that stay, each whole."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from siemc.writer import file_names
from tests.cli import GOOD, RULES, Run

Siemc = Callable[..., Run]


def put(path: Path, text: str = GOOD) -> Path:
    """A rule's file, with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def files(folder: Path) -> list[str]:
    """Every file below a folder, by its path there."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_file_per_rule_and_target_and_nothing_on_stdout(folder: Path, siemc: Siemc) -> None:
    run = siemc("compile", "good.yml", "-t", "spl", "-t", "lucene", "-t", "dsl", "-o", "out")
    assert (run.code, run.out) == (0, "")
    assert files(folder / "out") == ["good.dsl.json", "good.lucene", "good.spl"]


@pytest.mark.parametrize("form", ["absolute", "relative", "dotted", "slash"])
def test_tree_is_relative_to_the_folder_that_was_named(
    folder: Path, siemc: Siemc, form: str
) -> None:
    put(folder / "rules" / "windows" / "a.yml")
    put(folder / "rules" / "b.yml")
    named = {
        "absolute": str(folder / "rules"),
        "relative": "rules",
        "dotted": "rules/../rules/windows/..",
        "slash": "rules/",
    }[form]
    assert siemc("compile", named, "-t", "spl", "-o", "out").code == 0
    assert files(folder / "out") == ["b.spl", "windows/a.spl"]


def test_same_name_in_two_folders_makes_two_files(folder: Path, siemc: Siemc) -> None:
    put(folder / "rules" / "one" / "a.yml", GOOD.replace("evil", "one"))
    put(folder / "rules" / "two" / "a.yml", GOOD.replace("evil", "two"))
    siemc("compile", "rules/one", "rules/two/a.yml", "-t", "spl", "-o", "out")
    assert files(folder / "out") == ["one/a.spl", "two/a.spl"]
    assert "two.exe" in (folder / "out" / "two" / "a.spl").read_text()


def test_files_by_name_lie_flat(folder: Path, siemc: Siemc) -> None:
    put(folder / "deep" / "er" / "a.yml")
    put(folder / "deep" / "er" / "b.yml")
    siemc("compile", "deep/er/a.yml", "deep/er/b.yml", "-t", "spl", "-o", "out")
    assert files(folder / "out") == ["a.spl", "b.spl"]


def test_documents_of_a_file_are_numbered(folder: Path, siemc: Siemc) -> None:
    put(folder / "two.yml", GOOD + "---" + GOOD.replace("evil", "second"))
    siemc("compile", "two.yml", "-t", "spl", "-o", "out")
    assert files(folder / "out") == ["two-2.spl", "two.spl"]
    assert "second" in (folder / "out" / "two-2.spl").read_text()


def test_no_rule_overwrites_another(folder: Path, siemc: Siemc) -> None:
    rules = folder / "rules"
    put(rules / "a.yml", GOOD.replace("evil", "n1") + "---" + GOOD.replace("evil", "n2"))
    put(rules / "a.yaml", GOOD.replace("evil", "n3"))
    put(rules / "a-2.yml", GOOD.replace("evil", "n4"))
    put(rules / "b c.yml", GOOD.replace("evil", "n5"))
    put(rules / "b_c.yml", GOOD.replace("evil", "n6"))
    put(rules / ("l" * 245 + ".yml"), GOOD.replace("evil", "n7"))
    put(rules / "plain.yml", GOOD.replace("evil", "n8"))
    run = siemc("compile", "rules", "-t", "spl", "-o", "out")
    assert "queries: 8 compiled" in run.err
    written = [path.read_text() for path in (folder / "out").iterdir()]
    assert sorted(f"n{i}" for i in range(1, 9) for text in written if f"\\n{i}.exe" in text) == [
        f"n{i}" for i in range(1, 9)
    ]
    assert "plain.spl" in files(folder / "out")


def test_names_depend_on_nothing_but_the_paths() -> None:
    keys = [("r/a.yml", 0), ("r/a.yaml", 0), ("r/A.yml", 0), ("r/b.yml", 0)]
    forth, back = file_names(["r/b.yml"], keys), file_names(["r/b.yml"], keys[::-1])
    assert forth == back
    assert str(forth["r/b.yml", 0]) == "b"
    assert len({str(name).lower() for name in forth.values()}) == 4


def test_earlier_query_of_a_rule_that_no_longer_compiles_is_pointed_at(
    folder: Path, siemc: Siemc
) -> None:
    siemc("compile", "good.yml", "-t", "spl", "-o", "out")
    old = (folder / "out" / "good.spl").read_text()
    put(folder / "good.yml", GOOD.replace("Image|", "Imagee|"))
    run = siemc("compile", "good.yml", "-t", "spl", "-o", "out")
    assert run.code == 1
    assert "out/good.spl: warning SC308: " in run.err
    assert (folder / "out" / "good.spl").read_text() == old


def test_a_new_query_replaces_the_old_one_whole(folder: Path, siemc: Siemc) -> None:
    put(folder / "out" / "good.spl", "old\n" * 10_000)
    siemc("compile", "good.yml", "-t", "spl", "-o", "out")
    assert (folder / "out" / "good.spl").read_text().count("\n") == 1
    assert files(folder / "out") == ["good.spl"]


def test_a_write_that_fails_leaves_the_old_file_and_no_other(
    folder: Path, siemc: Siemc, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder / "out" / "good.spl", "old\n")

    def full(_source: object, _target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    run = siemc("compile", "good.yml", "-t", "spl", "-o", "out")
    assert run.code == 2
    assert "error SC307: The query cannot be written: No space left on device." in run.err
    assert files(folder / "out") == ["good.spl"]
    assert (folder / "out" / "good.spl").read_text() == "old\n"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_folder_that_may_not_be_written_to(folder: Path, siemc: Siemc) -> None:
    (folder / "out").mkdir(mode=0o500)
    run = siemc("compile", "good.yml", "-t", "spl", "-o", "out")
    assert run.code == 2
    assert "error SC307: " in run.err


def test_output_that_is_a_file_is_2(folder: Path, siemc: Siemc) -> None:
    run = siemc("compile", "good.yml", "-t", "spl", "-o", "good.yml")
    assert run.code == 2
    assert "error SC307: " in run.err
    assert (folder / "good.yml").read_text() == GOOD


def test_files_hold_what_is_printed(folder: Path, siemc: Siemc) -> None:
    printed = siemc("compile", RULES, "-t", "spl").out
    siemc("compile", RULES, "-t", "spl", "-o", "out")
    written = [(folder / "out" / name).read_text() for name in files(folder / "out")]
    assert sorted(printed.splitlines(keepends=True)) == sorted(written)
