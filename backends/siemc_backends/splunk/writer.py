"""A text in the making that remembers which of its characters came from where in the rule."""

from __future__ import annotations

from siemc.backend import Span
from siemc.formula import Origin

INDENT = "    "


class Writer:
    """Collects pieces of text and their spans; ``pretty`` turns breaks into new lines."""

    def __init__(self, pretty: bool) -> None:
        self.pretty = pretty
        self.spans: list[Span] = []
        self._pieces: list[str] = []
        self._length = 0

    def put(self, text: str) -> None:
        """Add text that is nobody's."""
        self._pieces.append(text)
        self._length += len(text)

    def mark(self, text: str, origins: tuple[Origin, ...]) -> None:
        """Add the text of a leaf that came from these places."""
        start = self._length
        end = self._length = start + len(text)
        self._pieces.append(text)
        if origins:
            self.spans.append(Span(start, end, origins))

    def brk(self, flat: str, depth: int) -> None:
        """Break the line at this indentation, or add ``flat`` if all stands on one line."""
        self.put("\n" + INDENT * depth if self.pretty else flat)

    @property
    def text(self) -> str:
        """All that was added."""
        return "".join(self._pieces)
