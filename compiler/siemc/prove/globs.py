"""Globs: which values they match, and which globs they include."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from siemc.folding import cases, fold
from siemc.formula import ONE, RUN, Glob, GlobPart
from siemc.regex.charset import single
from siemc.regex.tree import ANY_CHAR, ANY_RUN, Chars, Node, concat

# Characters that are none (Unicode Standard, 23.7 "Noncharacters") stand for what a glob leaves
# open. A glob that has them itself is left to the automata.
_ANY_TEXT, _ANY_ONE, _EITHER_CASE = "\U0010fffe", "\U0010ffff", "\ufffe"
_MARKS = frozenset((_ANY_TEXT, _ANY_ONE, _EITHER_CASE))

Matcher = Callable[[str], object]


def matcher(parts: tuple[GlobPart, ...]) -> Matcher:
    """Whether a text matches; what it returns is true or false. No case is folded here."""
    if ONE in parts:
        return re.compile(_pattern(parts, "."), re.DOTALL).fullmatch
    match parts:
        case ():
            return "".__eq__
        case (str(text),):
            return text.__eq__
        case (only,) if only is RUN:
            return _always
        case (first, str(text)) if first is RUN:
            return lambda value: value.endswith(text)
        case (str(text), last) if last is RUN:
            return lambda value: value.startswith(text)
        case (first, str(text), last) if first is RUN and last is RUN:
            return lambda value: text in value
    return _in_turn(parts)


def _always(_: str) -> bool:
    return True


def _in_turn(parts: tuple[GlobPart, ...]) -> Matcher:
    """Each literal at its first place after the one before."""
    texts = [part for part in parts if isinstance(part, str)]
    head = texts.pop(0) if isinstance(parts[0], str) else ""
    tail = texts.pop() if isinstance(parts[-1], str) else ""

    def matches(value: str) -> bool:
        end = len(value) - len(tail)
        if end < len(head) or not (value.startswith(head) and value.endswith(tail)):
            return False
        place = len(head)
        for text in texts:
            place = value.find(text, place, end)
            if place < 0:
                return False
            place += len(text)
        return True

    return matches


def _pattern(parts: Iterable[GlobPart], one: str) -> str:
    """The expression of a glob; a literal is taken at its first place and not given back."""
    chunks = [""]
    for part in parts:
        if part is RUN:
            chunks.append("")
        else:
            chunks[-1] += one if part is ONE else re.escape(str(part))
    first, *rest = chunks
    middle = "".join(f"(?>.*?{chunk})" for chunk in rest[:-1])
    return first + middle + (f".*{rest[-1]}" if rest else "")


def includes(larger: Glob, smaller: Glob) -> bool:
    """Whether every value of ``smaller`` is one of ``larger``; false where it is not plain to see.

    With no ``?`` in ``larger`` and both caseless it is exact.
    """
    if has_marks(smaller):
        return False
    return bool(includer(larger)(skeleton(smaller, larger.cased)))


def maximal(globs: Sequence[Glob]) -> list[Glob]:
    """Globs with the same union: none that another one is plain to include."""
    left = {glob: includer(glob) for glob in globs}
    for one in globs:
        texts = skeleton(one, False), skeleton(one, True)
        others = (passes(texts[glob.cased]) for glob, passes in left.items() if glob != one)
        if not has_marks(one) and any(others):
            del left[one]
    return list(left)


def includer(larger: Glob) -> Matcher:
    """Whether the skeleton of a glob, in the case of ``larger``, is of one that it includes."""
    if has_marks(larger):
        return _never
    parts = larger.parts if larger.cased else folded(larger.parts)
    if ONE not in parts:
        return matcher(parts)
    return re.compile(_pattern(parts, f"[^{_ANY_TEXT}]"), re.DOTALL).fullmatch


def _never(_: str) -> bool:
    return False


def has_marks(glob: Glob) -> bool:
    """Whether a literal of it has a character that stands for something in a skeleton."""
    return any(isinstance(part, str) and not _MARKS.isdisjoint(part) for part in glob.parts)


def skeleton(glob: Glob, cased: bool) -> str:
    """The glob as a text, to a ``cased`` glob or not: only ``*`` passes what is for ``*``."""
    return "".join(
        (_ANY_TEXT if part is RUN else _ANY_ONE)
        if not isinstance(part, str)
        else _spelling(part, glob.cased, cased)
        for part in glob.parts
    )


def _spelling(text: str, own_case: bool, other_case: bool) -> str:
    if not other_case:
        return fold(text)
    if own_case:
        return text
    return "".join(_EITHER_CASE if len(cases(char)) == 2 else char for char in text)


def folded(parts: tuple[GlobPart, ...]) -> tuple[GlobPart, ...]:
    """The parts with their literals in lower case."""
    return tuple(fold(part) if isinstance(part, str) else part for part in parts)


def is_disjoint(one: Glob, other: Glob) -> bool:
    """Whether the fixed starts or ends of two globs already part them; false where unclear."""
    return not (_agree(_edge(one, 1), _edge(other, 1)) and _agree(_edge(one, -1), _edge(other, -1)))


def _edge(glob: Glob, step: int) -> str:
    """The literal that every value starts (or, read backwards, ends) with, case aside."""
    end = glob.parts[::step][:1]
    return fold(end[0])[::step] if end and isinstance(end[0], str) else ""


def _agree(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def node_of(glob: Glob) -> Node:
    """The expression that matches the whole of just these values."""
    nodes: list[Node] = []
    for part in glob.parts:
        if part is RUN:
            nodes.append(ANY_RUN)
        elif part is ONE:
            nodes.append(ANY_CHAR)
        else:
            nodes.extend(Chars(single(char, not glob.cased)) for char in str(part))
    return concat(nodes)
