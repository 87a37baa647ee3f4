"""The regular expressions of ``match`` and ``regex``: PCRE, found anywhere in the value.

Splunk, Search Manual, "SPL and regular expressions"; Search Reference, "regex" ("An unanchored
regular expression"), and "Comparison and Conditional functions", ``match``.
"""

from __future__ import annotations

import re
from functools import lru_cache

from siemc.folding import lower_map
from siemc.formula import Regex
from siemc.reading import ReadError
from siemc.regex.charset import Ranges, contains, minus, union
from siemc.regex.errors import RegexError, RegexUnsupported
from siemc.regex.read import parse
from siemc.regex.tree import Alternate, Chars, Concat, Node, Repeat, alternate, concat, repeat
from siemc_backends.splunk.reading.tokens import expression_text, unhalved_text
from siemc_backends.splunk.reading.values import Codes, has_letters

_CASELESS = re.compile(r"\(\?[a-zA-Z]*i")


def regex_test(raw: str, start: int) -> tuple[Regex, Codes]:
    r"""The test of a quoted expression, and what it rests on; ``raw`` stands at ``start``.

    That ``\\`` is one backslash before PCRE reads it, the manual says on one page ("Backslashes");
    the longer example of another ("SPL and regular expressions") fits only without. Where the two
    readings mean different things, that is assumption SA15. Raises ``ReadError`` if it is
    malformed.
    """
    try:
        return _test(raw)
    except RegexError as error:
        message = f"The regular expression is malformed: {error.message}."
        raise ReadError(message, start, start + len(raw)) from None


@lru_cache(maxsize=4096)
def _test(raw: str) -> tuple[Regex, Codes]:
    source = expression_text(raw)
    node = tree_of(source)
    codes: Codes = ()
    if _CASELESS.search(source) and has_letters(source):
        codes = ("SA02",)
    if "\\\\" in raw and _reads_otherwise(node, source, unhalved_text(raw)):
        codes += ("SA15",)
    return Regex(source), codes


def tree_of(source: str, ignorecase: bool = False) -> Node | None:
    """The expression's tree, or ``None`` if it is not regular. Raises ``RegexError``."""
    try:
        return parse(source, ignorecase=ignorecase)
    except RegexUnsupported:
        return None


def _reads_otherwise(node: Node | None, source: str, other: str) -> bool:
    if other == source:
        return False
    try:
        found = tree_of(other)
    except RegexError:
        return False  # PCRE would refuse it, so it is not how the text is read
    return node is None or found != node


def caseless(test: Regex) -> Regex | None:
    """The test of a value whose lower-case form matches, or ``None`` if no flag says it.

    It is the same expression without case if that accepts, at each place, the letters whose
    lower-case form the expression accepts.
    """
    node = tree_of(test.source)
    if node is None or _lowered(node) != tree_of(test.source, ignorecase=True):
        return None
    return Regex(test.source, ignorecase=True)


def _lowered(node: Node) -> Node:
    match node:
        case Chars(ranges):
            return Chars(_before_lower(ranges))
        case Concat(parts):
            return concat(map(_lowered, parts))
        case Alternate(options):
            return alternate(map(_lowered, options))
        case Repeat(inner, low, high):
            return repeat(_lowered(inner), low, high)
        case _:
            return node


@lru_cache(maxsize=256)
def _before_lower(ranges: Ranges) -> Ranges:
    """The characters whose lower-case form is in the set."""
    capitals = union(((upper, upper),) for upper in lower_map())
    found = [((upper, upper),) for upper, lower in lower_map().items() if contains(ranges, lower)]
    return union([minus(ranges, capitals), *found])
