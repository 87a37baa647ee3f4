"""Paths of an exclusion that name Program Files, and not its twin for 32-bit programs.

``%ProgramFiles(x86)%`` is where 64-bit Windows keeps these
(learn.microsoft.com/windows/win32/winprog64/wow64-implementation-details).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files

from siemc.formula import Atom, Formula, Glob, Origin, atoms
from siemc.lint.findings import Finding, found, shown, written
from siemc.load import LoadedRule
from siemc.prove.exclusions import exclusions
from siemc.prove.languages import Budget, Language, Undecided, language, member

FOLDER = re.compile(r"\\program files\\", re.IGNORECASE)
TWIN = r"\\Program Files (x86)\\"
SECONDS = 0.1


def check(loaded: LoadedRule, formula: Formula) -> Iterator[Finding]:
    """The excluded paths whose twin no exclusion of the same field covers."""
    searches = loaded.data.get("detection") or {}
    excluded = {(name, place) for name, places in exclusions(formula).items() for place in places}
    if not excluded:
        return
    denied = [atom for atom in atoms(formula) if _origin(atom, excluded)]
    budget = Budget(SECONDS)
    for atom in dict.fromkeys(denied):
        origin = _origin(atom, excluded)
        if origin and origin.identifier in searches and _lacks_twin(atom, denied, budget):
            yield _finding(loaded, origin)


def _origin(atom: Atom, excluded: set[tuple[str, tuple[str | int, ...]]]) -> Origin | None:
    own = (each for each in atom.origins if (each.identifier, each.path) in excluded)
    return next(own, None)


def _lacks_twin(atom: Atom, denied: list[Atom], budget: Budget) -> bool:
    twin = _twin(atom.test) if isinstance(atom.test, Glob) else None
    if twin is None:
        return False
    others = [each.test for each in denied if each.field == atom.field]
    try:
        languages = [known for test in others if (known := _language(test)) is not None]
        return member([language(twin)], languages, budget) is not None
    except Undecided:
        return False


def _language(test: object) -> Language | None:
    try:
        return language(test)  # type: ignore[arg-type]
    except ValueError:
        return None


def _twin(test: Glob) -> Glob | None:
    """The same path below the folder of 32-bit programs, where that may well exist."""
    text = next((p for p in test.parts if isinstance(p, str) and FOLDER.search(p)), None)
    if text is None or any(name in text.lower() for name in only_64_bit()):
        return None
    parts = tuple(FOLDER.sub(TWIN, p) if isinstance(p, str) else p for p in test.parts)
    return replace(test, parts=parts)


@cache
def only_64_bit() -> Mapping[str, str]:
    """The folders of Program Files that have no twin, in lower case, each with the reason."""
    text = (files("siemc") / "lint" / "only64.json").read_text(encoding="utf-8")
    known: Mapping[str, str] = json.loads(text)
    return known


def _finding(loaded: LoadedRule, origin: Origin) -> Finding:
    value = shown(written(loaded, origin.path))
    message = f"{value} is excluded, and its twin under Program Files (x86) is not."
    hint = "Exclude the twin as well, if the program is there for 32 bits too."
    return found(loaded, "SC405", message, hint, origin.path)
