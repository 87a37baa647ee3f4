"""Values and field names as ``query_string`` reads them.

The grammar is Lucene's classic query parser (``QueryParser.jj``); what Elasticsearch does with each
token is in ``QueryStringQueryParser.java``. Elasticsearch's reference, "Query string query",
"Reserved characters", names the characters; the parser splits at U+3000 too.
"""

from __future__ import annotations

import re
from functools import lru_cache

from siemc.formula import Glob, Wild
from siemc_backends.elastic.dialect import HIDDEN, has_controls
from siemc_backends.elastic.values import escape_table

# Lucene splits at three of these; the others are escaped for whoever reads a query otherwise
_SPACES = " \t\xa0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_RESERVED = frozenset('+-=&|><!(){}[]^"~*?:\\/' + _SPACES)
_QUOTED = {'"': '\\"', "\\": "\\\\"} | {char: f"\\u{ord(char):04x}" for char in HIDDEN}
_TERM = {char: f"\\{char}" for char in _RESERVED} | {char: f"\\u{ord(char):04x}" for char in HIDDEN}
_OPERATORS = frozenset({"AND", "OR", "NOT"})
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_.]+")
_QUOTED_TABLE = escape_table(_QUOTED)
_TERM_TABLE = escape_table(_TERM)


def quoted(text: str) -> str:
    """An exact value. In quotes a ``\\uXXXX`` is a character, and ``*`` and ``?`` are themselves.

    Quotes, never a bare term: ``f:\\>5`` is a range for Elasticsearch, escaped or not.
    """
    return f'"{text.translate(_QUOTED_TABLE)}"'


@lru_cache(maxsize=4096)
def name(field: str) -> str:
    """A field's name: ``\\ ``, ``\\:`` and the like, where its characters ask for it."""
    if field in _OPERATORS:
        return f"\\{field}"
    return field if _PLAIN_NAME.fullmatch(field) else field.translate(_TERM_TABLE)


@lru_cache(maxsize=4096)
def is_writable_name(field: str) -> bool:
    """Whether the parser can be given this name.

    Of one with ``*`` it makes a pattern of names, and ``_exists_`` is no field to it.
    """
    return "*" not in field and field != "_exists_"


def wildcard(test: Glob) -> str | None:
    """A glob as a bare term, or ``None`` if its characters cannot stand in one.

    The text of a term with wildcards reaches Lucene's ``WildcardQuery`` as it is, where ``\\u000a``
    is no newline; only that of a prefix (``abc*``) is unescaped first.
    """
    if not is_prefix(test) and any(
        has_controls(part) for part in test.parts if isinstance(part, str)
    ):
        return None
    return "".join(
        part.value if isinstance(part, Wild) else part.translate(_TERM_TABLE) for part in test.parts
    )


def is_prefix(test: Glob) -> bool:
    """Whether the glob is a literal start and then anything."""
    return len(test.parts) == 2 and isinstance(test.parts[0], str) and test.parts[1] is Wild.RUN
