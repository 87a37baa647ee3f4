"""What a check says and how much it has looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from siemc.diagnostics import Diagnostic, Severity, did_you_mean
from siemc.lint.findings import Finding

APPS, FILES, SEARCHES, MACROS, RULES, QUERIES, SKIPPED = (
    "app",
    "file of settings",
    "saved search",
    "macro",
    "detection rule",
    "query",
    "other object",
)
_PLURALS = {FILES: "files of settings", SEARCHES: "saved searches", QUERIES: "queries"}

About = tuple[str | None, str | None]
MOST_SAID = 5_000
MOST_HINTS = 200
LONGEST_NAME = 80


@dataclass(slots=True)
class Report:
    """The findings, in the order of their places, and what was checked by its kind."""

    findings: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    hints: int = MOST_HINTS
    left_out: int = 0
    said: Counter[tuple[str, str]] = field(default_factory=Counter)

    def say(
        self, code: str, message: str, hint: str, at: Place, about: About = (None, None)
    ) -> None:
        """Add a finding at a place; ``about`` is the id and the title of a rule or search.

        Of one code in one file the first ``MOST_SAID`` are kept, and the others counted.
        """
        self.said[at.path, code] += 1
        if self.said[at.path, code] > MOST_SAID:
            self.left_out += 1
            return
        said = Diagnostic(code, message, hint, at.path, at.line, at.column)
        self.findings.append(Finding(said, *about))

    def near(self, name: str, known: Iterable[str]) -> str:
        """``Did you mean …?`` for a name that is not known, or nothing.

        Looking for it takes some milliseconds: it is done for so many names that a person reads.
        """
        if len(name) > LONGEST_NAME or self.hints <= 0:
            return ""
        self.hints -= 1
        return did_you_mean(name, known)


@dataclass(frozen=True, slots=True)
class Place:
    """A file as it is named to the user, and where in it, from 1."""

    path: str
    line: int | None = None
    column: int | None = None

    def at(self, line: int | None, column: int | None = None) -> Place:
        """This line of the same file; line 0, what comes before all, is the first."""
        return Place(self.path, max(line, 1) if line is not None else None, column)


def summary(report: Report) -> str:
    """What was checked and how much was found, in one line."""
    order = (APPS, FILES, SEARCHES, MACROS, RULES, QUERIES, SKIPPED)
    checked = ", ".join(_counted(report.counts[k], k) for k in order if report.counts[k])
    more = f" ({report.left_out:,} more left out)" if report.left_out else ""
    return f"{checked or 'nothing'}: {_found(report.findings)}{more}"


def _counted(count: int, kind: str) -> str:
    return f"{count} {kind if count == 1 else _PLURALS.get(kind, kind + 's')}"


def _found(findings: Sequence[Finding]) -> str:
    counts = Counter(each.diagnostic.severity for each in findings)
    kinds: tuple[Severity, ...] = ("error", "warning", "note")
    return ", ".join(_counted(counts[k], k) for k in kinds if counts[k]) or "nothing found"
