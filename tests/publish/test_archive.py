"""Archives: the same bytes for the same files, and readable by everybody."""

from __future__ import annotations

import gzip
import io
import subprocess
import tarfile
from pathlib import Path

import pytest

from siemc.publish.archive import EPOCH, tgz

FILES = {"app/default/b.conf": b"b" * 200_000, "app/a.txt": b"", "app/default/a.conf": b"a\n"}


@pytest.fixture(autouse=True)
def no_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


def members(data: bytes) -> list[tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        return archive.getmembers()


def test_the_files_are_there_in_order_with_their_folders(tmp_path: Path) -> None:
    data = tgz(FILES)
    assert [each.name for each in members(data)] == [
        "app",
        "app/a.txt",
        "app/default",
        "app/default/a.conf",
        "app/default/b.conf",
    ]
    (tmp_path / "x.tgz").write_bytes(data)
    subprocess.run(["tar", "xzf", "x.tgz"], cwd=tmp_path, check=True)
    for name, content in FILES.items():
        assert (tmp_path / name).read_bytes() == content


def test_the_order_in_which_files_are_named_does_not_matter() -> None:
    assert tgz(FILES) == tgz(dict(reversed(FILES.items())))


def test_nothing_of_the_machine_is_in_it() -> None:
    for each in members(tgz(FILES)):
        assert (each.uid, each.gid, each.uname, each.gname) == (0, 0, "", "")
        assert each.mtime == EPOCH
        assert each.mode == (0o755 if each.isdir() else 0o644)


def test_no_compressor_has_a_say_in_the_bytes() -> None:
    """RFC 1951: a block whose type bits are 00 is stored."""
    data = tgz(FILES)
    assert data[:10] == b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
    assert data[10] & 0b110 == 0
    assert len(data) > len(gzip.decompress(data))


@pytest.mark.parametrize(("value", "time"), [("86400", 86400), ("", EPOCH), ("soon", EPOCH)])
def test_the_time_is_that_of_source_date_epoch(
    monkeypatch: pytest.MonkeyPatch, value: str, time: int
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", value)
    assert {each.mtime for each in members(tgz(FILES))} == {time}
