"""What a comparison of a rule and a query comes to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from siemc.evaluate import Value

Answer = Literal["yes", "no", "unknown"]
Relation = Literal["exact", "wider", "narrower", "different", "unknown"]
How = Literal["form", "logic", "languages"]

_RELATIONS: Mapping[tuple[Answer, Answer], Relation] = {
    ("no", "no"): "exact",
    ("no", "yes"): "wider",
    ("yes", "no"): "narrower",
    ("yes", "yes"): "different",
}
RANK: Mapping[Answer, int] = {"no": 0, "unknown": 1, "yes": 2}


@dataclass(frozen=True, slots=True)
class Witness:
    """An event on which the two differ: a list of values per field; others are absent."""

    event: Mapping[str, Sequence[Value]]
    rule: bool
    query: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """Does the query miss events of the rule, does it catch extra ones?

    Each *yes* has its witness. It holds on the events that the ``assumptions`` admit (codes of the
    catalogue). ``opaque`` are the texts that are equal only to themselves and stood in the way of
    an answer; ``how`` says what settled it: the canonical form, logic, or languages as well.
    ``indices`` are those it is about, where it is not the same in all.
    """

    misses: Answer
    extra: Answer
    witnesses: tuple[Witness, ...] = ()
    assumptions: tuple[str, ...] = ()
    opaque: tuple[str, ...] = ()
    how: How = "form"
    indices: tuple[str, ...] = ()

    @property
    def relation(self) -> Relation:
        """The query beside the rule: exact, wider, narrower, different or unknown."""
        return _RELATIONS.get((self.misses, self.extra), "unknown")


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict over several indices: what is missed or extra in one is missed or extra."""
    found = list(verdicts)
    first = found[0]
    if len(found) == 1:
        return first
    misses = max((each.misses for each in found), key=RANK.__getitem__)
    extra = max((each.extra for each in found), key=RANK.__getitem__)
    telling = [each for each in found if each.relation != "exact"]
    witnesses = _first_of_each_kind(w for each in telling for w in each.witnesses)
    return Verdict(
        misses,
        extra,
        witnesses,
        tuple(sorted({code for each in found for code in each.assumptions})),
        tuple(dict.fromkeys(text for each in found for text in each.opaque)),
        max((each.how for each in found), key=("form", "logic", "languages").index),
        tuple(name for each in telling for name in each.indices),
    )


def _first_of_each_kind(witnesses: Iterable[Witness]) -> tuple[Witness, ...]:
    kinds: dict[bool, Witness] = {}
    for each in witnesses:
        kinds.setdefault(each.rule, each)
    return tuple(kinds[kind] for kind in sorted(kinds, reverse=True))
