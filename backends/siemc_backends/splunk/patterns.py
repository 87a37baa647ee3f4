"""Regular expressions seen through their tree: those that are globs, and what others must hold."""

from __future__ import annotations

from functools import lru_cache

from siemc.formula import Glob, Regex, Wild
from siemc.regex import (
    Node,
    RegexError,
    RegexUnsupported,
    literal_cover,
    parse,
    required_literals,
    to_globs,
)
from siemc_backends.splunk.values import search_value

MAX_LITERALS = 3
# More globs than this are harder to read than the expression they come from.
MAX_GLOBS = 8


@lru_cache(maxsize=1024)
def tree(test: Regex) -> Node | None:
    """The expression's tree, ``None`` if it is not regular; or raises ``RegexError``."""
    try:
        return parse(
            test.source,
            ignorecase=test.ignorecase,
            multiline=test.multiline,
            dotall=test.dotall,
        )
    except RegexUnsupported:
        return None


def mistake(test: Regex) -> str | None:
    """What PCRE would find wrong with the expression, if it would refuse it."""
    try:
        tree(test)
    except RegexError as error:
        return str(error)
    return None


def search_globs(test: Regex) -> tuple[Glob, ...]:
    """The globs that together say the same and that ``search`` says exactly; none if there are not.

    An expression for no value at all has none either, and is left to ``where``.
    """
    node = tree(test)
    found = to_globs(node) if node is not None else None
    if not found or len(found) > MAX_GLOBS:
        return ()
    globs = tuple(Glob(parts, cased) for parts, cased in found)
    return globs if all(search_value(each) is not None for each in globs) else ()


@lru_cache(maxsize=1024)
def held_texts(test: Regex) -> tuple[tuple[Glob, ...], ...]:
    """What every value with a match holds: one glob of each group.

    Only of ASCII text, in which the case tables of all engines agree on what a text itself holds.
    """
    node = tree(test)
    if node is None:
        return ()
    telling: list[str] = []
    for text in required_literals(node):
        if _telling(text) and not any(text in longer for longer in telling):
            telling.append(text)
    if telling:
        return tuple((_holding(text),) for text in telling[:MAX_LITERALS])
    cover = literal_cover(node)
    if cover and all(map(_telling, cover)):
        return (tuple(map(_holding, cover)),)
    return ()


def _telling(text: str) -> bool:
    return text.isascii() and any(map(str.isalnum, text))


def _holding(text: str) -> Glob:
    return Glob((Wild.RUN, text, Wild.RUN))
