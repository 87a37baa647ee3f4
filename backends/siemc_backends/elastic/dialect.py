"""What the languages can hold; apart from what reads expressions, since most rules have none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# index.max_regex_length, in UTF-16 units (Elasticsearch's reference, "Index modules"); it bounds
# query_string as well (QueryStringQueryParser.getRegexpQuery)
MAX_LENGTH = 1000
MANY_ONES = 6  # fewer copies of ``?`` in a glob cannot use up the work that Lucene takes on
# Control characters but for the tab, what Unicode calls a line break, the byte order mark
HIDDEN = frozenset(map(chr, {*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0xFEFF} - {9}))


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a language does with expressions.

    ``patterns``: it has them. ``controls``: where a value with wildcards can hold a line break or
    other control character: anywhere, inside but not at its ends, nowhere.
    """

    patterns: bool
    controls: Literal["anywhere", "inside", "nowhere"]


def has_controls(text: str) -> bool:
    """Whether the text has a line break or another character that one line should not hold."""
    return not text.isprintable() and not HIDDEN.isdisjoint(text)


def too_long(text: str) -> bool:
    """Whether Elasticsearch refuses the expression for its length."""
    return len(text) > MAX_LENGTH // 2 and len(text.encode("utf-16-le")) // 2 > MAX_LENGTH
