"""A document on its way through an ingest pipeline, and what the pipeline's processors do to it.

(Elasticsearch's documentation, "Ingest processor reference": ``rename``, ``set`` with
``copy_from``, ``convert``, ``remove``, ``append``.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address

from siemc.evaluate import Value

DATA = "winlog.event_data."
NO_VALUE = frozenset({"", "-", "{00000000-0000-0000-0000-000000000000}"})
Values = Value | list[Value]


class PipelineError(Exception):
    """A processor fails and nothing in the pipeline excuses it: the rest is not run."""


@dataclass
class Draft:
    """The fields so far, by full name. Short names below stand for ``winlog.event_data.*``."""

    fields: dict[str, Values] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The event's id, as in ``event.code``."""
        return str(self.fields["event.code"])

    def get(self, name: str) -> str | None:
        """An event data field that is one text."""
        found = self.fields.get(DATA + name)
        return found if isinstance(found, str) else None

    def text(self, name: str) -> str | None:
        """A field, by full name, that is one text."""
        found = self.fields.get(name)
        return found if isinstance(found, str) else None

    def rename(self, name: str, target: str) -> None:
        """``rename`` with ``ignore_missing`` and ``ignore_failure``: a target that is there stays,
        and so does the event data field."""
        if DATA + name in self.fields and target not in self.fields:
            self.fields[target] = self.fields.pop(DATA + name)

    def take(self, name: str, target: str) -> None:
        """What the scripts do: the target gets the value, the event data field goes."""
        if DATA + name in self.fields:
            self.fields[target] = self.fields.pop(DATA + name)

    def copy(self, name: str, target: str) -> None:
        """``set`` with ``copy_from``: the target gets the value, the event data field stays."""
        if DATA + name in self.fields:
            self.fields[target] = self.fields[DATA + name]

    def number(self, name: str, target: str) -> None:
        """``convert`` to ``long`` with ``ignore_failure``; hexadecimal is understood as Java's
        ``Long.decode`` does."""
        found = self.get(name)
        try:
            if found is not None:
                self.fields[target] = int(found, 16 if found.lower().startswith("0x") else 10)
        except ValueError:
            return

    def address(self, name: str, target: str) -> None:
        """``convert`` to ``ip`` with ``ignore_failure``."""
        found = self.get(name)
        try:
            if found is not None:
                self.fields[target] = ip_address(found)
        except ValueError:
            return

    def set(self, target: str, value: Values | None) -> None:
        """Set a field, unless there is no value."""
        if value is not None and value != []:
            self.fields[target] = value

    def append(self, target: str, *values: Value) -> None:
        """``append`` without duplicates."""
        found = self.fields.setdefault(target, [])
        listed = found if isinstance(found, list) else [found]
        self.fields[target] = listed + [each for each in values if each not in listed]

    def drop(self, names: Sequence[str]) -> None:
        """``remove`` event data fields."""
        for name in names:
            self.fields.pop(DATA + name, None)

    def drop_empty(self) -> None:
        """The first script of each pipeline: event data without a value is removed."""
        for name in [each for each in self.fields if each.startswith(DATA)]:
            if self.fields[name] in NO_VALUE:
                del self.fields[name]


def last_part(path: str) -> str:
    """What follows the last backslash, or the whole path without one."""
    return path.rpartition("\\")[2]


def put_file(draft: Draft, path: str | None) -> None:
    """``file.name``, ``directory`` and ``extension`` of a path that has a backslash in it."""
    if path is None or len(path) < 2 or "\\" not in path:
        return
    directory, _, name = path.rpartition("\\")
    draft.set("file.name", name)
    draft.set("file.directory", directory)
    if "." in path:
        draft.set("file.extension", path.rpartition(".")[2])
