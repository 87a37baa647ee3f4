"""Reading an app's archive without unpacking it, whatever somebody has put into it.

The stream is read once, block by block, and no more of it than ``MOST_BYTES``; links, devices and
paths that lead out of the archive are said and never followed.
"""

from __future__ import annotations

import gzip
import io
import posixpath
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from siemc.importcheck.app import MOST_BYTES, MOST_FILES, MOST_TEXT, Bundle, is_read
from siemc.importcheck.report import Place, Report
from siemc.lint.findings import shown

# What Python raises for an archive that somebody has made so; RecursionError for a chain of headers
_BROKEN = (tarfile.TarError, EOFError, zlib.error, OSError, LookupError, ValueError, RecursionError)


class _TooMuchError(Exception):
    """More bytes come out of the archive than are read."""


class _Stream(io.RawIOBase):
    """What comes out of a gzip stream, and ``_TooMuchError`` past the limit."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = gzip.GzipFile(fileobj=source, mode="rb")
        self._left = MOST_BYTES

    def read(self, size: int | None = -1) -> bytes:
        """Up to ``size`` bytes; all that is left is never asked for."""
        data = self._source.read(65536 if size is None or size < 0 else size)
        self._left -= len(data)
        if self._left < 0:
            raise _TooMuchError
        return data


class _Member(tarfile.TarInfo):
    """A header; Python takes a broken one in the middle of an archive for its end."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _Member:
        """Read a header. Raises ``ReadError`` for one that is none."""
        try:
            return super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if bytes(buf).strip(b"\0"):
                raise tarfile.ReadError(str(error)) from None
            raise


def read_archive(path: Path, name: str, report: Report) -> list[Bundle]:
    """The apps of an archive, one for each top folder, and findings about the archive itself."""
    at = Place(name)
    bundles: dict[str, Bundle] = {}
    if not path.is_file():
        report.say("SC321", "This is no plain file.", "Name the archive itself.", at)
        return []
    try:
        with path.open("rb") as file:
            for member, data in _members(file, at, report):
                _add(member, data, name, bundles)
    except _TooMuchError:
        message = f"More than {MOST_BYTES // 1024**2} MiB come out of the archive."
        report.say("SC322", message, "Leave out what is not the app's.", at)
        return []
    except _BROKEN as error:
        why = str(error) or type(error).__name__
        report.say("SC321", f"The archive cannot be read: {why}.", "Pack it again.", at)
        return []
    _check_tops(sorted(bundles), at, report)
    return [bundles[top] for top in sorted(bundles) if top]


def _members(
    file: IO[bytes], at: Place, report: Report
) -> Iterator[tuple[tarfile.TarInfo, bytes | None]]:
    """The members that are safe, each with its data if it is to be read."""
    stream = _Stream(file)
    seen: set[str] = set()
    with tarfile.open(fileobj=stream, mode="r|", tarinfo=_Member) as archive:
        for count, member in enumerate(archive, 1):
            if count > MOST_FILES:
                message = f"The archive has more than {MOST_FILES:,} members."
                report.say("SC322", message, "Leave out what is not the app's.", at)
                return
            if _is_safe(member, seen, at, report):
                yield member, _data(archive, member, at, report)
    while stream.read(1 << 16):  # the rest, for the checksum at its end
        pass


def _is_safe(member: tarfile.TarInfo, seen: set[str], at: Place, report: Report) -> bool:
    name = member.name
    why = _unsafe(member)
    if not why and not member.isdir():
        plain = posixpath.normpath(name)
        why = "is there twice" if plain in seen else None
        seen.add(plain)
    if why:
        hint = "Pack the app's own folder alone, with plain files in it."
        report.say("SC323", f"{shown(name)} {why}.", hint, at)
    return not why


def _unsafe(member: tarfile.TarInfo) -> str | None:
    """Why a member is not to be unpacked."""
    why = _leads_out(member.name)
    if why:
        return why
    if member.issym() or member.islnk():
        folder = posixpath.dirname(member.name) if member.issym() else ""
        target = posixpath.normpath(posixpath.join(folder, member.linkname))
        same = target.split("/")[0] == posixpath.normpath(member.name).split("/")[0]
        if _leads_out(target) or not same:
            return f"is a link out of the app, to {shown(member.linkname)}"
        return None
    if member.issparse() or not (member.isreg() or member.isdir()):
        return "is neither a plain file nor a folder"
    return None


def _leads_out(name: str) -> str | None:
    if name.startswith(("/", "\\")) or name[1:2] == ":":
        return "is an absolute path"
    if ".." in name.replace("\\", "/").split("/"):
        return "leads out of the archive"
    return "has a backslash in its path" if "\\" in name else None


def _data(
    archive: tarfile.TarFile, member: tarfile.TarInfo, at: Place, report: Report
) -> bytes | None:
    _, below = _parts(member.name)
    if not (member.isreg() and is_read(below)):
        return None
    if member.size > MOST_TEXT:
        message = f"The file has {member.size:,} bytes; {MOST_TEXT:,} are read."
        report.say("SC322", message, "Split it.", Place(f"{at.path}!{below}"))
        return None
    file = archive.extractfile(member)
    return file.read() if file else None


def _parts(name: str) -> tuple[str, str]:
    """A member's top folder, ``""`` for a file beside it, and its name below that."""
    top, slash, below = posixpath.normpath(name).partition("/")
    return (top, below) if slash else ("", top)


def _add(
    member: tarfile.TarInfo, data: bytes | None, path: str, bundles: dict[str, Bundle]
) -> None:
    if member.isdir():
        return
    top, below = _parts(member.name)
    bundle = bundles.setdefault(top, Bundle(path, f"{path}!", top))
    bundle.names.append(below)
    if data is not None:
        bundle.texts[below] = data


def _check_tops(tops: list[str], at: Place, report: Report) -> None:
    if len(tops) == 1 and tops[0]:
        return
    hint = "Pack one folder, the app's, and nothing beside it."
    if not tops:
        report.say("SC321", "The archive holds no file.", hint, at)
        return
    named = ", ".join(each or "files beside them" for each in tops[:5])
    report.say("SC323", f"The archive is not one folder but {len(tops)}: {named}.", hint, at)
