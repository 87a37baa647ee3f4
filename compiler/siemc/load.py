"""Loading: rule files become ``LoadedRule``s, and what cannot be read becomes diagnostics.

One bad document never stops the others. Filters are applied to every rule they name, whichever
file either came from; correlations are read and refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siemc.collection import Document, collect
from siemc.collector import collector_paused
from siemc.diagnostics import Diagnostic
from siemc.rulefiles import RuleFile, find_files
from siemc.yamlio import documents, read

if TYPE_CHECKING:
    from sigma.rule import SigmaRule

    from siemc.filters import Filter

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class LoadedRule:
    """A rule: pySigma's object, whose detection items have a ``Place`` as their ``source``.

    ``path`` is the file as the user named it, ``document`` the number of the YAML document in it,
    from 0, and ``data`` its plain data, a global document's included. ``notes`` are warnings and
    notes about this rule.
    """

    rule: SigmaRule
    path: str
    document: int
    data: Mapping[str, Any]
    notes: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A document, or a whole file, from which no rule could be had, and why."""

    path: str
    document: int
    id: str | None
    title: str | None
    diagnostics: tuple[Diagnostic, ...]


@dataclass
class Loaded:
    """Everything that was read, in the order of the files and of the documents in them.

    ``diagnostics`` are about no single rule: what was skipped, filters that applied to nothing.
    """

    rules: list[LoadedRule] = field(default_factory=list)
    broken: list[BrokenRule] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether no rule was found, sound or broken."""
        return not self.rules and not self.broken

    @property
    def size(self) -> int:
        """How many rules were found, sound or broken."""
        return len(self.rules) + len(self.broken)


def load(paths: Sequence[str | Path], *, progress: Progress | None = None) -> Loaded:
    """The rules of these files and of the ``.yml`` and ``.yaml`` files in these folders.

    A file reached twice is read once. Raises ``UsageError`` for a path that does not exist; every
    other problem is in the result. ``progress`` is told how many files are done, of how many.
    """
    files, problems = find_files(paths)
    with collector_paused():
        return _load(files, problems, progress)


def _load(
    files: Sequence[RuleFile], problems: Sequence[Diagnostic], progress: Progress | None
) -> Loaded:
    loading = _Loading(Loaded())
    for problem in problems:
        loading.fail(problem.path or "", 0, [problem])
    for done, file in enumerate(files, 1):
        text = read(file.path)
        if isinstance(text, Diagnostic):
            loading.fail(file.path, 0, [text])
        else:
            loading.take(text, file.path, file.named)
        if progress:
            progress(done, len(files))
    return loading.finish()


def load_text(text: str, path: str = "<rule>") -> Loaded:
    """The rules in this text; ``path`` stands for it in diagnostics (see ``siemc.locate``)."""
    loading = _Loading(Loaded())
    loading.take(text, path, named=True)
    return loading.finish()


@dataclass
class _Loading:
    loaded: Loaded
    filters: list[Filter] = field(default_factory=list)

    def take(self, text: str, path: str, named: bool) -> None:
        """Read every document of one file; ``named`` if the user named the file itself."""
        found = list(collect(path, documents(text, path)))
        others = [each for each in found if isinstance(each, Document) and each.kind == "other"]
        if named and len(others) == len(found):
            self.no_rule(path, others)
            return
        if not found:
            self.skipped(path, 0)
        for each in found:
            if isinstance(each, Diagnostic):
                self.fail(path, each.document, [each])
            else:
                self.document(each)

    def no_rule(self, path: str, others: Sequence[Document]) -> None:
        message = "There is no Sigma rule in this file."
        hint = "A rule has a title, a logsource and a detection."
        first = others[0] if others else None
        number = first.number if first else 0
        problem = Diagnostic("SC008", message, hint, path, place=(), document=number)
        self.fail(path, number, [problem], first)

    def document(self, document: Document) -> None:
        match document.kind:
            case "rule":
                self.rule(document)
            case "filter":
                self.filter(document)
            case "correlation":
                self.correlation(document)
            case "other":
                self.skipped(document.path, document.number)

    def skipped(self, path: str, number: int) -> None:
        message = "This is not a Sigma rule and was skipped."
        hint = "A rule has a title, a logsource and a detection."
        note = Diagnostic("SC009", message, hint, path, place=(), document=number)
        self.loaded.diagnostics.append(note)

    def rule(self, document: Document) -> None:
        from siemc.rule import RuleReader

        reader = RuleReader(document)
        rule = reader.rule()
        problems = _in_file(reader.problems, document.path)
        if rule is None or reader.broken:
            self.fail(document.path, document.number, problems, document)
            return
        found = LoadedRule(rule, document.path, document.number, document.data, tuple(problems))
        self.loaded.rules.append(found)

    def filter(self, document: Document) -> None:
        from siemc.filters import read_filter

        found, problems = read_filter(document)
        problems = _in_file(problems, document.path)
        if found is None:
            self.fail(document.path, document.number, problems, document)
        else:
            self.filters.append(found)
            self.loaded.diagnostics += problems

    def correlation(self, document: Document) -> None:
        from siemc.correlation import refuse

        problems = _in_file(refuse(document), document.path)
        self.fail(document.path, document.number, problems, document)

    def fail(
        self,
        path: str,
        number: int,
        problems: Sequence[Diagnostic],
        document: Document | None = None,
    ) -> None:
        """Note that nothing comes of this document."""
        id_ = document.id if document else None
        title = document.title if document else None
        self.loaded.broken.append(BrokenRule(path, number, id_, title, tuple(problems)))

    def finish(self) -> Loaded:
        """What was loaded, filters applied."""
        if self.filters:
            from siemc.filters import apply_filters

            rules = [each.rule for each in self.loaded.rules]
            self.loaded.diagnostics += apply_filters(rules, self.filters)
        return self.loaded


def _in_file(problems: Iterable[Diagnostic], path: str) -> list[Diagnostic]:
    return [replace(each, path=path) for each in problems]
