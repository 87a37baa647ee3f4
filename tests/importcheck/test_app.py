"""Splunk apps: what is in them, and archives that somebody made to do harm."""

from __future__ import annotations

import gzip
import json
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest

from siemc.importcheck import app as limits
from siemc.importcheck import archive as reading
from siemc.importcheck.run import check
from tests.importcheck import APP, APP_CONF, app_members, archive, codes, member, said
from tests.importcheck.conftest import CheckFile, CheckFolder

TGZ = "myapp.tgz"


def manifest(name: str = "myapp", version: str = "1.2.0") -> str:
    return json.dumps(
        {"schemaVersion": "2.0.0", "info": {"id": {"name": name, "version": version}}}
    )


def test_a_good_folder(check_folder: CheckFolder) -> None:
    report = check_folder({**APP, "app.manifest": manifest()})
    assert said(report) == []
    assert dict(report.counts) == {"app": 1, "saved search": 1, "macro": 1}


@pytest.mark.parametrize("name", ["a.tgz", "a.tar.gz", "a.spl", "A.SPL"])
def test_a_good_archive(check_file: CheckFile, name: str) -> None:
    assert said(check_file(name, archive(*app_members()))) == []


def test_a_finding_in_an_archive_names_the_file_and_the_line(check_file: CheckFile) -> None:
    wrong = member("myapp/default/savedsearches.conf", "[A]\nsearch = a\nalert.severity = 9\n")
    good = [each for each in app_members() if "savedsearches" not in each[0].name]
    report = check_file(TGZ, archive(*good, wrong))
    said_ = report.findings[0].diagnostic
    assert (said_.code, said_.path, said_.line) == (
        "SC327", "myapp.tgz!default/savedsearches.conf", 3,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("conf", "expected"),
    [
        (APP_CONF.replace("version = 1.2.0", "version = one"), ["SC333"]),
        (APP_CONF.replace("version = 1.2.0", ""), ["SC333"]),
        (APP_CONF.replace("label = My app", ""), ["SC333"]),
        (APP_CONF.replace("id = myapp", "id = other"), ["SC333"]),
        (APP_CONF.replace("id = myapp", ""), ["SC334"]),
        (APP_CONF.replace("1.2.0", "2.0beta"), []),
    ],
)
def test_app_conf(check_folder: CheckFolder, conf: str, expected: list[str]) -> None:
    assert codes(check_folder({**APP, "default/app.conf": conf})) == expected


def test_an_app_without_app_conf(check_folder: CheckFolder) -> None:
    assert codes(check_folder({"default/savedsearches.conf": "[A]\nsearch = a\n"})) == ["SC333"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# a comment\n" + manifest(), []),
        (manifest(name="other"), ["SC333"]),
        (manifest(version="1.2.1"), ["SC333"]),
        ("{", ["SC333"]),
        ("[]", ["SC333", "SC333"]),
        ("[" * 100_000, ["SC333"]),
    ],
)
def test_app_manifest(check_folder: CheckFolder, text: str, expected: list[str]) -> None:
    assert codes(check_folder({**APP, "app.manifest": text})) == expected


@pytest.mark.parametrize("name", ["local/savedsearches.conf", "metadata/local.meta"])
def test_settings_of_the_site(check_folder: CheckFolder, name: str) -> None:
    assert codes(check_folder({**APP, name: "[a]\nx = 1\n"})) == ["SC323"]


def test_a_folder_of_a_name_that_no_app_has(check_file: CheckFile) -> None:
    report = check_file(TGZ, archive(*app_members("my app")))
    assert codes(report) == ["SC333", "SC333"]  # its name, and the id that is not its name


