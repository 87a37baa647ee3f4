"""Values and field names as ``query_string`` reads them.

The grammar is Lucene's classic query parser (``QueryParser.jj``); what Elasticsearch does with each
token is in ``QueryStringQueryParser.java``. Elasticsearch's reference, "Query string query",
"Reserved characters", names the characters; the parser splits at U+3000 too.
"""

from __future__ import annotations

from functools import lru_cache

from siemc.formula import Glob, Wild
from siemc_backends.elastic.expressions import HIDDEN, has_controls

_RESERVED = frozenset('+-=&|><!(){}[]^"~*?:\\/ \t\u3000')
_QUOTED = {'"': '\\"', "\\": "\\\\"} | {char: f"\\u{ord(char):04x}" for char in HIDDEN}
_TERM = {char: f"\\{char}" for char in _RESERVED} | {char: f"\\u{ord(char):04x}" for char in HIDDEN}
_QUOTED_TABLE = str.maketrans(_QUOTED)
_TERM_TABLE = str.maketrans(_TERM)


def quoted(text: str) -> str:
    """An exact value. In quotes a ``\\uXXXX`` is a character, and ``*`` and ``?`` are themselves.

    Quotes, never a bare term: ``f:\\>5`` is a range for Elasticsearch, escaped or not.
    """
    return f'"{text.translate(_QUOTED_TABLE)}"'


@lru_cache(maxsize=4096)
def name(field: str) -> str:
    """A field's name: ``\\ ``, ``\\:`` and the like, where its characters ask for it."""
    return field if field.replace(".", "").replace("_", "").isalnum() else _escaped_name(field)


def _escaped_name(field: str) -> str:
    return field.translate(_TERM_TABLE)


def is_writable_name(field: str) -> bool:
    """Whether the parser can be given this name: of one with ``*`` it makes a pattern of names."""
    return bool(field) and "*" not in field


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
