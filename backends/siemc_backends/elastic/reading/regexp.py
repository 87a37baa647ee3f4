r"""Lucene's regular expressions: what a ``regexp`` query asks of a whole value.

Sources: the Javadoc of Lucene's ``RegExp`` and the Elasticsearch reference, "Regular expression
syntax". Their optional operators are all on, the complement ``~`` too: ``query_string`` passes
``RegExp.ALL | RegExp.DEPRECATED_COMPLEMENT``, and the DSL's default ``flags`` are ``ALL``.
"""

from __future__ import annotations

import re
from functools import lru_cache

from siemc.folding import cases, has_case
from siemc.formula import ONE, RUN, Exists, GlobPart, Opaque, Regex, Test, glob
from siemc.reading import ReadError
from siemc.regex.charset import ANY, single
from siemc.regex.tree import ANY_CHAR, ANY_RUN, NEVER, Chars, Concat, Empty, Node, Repeat, concat
from siemc_backends.elastic.reading.dialect import DialectError, Inexpressible, parse
from siemc_backends.elastic.reading.pcre import TooDeep, to_pcre
from siemc_backends.elastic.reading.values import java_length, lower

MAX_LENGTH = 1000  # Elasticsearch reference, "index.max_regex_length"
MAX_ONES = 200

# What is a glob: `.*`, `.`, the two cases of a letter, an escaped or a plain character, and none of
# them repeated. Our own and other people's queries hold hundreds of these.
_GLOB = re.compile(
    r"""(?:(?P<pairs>(?:\[[A-Za-z]{2}\])++)|(?P<run>\.\*)|(?P<one>\.)|\[(?P<two>[^\\\]^-][^\\\]-])\]|\[(?P<own>[^\\\]^])\]
    |\\(?P<escaped>[^A-Za-z])|\[\\(?P<class>[^A-Za-z])\]
    |(?P<plain>[^][(){}.*+?|\\&~@\#<>"]+))(?![*+?{])""",
    re.S | re.X,
)


def read(text: str, caseless: bool, lowered: bool, at: tuple[int, int]) -> Test | None:
    """The test that the whole value must pass, or ``None`` where no value can.

    ``caseless`` is the query's ``case_insensitive``; ``lowered`` says that the field has a
    lowercase normalizer, which is put on the whole pattern first (so that ``\\D`` becomes ``\\d``:
    ``KeywordFieldType.indexedValueForSearch``). ``Opaque`` is what no test can say. Raises
    ``ReadError`` at ``at`` where Lucene refuses the expression, or Elasticsearch its length.
    """
    if java_length(text) > MAX_LENGTH:
        message = f"Elasticsearch refuses an expression of more than {MAX_LENGTH} characters."
        raise ReadError(message, *at)
    found = _read(text, caseless, lowered)
    if isinstance(found, str):
        raise ReadError(found, *at)
    return found


@lru_cache(maxsize=8192)
def _read(text: str, caseless: bool, lowered: bool) -> Test | str | None:
    """The test, or what is wrong."""
    pattern = lower(text) if lowered else text
    found = None if caseless else _as_glob(pattern, lowered)
    if found is not None:
        return found
    if caseless and any(char.lower() != char.upper() for char in text if char > "\x7f"):
        # Lucene 9 folds ASCII letters, 10 all: which runs is not known
        return _parsed_or_error(pattern) or Opaque(text)
    try:
        node = parse(pattern, caseless, lowered)
        return _test(node, lowered)
    except DialectError as error:
        return str(error)
    except (Inexpressible, TooDeep):
        return Opaque(text)


def _parsed_or_error(pattern: str) -> str | None:
    try:
        parse(pattern, False, False)
    except DialectError as error:
        return str(error)
    except Inexpressible:
        return None
    return None


def _as_glob(pattern: str, lowered: bool) -> Test | None:
    """The glob that a plainly written expression is, or ``None``."""
    parts: list[GlobPart] = []
    kinds: set[bool] = set()
    at, end = 0, len(pattern)
    while at < end:
        found = _GLOB.match(pattern, at)
        part = None if found is None else _part(found, kinds)
        if found is None or part is None:
            return None
        parts.append(part)
        at = found.end()
    if len(kinds) == 2 and not lowered:
        return None
    return _simplest(parts, cased=not (lowered or True in kinds))


def _part(found: re.Match[str], kinds: set[bool]) -> GlobPart | None:
    """The part; ``kinds`` gathers whether letters are of two cases (``True``) or of one."""
    match found.lastgroup:
        case "run":
            return RUN
        case "one":
            return ONE
        case "pairs":
            kinds.add(True)
            return _folded(found[0]) or None
        case "two":
            one, other = tuple(found["two"])
            if one != other and {one, other} == set(cases(one)):
                kinds.add(True)
                return cases(one)[0]
            return None
        case kind:
            text = found[kind or 0]
            if _cased(text):
                kinds.add(False)
            return text


def _cased(text: str) -> bool:
    return text.lower() != text.upper() if text.isascii() else has_case(text)


def _folded(run: str) -> str:
    """The letters of ``[aA][bB]``…, or nothing if some are not the two cases of one."""
    first, second = run[1::4], run[2::4]
    return first.lower() if first.swapcase() == second else ""


def _simplest(parts: list[GlobPart], cased: bool) -> Test:
    found = glob(parts, cased)
    return Exists() if found.parts == (RUN,) else found


def _test(node: Node, lowered: bool) -> Test | None:
    if node == NEVER:
        return None
    kinds: set[bool] = set()
    pieces = node.parts if isinstance(node, Concat) else (node,)
    found = [_glob_parts(piece, kinds) for piece in pieces]
    if None not in found and len(kinds) < 2:
        parts = [part for piece in found if piece is not None for part in piece]
        return _simplest(parts, cased=not lowered and True not in kinds)
    return Regex(f"\\A(?:{to_pcre(node)})\\z", dotall=True)


def _glob_parts(node: Node, kinds: set[bool]) -> list[GlobPart] | None:
    """The part of a glob that the node is; ``kinds`` gathers whether letters are of two cases."""
    match node:
        case Chars(ranges):
            if ranges == ANY:
                return [ONE]
            first, last = chr(ranges[0][0]), chr(ranges[-1][1])
            if ranges == single(first, False):
                kinds.update((False,) if has_case(first) else ())
                return [first]
            if ranges == single(first, True) or ranges == single(last, True):
                kinds.add(True)
                return [cases(first)[0]]
            return None
        case Repeat(Chars(ranges), low, high) if ranges == ANY and low <= MAX_ONES:
            ones: list[GlobPart] = [ONE] * low
            return [*ones, RUN] if high is None else ones if high == low else None
        case Empty():
            return []
        case _:
            return None


def ascii_folded(parts: tuple[GlobPart, ...]) -> Test:
    """The test of a glob whose ASCII letters, and no others, are of either case.

    Elasticsearch reference, "Wildcard query", ``case_insensitive``: ASCII case insensitive.
    """
    literals = "".join(part for part in parts if isinstance(part, str))
    if literals.isascii() or not has_case("".join(char for char in literals if char > "\x7f")):
        return _simplest(list(parts), cased=False)
    nodes: list[Node] = []
    for part in parts:
        if isinstance(part, str):
            nodes.extend(Chars(single(char, char.isascii())) for char in part)
        else:
            nodes.append(ANY_RUN if part is RUN else ANY_CHAR)
    return Regex(f"\\A(?:{to_pcre(concat(nodes))})\\z", dotall=True)
