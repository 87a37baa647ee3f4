"""Two versions of a folder of rules: which rule is which, and what became of it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from siemc.changes import Change, changes, version
from siemc.diagnostics import UsageError
from tests.cli import BROKEN, GOOD

ID = "id: 11111111-1111-4111-8111-111111111111\n"
OTHER = GOOD.replace("11111111-", "22222222-").replace("title: Good", "title: Other")
NO_ID = GOOD.replace(ID, "")
WIDER = GOOD.replace("endswith: '\\evil.exe'", "contains: evil")
FILTER = r"""
title: Filter
logsource: {product: windows, category: process_creation}
filter:
  rules: [11111111-1111-4111-8111-111111111111]
  selection: {User: admin}
  condition: not selection
"""


def folder(path: Path, files: Mapping[str, str]) -> str:
    for name, text in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text, encoding="utf-8")
    return str(path)


def compared(old: str, new: str) -> list[Change]:
    with version(old) as before, version(new) as after:
        return list(changes(before, after))


def kinds(old: str, new: str) -> dict[str, str]:
    """What became of each rule, by its file in the last version that has it."""
    return {os.path.basename(each.rule.path): each.kind for each in compared(old, new)}


def test_a_rule_that_moved_is_found_by_its_id(tmp_path: Path) -> None:
    old = folder(tmp_path / "old", {"a.yml": GOOD, "b.yml": OTHER})
    new = folder(tmp_path / "new", {"deep/c.yml": WIDER, "b.yml": OTHER})
    assert kinds(old, new) == {"c.yml": "wider", "b.yml": "same"}


def test_a_rule_without_an_id_is_found_by_its_place(tmp_path: Path) -> None:
    old = folder(tmp_path / "old", {"a.yml": NO_ID})
    assert kinds(old, folder(tmp_path / "new", {"a.yml": WIDER})) == {"a.yml": "wider"}
    assert kinds(old, folder(tmp_path / "far", {"b.yml": NO_ID})) == {
        "b.yml": "added",
        "a.yml": "removed",
    }


def test_another_rule_in_the_same_file_is_another_rule(tmp_path: Path) -> None:
    old = folder(tmp_path / "old", {"a.yml": GOOD})
    new = folder(tmp_path / "new", {"a.yml": OTHER})
    assert [each.kind for each in compared(old, new)] == ["added", "removed"]


def test_two_rules_with_one_id_are_each_compared_with_their_own_file(tmp_path: Path) -> None:
    both = {"a.yml": GOOD, "b.yml": WIDER}
    old, new = folder(tmp_path / "old", both), folder(tmp_path / "new", both)
    assert kinds(old, new) == {"a.yml": "same", "b.yml": "same"}


def test_the_rules_of_one_file_are_told_apart(tmp_path: Path) -> None:
    old = folder(tmp_path / "old", {"a.yml": f"{GOOD}---{OTHER}"})
    new = folder(tmp_path / "new", {"a.yml": f"{OTHER}---{WIDER}"})
    found = {each.rule.title: each.kind for each in compared(old, new)}
    assert found == {"Other": "same", "Good": "wider"}


def test_a_filter_in_the_folder_is_part_of_what_its_rules_match(tmp_path: Path) -> None:
    old = folder(tmp_path / "old", {"a.yml": GOOD})
    new = folder(tmp_path / "new", {"a.yml": GOOD, "filter.yml": FILTER})
    (found,) = compared(old, new)
    assert found.kind == "narrower"
    assert found.verdict is not None
    (witness,) = found.verdict.witnesses
    assert [str(value).lower() for value in witness.event["User"]] == ["admin"]


@pytest.mark.parametrize("swap", [False, True])
def test_a_rule_broken_in_one_version_is_broken_with_its_own_place(
    tmp_path: Path, swap: bool
) -> None:
    old = folder(tmp_path / "old", {"a.yml": GOOD})
    new = folder(tmp_path / "new", {"a.yml": BROKEN})
    (found,) = compared(new, old) if swap else compared(old, new)
    (said,) = found.diagnostics
    assert found.kind == "broken"
    assert (said.path, said.line is not None) == (str(tmp_path / "new" / "a.yml"), True)


def test_an_added_rule_that_is_broken_is_broken(tmp_path: Path) -> None:
    old = folder(tmp_path / "old", {"a.yml": GOOD})
    new = folder(tmp_path / "new", {"a.yml": GOOD, "b.yml": BROKEN})
    assert kinds(old, new) == {"a.yml": "same", "b.yml": "broken"}


def test_no_rule_at_all_is_an_error(tmp_path: Path) -> None:
    empty = folder(tmp_path, {})
    with pytest.raises(UsageError) as said:
        compared(empty, empty)
    assert said.value.diagnostic.code == "SC306"


def test_a_folder_of_the_size_of_the_public_rules_is_paired_at_once(tmp_path: Path) -> None:
    old, new = {}, {}
    for i in range(200):
        rule = GOOD.replace("11111111-1111", f"11111111-{i:04}")
        old[f"a/{i}.yml"], new[f"b/{199 - i}.yml"] = rule, rule
    found = compared(folder(tmp_path / "old", old), folder(tmp_path / "new", new))
    assert {each.kind for each in found} == {"same"}
    assert len(found) == 200


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository that holds ``rules/a.yml``, with the current folder at its root."""
    folder(tmp_path, {"rules/a.yml": GOOD, "rules/notes.txt": "no rule"})
    monkeypatch.chdir(tmp_path)
    git("init", "-q")
    commit()
    return tmp_path


