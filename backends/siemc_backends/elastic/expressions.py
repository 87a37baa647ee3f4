"""What a regular expression of a rule becomes: globs where it is a few of them, else a pattern."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from siemc.formula import Glob, Regex
from siemc.regex import (
    Alternate,
    LucenePattern,
    Node,
    RegexError,
    RegexUnsupported,
    parse,
    to_globs,
    to_lucene,
)

# index.max_regex_length, in UTF-16 units (Elasticsearch's reference, "Index modules"); it bounds
# query_string as well (QueryStringQueryParser.getRegexpQuery)
MAX_LENGTH = 1000
FEW_GLOBS = 16

ASSUMED = {"line-break": "SA05", "control-characters": "SA06", "case-beyond-table": "SA02"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a language does with expressions.

    ``patterns``: it has them. ``raw_controls``: its text can hold any character.
    """

    patterns: bool
    raw_controls: bool


@dataclass(frozen=True, slots=True)
class Expression:
    """A regular expression as globs, as patterns of which any matches, or ``why`` as neither."""

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
    found = to_globs(node)
    if _good(found, dialect):
        return Expression(globs=tuple(Glob(parts, cased) for parts, cased in found or ()))
    if not dialect.raw_controls:
        found = to_globs(node, single_line=True)
        if _good(found, dialect):
            globs = tuple(Glob(parts, cased) for parts, cased in found or ())
            return Expression(globs=globs, assumptions=("SA05",))
    if dialect.patterns:
        return Expression()
    return Expression(why="it is not a small number of wildcard patterns")


@lru_cache(maxsize=4096)
def as_patterns(test: Regex, dialect: Dialect, lower: bool) -> Expression:
    """The expression as Lucene patterns; ``lower`` for a field of lower-cased values."""
    try:
        node = _parsed(test)
        found = _patterns(node, dialect, lower)
    except (RegexError, RegexUnsupported) as error:
        code = "SC202" if lower and "case" in str(error) else "SC203"
        return Expression(why=str(error), code=code)
    if any(pattern.length > MAX_LENGTH for pattern in found):
        return Expression(why=f"it is longer than {MAX_LENGTH} characters", code="SC213")
    names = dict.fromkeys(name for pattern in found for name in pattern.assumptions)
    return Expression(
        patterns=tuple(pattern.text for pattern in found),
        assumptions=tuple(ASSUMED[name] for name in names),
    )


def _patterns(node: Node, dialect: Dialect, lower: bool) -> list[LucenePattern]:
    """One pattern, or, where that is too long, one for each alternative."""
    raw = dialect.raw_controls
    pattern = to_lucene(node, fold="lower" if lower else "none", raw_controls=raw)
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


def _good(found: tuple[object, ...] | None, dialect: Dialect) -> bool:
    """Whether there are globs, and few enough to be read where a pattern could do."""
    return bool(found) and (not dialect.patterns or len(found or ()) <= FEW_GLOBS)


def too_long(text: str) -> bool:
    """Whether Elasticsearch refuses the expression for its length."""
    return len(text) > MAX_LENGTH // 2 and len(text.encode("utf-16-le")) // 2 > MAX_LENGTH
