"""Which globs imply which, where a look at their literals tells.

A rule may list hundreds of texts, some within others (an emoji and its variants). The solver would
find each such lemma by a model of its own; here they come all at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from siemc.folding import fold
from siemc.formula import ONE, RUN, Glob
from siemc.prove.globs import Matcher, has_marks, includer, skeleton

MAX_PAIRS = 4_000_000
MAX_TESTS = 50_000  # of longer globs: about a tenth of a second
_GAP = "\0"


@dataclass
class _Shapes:
    """The globs ``*text*``, ``text*`` and ``*text``: each a text and its number.

    Of longer ones there are two texts to look for first, and the whole test, ``left`` times.
    """

    within: list[tuple[str, int]] = field(default_factory=list)
    first: list[tuple[str, int]] = field(default_factory=list)
    last: list[tuple[str, int]] = field(default_factory=list)
    longer: list[tuple[str, str, Matcher, int]] = field(default_factory=list)
    left: int = MAX_TESTS

    def add(self, glob: Glob, number: int) -> None:
        match glob.parts:
            case (a, str(text), b) if a is RUN and b is RUN and _GAP not in text:
                self.within.append((text, number))
            case (str(text), b) if b is RUN:
                self.first.append((text, number))
            case (a, str(text)) if a is RUN:
                self.last.append((text, number))
            case parts if len(parts) > 2 and ONE not in parts:
                texts = sorted((part for part in parts if isinstance(part, str)), key=len)
                self.longer.append((texts[-1], texts[-2:][0], includer(glob), number))

    def implied(self, glob: Glob, *, as_is: bool) -> Iterator[int]:
        """The numbers of those that hold wherever ``glob`` does."""
        parts = glob.parts if as_is else tuple(p if p is RUN else _folded(p) for p in glob.parts)
        texts = _GAP.join([part for part in parts if isinstance(part, str)])
        yield from [number for text, number in self.within if text in texts]
        start, end = (parts[0], parts[-1]) if parts else (RUN, RUN)
        if isinstance(start, str):
            yield from [number for text, number in self.first if start.startswith(text)]
        if isinstance(end, str):
            yield from [number for text, number in self.last if end.endswith(text)]
        yield from self._implied_longer(glob, texts, as_is and glob.cased)

    def _implied_longer(self, glob: Glob, texts: str, cased: bool) -> Iterator[int]:
        likely = [
            (passes, number)
            for longest, next_longest, passes, number in self.longer
            if longest in texts and next_longest in texts
        ][: self.left]
        self.left -= len(likely)
        if likely and not has_marks(glob):
            whole = skeleton(glob, cased)
            yield from [number for passes, number in likely if passes(whole)]


def _folded(part: object) -> object:
    return fold(part) if isinstance(part, str) else part


def implications(globs: Mapping[int, Glob]) -> Iterator[tuple[int, int]]:
    """Pairs of numbers of which the first glob holds only where the second does.

    The globs are of one field, in canonical form. Not every such pair is found.
    """
    if len(globs) ** 2 > MAX_PAIRS:
        return
    cased, caseless = _Shapes(), _Shapes()
    for number, glob in globs.items():
        (cased if glob.cased else caseless).add(glob, number)
    for number, glob in globs.items():
        found: Iterable[int] = caseless.implied(glob, as_is=not glob.cased)
        yield from [(number, other) for other in found if other != number]
        if glob.cased:
            found = cased.implied(glob, as_is=True)
            yield from [(number, other) for other in found if other != number]
