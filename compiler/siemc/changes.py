"""Changes: what two versions of a rule, or of a folder of rules, catch that the other does not."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from siemc.api import in_order, no_rules
from siemc.compiler import rule_ref
from siemc.diagnostics import Diagnostic, SiemcError, UsageError
from siemc.formula import Formula
from siemc.load import BrokenRule, Loaded, LoadedRule, load
from siemc.locate import locate_all
from siemc.lower import lower
from siemc.passes import simplify
from siemc.prove.compare import compare
from siemc.prove.verdict import Relation, Verdict
from siemc.query import RuleRef
from siemc.revisions import check_out

Kind = Literal["same", "wider", "narrower", "different", "unknown", "added", "removed", "broken"]
AnyRule = LoadedRule | BrokenRule
SECONDS = 10.0
_KINDS: Mapping[Relation, Kind] = {
    "exact": "same",
    "wider": "wider",
    "narrower": "narrower",
    "different": "different",
    "unknown": "unknown",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One rule in two versions; ``rule`` is the new one where there is one.

    ``wider`` is a new version that matches all that the old one did, and more.
    """

    rule: RuleRef
    kind: Kind
    verdict: Verdict | None = None
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """The rules of a file or a folder, in one version of it; ``path`` is where they were read."""

    name: str
    path: Path
    loaded: Loaded

    def by_place(self) -> dict[str, AnyRule]:
        """Every rule, sound or broken, by its file below the folder and its document there."""
        rules = in_order(self.loaded.rules, self.loaded.broken)
        return {f"{self.below(rule.path)}#{rule.document}": rule for rule in rules}

    def below(self, path: str) -> str:
        """A rule's file, below the folder."""
        return os.path.relpath(path, self.path) if self.path.is_dir() else self.path.name

    def named(self, path: str) -> str:
        """A file as the user would name it."""
        inside = os.path.relpath(path, self.path)
        if inside == ".":
            return self.name
        # ``HEAD:`` is the root of the repository already
        between = "" if self.name.endswith((":", "/")) else "/"
        return f"{self.name}{between}{inside}"

    def shown(self, rule: AnyRule) -> RuleRef:
        """Which rule this is, its file as the user would name it."""
        ref = _ref(rule)
        return replace(ref, path=self.named(ref.path))

    def told(self, diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        """Diagnostics with line and column, their files as the user would name them."""
        return tuple(
            replace(each, path=self.named(each.path)) if each.path else each
            for each in locate_all(diagnostics)
        )


def changes(old: Version, new: Version) -> Iterator[Change]:
    """Each rule of either version: by its place below the folder, or, if it moved, by its id.

    Raises ``UsageError`` where neither version has a rule.
    """
    if old.loaded.empty and new.loaded.empty:
        raise no_rules([old.name, new.name])
    for was, now in _pairs(old, new):
        if was is not None and now is not None:
            yield _change(old, new, was, now)
        elif was is not None:
            yield Change(old.shown(was), "removed")
        elif isinstance(now, BrokenRule):
            yield Change(new.shown(now), "broken", diagnostics=new.told(now.diagnostics))
        elif now is not None:
            yield Change(new.shown(now), "added")


def _pairs(old: Version, new: Version) -> Iterator[tuple[AnyRule | None, AnyRule | None]]:
    before, after = old.by_place(), new.by_place()
    if old.path.is_file() and new.path.is_file() and len(before) == len(after) == 1:
        yield before.popitem()[1], after.popitem()[1]
    moved = []
    for place, now in after.items():
        was = before.get(place)
        if was is not None and len({_ref(was).id, _ref(now).id} - {None}) < 2:
            yield before.pop(place), now
        else:
            moved.append(now)
    for now in moved:
        wanted = _ref(now).id
        found = (place for place, was in before.items() if wanted and _ref(was).id == wanted)
        where = next(found, None)
        yield (None if where is None else before.pop(where)), now
    for was in before.values():
        yield was, None


def _change(old: Version, new: Version, was: AnyRule, now: AnyRule) -> Change:
    ref = new.shown(now)
    before, after = _formula(was), _formula(now)
    if isinstance(before, tuple) or isinstance(after, tuple):
        notes = old.told(before) if isinstance(before, tuple) else ()
        notes += new.told(after) if isinstance(after, tuple) else ()
        return Change(ref, "broken", diagnostics=notes)
    verdict = compare(before, after, seconds=SECONDS)
    return Change(ref, _KINDS[verdict.relation], verdict)


def _formula(rule: AnyRule) -> Formula | tuple[Diagnostic, ...]:
    """The rule's formula, or why it has none."""
    if isinstance(rule, BrokenRule):
        return rule.diagnostics
    try:
        return simplify(lower(rule).formula)
    except SiemcError as error:
        return (error.diagnostic.at(rule.path, rule.document),)


def _ref(rule: AnyRule) -> RuleRef:
    if isinstance(rule, LoadedRule):
        return rule_ref(rule)
    return RuleRef(rule.id, rule.title, rule.path, rule.document)


@contextmanager
def version(spec: str) -> Iterator[Version]:
    """The rules at a path, or at ``REVISION:PATH`` of the git repository one is in.

    Raises ``UsageError`` where there is nothing there.
    """
    if os.path.exists(spec) or ":" not in spec:
        yield _version(spec, Path(spec))
        return
    revision, _, path = spec.partition(":")
    with TemporaryDirectory() as folder:
        yield _version(spec, check_out(revision, path, Path(folder)))


def _version(name: str, path: Path) -> Version:
    if not os.path.lexists(path):
        hint = "Name a file or folder of rules, or REVISION:PATH of a git repository."
        raise UsageError(Diagnostic("SC031", f"There is no {name}.", hint))
    return Version(name, path, load([str(path)]))
