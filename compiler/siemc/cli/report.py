"""What ``siemc compile`` prints and writes, rule by rule."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, TextIO

from siemc.compiler import Compiler
from siemc.diagnostics import Assumption, Diagnostic
from siemc.load import BrokenRule, LoadedRule
from siemc.locate import locate_all
from siemc.query import Query
from siemc.render import assumed, diagnostic_text, query_json, rule_block, summary

if TYPE_CHECKING:
    from siemc.writer import Writer

MANY = 50


@contextmanager
def progress(total: int, quiet: bool) -> Iterator[Callable[[], None]]:
    """A progress bar on a terminal's standard error past ``MANY`` rules; call what it yields.

    None where the queries themselves go by on the terminal: it is for what is ``quiet``, or goes
    into a file or a pipe.
    """
    if total <= MANY or not sys.stderr.isatty() or (sys.stdout.isatty() and not quiet):
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    # Redirected, as is its default, standard output would end up on the terminal.
    console = Console(stderr=True, soft_wrap=True)
    with Progress(console=console, transient=True, redirect_stdout=False) as bar:
        task = bar.add_task("Compiling", total=total)
        yield lambda: bar.advance(task)


class Report:
    """Prints or writes the queries rule by rule, and knows the exit code in the end.

    Queries go to standard output, or to the ``writer``'s files; what is said of them to standard
    error. Each rule is written at once: a stream may be slow, or unbuffered.
    """

    def __init__(self, compiler: Compiler, as_json: bool, writer: Writer | None) -> None:
        self.compiler = compiler
        self.as_json = as_json
        self.writer = writer
        self.counts: dict[str, int] = {}
        self.assumed: Counter[Assumption] = Counter()
        self.said: set[Diagnostic] = set()
        # Text that goes into a pipe, of one target: queries and nothing else.
        self.bare = len(compiler.targets) == 1 and not sys.stdout.isatty()

    def add(self, rule: LoadedRule | BrokenRule) -> None:
        """Compile a rule and say what became of it."""
        queries = self.compiler.compile(rule)
        for query in queries:
            self.counts[query.status] = self.counts.get(query.status, 0) + 1
            if query.text is not None:
                self.assumed.update(query.assumptions)
        said = [] if self.writer is None else self._write(queries, self.writer)
        if self.as_json:
            _put(sys.stdout, map(_json, queries))
        else:
            said += self._new(queries)
            _put(sys.stdout, self._text(queries))
        _put(sys.stderr, map(diagnostic_text, locate_all(said)))

    def _write(self, queries: list[Query], writer: Writer) -> list[Diagnostic]:
        return [note for query in queries for note in writer.write(query)]

    def _text(self, queries: list[Query]) -> list[str]:
        if self.writer is not None:
            return []
        if self.bare:
            return [query.text for query in queries if query.text is not None]
        return [rule_block(queries) + "\n"]

    def _new(self, queries: list[Query]) -> Iterator[Diagnostic]:
        """What has not been said yet: targets of one platform find the same things."""
        for query in queries:
            for diagnostic in query.diagnostics:
                if diagnostic not in self.said:
                    self.said.add(diagnostic)
                    yield diagnostic

    def close(self) -> int:
        """Say the sum and return the exit code."""
        lines = [f"siemc: {summary(self.counts)}"]
        if not self.as_json:
            lines += assumed(self.assumed)
        _put(sys.stderr, lines)
        return 1 if {"refused", "failed"} & self.counts.keys() else 0


def _json(query: Query) -> str:
    return query_json(replace(query, diagnostics=tuple(locate_all(query.diagnostics))))


def _put(stream: TextIO, texts: Iterable[str]) -> None:
    """Write texts, a line each, in one go."""
    found = list(texts)
    if found:
        stream.write("\n".join(found) + "\n")
