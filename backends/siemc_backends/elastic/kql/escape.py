"""Values and field names as Kibana's KQL parser reads them.

The grammar is elastic/kibana, kbn-es-query, ``grammar.peggy``; what becomes of a value is in
``functions/is.ts`` and ``node_types/wildcard.ts`` of the same package.
"""

from __future__ import annotations

import re
from functools import lru_cache

from siemc.formula import Glob, Wild
from siemc_backends.elastic.values import escape_table

_HIDDEN = frozenset(map(chr, (*range(0x20), *range(0x7F, 0xA1), 0x2028, 0x2029, 0xFEFF)))
_HIDDEN_MAP = {char: f"\\u{ord(char):04x}" for char in _HIDDEN} | {
    "\t": "\\t",
    "\n": "\\n",
    "\r": "\\r",
}
_QUOTED_TABLE = escape_table({'"': '\\"', "\\": "\\\\"} | _HIDDEN_MAP)
_ESCAPES = {char: f"\\{char}" for char in '\\():<>"*{}'} | _HIDDEN_MAP
_TERM_TABLE = escape_table(_ESCAPES)
# ``not`` before a space, and ``and``/``or`` between spaces, end an unquoted value; so does a
# special character
_SPECIAL = re.compile(
    r"not(?= |$)|(?:(?<= )|^)(?:and|or)(?= |$)|[" + re.escape("".join(_ESCAPES)) + "]",
    re.IGNORECASE,
)
# What JavaScript's trim() takes off the ends of an unquoted value, however it was written
_TRIMMED = (
    "\t\n\v\f\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
# The parser marks a wildcard by this text, and cannot tell it from a value that holds it
_MARK = "@kuery-wildcard@"
# Operators, in any case; and what is no text unless it is in quotes, in lower case alone
_WORDS = frozenset({"and", "or", "not", "null", "true", "false"})
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_@][A-Za-z0-9_@.\-]*")


def quoted(text: str) -> str:
    """An exact value: in quotes only ``\\``, ``"`` and what one line cannot hold are escaped."""
    return f'"{text.translate(_QUOTED_TABLE)}"'


@lru_cache(maxsize=4096)
def name(field: str) -> str:
    """A field's name, in quotes where a bare one would be read otherwise."""
    bare = _PLAIN_NAME.fullmatch(field) and field.lower() not in _WORDS
    return field if bare else quoted(field)


def wildcard(test: Glob) -> tuple[str, bool]:
    """A glob without ``?`` as an unquoted value, and whether some of it is written as an escape.

    Ask ``obstacle`` first whether it can be one.
    """
    text = ""
    is_escaped = False
    for part in test.parts:
        if isinstance(part, Wild):
            text += "*"
        else:
            written = _term(part)
            is_escaped = is_escaped or written != part
            text += written
    return text, is_escaped


def _term(text: str) -> str:
    """The text as an unquoted value: by a table, unless one of the words may be in it."""
    padded = f" {text.lower()} "
    if "not " in padded or " and " in padded or " or " in padded or "\n" in text:
        return _SPECIAL.sub(_escaped, text)
    return text.translate(_TERM_TABLE)


def _escaped(match: re.Match[str]) -> str:
    """``\\not`` would be a newline and ``ot``: the first letter of ``not`` is written as a code."""
    found = match[0]
    if len(found) == 1:
        return _ESCAPES[found]
    return f"\\u006e{found[1:]}" if found[0] == "n" else f"\\{found}"


def obstacle(test: Glob) -> str | None:
    """Why a glob cannot be an unquoted value, or ``None``."""
    first, last = test.parts[0], test.parts[-1]
    if isinstance(first, str) and first[0] in _TRIMMED:
        return "KQL trims the space it begins with"
    if isinstance(last, str) and last[-1] in _TRIMMED:
        return "KQL trims the space it ends with"
    for part in test.parts:
        if isinstance(part, str) and _MARK in part:
            return f"KQL takes {_MARK} for a wildcard"
    return None
