"""From an outline to the JSON of a ``bool`` query, with a span for each value."""

from __future__ import annotations

from dataclasses import dataclass, field
from json.encoder import encode_basestring_ascii

from siemc.backend import Layout, Span
from siemc_backends.elastic.outline import Bare, Clause, Every, Negated, Part, Some, Value


def render(part: Part, layout: Layout) -> tuple[str, list[Span]]:
    """The JSON text and its spans; ``pretty`` puts each query of a list on its own line."""
    writer = _Json(layout.pretty)
    writer.part(part, 0)
    return "".join(writer.pieces), writer.spans


def levels(part: Part) -> int:
    """How many queries are in each other at most, the innermost among them."""
    return 1 + _lists(part)


def _lists(part: Part) -> int:
    """The ``bool`` queries in each other, as ``render`` writes them."""
    match part:
        case Some(parts):
            return 1 + max(map(_lists, parts))
        case Every(parts):
            return 1 + max(map(_within, parts))
        case Negated():
            return 1 + _within(part)
        case _:
            return 0


def _within(part: Part) -> int:
    """The same for a member of an ``Every``, which takes in a negated list one by one."""
    match part:
        case Negated(Some(parts)):
            return max(map(_lists, parts))
        case Negated(inner):
            return _lists(inner)
        case _:
            return _lists(part)


@dataclass
class _Json:
    pretty: bool
    pieces: list[str] = field(default_factory=list)
    length: int = 0
    spans: list[Span] = field(default_factory=list)

    def part(self, part: Part, level: int) -> None:
        match part:
            case Clause(name, values):
                self._terms(name, values)
            case Bare(value):
                self._value(value)
            case Some(parts):
                self._bool({"should": parts}, level)
            case Every(parts):
                self._every(parts, level)
            case Negated():
                self._every((part,), level)

    def _every(self, parts: tuple[Part, ...], level: int) -> None:
        """Filters, and what must not be: the members of a negated list one by one."""
        kept = tuple(part for part in parts if not isinstance(part, Negated))
        lists = [part.part for part in parts if isinstance(part, Negated)]
        excluded = tuple(
            each for part in lists for each in (part.parts if isinstance(part, Some) else (part,))
        )
        self._bool({"filter": kept, "must_not": excluded}, level)

    def _bool(self, occurs: dict[str, tuple[Part, ...]], level: int) -> None:
        self._put('{"bool":{')
        used = {name: parts for name, parts in occurs.items() if parts}
        for number, (name, parts) in enumerate(used.items()):
            if number:
                self._put(",")
            self._line(level + 1)
            self._put(f'"{name}":[')
            self._list(parts, level + 2)
            self._line(level + 1)
            self._put("]")
        if "should" in used:
            self._put(",")
            self._line(level + 1)
            self._put('"minimum_should_match":1')
        self._line(level)
        self._put("}}")

    def _list(self, parts: tuple[Part, ...], level: int) -> None:
        for number, part in enumerate(parts):
            if number:
                self._put(",")
            self._line(level)
            self.part(part, level)

    def _terms(self, name: str, values: tuple[Value, ...]) -> None:
        many = len(values) > 1
        start = self.length
        self._put(f'{{"{"terms" if many else "term"}":{{{encode_basestring_ascii(name)}:')
        if not many:
            self._put(f"{values[0].text}}}}}")
            self._mark(start, values[0])
            return
        self._put("[")
        for number, value in enumerate(values):
            if number:
                self._put(",")
            self._value(value)
        self._put("]}}")

    def _value(self, value: Value) -> None:
        start = self.length
        self._put(value.text)
        self._mark(start, value)

    def _mark(self, start: int, value: Value) -> None:
        if value.origins:
            self.spans.append(Span(start, self.length, value.origins))

    def _line(self, level: int) -> None:
        if self.pretty:
            self._put("\n" + "  " * level)

    def _put(self, text: str) -> None:
        self.pieces.append(text)
        self.length += len(text)
