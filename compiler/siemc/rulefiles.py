"""Rule files: which files the named paths lead to."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from siemc.diagnostics import Diagnostic, UsageError

ENDINGS = (".yml", ".yaml")


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A file to read; ``named`` if the user named the file itself and not a folder around it."""

    path: str
    named: bool


def find_files(paths: Sequence[str | Path]) -> tuple[list[RuleFile], list[Diagnostic]]:
    """The files, each once, in the order named and sorted within a folder; and what failed.

    Hidden files and folders in a folder are passed over. Raises ``UsageError`` for a path that
    does not exist.
    """
    search = _Search()
    for path in map(str, paths):
        search.named(path)
    return search.files, search.problems


@dataclass
class _Search:
    files: list[RuleFile] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    seen: set[tuple[int, int]] = field(default_factory=set)

    def named(self, path: str) -> None:
        if not _printable(path):
            raise UsageError(_bad_name(path))
        try:
            status = os.stat(path)
        except (FileNotFoundError, NotADirectoryError, ValueError):
            message = f"There is no file or folder '{path}'."
            raise UsageError(Diagnostic("SC031", message, "Check the path.", path)) from None
        except OSError as error:
            self.fail(path, error)
            return
        if not self.new(status):
            return
        if os.path.isdir(path):
            self.folder(path)
        else:
            self.files.append(RuleFile(path, True))

    def folder(self, path: str) -> None:
        for entry in self.entries(path):
            if not _printable(entry.path):
                self.problems.append(_bad_name(entry.path))
                continue
            try:
                wanted = entry.is_dir() or entry.name.endswith(ENDINGS)
                if not wanted or not self.new(os.stat(entry.path)):
                    continue
            except OSError as error:
                self.fail(entry.path, error)
                continue
            if entry.is_dir():
                self.folder(entry.path)
            else:
                self.files.append(RuleFile(entry.path, False))

    def entries(self, path: str) -> Iterator[os.DirEntry[str]]:
        try:
            with os.scandir(path) as entries:
                found = [entry for entry in entries if not entry.name.startswith(".")]
        except OSError as error:
            self.fail(path, error)
            return
        yield from sorted(found, key=lambda entry: entry.name)

    def new(self, status: os.stat_result) -> bool:
        """Whether this file was not met before; so a loop of links ends, too."""
        key = (status.st_dev, status.st_ino)
        fresh = key not in self.seen
        self.seen.add(key)
        return fresh

    def fail(self, path: str, error: OSError) -> None:
        reason = (error.strerror or "it could not be opened").lower()
        hint = "Check the path and its permissions."
        self.problems.append(Diagnostic("SC001", f"It cannot be read: {reason}.", hint, path))


def _printable(path: str) -> bool:
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _bad_name(path: str) -> Diagnostic:
    shown = path.encode("utf-8", "backslashreplace").decode("utf-8")
    hint = "Rename the file."
    return Diagnostic("SC001", "The file's name is not UTF-8.", hint, shown)
