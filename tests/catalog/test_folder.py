"""The site's folder: whole or as it was, and never somebody else's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from siemc.catalog.site import SITE, build
from siemc.diagnostics import UsageError
from siemc.folders import replacing, write
from siemc.load import load
from tests.catalog import RULES, compiler, rule, site, write_rules


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_site_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    rules = write_rules(tmp_path / "rules", {"a.yml": rule("A"), "b.yml": rule("B")})
    folder = site(rules, tmp_path / "site")
    assert {path.name for path in (folder / "rule").iterdir()} == {"a.html", "b.html"}
    (rules / "a.yml").unlink()
    site(rules, folder)
    assert {path.name for path in (folder / "rule").iterdir()} == {"b.html"}
    assert {path.name for path in tmp_path.iterdir()} == {"rules", "site"}


@pytest.mark.parametrize("is_folder", [True, False])
def test_what_siemc_did_not_make_is_left_alone(tmp_path: Path, is_folder: bool) -> None:
    there = tmp_path / "site"
    mine = there / "mine.txt" if is_folder else there
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError), replacing(there, SITE):
        pytest.fail("nothing is to be written")
    assert mine.read_text(encoding="utf-8") == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_an_empty_folder_can_be_used(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    with replacing(tmp_path / "site", SITE) as aside:
        write(aside, "a/b.html", "text\n")
    assert contents(tmp_path / "site") == {SITE.mark: b"", "a/b.html": b"text\n"}


def test_a_link_to_a_folder_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "site").symlink_to(tmp_path / "real")
    with replacing(tmp_path / "site", SITE) as aside:
        write(aside, "index.html", "text\n")
    assert (tmp_path / "site").is_symlink()
    assert (tmp_path / "real" / "index.html").is_file()


@pytest.mark.parametrize("stop", [KeyboardInterrupt, RuntimeError])
def test_stopped_half_way_everything_is_as_it_was(
    tmp_path: Path, stop: type[BaseException]
) -> None:
    rules = write_rules(tmp_path / "rules", {"a.yml": rule("A")})
    folder = site(rules, tmp_path / "site")
    before = contents(folder)

    def step() -> None:
        raise stop

    with pytest.raises(stop):
        build(load([rules]), [str(rules)], compiler(), folder, step)
    assert contents(folder) == before
    assert {path.name for path in tmp_path.iterdir()} == {"rules", "site"}


def test_stopped_between_the_renames_the_old_site_is_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "site"
    with replacing(folder, SITE) as aside:
        write(aside, "index.html", "old\n")
    rename = os.rename

    def stopping(source: Path, target: Path) -> None:
        if Path(target) == folder and not source.name.endswith("-old"):
            raise KeyboardInterrupt
        rename(source, target)

    monkeypatch.setattr("siemc.folders.exchange", lambda *_: False)  # as on a system without it
    monkeypatch.setattr(os, "rename", stopping)
    with pytest.raises(KeyboardInterrupt), replacing(folder, SITE) as aside:
        write(aside, "index.html", "new\n")
    assert (folder / "index.html").read_text(encoding="utf-8") == "old\n"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_where_nothing_can_be_written_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UsageError) as raised, replacing(tmp_path / "file" / "site", SITE):
        pytest.fail("nothing is to be written")
    assert "cannot be written" in raised.value.diagnostic.message


@pytest.mark.slow
def test_the_same_rules_make_the_same_bytes(tmp_path: Path) -> None:
    """Whatever the order of sets is, and from wherever the rules are named."""
    sites = []
    for seed, named, cwd in (("1", str(RULES), tmp_path), ("2", ".", RULES)):
        folder = tmp_path / seed
        command = [sys.executable, "-m", "siemc", "catalog", named, "-o", str(folder), "-t", "spl"]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run(command, cwd=cwd, env=environment, check=True, capture_output=True)
        sites.append(contents(folder))
    assert len(sites[0]) > 13
    assert sites[0] == sites[1]


def test_the_day_is_said_only_where_it_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = write_rules(tmp_path / "rules", {"a.yml": rule("A")})
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    dated = site(rules, tmp_path / "dated") / "index.html"
    assert "1970-01-02" in dated.read_text(encoding="utf-8")
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    plain = site(rules, tmp_path / "plain") / "index.html"
    assert "1970-01-02" not in plain.read_text(encoding="utf-8")
