"""From an outline to text, with a span for each value."""

from __future__ import annotations

from dataclasses import dataclass, field

from siemc.backend import Span
from siemc_backends.elastic.outline import Bare, Clause, Every, Negated, Part, Some, Value


@dataclass(frozen=True, slots=True)
class Operators:
    """The operators of a language. ``lone_not``: a ``not`` in a list needs its own parentheses."""

    every: str
    some: str
    negation: str
    lone_not: bool


@dataclass
class Writer:
    """Writes one query. ``pretty`` puts each top-level clause and exclusion on its own line."""

    words: Operators
    pretty: bool = False
    pieces: list[str] = field(default_factory=list)
    length: int = 0
    spans: list[Span] = field(default_factory=list)

    def query(self, part: Part) -> tuple[str, list[Span]]:
        """The text of the whole query, and its spans."""
        if self.pretty:
            self._top(part)
        else:
            self._part(part)
        return "".join(self.pieces), self.spans

    def _put(self, text: str) -> None:
        self.pieces.append(text)
        self.length += len(text)

    def _part(self, part: Part) -> None:
        match part:
            case Clause():
                self._clause(part)
            case Bare(value):
                self._value(value)
            case Negated(inner):
                self._put(f"{self.words.negation} ")
                self._nested(inner)
            case Every(parts):
                self._list(parts, f" {self.words.every} ", lone_not=False)
            case Some(parts):
                self._list(parts, f" {self.words.some} ", lone_not=self.words.lone_not)

    def _list(self, parts: tuple[Part, ...], between: str, lone_not: bool) -> None:
        for number, part in enumerate(parts):
            if number:
                self._put(between)
            self._nested(part, lone_not)

    def _nested(self, part: Part, lone_not: bool = False) -> None:
        """A part of a list: with parentheses if it is a list itself."""
        if isinstance(part, Every | Some) or (lone_not and isinstance(part, Negated)):
            self._put("(")
            self._part(part)
            self._put(")")
        else:
            self._part(part)

    def _value(self, value: Value) -> None:
        start = self.length
        end = self.length = start + len(value.text)
        self.pieces.append(value.text)
        if value.origins:
            self.spans.append(Span(start, end, value.origins))

    def _clause(self, part: Clause) -> None:
        """``field:value`` or ``field:(value OR value)``."""
        if len(part.values) == 1:
            only = part.values[0]
            self._value(Value(part.head + only.text, only.origins))
            return
        self._put(f"{part.head}(")
        self._value(part.values[0])
        between = f" {self.words.some} "
        for value in part.values[1:]:
            self._put(between)
            self._value(value)
        self._put(")")

    def _top(self, part: Part) -> None:
        match part:
            case Every(parts):
                self._lines(parts, self.words.every, "", lone_not=False)
            case Some(parts):
                self._lines(parts, self.words.some, "", lone_not=self.words.lone_not)
            case _:
                self._line(part, "", lone_not=False)

    def _lines(
        self,
        parts: tuple[Part, ...],
        word: str,
        indent: str,
        lone_not: bool,
        open_lists: bool = False,
    ) -> None:
        for number, part in enumerate(parts):
            if number:
                self._put(f"\n{indent}{word} ")
            if open_lists and isinstance(part, Clause) and len(part.values) > 1:
                self._open_list(part, indent)
            else:
                self._line(part, indent, lone_not)

    def _line(self, part: Part, indent: str, lone_not: bool) -> None:
        """A top-level clause; what a negation excludes goes one to a line."""
        deeper = f"{indent}  "
        match part:
            case Negated(Some(parts)) if not lone_not:
                self._put(f"{self.words.negation} (\n{deeper}")
                self._lines(parts, self.words.some, deeper, self.words.lone_not, open_lists=True)
                self._put(f"\n{indent})")
            case Negated(Clause() as clause) if not lone_not and len(clause.values) > 1:
                self._put(f"{self.words.negation} ")
                self._open_list(clause, indent)
            case _:
                self._nested(part, lone_not)

    def _open_list(self, clause: Clause, indent: str) -> None:
        """``field:(`` and a value a line."""
        self._put(f"{clause.head}(\n{indent}  ")
        for number, value in enumerate(clause.values):
            if number:
                self._put(f"\n{indent}  {self.words.some} ")
            self._value(value)
        self._put(f"\n{indent})")
