"""Drift: what differs between two builds of rules, by their manifests.

By hashes: artifacts and rules in them that were added, removed or changed. By verdicts: queries
that are proved better or worse than they were.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from siemc.publish.recorded import Recorded, RecordedOutput, RecordedRule
from siemc.publish.standing import STATUS, UNPROVED, VERDICT

Kind = Literal["added", "removed", "changed", "same"]
Turn = Literal["worse", "better", "changed"]


@dataclass(frozen=True, slots=True)
class RuleDrift:
    """A rule that an artifact has no more, has now, or has another query of."""

    rule: RecordedRule
    kind: Kind


@dataclass(frozen=True, slots=True)
class ArtifactDrift:
    """An artifact; ``rules`` are those that differ in it, none where it differs otherwise."""

    path: str
    artifact: str
    kind: Kind
    rules: tuple[RuleDrift, ...] = ()


@dataclass(frozen=True, slots=True)
class VerdictDrift:
    """An output whose verdict is another one, as it was and as it is."""

    rule: RecordedRule
    before: RecordedOutput
    after: RecordedOutput
    turn: Turn


@dataclass(frozen=True, slots=True)
class Drift:
    """All that differs; ``basis`` names the versions, pipelines and schemas that do."""

    artifacts: tuple[ArtifactDrift, ...]
    verdicts: tuple[VerdictDrift, ...]
    basis: tuple[str, ...]

    @property
    def counts(self) -> Counter[Kind]:
        """How many artifacts became what."""
        return Counter(each.kind for each in self.artifacts)

    @property
    def differs(self) -> bool:
        """Whether an artifact or a verdict does."""
        return bool(self.verdicts) or any(each.kind != "same" for each in self.artifacts)


@dataclass(frozen=True, slots=True)
class _Pair:
    """One output in two builds; ``rule`` is the new one where there is one."""

    rule: RecordedRule
    before: RecordedOutput | None
    after: RecordedOutput | None


def drift(old: Recorded, new: Recorded) -> Drift:
    """What differs: artifacts by path, verdicts in the order of the new build's rules."""
    pairs = list(_pairs(old, new))
    return Drift(
        tuple(_artifacts(old, new, pairs)),
        tuple(_verdicts(pairs)),
        tuple(_basis(old.basis, new.basis)),
    )


def turn(before: RecordedOutput, after: RecordedOutput) -> Turn | None:
    """Whether an output is worse than it was, better, or another; ``None`` where it is neither.

    What is published is better than what is not, and exact better than not; what is not proved is
    neither. With the same verdict an assumption more is worse and one less is better.
    """
    was, now = _rank(before), _rank(after)
    verdicts = {before.verdict, after.verdict}
    if was[0] == now[0] and len(verdicts) == 2 and (was == now or UNPROVED in verdicts):
        return "changed"
    if was != now:
        return "better" if now > was else "worse"
    gained = set(after.assumptions) - set(before.assumptions)
    lost = set(before.assumptions) - set(after.assumptions)
    return "worse" if gained else "better" if lost else None


def _rank(output: RecordedOutput) -> tuple[int, int]:
    return STATUS.get(output.status, -1), VERDICT.get(output.verdict, 0)


def _pairs(old: Recorded, new: Recorded) -> Iterator[_Pair]:
    before, after = _by_key(old, _shared(old, new)), _by_key(new, _shared(old, new))
    for key, (rule, output) in after.items():
        was = before.pop(key, None)
        yield _Pair(rule, None if was is None else was[1], output)
    for rule, output in before.values():
        yield _Pair(rule, output, None)


def _shared(old: Recorded, new: Recorded) -> set[str]:
    """The ids that tell a rule from all others, in both builds."""
    counts = [Counter(rule.id for rule in each.rules) for each in (old, new)]
    ids = {each for count in counts for each in count if each is not None}
    return {each for each in ids if all(count[each] <= 1 for count in counts)}


Key = tuple[str, str, str, int]


def _by_key(
    build: Recorded, ids: Collection[str]
) -> dict[Key, tuple[RecordedRule, RecordedOutput]]:
    """Each output by its rule, kind and target, and its number among several such."""
    found: dict[Key, tuple[RecordedRule, RecordedOutput]] = {}
    seen: Counter[tuple[str, str, str]] = Counter()
    for rule in build.rules:
        name = rule.id if rule.id in ids else f"{rule.path}#{rule.document}"
        for each in rule.outputs:
            key = (str(name), each.kind, each.target)
            found[(*key, seen[key])] = rule, each
            seen[key] += 1
    return found


def _artifacts(old: Recorded, new: Recorded, pairs: Sequence[_Pair]) -> Iterator[ArtifactDrift]:
    before = {each.path: each for each in old.artifacts}
    after = {each.path: each for each in new.artifacts}
    touched = _rules_by_artifact(pairs)
    for path in sorted({*before, *after}):
        was, now = before.get(path), after.get(path)
        kind = _kind(None if was is None else was.sha256, None if now is None else now.sha256)
        rules = () if kind == "same" else tuple(touched.get(path, ()))
        yield ArtifactDrift(path, {**before, **after}[path].kind, kind, rules)


def _kind(was: str | None, now: str | None) -> Kind:
    if was is None or now is None:
        return "added" if was is None else "removed"
    return "same" if was == now else "changed"


def _rules_by_artifact(pairs: Sequence[_Pair]) -> dict[str, list[RuleDrift]]:
    found: dict[str, list[RuleDrift]] = {}
    for pair in pairs:
        was, now = _held(pair.before), _held(pair.after)
        for path in sorted({*was, *now}):
            kind = _kind(was.get(path), now.get(path))
            if kind != "same":
                found.setdefault(path, []).append(RuleDrift(pair.rule, kind))
    return found


def _held(output: RecordedOutput | None) -> dict[str, str]:
    """The artifact that holds an output, with the output's hash."""
    if output is None or output.artifact is None:
        return {}
    return {output.artifact: output.sha256 or ""}


def _verdicts(pairs: Sequence[_Pair]) -> Iterator[VerdictDrift]:
    for pair in pairs:
        if pair.before is not None and pair.after is not None:
            found = turn(pair.before, pair.after)
            if found is not None:
                yield VerdictDrift(pair.rule, pair.before, pair.after, found)


def _basis(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for name in dict.fromkeys((*old, *new)):
        was, now = old.get(name), new.get(name)
        if was == now:
            continue
        if name in {"siemc", "pysigma"}:
            yield f"{name} {was}, now {now}"
        else:
            yield f"{name} {_kind(was, now)}"
