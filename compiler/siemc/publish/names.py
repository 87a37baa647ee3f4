"""Names: what each rule's query files, saved search and macros are called.

Of rules that would share a name the oldest keeps it, since a site's own settings go by the name;
the others get a mark of their rule.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePath

from siemc.backend import backends
from siemc.compiler import rule_ref
from siemc.load import BrokenRule, LoadedRule
from siemc.publish.outputs import sha256
from siemc.publish.texts import slug, stanza_title
from siemc.query import RuleRef, Status
from siemc.writer import file_names, root_of

LONGEST_STANZA = 81
"""Enterprise Security names a clone ``<app> - <title> - Rule`` and takes 99 characters in all."""
SIZES = (8, 16, 32)
"""How many digits a mark has, and has if that is not enough."""
Key = tuple[str, int]


class Names:
    """The names of the rules of one build; ``named`` are the paths they were loaded from."""

    def __init__(
        self, named: Sequence[str], rules: Iterable[LoadedRule | BrokenRule], label: str
    ) -> None:
        found = list(rules)
        self._files = file_names(named, [(each.path, each.document) for each in found])
        self._root = root_of(named)
        self._label = label
        sound = {(e.path, e.document): e for e in found if isinstance(e, LoadedRule)}
        self._marks = {key: sha256(rule_ref(rule).id or repr(key)) for key, rule in sound.items()}
        order = sorted(sound, key=lambda key: _age(sound[key]))
        stanzas = {key: self._stanza(key, sound[key]) for key in order}
        self._stanzas = _unique(stanzas, self._marked)
        slugs = {key: slug(self._files[key].name) for key in order}
        self._slugs = _unique(slugs, lambda key, name, size: f"{name}_{self._marks[key][:size]}")

    def place(self, rule: RuleRef) -> str:
        """The rule's file, below the folder of rules."""
        return PurePath(os.path.relpath(rule.path, self._root)).as_posix()

    def query(self, rule: RuleRef, target: str, status: Status) -> str:
        """The file of a query; its name says so where the query is not exact."""
        inexact = ".inexact" if status == "labelled" else ""
        path: PurePath = self._files[rule.path, rule.document]
        return f"queries/{path.as_posix()}{inexact}{backends()[target].suffix}"

    def stanza(self, rule: RuleRef) -> str:
        """The name of the rule's saved search: ``<Label> - <Title> - Rule``."""
        return self._stanzas[rule.path, rule.document]

    def filter_macro(self, rule: RuleRef) -> str:
        """The macro in which a site puts its own exclusions from the rule."""
        return f"{self._slugs[rule.path, rule.document]}_filter"

    def _stanza(self, key: Key, rule: LoadedRule) -> str:
        title = stanza_title(rule.rule.title or "") or "untitled rule"
        whole = f"{self._label} - {title} - Rule"
        return whole if len(whole) <= LONGEST_STANZA else self._marked(key, whole, SIZES[0])

    def _marked(self, key: Key, name: str, size: int) -> str:
        """The name with a mark of its rule before its end, cut to the length there is."""
        end = f" {self._marks[key][:size]} - Rule"
        return name.removesuffix(" - Rule")[: LONGEST_STANZA - len(end)].rstrip() + end


def _age(rule: LoadedRule) -> tuple[str, str, str, int]:
    """What sorts older rules first: the day it was written, its id, its place."""
    day = rule.rule.date.isoformat() if rule.rule.date else "9999"
    return day, str(rule.rule.id or ""), rule.path, rule.document


def _unique(names: Mapping[Key, str], mark: Callable[[Key, str, int], str]) -> dict[Key, str]:
    """The names, in the order of their claim to them; later ones are marked until none is taken."""
    found: dict[Key, str] = {}
    taken: set[str] = set()
    natural = Counter(name.casefold() for name in names.values())
    for key, name in names.items():
        chosen = name
        for size in SIZES:
            if chosen.casefold() not in taken:
                break
            chosen = mark(key, name, size)
            if natural[chosen.casefold()]:  # another rule is called so already
                taken.add(chosen.casefold())
        found[key] = chosen
        taken.add(chosen.casefold())
    return found
