"""Does a text match a glob? Chunk by chunk between the runs, each at the first place it fits."""

from __future__ import annotations

from functools import lru_cache

from siemc.folding import fold
from siemc.formula import ONE, RUN, Glob

# Text, or, where it has a single wildcard, its characters with ``None`` for that
Chunk = str | tuple[str | None, ...]


def matches(glob: Glob, text: str) -> bool:
    """Whether the whole text is the glob. It takes time linear in the number of runs."""
    if not glob.cased:
        text = fold(text)
    first, *rest = _chunks(glob)
    if not rest:
        return len(text) == len(first) and _fits(first, text, 0)
    *middle, last = rest
    start, end = len(first), len(text) - len(last)
    if start > end or not _fits(first, text, 0) or not _fits(last, text, end):
        return False
    for chunk in middle:
        place = _find(chunk, text, start, end)
        if place < 0:
            return False
        start = place + len(chunk)
    return True


@lru_cache(maxsize=16_384)
def _chunks(glob: Glob) -> tuple[Chunk, ...]:
    chunks: list[list[str | None]] = [[]]
    for part in glob.parts:
        if part is RUN:
            chunks.append([])
        elif part is ONE:
            chunks[-1].append(None)
        elif isinstance(part, str):
            chunks[-1] += part if glob.cased else fold(part)
    return tuple(map(_chunk, chunks))


def _chunk(chars: list[str | None]) -> Chunk:
    return tuple(chars) if None in chars else "".join(char or "" for char in chars)


def _fits(chunk: Chunk, text: str, place: int) -> bool:
    if isinstance(chunk, str):
        return text.startswith(chunk, place)
    return all(char is None or char == text[place + i] for i, char in enumerate(chunk))


def _find(chunk: Chunk, text: str, start: int, end: int) -> int:
    """The first place between ``start`` and ``end`` where the chunk fits, or -1."""
    if isinstance(chunk, str):
        return text.find(chunk, start, end)
    places = range(start, end - len(chunk) + 1)
    return next((place for place in places if _fits(chunk, text, place)), -1)
