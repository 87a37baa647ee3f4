"""The result of a compilation: one ``Query`` per rule and target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from siemc.backend import Span
from siemc.diagnostics import Assumption, Diagnostic

if TYPE_CHECKING:
    from siemc.prove.proof import Proof

Status = Literal["compiled", "refused", "labelled", "failed"]
Verdict = Literal["unproved", "exact", "wider", "narrower", "different", "unknown"]


@dataclass(frozen=True, slots=True)
class RuleRef:
    """Which rule: its Sigma id and title, where they could be read, and its file.

    ``document`` is the number of the YAML document in the file, from 0.
    """

    id: str | None
    title: str | None
    path: str
    document: int = 0


@dataclass(frozen=True, slots=True)
class SourceUse:
    """A data source that serves the rule's log source: used or not, and the fields it lacks."""

    id: str
    used: bool
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """What became of one rule in one target.

    ``text`` is there when ``status`` is compiled or labelled. ``nearest`` is there when it was
    refused but can be said nearly: the rule's shape, each inexact part in the target's plain form.
    ``spans``, the ``verdict`` and its ``proof`` are about whichever of the two is there.
    """

    rule: RuleRef
    target: str
    schema: str
    status: Status
    text: str | None = None
    nearest: str | None = None
    verdict: Verdict = "unproved"
    sources: tuple[SourceUse, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    spans: tuple[Span, ...] = ()
    proof: Proof | None = None

    def identifier_spans(self) -> dict[str, list[tuple[int, int]]]:
        """Where the text carries each of the rule's named identifiers, as ``[start, end)`` pairs.

        A pair runs from the first to the last of the identifier's leaves that stand together: a
        list that several identifiers share gives each its own values.
        """
        found: dict[str, list[tuple[int, int]]] = {}
        last: set[str] = set()
        for span in sorted(self.spans, key=lambda each: (each.start, each.end)):
            names = {origin.identifier for origin in span.origins}
            for name in sorted(names):
                runs = found.setdefault(name, [])
                if name in last:
                    runs[-1] = (runs[-1][0], max(runs[-1][1], span.end))
                else:
                    runs.append((span.start, span.end))
            last = names
        return found