@pytest.mark.parametrize(
    "bad",
    [
        member("../evil.conf"),
        member("myapp/../../evil.conf"),
        member("/etc/evil.conf"),
        member("C:\\evil.conf"),
        member("myapp\\default\\evil.conf"),
        member("myapp/link", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        member("myapp/link", type=tarfile.SYMTYPE, linkname="../../etc/passwd"),
        member("myapp/default/link", type=tarfile.SYMTYPE, linkname="../../other/x"),
        member("myapp/link", type=tarfile.LNKTYPE, linkname="other/x"),
        member("myapp/device", type=tarfile.CHRTYPE),
        member("myapp/pipe", type=tarfile.FIFOTYPE),
        member("myapp/default/app.conf", APP_CONF),  # for the second time
        member("other/file"),
        member("file"),
    ],
    ids=lambda each: f"{each[0].name} {each[0].linkname}",
)
def test_an_archive_that_is_not_one_to_unpack(check_file: CheckFile, bad: Any) -> None:
    report = check_file(TGZ, archive(*app_members(), bad))
    assert "SC323" in codes(report)
    assert [path.name for path in Path().iterdir()] == [TGZ]


def test_a_link_within_the_app(check_file: CheckFile) -> None:
    link = member("myapp/default/link", type=tarfile.SYMTYPE, linkname="../README.md")
    assert said(check_file(TGZ, archive(*app_members(), link))) == []


def test_a_sparse_file_of_terabytes_is_not_read(check_file: CheckFile) -> None:
    parts = {"GNU.sparse.map": "0,1", "GNU.sparse.size": str(1 << 42), "GNU.sparse.numblocks": "1"}
    bomb = member("myapp/default/bomb.conf", b"x", pax_headers=parts)
    assert "SC323" in codes(check_file(TGZ, archive(*app_members(), bomb)))


def test_a_bomb_stops_at_the_limit(check_file: CheckFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_BYTES", 1 << 20)
    bomb = member("myapp/zeros", b"\0" * (4 << 20))
    assert codes(check_file(TGZ, archive(*app_members(), bomb))) == ["SC322"]


def test_zeros_behind_the_end_are_counted_too(
    check_file: CheckFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_BYTES", 1 << 20)
    plain = gzip.decompress(archive(*app_members()))
    assert codes(check_file(TGZ, gzip.compress(plain + b"\0" * (4 << 20)))) == ["SC322"]


def test_a_great_many_members(check_file: CheckFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_FILES", 100)
    many = [member(f"myapp/lookups/{number}") for number in range(200)]
    assert codes(check_file(TGZ, archive(*app_members(), *many))) == ["SC322"]


def test_a_text_that_is_too_large(check_file: CheckFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_TEXT", 1 << 10)
    large = member("myapp/default/large.conf", b"#" * (1 << 11))
    assert codes(check_file(TGZ, archive(*app_members(), large))) == ["SC322"]


def test_a_chain_of_headers(check_file: CheckFile) -> None:
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, 1
    block = header.tobuf(tarfile.GNU_FORMAT) + b"a".ljust(512, b"\0")
    assert codes(check_file(TGZ, gzip.compress(block * 5_000))) == ["SC321"]


@pytest.mark.parametrize("cut", [1, 10, 30, 100, 500, -1, -8, -20])
def test_an_archive_that_was_cut_off(check_file: CheckFile, cut: int) -> None:
    assert codes(check_file(TGZ, archive(*app_members())[:cut])) == ["SC321"]


def test_a_broken_header_in_the_middle(check_file: CheckFile) -> None:
    plain = bytearray(gzip.decompress(archive(*app_members())))
    second = plain.index(b"myapp/default/savedsearches.conf")
    plain[second] ^= 0xFF
    assert codes(check_file(TGZ, gzip.compress(bytes(plain)))) == ["SC321"]


@pytest.mark.parametrize(
    "data",
    [b"", b"text", b"PK\x03\x04zip", gzip.compress(b""), gzip.compress(b"text" * 500)],
    ids=["nothing", "text", "zip", "gzip of nothing", "gzip of text"],
)
def test_what_is_no_archive(check_file: CheckFile, data: bytes) -> None:
    assert codes(check_file(TGZ, data)) == ["SC321"]


def test_random_bytes_in_an_archive_never_end_in_a_traceback(check_file: CheckFile) -> None:
    plain = gzip.decompress(archive(*app_members()))
    for place in range(0, len(plain), 61):
        damaged = bytearray(plain)
        damaged[place] ^= 0x5A
        check_file(TGZ, gzip.compress(bytes(damaged), 1))


def test_a_link_out_of_a_folder_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret.conf").write_text("stray", encoding="utf-8")
    folder = tmp_path / "myapp" / "default"
    folder.mkdir(parents=True)
    (folder / "app.conf").write_text(APP_CONF, encoding="utf-8")
    (folder / "link.conf").symlink_to(tmp_path / "secret.conf")
    report = check(["myapp"])
    assert codes(report) == ["SC323"]
    assert report.findings[0].diagnostic.path == "myapp/default/link.conf"


def test_a_pipe_in_a_folder_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "myapp" / "default"
    folder.mkdir(parents=True)
    (folder / "app.conf").write_text(APP_CONF, encoding="utf-8")
    os.mkfifo(folder / "pipe.conf")
    assert codes(check(["myapp"])) == ["SC321"]


def test_the_limits_are_those_of_the_page() -> None:
    page = (Path(__file__).parents[2] / "docs" / "import-check.md").read_text(encoding="utf-8")
    assert f"{limits.MOST_BYTES >> 20} MiB" in page
    assert f"{limits.MOST_FILES:,} members" in page
    assert f"{limits.MOST_TEXT >> 20} MiB" in page
