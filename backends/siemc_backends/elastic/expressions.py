"""What a regular expression of a rule becomes: globs where it is a few of them, else a pattern."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from siemc.formula import Glob, Regex, Wild
from siemc.regex import (
    MAX_GLOBS,
    Alternate,
    Chars,
    Concat,
    LucenePattern,
    Node,
    RegexError,
    RegexUnsupported,
    parse,
    to_globs,
    to_lucene,
)
from siemc.regex.charset import single
from siemc.regex.effort import determinizes
from siemc.regex.errors import Obstacle
from siemc.regex.globs import GlobText
from siemc.regex.tree import ANY_CHAR, ANY_RUN, is_about_lines
from siemc_backends.elastic.dialect import MANY_ONES, MAX_LENGTH, Dialect, has_controls

FEW_GLOBS = 8

# max_determinized_states (Elasticsearch's reference, "Regexp query"), for wildcards as well
MAX_DETERMINIZED_STATES = 10_000

CODES = {
    Obstacle.FORM: "SC203",
    Obstacle.CASE: "SC202",
    Obstacle.CONTROL: "SC212",
    Obstacle.COST: "SC213",
}
# To assume that values have no line breaks would assume away what the modifier m is for
LINES = "it asks for lines within a value, which the query text cannot hold"
ASSUMED = {"line-break": "SA05", "control-characters": "SA06", "case-beyond-table": "SA02"}


@dataclass(frozen=True, slots=True)
class Expression:
    """A regular expression as globs, or as patterns of which any matches.

    With ``why`` it is neither, for that reason; globs are then the nearest there are.
    """

    globs: tuple[Glob, ...] = ()
    patterns: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    why: str | None = None
    code: str = "SC203"


@lru_cache(maxsize=4096)
def as_globs(test: Regex, dialect: Dialect) -> Expression:
    """The expression as globs, or without them where a pattern must do, or why it has no form."""
    try:
        node = _parsed(test)
    except (RegexError, RegexUnsupported) as error:
        return Expression(why=str(error))
    exact = _globs(to_globs(node))
    if _good(exact, dialect):
        return Expression(globs=exact)
    nearly = () if dialect.controls == "anywhere" else _globs(to_globs(node, single_line=True))
    if _good(nearly, dialect):
        why = LINES if is_about_lines(node) else None
        return Expression(globs=nearly, assumptions=("SA05",), why=why, code="SC212")
    if dialect.patterns:
        return Expression()
    return Expression(why="it is not a small number of wildcard patterns")


@lru_cache(maxsize=4096)
def as_patterns(test: Regex, dialect: Dialect, lower: bool) -> Expression:
    """The expression as Lucene patterns; ``lower`` for a field of lower-cased values."""
    try:
        found = _patterns(_parsed(test), dialect, lower)
    except RegexError as error:
        return Expression(why=str(error))
    except RegexUnsupported as error:
        return Expression(why=str(error), code=CODES[error.obstacle])
    if any(pattern.length > MAX_LENGTH for pattern in found):
        return Expression(why=f"it is longer than {MAX_LENGTH} characters", code="SC213")
    names = dict.fromkeys(name for pattern in found for name in pattern.assumptions)
    if "line-break" in names and is_about_lines(_parsed(test)):
        return Expression(why=LINES, code="SC212")
    return Expression(
        patterns=tuple(pattern.text for pattern in found),
        assumptions=tuple(ASSUMED[name] for name in names),
    )


def _patterns(node: Node, dialect: Dialect, lower: bool) -> list[LucenePattern]:
    """One pattern, or, where that is too long, one for each alternative."""
    pattern = to_lucene(
        node,
        fold="lower" if lower else "none",
        raw_controls=dialect.controls == "anywhere",
    )
    if pattern.length <= MAX_LENGTH or not isinstance(node, Alternate):
        return [pattern]
    return [each for option in node.options for each in _patterns(option, dialect, lower)]


def _parsed(test: Regex) -> Node:
    return parse(
        test.source,
        ignorecase=test.ignorecase,
        multiline=test.multiline,
        dotall=test.dotall,
    )


def _globs(found: tuple[GlobText, ...] | None) -> tuple[Glob, ...]:
    return tuple(Glob(parts, cased) for parts, cased in found or ())


def _good(globs: tuple[Glob, ...], dialect: Dialect) -> bool:
    """Whether there are globs that can be written, and few enough where a pattern could do."""
    few = 0 < len(globs) <= (FEW_GLOBS if dialect.patterns else MAX_GLOBS)
    return few and all(_is_writable(each, dialect) for each in globs)


def _is_writable(test: Glob, dialect: Dialect) -> bool:
    if dialect.controls == "anywhere":
        return True
    texts = [part for part in test.parts if isinstance(part, str)]
    if dialect.controls == "nowhere":
        return not any(map(has_controls, texts))
    if test.literal is not None:
        return True
    first, last = test.parts[0], test.parts[-1]
    ends = (first[0] if isinstance(first, str) else "", last[-1] if isinstance(last, str) else "")
    return not any(map(has_controls, ends))


@lru_cache(maxsize=1024)
def is_affordable(test: Glob) -> bool:
    """Whether Lucene can make the glob's automaton deterministic: not ``*a`` and twenty ``?``."""
    if Wild.RUN not in test.parts or test.parts.count(Wild.ONE) < MANY_ONES:
        return True
    nodes: list[Node] = []
    for part in test.parts:
        if isinstance(part, str):
            nodes += [Chars(single(char, not test.cased)) for char in part]
        else:
            nodes.append(ANY_RUN if part is Wild.RUN else ANY_CHAR)
    return determinizes(Concat(tuple(nodes)), MAX_DETERMINIZED_STATES)
