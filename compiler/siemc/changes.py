"""Changes: what two versions of a rule, or of a folder of rules, catch that the other does not."""

from __future__ import annotations

import os
import subprocess
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from siemc.compiler import rule_ref
from siemc.diagnostics import Diagnostic, SiemcError, UsageError
from siemc.formula import Formula
from siemc.load import BrokenRule, Loaded, LoadedRule, load
from siemc.lower import lower
from siemc.passes import simplify
from siemc.prove.compare import compare
from siemc.prove.verdict import Relation, Verdict
from siemc.query import RuleRef

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
    """The rules of a file or a folder, in one version of it."""

    name: str
    path: Path
    loaded: Loaded

    def below(self, path: str) -> str:
        """A rule's file, below the folder."""
        return os.path.relpath(path, self.path) if self.path.is_dir() else self.path.name

    def by_place(self) -> dict[str, AnyRule]:
        """Every rule, sound or broken, by its file below the folder and its document there."""
        rules: list[AnyRule] = [*self.loaded.rules, *self.loaded.broken]
        return {f"{self.below(rule.path)}#{rule.document}": rule for rule in rules}

    def shown(self, rule: AnyRule) -> RuleRef:
        """Which rule this is, its file as the user would name it."""
        ref = _ref(rule)
        inside = self.below(ref.path) if self.path.is_dir() else ""
        return replace(ref, path="/".join([self.name.rstrip("/"), inside]) if inside else self.name)


def changes(old: Version, new: Version) -> Iterator[Change]:
    """Each rule of either version: by its place below the folder, or, if it moved, by its id."""
    for was, now in _pairs(old, new):
        if now is None and was is not None:
            yield Change(old.shown(was), "removed")
        elif now is not None:
            ref = new.shown(now)
            yield Change(ref, "added") if was is None else _change(ref, was, now)


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


def _change(ref: RuleRef, was: AnyRule, now: AnyRule) -> Change:
    for each in (was, now):
        if isinstance(each, BrokenRule):
            return Change(ref, "broken", diagnostics=each.diagnostics)
    try:
        before, after = _formula(was), _formula(now)
    except SiemcError as error:
        return Change(ref, "broken", diagnostics=(error.diagnostic,))
    verdict = compare(before, after, seconds=SECONDS)
    return Change(ref, _KINDS[verdict.relation], verdict)


def _formula(rule: AnyRule) -> Formula:
    assert isinstance(rule, LoadedRule)
    try:
        return simplify(lower(rule).formula)
    except SiemcError as error:
        raise SiemcError(error.diagnostic.at(rule.path, rule.document)) from None


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
        _check_out(revision, path, Path(folder))
        yield _version(spec, Path(folder) / path)


def _version(name: str, path: Path) -> Version:
    if not path.exists():
        hint = "Name a file or folder of rules, or REVISION:PATH of a git repository."
        raise UsageError(Diagnostic("SC031", f"There is no {name}.", hint))
    return Version(name, path, load([str(path)]))


def _check_out(revision: str, path: str, folder: Path) -> None:
    """Unpack one path of a revision, as ``git archive`` gives it, into an empty folder."""
    done = _git(["archive", "--format=tar", revision, "--", path or "."])
    with tarfile.open(fileobj=BytesIO(done)) as archive:
        archive.extractall(folder, filter="data")


def _git(arguments: Sequence[str]) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, check=True)
    except FileNotFoundError:
        raise _no_revision("git is not installed") from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip().splitlines()
        raise _no_revision(said[-1] if said else "git failed") from None
    return done.stdout


def _no_revision(why: str) -> UsageError:
    hint = "Name a file or folder of rules, or REVISION:PATH of the git repository you are in."
    return UsageError(Diagnostic("SC031", f"The revision cannot be read: {why}.", hint))
