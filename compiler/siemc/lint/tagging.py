"""ATT&CK tags: what is unknown, what is retired, and a technique none of whose tactics is there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from siemc.diagnostics import did_you_mean
from siemc.explain.attack import table
from siemc.lint.findings import Finding, Fix, found, shown
from siemc.lint.metadata import spelling, tags
from siemc.load import LoadedRule

TECHNIQUE = re.compile(r"t\d{4}(\.\d{3})?")
# Tactics by number, groups, software, mitigations, campaigns, data sources and components,
# detection strategies, analytics and assets: their form is all that is looked at
OTHER = re.compile(r"(ta|g|s|m|c|ds|dc|det|an|a)\d{4}")


def check(loaded: LoadedRule) -> Iterator[Finding]:
    """What is wrong with the rule's ATT&CK tags."""
    named = [
        (index, spelling(tag).removeprefix("attack."))
        for index, tag in enumerate(tags(loaded))
        if tag.lower().startswith("attack.")
    ]
    names = {name for _, name in named}
    for index, name in named:
        if TECHNIQUE.fullmatch(name):
            yield from _technique(loaded, index, name.upper(), names)
        else:
            yield from _other(loaded, index, name)


def _technique(
    loaded: LoadedRule, index: int, technique: str, names: set[str]
) -> Iterator[Finding]:
    place = ("tags", index)
    if technique in table()["retired"]:
        yield _retired(loaded, index, technique, names)
    elif technique not in table()["techniques"]:
        message = f"ATT&CK {table()['version']} has no technique {technique}."
        yield found(loaded, "SC416", message, "Correct the number.", place)
    elif not _tactics(names) & set(tactics := table()["techniques"][technique]["tactics"]):
        message = f"No tactic of {technique} is tagged."
        hint = f"Add {' or '.join(f'attack.{each}' for each in tactics)}."
        yield found(loaded, "SC418", message, hint, place)


def _tactics(names: set[str]) -> set[str]:
    """The tactics that are tagged, by slug; a retired one is any of its successors."""
    old: Mapping[str, Any] = table()["retired_tactics"]
    ids = {row["id"].lower(): row["slug"] for row in table()["tactics"]}
    now = {ids.get(name, name) for name in names}
    return now | {slug for name in names if name in old for slug in old[name]["by"]}


def _retired(loaded: LoadedRule, index: int, technique: str, names: set[str]) -> Finding:
    place = ("tags", index)
    successor = table()["retired"][technique]["by"]
    message = f"ATT&CK {table()['version']} has no {technique} any more."
    if successor is None:
        hint = "Nothing took its place: tag the technique that the rule is about now."
        return found(loaded, "SC417", message, hint, place)
    # Where the successor is tagged already, the old tag has nothing left to say
    done = successor.lower() in names
    fix = Fix(place, None if done else f"attack.{successor.lower()}")
    hint = f"Remove it: {successor} is tagged." if done else f"{successor} took its place."
    return found(loaded, "SC417", message, hint, place, (fix,))


def _other(loaded: LoadedRule, index: int, name: str) -> Iterator[Finding]:
    place = ("tags", index)
    known = [row["slug"] for row in table()["tactics"]]
    if name in table()["retired_tactics"]:
        by = " or ".join(f"attack.{each}" for each in table()["retired_tactics"][name]["by"])
        message = f"ATT&CK {table()['version']} has no tactic {name} any more."
        yield found(loaded, "SC417", message, f"Tag {by} in its place.", place)
    elif name not in known and not OTHER.fullmatch(name):
        near = did_you_mean(f"attack.{name}", [f"attack.{each}" for each in known])
        hint = near.strip() or "A tag names a tactic, or the number of a technique."
        message = f"ATT&CK {table()['version']} has no {shown(name)}."
        yield found(loaded, "SC416", message, hint, place)
