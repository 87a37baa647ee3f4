"""Command lines taken apart, as the ingest pipelines do it: for ``process.args``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from tests.engines.recordings.draft import Draft

PLAIN = re.compile(r'[^\\" \t]*')
SLASHES = re.compile(r"\\*")


@cache
def windows(line: str) -> tuple[str, ...]:
    """The arguments by the rule of Microsoft's C runtime before 2008, which Sysmon's and
    PowerShell's pipelines follow (``commandLineToArgv`` in their scripts; the rule itself is at
    daviddeley.com/autohotkey/parameters, section 5.2)."""
    found: list[str] = []
    rest = line
    while rest := rest.lstrip(" \t"):
        argument, end = _next(rest)
        found.append(argument)
        rest = rest[end:]
    return tuple(found)


def _next(line: str) -> tuple[str, int]:
    """The first argument, and where what follows it begins."""
    made, at, quoted = "", 0, False
    while at < len(line):
        start = at
        at = SLASHES.match(line, at).end()  # type: ignore[union-attr]  # it always matches
        slashes, sign = at - start, line[at : at + 1]
        if sign == '"':
            made += "\\" * (slashes // 2)
            if slashes % 2:
                made += '"'
            elif quoted and line[at + 1 : at + 2] == '"':
                made, at, quoted = made + '"', at + 1, False
            else:
                quoted = not quoted
        elif sign in {" ", "\t"} and not quoted:
            return made + "\\" * slashes, at + 1
        else:
            made += "\\" * slashes + sign
        at += 1
        plain = PLAIN.match(line, at)
        if plain is not None:
            made, at = made + plain[0], plain.end()
    return made, len(line)


def at_blanks(line: str) -> list[str]:
    """The parts between blanks outside quotes, with their quotes: what the Security log's
    pipeline does."""
    return list(_split(line)) if line else []


def _split(line: str) -> Iterator[str]:
    start, quoted = 0, False
    for at, sign in enumerate(line):
        quoted ^= sign == '"'
        if sign.isspace() and not quoted:
            yield line[start:at]
            start = at + 1
        if at == len(line) - 1:
            yield line[start:]


def put(draft: Draft, process: str = "process") -> None:
    """``args`` and ``args_count`` of a process's command line, if it has one."""
    line = draft.text(f"{process}.command_line")
    if line:
        found = windows(line)
        draft.set(f"{process}.args", list(found))
        draft.set(f"{process}.args_count", len(found))
