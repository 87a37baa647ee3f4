"""Archives that are the same bytes for the same files, on any machine and at any time.

A gzip stream holds its data uncompressed: what a compressor makes of the same data differs between
zlib and its replacements, and from release to release (docs/decisions/0012).
"""

from __future__ import annotations

import io
import os
import struct
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

EPOCH = 1_577_836_800
"""The time of every file where SOURCE_DATE_EPOCH is not set: the first second of 2020, UTC."""
_BLOCK = 0xFFFF


def timestamp() -> int:
    """SOURCE_DATE_EPOCH in seconds, or ``EPOCH`` where it is unset or no number."""
    value = os.environ.get("SOURCE_DATE_EPOCH", "")
    return min(int(value), 0o77777777777) if value.isascii() and value.isdigit() else EPOCH


def tgz(files: Mapping[str, bytes]) -> bytes:
    """A gzipped tar archive of these files by their path, in the order of their names."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        folders = {str(p) for name in files for p in PurePosixPath(name).parents} - {"."}
        for name in sorted({*folders, *files}):
            info = tarfile.TarInfo(name)
            info.mtime = timestamp()
            if name in folders:
                info.type, info.mode = tarfile.DIRTYPE, 0o755
                archive.addfile(info)
            else:
                info.size, info.mode = len(files[name]), 0o644
                archive.addfile(info, io.BytesIO(files[name]))
    return b"".join(_gzip(buffer.getvalue()))


def _gzip(data: bytes) -> Iterator[bytes]:
    """RFC 1952 around the stored blocks of RFC 1951; no name, no time, system unknown (255)."""
    yield b"\x1f\x8b\x08\x00" + struct.pack("<L", 0) + b"\x00\xff"
    for start in range(0, max(len(data), 1), _BLOCK):
        block = data[start : start + _BLOCK]
        is_last = start + _BLOCK >= len(data)
        yield struct.pack("<BHH", is_last, len(block), len(block) ^ _BLOCK) + block
    yield struct.pack("<LL", zlib.crc32(data), len(data) & 0xFFFFFFFF)
