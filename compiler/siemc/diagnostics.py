"""Diagnostics: what siemc has to say about a rule, a query or a setting, in one shape.

Every code, with its severity and its explanation, is in the catalogue ``data/catalogue.json``;
nothing prints or raises around it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Literal

from siemc.formula import YamlPath

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: a code of the catalogue, one sentence on what is wrong, one on what to do.

    ``path`` is the file as the user named it. A place in it is either the exact ``line`` and
    ``column`` (both from 1), or a ``place``, a path into document number ``document`` (from 0)
    whose line and column are found only when the diagnostic is shown.
    """

    code: str
    message: str
    hint: str = ""
    path: str | None = None
    line: int | None = None
    column: int | None = None
    place: YamlPath | None = None
    document: int = 0

    @property
    def severity(self) -> Severity:
        """The severity of the code, from the catalogue."""
        return severity_of(self.code)

    def at(self, path: str, document: int = 0) -> Diagnostic:
        """The same finding, in this file."""
        return replace(self, path=path, document=document)


@dataclass(frozen=True, slots=True)
class Assumption:
    """What exactness rests on and no schema can settle, by its code of the catalogue."""

    code: str
    text: str


class SiemcError(Exception):
    """What cannot go on, as a diagnostic."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


class UsageError(SiemcError):
    """The command line or the configuration is wrong; exit code 2."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The start of a hint: the known name nearest to one that is not, or nothing."""
    near = _nearest(name.lower(), tuple(known))
    return f"Did you mean {near}? " if near else ""


@lru_cache(maxsize=4096)
def _nearest(name: str, known: tuple[str, ...]) -> str | None:
    """Kept, since rules of one log source name the same fields, and a schema has thousands."""
    from difflib import get_close_matches

    spelt = {each.lower(): each for each in known}
    near = get_close_matches(name, spelt, n=1, cutoff=0.75)
    return spelt[near[0]] if near else None


@cache
def catalogue() -> Mapping[str, Mapping[str, Any]]:
    """Every code: its severity (or ``assumption``), title, what it means and what to do."""
    text = (files("siemc") / "data" / "catalogue.json").read_text(encoding="utf-8")
    entries: Mapping[str, Mapping[str, Any]] = json.loads(text)
    return entries


def severity_of(code: str) -> Severity:
    """The severity of a code; an unknown code is a mistake of ours and raises ``KeyError``."""
    severity: Severity = catalogue()[code]["severity"]
    return severity


@cache
def assumption(code: str) -> Assumption:
    """The assumption of this code, with the catalogue's sentence."""
    return Assumption(code, str(catalogue()[code]["title"]))
