"""The stages of a rule: its condition, what it selects, what it leaves out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from siemc import condition as cond
from siemc.formula import Formula
from siemc.load import LoadedRule
from siemc.lower import search
from siemc.passes import simplify

Role = Literal["condition", "selects", "excludes"]


@dataclass(frozen=True, slots=True)
class Search:
    """A named search of the rule, and what it says."""

    name: str
    formula: Formula


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of reading the rule.

    Stage 0 is the condition; then comes each search that is asked for, then each group that is
    denied. ``text`` is the part of the condition it stands for.
    """

    number: int
    role: Role
    text: str
    searches: tuple[Search, ...] = ()


def stages(loaded: LoadedRule) -> tuple[Stage, ...]:
    """The stages of a rule, in the order of its condition. Raises ``SiemcError`` as ``lower``."""
    texts = loaded.rule.detection.condition
    names = tuple(loaded.rule.detection.detections)
    roles = [role for text in texts for role in _roles(cond.parse(text, names), denied=False)]
    found = [Stage(0, "condition", " | ".join(texts))]
    for wanted in ("selects", "excludes"):
        for role, text, group in dict.fromkeys(roles):
            if role == wanted:
                found.append(Stage(len(found), role, text, tuple(_searches(loaded, group))))
    return tuple(found)


def _searches(loaded: LoadedRule, names: Sequence[str]) -> Iterator[Search]:
    for name in names:
        yield Search(name, simplify(search(loaded, name)))


_Role = tuple[Role, str, tuple[str, ...]]


def _roles(node: cond.Condition, denied: bool) -> Iterator[_Role]:
    """Each search or group of the condition, and whether it is asked for or denied."""
    match node:
        case cond.Not(item):
            yield from _roles(item, not denied)
        case cond.And(items) | cond.Or(items):
            for item in items:
                yield from _roles(item, denied)
        case cond.Name(name):
            yield ("excludes" if denied else "selects"), name, (name,)
        case cond.AnyOf(found, said) | cond.AllOf(found, said):
            if denied:
                yield "excludes", said, found
            else:
                for name in found:
                    yield "selects", name, (name,)
