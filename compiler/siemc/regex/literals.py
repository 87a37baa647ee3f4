"""Text that every match must hold, for a quick test before the real one."""

from __future__ import annotations

from dataclasses import dataclass, field

from siemc.folding import cases, fold
from siemc.regex.charset import Ranges, contains, count
from siemc.regex.tree import Alternate, Assert, Chars, Concat, Empty, Node, Repeat

MIN_LENGTH = 2
MAX_COVER = 32
MAX_EXACT = 256


@dataclass(slots=True)
class _Found:
    """Runs that every match holds, and sets of runs of which it holds one."""

    runs: set[str] = field(default_factory=set)
    covers: list[tuple[str, ...]] = field(default_factory=list)
    current: str = ""

    def extend(self, text: str) -> None:
        self.current += text

    def interrupt(self) -> None:
        if len(self.current) >= MIN_LENGTH:
            self.runs.add(self.current)
        self.current = ""


def required_literals(node: Node) -> tuple[str, ...]:
    """Lower-case texts, longest first, each of which every matching value holds without case."""
    return tuple(sorted(_walk(node).runs, key=lambda run: (-len(run), run)))


def literal_cover(node: Node) -> tuple[str, ...] | None:
    """Lower-case texts of which every matching value holds at least one; ``None`` if none is known.

    The set whose shortest text is longest.
    """
    found = _walk(node)
    candidates = [(run,) for run in found.runs] + found.covers
    return min(candidates, key=_worth, default=None)


def _worth(cover: tuple[str, ...]) -> tuple[int, int, tuple[str, ...]]:
    return -min(map(len, cover)), len(cover), cover


def _walk(node: Node) -> _Found:
    found = _Found()
    _collect(node, found)
    found.interrupt()
    return found


def _collect(node: Node, found: _Found) -> None:
    text = _exact(node)
    if text is not None:
        found.extend(text)
        return
    match node:
        case Concat(parts):
            for part in parts:
                _collect(part, found)
        case Repeat(inner, low, _) if low:
            _collect_repeat(inner, low, found)
        case Alternate(options):
            found.interrupt()
            _collect_options(options, found)
        case _:
            found.interrupt()


def _collect_repeat(inner: Node, low: int, found: _Found) -> None:
    """The first ``low`` rounds go on from what came before, the last ones into what follows."""
    text = _exact(inner)
    if text is None:
        found.interrupt()
        nested = _walk(inner)
        found.runs |= nested.runs
        found.covers += nested.covers
        return
    rounds = text * min(low, MAX_EXACT)
    found.extend(rounds)
    found.interrupt()
    found.extend(rounds)


def _collect_options(options: tuple[Node, ...], found: _Found) -> None:
    walked = [_walk(option) for option in options]
    found.runs |= set.intersection(*(each.runs for each in walked))
    covers = [literal_cover(option) for option in options]
    texts = {text for cover in covers for text in cover or ()}
    if None not in covers and len(texts) <= MAX_COVER:
        found.covers.append(tuple(sorted(texts)))


def _exact(node: Node) -> str | None:
    """The one text that ``node`` matches, case apart."""
    match node:
        case Empty() | Assert():
            return ""
        case Chars(ranges):
            return _letter(ranges)
        case Concat(parts):
            texts = [_exact(part) for part in parts]
            return "".join(text or "" for text in texts) if None not in texts else None
        case Repeat(inner, low, high) if low == high and low <= MAX_EXACT:
            text = _exact(inner)
            return None if text is None or len(text) * low > MAX_EXACT else text * low
        case _:
            return None


def _letter(ranges: Ranges) -> str | None:
    if not ranges or count(ranges) > 2:
        return None
    char = fold(chr(ranges[0][0]))
    both = cases(char)
    if count(ranges) == 1:
        return char
    return char if len(both) == 2 and all(contains(ranges, ord(case)) for case in both) else None
