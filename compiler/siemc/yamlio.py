"""Reading YAML: fast for every file, with positions only for the few that are shown.

``read`` gives the text of a file, ``documents`` the plain data of each YAML document in it. Both
give diagnostics instead of raising. ``siemc.locate`` finds the line and column of
a place when it is shown.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ryaml import loads_all
from sigma.exceptions import SigmaRuleLocation

from siemc.diagnostics import Diagnostic
from siemc.formula import YamlPath

# Not blocking, since opening a named pipe would wait for its writer.
OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
MAX_BYTES = 4 * 1024 * 1024
READ_BYTES = 64 * 1024  # at a time: room for all of them is made for each read
BOMS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
# What YAML 1.2 keeps out of a stream (section 5.1, "Character Set").
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
# Line breaks of YAML 1.1 that neither YAML 1.2 nor an editor counts as such.
NO_BREAKS = dict.fromkeys((0x85, 0x2028, 0x2029), "\ufffd")
MARKER = re.compile(r"(---|\.\.\.)(?=[ \t\r\n]|$)")
MARK = re.compile(r",? at line (\d+) column (\d+)")


@dataclass(eq=False)
class Place(SigmaRuleLocation):
    """Where a detection item was written; pySigma carries it along as the item's ``source``.

    ``yaml_path`` leads to the item's key in document number ``document`` of the file ``path``;
    ``identifier`` is the search it belongs to. ``listed`` says that its value is a list there, so
    that value ``i`` is at ``yaml_path + (i,)``.
    """

    identifier: str = ""
    yaml_path: YamlPath = ()
    listed: bool = False
    document: int = 0

    def __post_init__(self) -> None:
        """Keep the path as it is: pySigma would wrap it again for each item."""

    def __str__(self) -> str:
        return f"{self.path}: {self.identifier}"

    def at(self, index: int) -> Place:
        """The place of one value of the item."""
        if not self.listed:
            return self
        return Place(
            self.path,
            identifier=self.identifier,
            yaml_path=(*self.yaml_path, index),
            document=self.document,
        )


def read(path: str) -> str | Diagnostic:
    """The text of a file without its byte order mark, or why it cannot be had."""
    try:
        file = os.open(path, OPEN_FLAGS)
        try:
            if not stat.S_ISREG(os.fstat(file).st_mode):
                return _unreadable(path, "it is not a regular file")
            data = _bytes(file)
        finally:
            os.close(file)
    except OSError as error:
        return _unreadable(path, (error.strerror or "it could not be opened").lower())
    return _too_large(path) if len(data) > MAX_BYTES else decode(data, path)


def _bytes(file: int) -> bytes:
    """The content of an open file, or more than ``MAX_BYTES`` of it."""
    data = chunk = os.read(file, READ_BYTES)
    while chunk and len(data) <= MAX_BYTES:
        chunk = os.read(file, READ_BYTES)
        data += chunk
    return data


def decode(data: bytes, path: str) -> str | Diagnostic:
    """The text of these bytes, or the diagnostic for the first that is not UTF-8."""
    for bom, name in BOMS.items():
        if data.startswith(bom):
            message = f"The file is encoded in {name}, not in UTF-8."
            return Diagnostic("SC003", message, "Save it as UTF-8.", path, 1, 1)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8")
        line, column = _line_and_column(before, len(before))
        message = f"The byte 0x{error.object[error.start]:02x} is not UTF-8."
        return Diagnostic("SC003", message, "Save the file as UTF-8.", path, line, column)


def _unreadable(path: str, reason: str) -> Diagnostic:
    hint = "Check the path and its permissions."
    return Diagnostic("SC001", f"The file cannot be read: {reason}.", hint, path)


def _too_large(path: str) -> Diagnostic:
    message = f"The file has more than {MAX_BYTES // 1024 // 1024} MiB."
    return Diagnostic("SC002", message, "Split the file, or leave it out.", path)


def documents(text: str, path: str) -> list[Any]:
    """The plain data of each YAML document, or its ``Diagnostic`` where it cannot be read.

    The whole is read at once; only if that fails is it cut at the document markers, so that a
    broken document does not take the others with it.
    """
    try:
        return list(loads_all(text) or [])
    except ValueError:
        return [_document(chunk, path, number) for number, chunk in enumerate(split(text))]


@dataclass(frozen=True, slots=True)
class Chunk:
    """The text of one YAML document, and how many lines of the file come before it."""

    text: str
    offset: int


def split(text: str) -> list[Chunk]:
    """The text of each document, cut at the lines that begin with ``---`` or ``...``."""
    if "---" not in text and "..." not in text:
        return [Chunk(text, 0)]
    chunks: list[Chunk] = []
    taken: list[str] = []
    begun = False  # whether the lines hold a document, beyond comments and directives
    offset = 0
    for number, line in enumerate(lines(text)):
        marker = MARKER.match(line)
        if marker and begun:
            chunks.append(Chunk("".join(taken), offset))
            taken, begun, offset = [], False, number
        if marker and marker[1] == "...":
            taken.append("\n")
            continue
        taken.append(line)
        begun = begun or bool(marker) or not _is_blank(line)
    if begun or not chunks:
        chunks.append(Chunk("".join(taken), offset))
    return chunks


def lines(text: str) -> list[str]:
    """The lines as YAML counts them, with their ends."""
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z", text)


def _is_blank(line: str) -> bool:
    bare = line.strip()
    return not bare or bare[0] == "#" or line[0] == "%"


def _document(chunk: Chunk, path: str, number: int) -> Any:
    try:
        found = loads_all(chunk.text)
        return found[0] if found else None
    except ValueError as error:
        return replace(_yaml_error(str(error), chunk), path=path, document=number)


def _yaml_error(said: str, chunk: Chunk) -> Diagnostic:
    """The diagnostic for what the reader said of a document it refused."""
    if bad := FORBIDDEN.search(chunk.text):
        message = f"The character U+{ord(bad[0]):04X} is not allowed in YAML."
        hint = "Remove it, or write it as an escape in double quotes."
        return _at(chunk, _line_and_column(chunk.text, bad.start()), "SC004", message, hint)
    if "duplicate entry" in said or "unhashable" in said:
        for problem in _key_problems(chunk):
            return problem
    mark = MARK.search(said)
    where = (int(mark[1]), int(mark[2])) if mark else _first_node(chunk)
    if "limit exceeded" in said:
        message = "The YAML is nested too deeply or repeats itself too often."
        return _at(chunk, where, "SC006", message, "Write it without the nesting or aliases.")
    if number := re.search(r"integer `(-?\d+)`", said):
        message = f"The number {number[1][:40]} is too large."
        return _at(chunk, where, "SC004", message, "Put it in quotes to make it text.")
    what = MARK.sub("", said).strip().rstrip(".")
    hint = "Correct the YAML; a value with special characters belongs in quotes."
    return _at(chunk, where, "SC004", f"This is not well-formed YAML: {what}.", hint)


def _first_node(chunk: Chunk) -> tuple[int, int]:
    """Line and column in the chunk where its document begins."""
    import yaml

    marks = (event.start_mark for event in _events(chunk) if isinstance(event, yaml.NodeEvent))
    mark = next(marks, None)
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _at(chunk: Chunk, where: tuple[int, int], code: str, message: str, hint: str) -> Diagnostic:
    """The finding at a line and column of the chunk."""
    return Diagnostic(code, message, hint, line=where[0] + chunk.offset, column=where[1])


def _line_and_column(text: str, position: int) -> tuple[int, int]:
    """Line and column, both from 1, of an offset in the text."""
    before = lines(text[:position])
    if not before or before[-1][-1] in "\r\n":
        return len(before) + 1, 1
    return len(before), len(before[-1]) + 1


# --- the parse that keeps positions ---------------------------------------------------------


@dataclass(slots=True)
class _Open:
    """A collection being read: its path, and the key or index that comes next."""

    path: YamlPath
    is_map: bool
    index: int = 0
    key: str = "?"
    keys: set[Hashable] | None = None


def _events(chunk: Chunk) -> Iterator[Any]:
    """The parse events up to the first error."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        yield from yaml.parse(chunk.text.translate(NO_BREAKS), Loader=loader)
    except yaml.YAMLError:
        return


def _key_problems(chunk: Chunk) -> Iterator[Diagnostic]:
    """The keys that are there twice or are no scalars, in the order of the text."""
    import yaml

    stack: list[_Open] = []
    for event in _events(chunk):
        is_key = bool(stack) and stack[-1].is_map and stack[-1].index % 2 == 0
        where = (event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, yaml.CollectionEndEvent):
            stack.pop()
            continue
        if not isinstance(event, yaml.NodeEvent):
            continue
        if is_key and isinstance(event, yaml.CollectionStartEvent):
            hint = "Write the key as text."
            yield _at(chunk, where, "SC007", "A key is a list or a map, not text.", hint)
        elif is_key and isinstance(event, yaml.ScalarEvent):
            keys = stack[-1].keys = stack[-1].keys or set()
            if event.value in keys:
                message = f"The key '{event.value}' is there twice in one map."
                hint = "Put both values in one list, or remove one of them."
                yield _at(chunk, where, "SC005", message, hint)
            keys.add(event.value)
        if stack:
            stack[-1].index += 1
        if isinstance(event, yaml.CollectionStartEvent):
            stack.append(_Open((), isinstance(event, yaml.MappingStartEvent)))
