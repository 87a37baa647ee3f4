"""Which files the named paths lead to, and what becomes of those that cannot be read."""

import os
from pathlib import Path

import pytest

from siemc.diagnostics import UsageError
from siemc.load import load
from tests.load import HEADER

RULE = f"{HEADER}detection: {{s: {{a: 1}}, condition: s}}\n"


def write(folder: Path, *names: str, text: str = RULE) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def test_a_folder_is_read_in_order_with_its_folders(tmp_path: Path) -> None:
    write(tmp_path, "b.yml", "a.yaml", "c/d.yml", "c/b/x.yml", "z.yml")
    write(tmp_path, "notes.md", "c/e.json", ".git/config.yml", ".hidden.yml", "f.yml.bak")
    found = [os.path.relpath(rule.path, tmp_path) for rule in load([tmp_path]).rules]
    assert found == ["a.yaml", "b.yml", "c/b/x.yml", "c/d.yml", "z.yml"]


def test_a_path_stays_as_the_user_named_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "rules/a.yml", "b.yml")
    monkeypatch.chdir(tmp_path)
    assert [rule.path for rule in load(["rules", "b.yml"]).rules] == ["rules/a.yml", "b.yml"]


def test_a_file_reached_twice_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, "a.yml", "sub/b.yml")
    (tmp_path / "link.yml").symlink_to(tmp_path / "a.yml")
    found = load([tmp_path / "sub" / "b.yml", tmp_path, tmp_path / "a.yml", tmp_path / "sub"])
    assert [Path(rule.path).name for rule in found.rules] == ["b.yml", "a.yml"]


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    write(tmp_path, "sub/a.yml")
    (tmp_path / "sub" / "up").symlink_to(tmp_path)
    (tmp_path / "self.yml").symlink_to(tmp_path / "self.yml")
    loaded = load([tmp_path])
    assert len(loaded.rules) == 1
    assert [(Path(each.path).name, each.diagnostics[0].code) for each in loaded.broken] == [
        ("self.yml", "SC001")
    ]


def test_a_missing_path_is_a_usage_error(tmp_path: Path) -> None:
    for path in ("absent", "absent.yml", "nul\0"):
        with pytest.raises(UsageError) as caught:
            load([tmp_path / path])
        assert caught.value.diagnostic.code == "SC031"
    write(tmp_path, "a.yml")
    with pytest.raises(UsageError):
        load([tmp_path / "a.yml" / "b"])


def test_a_link_to_nothing_in_a_folder_is_broken(tmp_path: Path) -> None:
    (tmp_path / "gone.yml").symlink_to(tmp_path / "absent")
    (broken,) = load([tmp_path]).broken
    assert broken.diagnostics[0].code == "SC001"
    assert broken.path == str(tmp_path / "gone.yml")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_named_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yml")
    (broken,) = load([tmp_path / "pipe.yml"]).broken
    (found,) = broken.diagnostics
    assert found.code == "SC001"
    assert "not a regular file" in found.message


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="needs a user whom permissions bind"
)
def test_a_file_without_permission_is_broken(tmp_path: Path) -> None:
    write(tmp_path, "a.yml", "b.yml")
    (tmp_path / "a.yml").chmod(0)
    loaded = load([tmp_path])
    assert len(loaded.rules) == 1
    assert loaded.broken[0].diagnostics[0].code == "SC001"


def test_a_folder_passes_over_what_is_no_rule(tmp_path: Path) -> None:
    write(tmp_path, "a.yml")
    write(tmp_path, "config.yml", text="version: 2\njobs: [a]\n")
    write(tmp_path, "empty.yml", text="")
    write(tmp_path, "list.yml", text="- a\n")
    write(tmp_path, "text.yml", text="just text\n")
    loaded = load([tmp_path])
    assert (len(loaded.rules), loaded.broken) == (1, [])
    notes = [(Path(note.path or "").name, note.code) for note in loaded.diagnostics]
    assert notes == [
        (name, "SC009") for name in ("config.yml", "empty.yml", "list.yml", "text.yml")
    ]


@pytest.mark.parametrize("text", ["", "# c\n", "version: 2\n", "- a\n", "x\n", "---\n---\n"])
def test_a_named_file_without_a_rule_is_an_error(tmp_path: Path, text: str) -> None:
    write(tmp_path, "a.yml", text=text)
    (broken,) = load([tmp_path / "a.yml"]).broken
    assert broken.diagnostics[0].code == "SC008"


def test_an_empty_folder_is_empty(tmp_path: Path) -> None:
    assert load([tmp_path]).empty
    write(tmp_path, "config.yml", text="version: 2\n")
    assert load([tmp_path]).empty
    write(tmp_path, "broken.yml", text="title: [\n")
    assert not load([tmp_path]).empty


def test_a_named_file_may_have_any_ending(tmp_path: Path) -> None:
    write(tmp_path, "rule.txt")
    assert len(load([tmp_path / "rule.txt"]).rules) == 1


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    write(tmp_path, "a.yml", "z.yml")
    write(tmp_path, "m.yml", text="title: [\n")
    (tmp_path / "n.yml").write_bytes(b"\xff")
    loaded = load([tmp_path])
    assert [Path(rule.path).name for rule in loaded.rules] == ["a.yml", "z.yml"]
    assert [each.diagnostics[0].code for each in loaded.broken] == ["SC004", "SC003"]


def test_a_name_that_is_not_utf8_is_broken_and_can_be_printed(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"bad\xff.yml")).write_text(RULE)
    except OSError:
        pytest.skip("the file system takes only UTF-8 names")
    (broken,) = load([tmp_path]).broken
    assert broken.diagnostics[0].code == "SC001"
    assert broken.path.encode("utf-8").endswith(b"bad\\udcff.yml")


def test_progress_counts_the_files(tmp_path: Path) -> None:
    write(tmp_path, "a.yml", "b.yml", "c.yml")
    told: list[tuple[int, int]] = []
    load([tmp_path], progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]
