"""What a regular expression of a rule becomes: globs where it is a few of them, else a pattern."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from siemc.formula import Glob, Regex, Wild
from siemc.regex import (
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
from siemc.regex.tree import ANY_CHAR, ANY_RUN

# index.max_regex_length, in UTF-16 units (Elasticsearch's reference, "Index modules"); it bounds
# query_string as well (QueryStringQueryParser.getRegexpQuery)
MAX_LENGTH = 1000
FEW_GLOBS = 16

# max_determinized_states (Elasticsearch's reference, "Regexp query" and "Query string query")
MAX_DETERMINIZED_STATES = 10_000

MANY_ONES = 6  # fewer copies of ``?`` cannot use the work up

ASSUMED = {"line-break": "SA05", "control-characters": "SA06", "case-beyond-table": "SA02"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a language does with expressions.

    ``patterns``: it has them. ``raw_controls``: its text can hold any character. ``states``: the
    limits on the work of an expression that its text can ask for, the default first.
    """

    patterns: bool
    raw_controls: bool
    states: tuple[int, ...] = (MAX_DETERMINIZED_STATES,)


@dataclass(frozen=True, slots=True)
class Expression:
    """A regular expression as globs, as patterns of which any matches, or ``why`` as neither."""

    globs: tuple[Glob, ...] = ()
    patterns: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    states: int | None = None
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
    """The expression as Lucene patterns; ``lower`` for a field of lower-cased values.

    ``states`` of the result is the limit it needs, where that is not the default.
    """
    tried = [_tried(test, dialect, lower, limit) for limit in dialect.states]
    return next((each for each in tried if each.why is None), tried[0])


def _tried(test: Regex, dialect: Dialect, lower: bool, limit: int) -> Expression:
    try:
        found = _patterns(_parsed(test), dialect, lower, limit)
    except (RegexError, RegexUnsupported) as error:
        return Expression(why=str(error), code=_code(str(error), lower))
    if any(pattern.length > MAX_LENGTH for pattern in found):
        return Expression(why=f"it is longer than {MAX_LENGTH} characters", code="SC213")
    names = dict.fromkeys(name for pattern in found for name in pattern.assumptions)
    return Expression(
        patterns=tuple(pattern.text for pattern in found),
        assumptions=tuple(ASSUMED[name] for name in names),
        states=None if limit == MAX_DETERMINIZED_STATES else limit,
    )


def _code(why: str, lower: bool) -> str:
    if "determinized" in why:
        return "SC213"
    return "SC202" if lower and "lower-cased" in why else "SC203"


def _patterns(node: Node, dialect: Dialect, lower: bool, limit: int) -> list[LucenePattern]:
    """One pattern, or, where that is too long, one for each alternative."""
    pattern = to_lucene(
        node,
        fold="lower" if lower else "none",
        raw_controls=dialect.raw_controls,
        max_determinized_states=limit,
    )
    if pattern.length <= MAX_LENGTH or not isinstance(node, Alternate):
        return [pattern]
    return [each for option in node.options for each in _patterns(option, dialect, lower, limit)]


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


def too_long(text: str) -> bool:
    """Whether Elasticsearch refuses the expression for its length."""
    return len(text) > MAX_LENGTH // 2 and len(text.encode("utf-16-le")) // 2 > MAX_LENGTH
