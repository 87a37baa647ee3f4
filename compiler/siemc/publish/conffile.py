"""Splunk's configuration files: stanzas of settings, written so that no value becomes another line.

A line that ends in a backslash goes on in the next; a line that begins with ``#`` is a comment, one
with ``[`` a stanza (Splunk Enterprise Admin Manual, "About configuration files" and "Edit a
configuration file").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_BREAKS = re.compile(r"\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_NAME = re.compile(r"[^\[\]\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_KEY = re.compile(r"[A-Za-z_][\w.:\-]*")


class ConfError(ValueError):
    """A name or a value that no configuration file can hold."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a stanza, and the number of its line, from 1."""

    key: str
    value: str
    line: int


@dataclass(slots=True)
class Stanza:
    """A stanza as it stands in a file; ``line`` is that of its header, 0 for what comes before."""

    name: str
    line: int
    settings: list[Setting] = field(default_factory=list)

    def get(self, key: str) -> str | None:
        """The value of a setting; of one set twice the last, which is what Splunk takes."""
        return next((each.value for each in reversed(self.settings) if each.key == key), None)


@dataclass(frozen=True, slots=True)
class Stray:
    """A line that is neither a setting nor a header nor a comment."""

    text: str
    line: int


def write_stanza(name: str, settings: Mapping[str, str]) -> str:
    """A stanza's text, with a line break at its end. Raises ``ConfError`` for what cannot be said.

    A value of several lines goes on with a backslash at the end of each but the last.
    """
    if not _NAME.fullmatch(name) or name != name.strip():
        raise ConfError(f"{name!r} cannot be the name of a stanza")
    lines = [f"[{name}]", *(f"{key} = {_value(key, value)}" for key, value in settings.items())]
    return "\n".join(line.rstrip(" ") for line in lines) + "\n"


def _value(key: str, value: str) -> str:
    if not _KEY.fullmatch(key):
        raise ConfError(f"{key!r} cannot be the name of a setting")
    lines = _BREAKS.split(value)
    if any(each.rstrip(" \t").endswith("\\") for each in lines):
        raise ConfError(f"the value of {key} has a line that ends in a backslash")
    if any(not char.isprintable() and char != "\t" for each in lines for char in each):
        raise ConfError(f"the value of {key} has a character that cannot be printed")
    return " \\\n".join(lines)


def read_conf(text: str) -> tuple[list[Stanza], list[Stray]]:
    """The stanzas of a configuration file, in its order, and the lines that are none of its parts.

    A value of several lines is joined by line breaks, the backslashes left out. What is set before
    the first header belongs to the stanza ``default``, whose line is then 0.
    """
    stanzas: list[Stanza] = []
    strays: list[Stray] = []
    for number, line in _logical(text):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if stripped.startswith("["):
            name = stripped[1:-1] if stripped.endswith("]") else None
            if name is None:
                strays.append(Stray(stripped, number))
            else:
                stanzas.append(Stanza(name, number))
            continue
        key, equals, value = line.partition("=")
        if not equals or not key.strip():
            strays.append(Stray(stripped, number))
            continue
        if not stanzas:
            stanzas.append(Stanza("default", 0))
        stanzas[-1].settings.append(Setting(key.strip(), value.strip(), number))
    return stanzas, strays


def _logical(text: str) -> Iterator[tuple[int, str]]:
    """Lines, each with those that it goes on in, and the number of the first, from 1."""
    parts: list[str] = []
    first = 1
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    for number, line in enumerate(lines, 1):
        if not parts:
            first = number
        if line.endswith("\\") and not (not parts and line.lstrip().startswith("#")):
            parts.append(line[:-1].rstrip(" "))
            continue
        yield first, "\n".join([*parts, line])
        parts = []
    if parts:
        yield first, "\n".join(parts)
