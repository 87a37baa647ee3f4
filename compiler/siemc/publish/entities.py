"""Entities: whom and what an alert is about, for suppression and for Enterprise Security.

They come from the fields that the rule itself names and from a table per category,
``data/entities.json``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from siemc.metadata import Metadata


@dataclass(frozen=True, slots=True)
class Entities:
    """The fields of risk objects and of threat objects with their types, and the domain.

    ``domain`` is one of Enterprise Security's security domains.
    """

    domain: str
    risk: tuple[tuple[str, str], ...]
    threat: tuple[tuple[str, str], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The fields of the risk objects: host and user."""
        return tuple(name for name, _ in self.risk)


def entities(metadata: Metadata) -> Entities:
    """The entities of a rule; those of its log source before those it names itself."""
    row = _row(dict(metadata.logsource))
    names = dict.fromkeys([*row["entities"], *metadata.fields])
    risk = tuple(_typed(names, "risk"))
    if not risk:
        risk = tuple(_typed(dict.fromkeys(table()["default"]["entities"]), "risk"))
    return Entities(row["domain"], risk, tuple(_typed(names, "threat")))


def _row(logsource: Mapping[str, str]) -> Mapping[str, Any]:
    data = table()
    category, service = logsource.get("category", ""), logsource.get("service", "")
    if logsource.get("product", "windows") == "windows":
        found = data["categories"].get(category) or data["services"].get(service)
        return dict(found or data["windows"])
    return dict(data["default"])


def _typed(names: Mapping[str, None], kind: str) -> Iterator[tuple[str, str]]:
    known = table()["fields"]
    return ((name, known[name][kind]) for name in names if kind in known.get(name, {}))


@cache
def table() -> Mapping[str, Any]:
    """The table: ``categories``, ``services`` and ``default`` with their entities, ``fields``."""
    text = (files("siemc") / "data" / "entities.json").read_text(encoding="utf-8")
    data: Mapping[str, Any] = json.loads(text)
    return data
