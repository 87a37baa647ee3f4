"""Deployment: how rules run where they are imported, from ``siemc.toml`` and never from the rule.

``[build]`` is about the artifacts, each ``[[deploy]]`` about the rules with its ids, below its
folders or with its tags: all the rules that every one of these that it names selects. Of several
that say something the later one is right.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path, PurePath
from typing import Any

from siemc.config import Settings, wrong
from siemc.query import RuleRef


@dataclass(frozen=True, slots=True)
class Build:
    """What ``[build]`` says of the artifacts.

    ``app`` is the Splunk app's id and folder, ``label`` what its saved searches are called by;
    ``index`` the Splunk index that its scope macros ask for, ``""`` for whatever a user searches
    by default; ``language`` that of the detection rules; ``required_fields`` whether these carry
    the list of that name.
    """

    app: str = "siemc"
    label: str = "siemc"
    version: str = "1.0.0"
    author: str = "siemc"
    es: bool = False
    index: str = ""
    language: str = "kuery"
    required_fields: bool = False


@dataclass(frozen=True, slots=True)
class Suppression:
    """After an alert, no other one with the same values of these fields for a while (``1h``)."""

    fields: tuple[str, ...]
    period: str


@dataclass(frozen=True, slots=True)
class Deployment:
    """How one rule runs; ``None`` where the settings say nothing.

    ``suppression`` is ``False`` where there is to be none.
    """

    enabled: bool | None = None
    severity: str | None = None
    risk_score: int | None = None
    allow: Allowance | None = None
    splunk: Mapping[str, Any] = field(default_factory=dict)
    elastic: Mapping[str, Any] = field(default_factory=dict)

    def suppression(self, platform: str) -> Suppression | bool | None:
        """The suppression on ``splunk`` or ``elastic``."""
        found = (self.splunk if platform == "splunk" else self.elastic).get("suppress")
        if not isinstance(found, Mapping):
            return None if found is None else bool(found)
        return Suppression(tuple(found["fields"]), found["period"])

    def allowed(self, target: str) -> str | None:
        """Why a query of this target may be published though it is not exact, if it may."""
        if self.allow is None or (self.allow.targets and target not in self.allow.targets):
            return None
        return self.allow.reason


@dataclass(frozen=True, slots=True)
class Allowance:
    """That queries may be published which are not exact; of all targets where it names none."""

    reason: str
    targets: tuple[str, ...] = ()


class Deployments:
    """The deployments of a settings file. Raises ``UsageError`` where they are wrong."""

    def __init__(self, settings: Settings) -> None:
        _check(settings)
        self.path = settings.path
        self.build = Build(**settings.build)
        self.entries = list(settings.deploy)
        self._used: set[int] = set()

    def of(self, rule: RuleRef, place: str, tags: Sequence[str]) -> Deployment:
        """How a rule runs; ``place`` is its file below the folder of rules.

        A folder is one below that, or below the settings' own.
        """
        places = (place, self._below_settings(rule.path))
        merged: dict[str, Any] = {}
        for number, entry in enumerate(self.entries):
            if _selects(entry, rule, places, tags):
                self._used.add(number)
                for key in ("enabled", "severity", "risk_score", "allow"):
                    if key in entry:
                        merged[key] = entry[key]
                for key in ("splunk", "elastic"):
                    merged[key] = {**merged.get(key, {}), **entry.get(key, {})}
        if "allow" in merged:
            said = merged["allow"]
            merged["allow"] = Allowance(said["reason"], tuple(said.get("targets", ())))
        return Deployment(**merged)

    def _below_settings(self, path: str) -> str:
        start = os.path.abspath(self.path.parent if self.path else os.curdir)
        return PurePath(os.path.relpath(os.path.abspath(path), start)).as_posix()

    def unused(self) -> list[str]:
        """The entries that no rule was selected by, each as its selectors say it."""
        rest = (e for number, e in enumerate(self.entries) if number not in self._used)
        return [", ".join(f"{k} = {e[k]!r}" for k in SELECTORS if k in e) or "all" for e in rest]


SELECTORS = ("id", "folder", "tag")


def _selects(
    entry: Mapping[str, Any], rule: RuleRef, places: Sequence[str], tags: Sequence[str]
) -> bool:
    ids, folders, wanted = (_names(entry.get(key)) for key in SELECTORS)
    if ids is not None and (rule.id or "").lower() not in {each.lower() for each in ids}:
        return False
    if folders is not None and not any(
        _is_below(place, each) for each in folders for place in places
    ):
        return False
    return wanted is None or not {t.lower() for t in tags}.isdisjoint(t.lower() for t in wanted)


def _is_below(place: str, folder: str) -> bool:
    wanted = folder.strip("/").removeprefix("./")
    return wanted in {"", "."} or place.startswith(f"{wanted}/")


def _names(value: Any) -> list[str] | None:
    return None if value is None else [value] if isinstance(value, str) else list(value)


@cache
def _schema() -> Mapping[str, Any]:
    text = (files("siemc") / "data" / "deployment.schema.json").read_text(encoding="utf-8")
    found: Mapping[str, Any] = json.loads(text)
    return found


def _check(settings: Settings) -> None:
    if not settings.build and not settings.deploy:
        return
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    data = {"build": dict(settings.build), "deploy": list(settings.deploy)}
    found = best_match(Draft202012Validator(_schema()).iter_errors(data))
    if found is None:
        for path, text in _texts(data, ()):
            if text != text.strip() or not text.isprintable():
                said = f"{_where(path)}: {text!r} begins or ends with a blank, or cannot be printed"
                raise wrong(settings.path or Path("siemc.toml"), said)
    else:
        raise wrong(
            settings.path or Path("siemc.toml"), f"{_where(found.absolute_path)}: {found.message}"
        )


def _texts(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every text in the settings, and where it is."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _texts(each, (*path, key))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _texts(each, (*path, number))


def _where(path: Iterable[str | int]) -> str:
    """``[[deploy]] 2, splunk.index``."""
    table, *rest = path
    named = "[build]" if table == "build" else "[[deploy]]"
    if table == "deploy" and rest:
        named += f" {int(rest.pop(0)) + 1}"
    keys = ".".join(map(str, rest))
    return f"{named}, {keys}" if keys else named
