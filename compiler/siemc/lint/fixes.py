"""Mending: the edits of findings, each made only where it changes what it is meant to, proved so.

An edit stands if the text with it reads as the data with that one place changed, and if every rule
of the file matches the same events as before, by proof (``exact``).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siemc.diagnostics import Diagnostic, SiemcError, UsageError
from siemc.formula import Formula
from siemc.lint.edit import edited, edited_data
from siemc.lint.findings import Finding, Fix
from siemc.load import load_text
from siemc.lower import lower
from siemc.passes import simplify
from siemc.prove.compare import compare
from siemc.writer import write_whole
from siemc.yamlio import documents, read

BOM = b"\xef\xbb\xbf"


@dataclass
class Mended:
    """A file's text after the edits, and the findings that they settle."""

    path: str
    text: str
    settled: list[Finding]


def mend(findings: Iterable[Finding]) -> list[Mended]:
    """The files that edits change; nothing is written."""
    by_file: dict[str, list[Finding]] = {}
    for finding in findings:
        path = finding.diagnostic.path
        if finding.fixes and path is not None:
            by_file.setdefault(path, []).append(finding)
    mended = [_mend(path, those) for path, those in by_file.items()]
    return [each for each in mended if each is not None]


def write(mended: Mended) -> None:
    """Write a mended file in place, whole or not at all. Raises ``UsageError`` if it cannot be."""
    path = Path(os.path.realpath(mended.path))
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        marked = path.read_bytes().startswith(BOM)
        write_whole(path, ("\ufeff" if marked else "") + mended.text)
        path.chmod(mode)
    except OSError as error:
        message = f"The file cannot be mended: {error.strerror or error}."
        hint = "Leave out --fix, or make the file one that can be written to."
        raise UsageError(Diagnostic("SC307", message, hint, mended.path)) from None


def _mend(path: str, findings: Sequence[Finding]) -> Mended | None:
    text = read(path)
    if not isinstance(text, str):
        return None
    state = _State(path, text)
    # From the end of the file to its beginning, so that no edit moves the place of the next
    ordered = sorted(findings, key=_position, reverse=True)
    settled = [each for each in ordered if state.take(each)]
    return Mended(path, state.text, settled[::-1]) if settled else None


def _position(finding: Finding) -> tuple[int, int]:
    return finding.diagnostic.line or 0, finding.diagnostic.column or 0


class _State:
    """A file's text as the edits go on, and what its rules meant before any."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.before = _formulas(text, path)
        self.done: set[tuple[int, Fix]] = set()

    def take(self, finding: Finding) -> bool:
        """Make all the edits of a finding, if each can be made, or none of them."""
        start = self.text, set(self.done)
        number = finding.diagnostic.document
        # Within one list the last goes first
        for fix in sorted(finding.fixes, key=_order, reverse=True):
            if (number, fix) not in self.done and not self._make(number, fix):
                self.text, self.done = start
                return False
        if finding.fixes and not self._is_same():
            self.text, self.done = start
            return False
        return True

    def _make(self, number: int, fix: Fix) -> bool:
        text = edited(self.text, number, fix)
        if text is None or not _reads_as(self.text, text, self.path, number, fix):
            return False
        self.text = text
        self.done.add((number, fix))
        return True

    def _is_same(self) -> bool:
        """Whether each rule of the file still matches the events that it matched at first."""
        after = _formulas(self.text, self.path)
        if after is None or self.before is None or len(after) != len(self.before):
            return False
        return all(
            one == other or compare(one, other).relation == "exact"
            for one, other in zip(self.before, after, strict=True)
        )


def _order(fix: Fix) -> tuple[Any, ...]:
    return tuple((isinstance(step, int), step) for step in fix.place)


def _reads_as(before: str, after: str, path: str, number: int, fix: Fix) -> bool:
    """Whether the edit changed the data at its place, and nothing else."""
    old, new = documents(before, path), documents(after, path)
    with suppress(LookupError, TypeError):
        old[number] = edited_data(old[number], fix)
        return bool(_plain(old) == _plain(new))
    return False


def _plain(data: Any) -> Any:
    """Data in which a date is its text, as an edit writes it."""
    if isinstance(data, dict):
        return {key: _plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_plain(each) for each in data]
    return data if isinstance(data, str | int | float | None) else str(data)


def _formulas(text: str, path: str) -> list[Formula] | None:
    """What the rules of the file mean; ``None`` where one cannot be read."""
    loaded = load_text(text, path)
    if loaded.broken:
        return None
    try:
        return [simplify(lower(each).formula) for each in loaded.rules]
    except SiemcError:
        return None