def git(*args: str) -> None:
    who = ["-c", "user.email=a@example.org", "-c", "user.name=a", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *args], check=True, capture_output=True)


def commit() -> None:
    git("add", "-A")
    git("commit", "-qm", "one")


@pytest.mark.parametrize("path", ["", ".", "rules", "rules/", "./rules", "rules/a.yml"])
@pytest.mark.usefixtures("repository")
def test_a_path_of_a_revision(path: str) -> None:
    (found,) = compared(f"HEAD:{path}", path or ".")
    assert (found.kind, found.rule.title) == ("same", "Good")


def test_a_path_is_from_the_root_unless_it_starts_with_a_dot(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository / "rules")
    assert [each.kind for each in compared("HEAD:rules", ".")] == ["same"]
    assert [each.kind for each in compared("HEAD:./a.yml", "a.yml")] == ["same"]
    assert [each.kind for each in compared("HEAD:../rules", ".")] == ["same"]
    with pytest.raises(UsageError) as said:
        compared("HEAD:a.yml", "a.yml")
    assert said.value.diagnostic.hint.startswith("Did you mean HEAD:./a.yml?")
    with pytest.raises(UsageError, match="outside the repository"):
        compared("HEAD:../../x", ".")


def test_what_git_archive_would_leave_out_or_change_is_read_as_it_is(repository: Path) -> None:
    (repository / ".gitattributes").write_text("rules/** export-ignore\n*.yml export-subst\n")
    commit()
    assert kinds("HEAD:rules", "rules") == {"a.yml": "same"}


def test_a_link_out_of_the_revision_is_not_followed(repository: Path) -> None:
    outside = repository.parent / "outside.yml"
    outside.write_text(OTHER)
    (repository / "rules" / "b.yml").symlink_to(outside)
    (repository / "rules" / "c.yml").symlink_to("../../../../../etc/passwd")
    (repository / "rules" / "sub").mkdir()
    (repository / "rules" / "sub" / "d.yml").symlink_to("../a.yml")
    commit()
    with version("HEAD:rules") as found:
        assert [rule.rule.title for rule in found.loaded.rules] == ["Good"]
        assert sorted(each.path.rpartition("/")[2] for each in found.loaded.broken) == [
            "b.yml",
            "c.yml",
        ]


def test_names_that_git_would_quote_or_expand(repository: Path) -> None:
    folder(repository, {"rules/[a] *é\t.yml": OTHER, "rules/a.yml": GOOD})
    commit()
    assert set(kinds("HEAD:rules", "rules").values()) == {"same"}
    assert kinds("HEAD:rules/[a] *é\t.yml", "rules/[a] *é\t.yml").popitem()[1] == "same"


def test_a_broken_rule_of_a_revision_is_named_as_the_user_would(repository: Path) -> None:
    (repository / "rules" / "a.yml").write_text(BROKEN)
    commit()
    (found,) = compared("HEAD:rules", "rules")
    assert [each.path for each in found.diagnostics] == ["HEAD:rules/a.yml", "rules/a.yml"]


@pytest.mark.parametrize(
    "spec", ["nope:rules", "HEAD:nope", ":rules", "--output=x:rules", "HEAD\0:rules", "HEAD:\0"]
)
@pytest.mark.usefixtures("repository")
def test_a_revision_or_path_that_is_not_there_is_an_error(spec: str) -> None:
    with pytest.raises(UsageError):
        compared(spec, "rules")
    assert not Path("x").exists()
