"""The catalogue: what a site is made of, from rules and a compiler."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from siemc.catalog.entries import Entry, entry
from siemc.catalog.permalinks import Key, permalinks, root_of, shown_path
from siemc.compiler import Compiler, rule_ref
from siemc.diagnostics import Diagnostic, SiemcError, UsageError
from siemc.explain.indicators import IndicatorIndex, index
from siemc.explain.page import explain
from siemc.load import BrokenRule, Loaded, LoadedRule
from siemc.locate import locate_all


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a rule; ``href`` is its page, or ``""`` where it has none for that."""

    title: str
    path: str
    href: str
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything the site is made of: the rules by title, and what is wrong with some.

    ``skipped`` is about no single rule. Paths are those below the folder that was named.
    """

    entries: tuple[Entry, ...]
    broken: tuple[Problem, ...]
    warned: tuple[Problem, ...]
    skipped: tuple[Diagnostic, ...]

    @property
    def has_problems(self) -> bool:
        """Whether there is anything to say on the page of problems."""
        return bool(self.broken or self.warned or self.skipped)


def catalogue(
    loaded: Loaded, named: Sequence[str], compiler: Compiler, step: Callable[[], None]
) -> Catalogue:
    """The catalogue of these rules; ``step`` is called after each.

    ``named`` are the paths that they were loaded from. Raises ``UsageError`` where the compiler's
    options are wrong; a rule that has no formula is ``broken``.
    """
    making = _Making(
        compiler=compiler,
        index=index(loaded.rules),
        hrefs=permalinks(named, map(rule_ref, loaded.rules)),
        root=root_of(named),
    )
    made = []
    for each in loaded.rules:
        made.append(making.entry(each))
        step()
    broken = [making.broken(each) for each in loaded.broken]
    return Catalogue(
        tuple(sorted((e for e in made if isinstance(e, Entry)), key=_by_title)),
        tuple(sorted((*broken, *(e for e in made if isinstance(e, Problem))), key=_by_path)),
        tuple(sorted(making.warned(loaded.rules), key=_by_path)),
        tuple(making.shown(loaded.diagnostics)),
    )


def _by_title(entry: Entry) -> tuple[str, str, str]:
    return entry.title.casefold(), entry.title, entry.href


def _by_path(problem: Problem) -> tuple[str, str, str]:
    return problem.path, problem.title, problem.href


@dataclass(frozen=True, slots=True)
class _Making:
    compiler: Compiler
    index: IndicatorIndex
    hrefs: Mapping[Key, str]
    root: str

    def entry(self, loaded: LoadedRule) -> Entry | Problem:
        try:
            page = explain(loaded, self.compiler, self.index)
        except UsageError:
            raise
        except SiemcError as error:
            said = error.diagnostic
            found = said if said.path else said.at(loaded.path, loaded.document)
            return self.problem(loaded.rule.title, loaded.path, [found])
        href = self.hrefs[loaded.path, loaded.document]
        return entry(replace(page, rule=replace(page.rule, path=self.path(loaded.path))), href)

    def broken(self, rule: BrokenRule) -> Problem:
        return self.problem(rule.title, rule.path, rule.diagnostics)

    def warned(self, rules: Iterable[LoadedRule]) -> Iterator[Problem]:
        for each in rules:
            if each.notes:
                href = self.hrefs[each.path, each.document]
                yield replace(self.problem(each.rule.title, each.path, each.notes), href=href)

    def problem(self, title: str | None, path: str, diagnostics: Iterable[Diagnostic]) -> Problem:
        found = tuple(self.shown(diagnostics))
        return Problem(title or "Untitled rule", self.path(path), "", found)

    def shown(self, diagnostics: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
        """Diagnostics with their lines, and with paths that say nothing of this machine."""
        for each in locate_all(diagnostics):
            yield replace(each, path=each.path and self.path(each.path))

    def path(self, path: str) -> str:
        return shown_path(path, self.root)
