"""Names: what each rule's query files, saved search and macros are called.

No name depends on what else is published before it: rules that would share one all get a mark.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePath

from siemc.backend import backends
from siemc.load import BrokenRule, LoadedRule
from siemc.publish.outputs import sha256
from siemc.publish.texts import slug, stanza_title
from siemc.query import RuleRef, Status
from siemc.writer import file_names, root_of

LONGEST_STANZA = 81
"""Enterprise Security names a clone ``<app> - <title> - Rule`` and takes 99 characters in all."""
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
        sound = [each for each in found if isinstance(each, LoadedRule)]
        self._stanzas = _unique({_key(each): self._stanza(each) for each in sound}, self._marked)
        slugs = {_key(each): slug(self._files[_key(each)].name) for each in sound}
        self._slugs = _unique(slugs, lambda key, name: f"{name[:80]}_{self._mark(key)}")

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

    def _stanza(self, rule: LoadedRule) -> str:
        title = stanza_title(rule.rule.title or "") or "untitled rule"
        whole = f"{self._label} - {title} - Rule"
        return whole if len(whole) <= LONGEST_STANZA else self._marked(_key(rule), whole)

    def _marked(self, key: Key, name: str) -> str:
        """The name with a mark of its rule before its end, cut to the length there is."""
        end = f" {self._mark(key)} - Rule"
        return name.removesuffix(" - Rule")[: LONGEST_STANZA - len(end)].rstrip() + end

    def _mark(self, key: Key) -> str:
        return sha256(self._files[key].as_posix())[:8]


def _key(rule: LoadedRule) -> Key:
    return rule.path, rule.document


def _unique(names: dict[Key, str], mark: Callable[[Key, str], str]) -> dict[Key, str]:
    uses = Counter(name.casefold() for name in names.values())
    return {k: n if uses[n.casefold()] == 1 else mark(k, n) for k, n in names.items()}
