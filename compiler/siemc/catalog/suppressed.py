"""Exclusions over all rules: which processes are excluded where, and where one seems to lack.

*Siblings* are two rules of the same log source that are about the same thing: they share a
technique, or at least half of the indicators of the one that has more. A rule *lacks* an exclusion
that more than half of its siblings have, and at least two, if it has neither the same nor a
broader one.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from siemc.catalog.entries import Entry, Exclusion
from siemc.explain.indicators import Key
from siemc.explain.predicates import Predicate

PROCESS_FIELDS = frozenset(
    {
        "Application",
        "ApplicationPath",
        "CallerProcessName",
        "GrandparentImage",
        "Image",
        "ModifyingApplication",
        "NewProcessName",
        "OriginalFileName",
        "ParentImage",
        "ParentProcessName",
        "ProcessName",
        "ProcessNameBuffer",
        "ProcessPath",
        "SourceImage",
        "TargetImage",
        "exe",
    }
)
"""The fields that name a process, as Sigma's log sources call them."""

MOST = 2
"""How many siblings have an exclusion at least before a rule lacks it."""


@dataclass(frozen=True, slots=True)
class Use:
    """A predicate that excludes a process, and the rules that have it.

    ``alone``: in some of them it excludes by itself, and not only together with something else.
    """

    predicate: Predicate
    rules: tuple[Entry, ...]
    alone: bool


@dataclass(frozen=True, slots=True)
class Process:
    """A process by its file's name, or a folder, and how it is excluded."""

    name: str
    uses: tuple[Use, ...]

    @property
    def size(self) -> int:
        """How many rules exclude it."""
        return len({rule.href for use in self.uses for rule in use.rules})


@dataclass(frozen=True, slots=True)
class Lack:
    """An exclusion that a rule lacks, and those of its ``siblings`` that ``have`` it."""

    exclusion: Exclusion
    have: tuple[Entry, ...]
    siblings: int


_Said = tuple[str, str, str]
_Hit = tuple[Predicate, Entry, bool]


def processes(entries: Iterable[Entry]) -> list[Process]:
    """The excluded processes, those that most rules exclude first."""
    found: dict[str, dict[_Said, list[_Hit]]] = defaultdict(lambda: defaultdict(list))
    for entry in entries:
        for predicate, alone in _of_processes(entry):
            said = (predicate.field or "", predicate.kind, predicate.value.casefold())
            found[process_name(predicate.value)][said].append((predicate, entry, alone))
    made = [Process(name, tuple(_uses(hits.values()))) for name, hits in found.items()]
    return sorted(made, key=lambda each: (-each.size, each.name))


def _of_processes(entry: Entry) -> Iterator[tuple[Predicate, bool]]:
    for exclusion in entry.exclusions:
        predicates = exclusion.alternative.predicates
        for each in predicates:
            if each.field in PROCESS_FIELDS and each.value and not each.negated:
                yield each, len(predicates) == 1


def process_name(value: str) -> str:
    r"""The file's name at the end of a path, or the folder: ``C:\x\a.exe`` is ``a.exe``."""
    last = re.split(r"[\\/]", value.rstrip("\\/"))[-1]
    is_file = not value.endswith(("\\", "/"))
    return (last if is_file else value).casefold() or value


def _uses(found: Iterable[Sequence[_Hit]]) -> list[Use]:
    made = [
        Use(
            predicate=hits[0][0],
            rules=tuple(dict.fromkeys(entry for _, entry, _ in hits)),
            alone=any(alone for _, _, alone in hits),
        )
        for hits in found
    ]
    return sorted(made, key=_rank)


def _rank(use: Use) -> tuple[int, str, str, str]:
    each = use.predicate
    return -len(use.rules), each.field or "", each.kind, each.value.casefold()


def siblings(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """The siblings of each rule that has some, by its address."""
    by_source: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_source[entry.logsource].append(entry)
    found: dict[str, list[Entry]] = defaultdict(list)
    for group in by_source.values():
        for one, other in sorted(_sibling_pairs(group)):
            found[group[one].href].append(group[other])
            found[group[other].href].append(group[one])
    return found


_Pair = tuple[int, int]


def _sibling_pairs(group: Sequence[Entry]) -> set[_Pair]:
    """The pairs of siblings, by their places in the group."""
    found = set(_common(each.techniques for each in group))
    for (one, other), common in _common(each.indicators for each in group).items():
        if common * 2 >= max(len(group[one].indicators), len(group[other].indicators)):
            found.add((one, other))
    return found


def _common(groups: Iterable[Iterable[Hashable]]) -> Counter[_Pair]:
    """How many things each two have in common; by what they share, since most share nothing."""
    holders: dict[Hashable, list[int]] = defaultdict(list)
    for place, things in enumerate(groups):
        for each in things:
            holders[each].append(place)
    return Counter(pair for places in holders.values() for pair in combinations(places, 2))


def lacks(
    entries: Iterable[Entry], beside: Mapping[str, Sequence[Entry]]
) -> list[tuple[Entry, list[Lack]]]:
    """The rules that lack exclusions which most of their siblings have."""
    found = [(entry, list(_lacks(entry, beside.get(entry.href, ())))) for entry in entries]
    return [(entry, lacking) for entry, lacking in found if lacking]


def _lacks(entry: Entry, siblings: Sequence[Entry]) -> Iterator[Lack]:
    having: dict[frozenset[Key], list[tuple[Entry, Exclusion]]] = defaultdict(list)
    for sibling in siblings:
        for keys, exclusion in {each.keys: each for each in sibling.exclusions}.items():
            having[keys].append((sibling, exclusion))
    for keys, found in having.items():
        if len(found) >= MOST and len(found) * 2 > len(siblings) and not _has(entry, keys):
            yield Lack(found[0][1], tuple(each for each, _ in found), len(siblings))


def _has(entry: Entry, keys: frozenset[Key]) -> bool:
    """Whether it excludes the same, or with fewer conditions."""
    return any(each.keys <= keys for each in entry.exclusions)
