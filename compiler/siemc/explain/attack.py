"""MITRE ATT&CK: which tactics and techniques a rule's tags stand for.

A tag names a tactic or a technique and never pairs the two, so the tactics of a technique come
from ATT&CK's own table, ``data/attack.json`` (made by ``tools/build_attack.py``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from siemc.load import LoadedRule

NAMESPACE = "attack."
RETIRED = "retired"
"""The slug under which stands what ATT&CK gave up and replaced by nothing."""


@dataclass(frozen=True, slots=True)
class Technique:
    """A technique or sub-technique under one tactic; ``tagged``: the rule names it itself.

    ``retired``: ATT&CK has it no more; ``retired_by`` is the id that took its place, if any did.
    ``name`` is the id itself where ATT&CK's name is not known.
    """

    id: str
    name: str
    tagged: bool
    retired_by: str | None
    retired: bool
    subtechniques: tuple[Technique, ...]
    url: str


@dataclass(frozen=True, slots=True)
class Tactic:
    """A column of the matrix with its techniques, in the order of their ids.

    ``tagged``: the rule names the tactic itself. ``retired``: ATT&CK has it no more.
    """

    id: str
    slug: str
    name: str
    tagged: bool
    techniques: tuple[Technique, ...]
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Attack:
    """What a rule's tags stand for; the tactics in the order of the matrix.

    ``version`` is that of the table. ``others`` are the tags of ATT&CK that are neither a tactic
    nor a known technique, by their id: groups (``g0032``), software (``s0002``), data sources.
    """

    tactics: tuple[Tactic, ...]
    version: str
    others: tuple[str, ...]


def tags(loaded: LoadedRule) -> tuple[str, ...]:
    """A rule's tags, each as it is written: ``attack.t1105``, ``cve.2021-44228``."""
    return tuple(f"{tag.namespace}.{tag.name}" for tag in loaded.rule.tags)


def coverage(tags: Iterable[str]) -> Attack:
    """The tactics and techniques of these tags; those of other namespaces are passed over.

    A technique stands under each of its tactics, a sub-technique under its parent, which is there
    untagged if need be. A retired technique stands under the tactics of its successor; without
    one, under the tactic ``retired``. A retired tactic stands for those of its successors that
    have a technique of the rule, or for itself if none has.
    """
    names = dict.fromkeys(map(_name, filter(_is_attack, tags)))
    slugs = {slug for name in names if (slug := _slug(name))}
    ids = {id_ for name in names if _is_technique(id_ := name.upper())}
    others = [name for name in names if not _slug(name) and name.upper() not in ids]
    return Attack(tuple(_covered(slugs, ids)), table()["version"], tuple(others))


def matrix() -> tuple[Tactic, ...]:
    """The whole matrix: every tactic with all its techniques, none of them tagged."""
    everything = frozenset(table()["techniques"])
    return tuple(
        _tactic(row, False, _column(row["slug"], everything, frozenset()))
        for row in table()["tactics"]
    )


@cache
def table() -> Mapping[str, Any]:
    """ATT&CK's table: ``tactics``, ``techniques``, ``retired``, ``retired_tactics``."""
    text = (files("siemc") / "data" / "attack.json").read_text(encoding="utf-8")
    data: Mapping[str, Any] = json.loads(text)
    return data


def _is_attack(tag: str) -> bool:
    return tag.strip().lower().startswith(NAMESPACE)


def _name(tag: str) -> str:
    """The tag's name; older rules write tactics with underscores."""
    return tag.strip().lower()[len(NAMESPACE) :].replace("_", "-")


def _slug(name: str) -> str | None:
    """The slug of this tactic, by its slug or id."""
    if name in table()["retired_tactics"]:
        return name
    found = (row["slug"] for row in table()["tactics"] if name in (row["slug"], row["id"].lower()))
    return next(found, None)


def _is_technique(id_: str) -> bool:
    return id_ in table()["techniques"] or id_ in table()["retired"]


def _covered(slugs: set[str], ids: set[str]) -> Iterator[Tactic]:
    columns = {row["slug"]: _column(row["slug"], ids, ids) for row in table()["tactics"]}
    old = {slug: row for slug, row in table()["retired_tactics"].items() if slug in slugs}
    meant = {slug for row in old.values() for slug in row["by"] if columns[slug]}
    for row in table()["tactics"]:
        tagged = row["slug"] in slugs | meant
        if tagged or columns[row["slug"]]:
            yield _tactic(row, tagged, columns[row["slug"]])
    for slug, row in old.items():
        if not meant & set(row["by"]):
            yield Tactic("", slug, row["name"], True, (), retired=True)
    if gone := tuple(_retired(id_) for id_ in sorted(ids) if _gone(id_)):
        yield Tactic("", RETIRED, "Retired", False, gone, retired=True)


def _gone(id_: str) -> bool:
    return id_ in table()["retired"] and table()["retired"][id_]["by"] is None


def _tactic(row: Mapping[str, str], tagged: bool, techniques: tuple[Technique, ...]) -> Tactic:
    return Tactic(row["id"], row["slug"], row["name"], tagged, techniques)


def _column(slug: str, ids: Iterable[str], tagged: Iterable[str]) -> tuple[Technique, ...]:
    """These techniques as far as they belong to this tactic, sub-techniques under their parents."""
    here = sorted(id_ for id_ in ids if slug in _tactics(id_))
    parents: dict[str, list[str]] = {}
    for id_ in here:
        # What is retired stands by itself: its parent is another technique by now, or gone too
        parent = id_ if id_ in table()["retired"] else id_.partition(".")[0]
        parents.setdefault(parent, []).extend([id_] if id_ != parent else [])
    return tuple(_technique(id_, subs, frozenset(tagged)) for id_, subs in sorted(parents.items()))


def _tactics(id_: str) -> list[str]:
    if id_ in table()["retired"]:
        id_ = table()["retired"][id_]["by"]
    found: list[str] = table()["techniques"][id_]["tactics"] if id_ else []
    return found


def _technique(id_: str, subs: Iterable[str], tagged: frozenset[str]) -> Technique:
    if id_ in table()["retired"]:
        return _retired(id_)
    name = table()["techniques"][id_]["name"]
    below = tuple(_technique(sub, (), tagged) for sub in subs)
    return Technique(id_, name, id_ in tagged, None, False, below, url(id_))


def _retired(id_: str) -> Technique:
    row = table()["retired"][id_]
    return Technique(id_, row["name"] or id_, True, row["by"], True, (), url(id_))


def url(id_: str) -> str:
    """The page of a technique; that of a retired one leads to its successor's."""
    return f"https://attack.mitre.org/techniques/{id_.replace('.', '/')}/"
