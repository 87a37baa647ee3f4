"""KQL's values: what is written with quotes, escapes and wildcards, and what it stands for.

Kibana, kbn-es-query, ``grammar.peggy`` (``QuotedString``, ``UnquotedLiteral``) and
``node_types/wildcard.ts``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from siemc.formula import GlobPart, Wild

# ``SpecialCharacter`` and ``Space`` of the grammar, as the insides of a character class.
SPECIAL = r'\\():<>"*{}'
SPACE = r" \t\r\n\xa0"

# String.prototype.trim: ECMAScript's white space and line terminators.
TRIMMED = (
    "\t\n\v\f\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)

# What the grammar puts for ``*``. Where it stands in the text itself it is a wildcard as well,
# provided there is a ``*`` somewhere: Kibana splits the whole value by it.
MARK = "@kuery-wildcard@"

WHITESPACE = {"t": "\t", "r": "\r", "n": "\n"}


class Value(NamedTuple):
    """A value as Kibana holds it.

    ``text`` is ``None`` for an unquoted ``null``; ``pieces`` are the texts between wildcards, if
    there is a wildcard.
    """

    text: str | None
    quoted: bool = False
    pieces: tuple[str, ...] = ()

    @property
    def is_lone(self) -> bool:
        """Whether it is one ``*`` alone (``isLoneWildcard``)."""
        return self.pieces == ("", "")

    @property
    def shown(self) -> str:
        """The text, with ``*`` for a wildcard."""
        return "*".join(self.pieces) if self.pieces else self.text or ""

    @property
    def parts(self) -> tuple[GlobPart, ...]:
        """The glob: its texts with a run between any two."""
        found: list[GlobPart] = []
        for piece in self.pieces:
            found += [Wild.RUN, piece]
        return tuple(found[1:])


# The order is the grammar's: ``\n`` comes before ``\not``, which is a line break and ``ot``.
_ESCAPED = re.compile(
    rf"\\(?:([trn])|([{SPECIAL}])|u([0-9a-fA-F]{{4}})|([oO][rR]|[aA][nN][dD]|[nN][oO][tT]))|(\*)"
)
# In quotes a backslash before anything else stands for itself.
_QUOTED_ESCAPE = re.compile(r'\\(?:([trn])|([\\"])|u([0-9a-fA-F]{4}))')


@lru_cache(maxsize=4096)
def bare(written: str) -> Value:
    """What an unquoted literal stands for; several words are one value, trimmed."""
    text = written
    if "\\" in text or "*" in text:
        text = _joined(_ESCAPED.sub(_unescaped, text))
    text = text.strip(TRIMMED)
    if text == "null":
        return Value(None)
    pieces = tuple(text.split(MARK)) if _has_wildcard(written) else ()
    return Value(text, pieces=pieces)


@lru_cache(maxsize=4096)
def quoted(written: str) -> Value:
    """What a quoted literal stands for; ``written`` is without its quotes."""
    if "\\" not in written:
        return Value(written, quoted=True)
    return Value(_joined(_QUOTED_ESCAPE.sub(_unescaped, written)), quoted=True)


def _unescaped(match: re.Match[str]) -> str:
    found = match[match.lastindex or 0]
    if match.lastindex == 1:
        return WHITESPACE[found]
    if match.lastindex == 3:
        return chr(int(found, 16))
    return MARK if match.lastindex == 5 else found


def _has_wildcard(written: str) -> bool:
    return "*" in written and any(m.lastindex == 5 for m in _ESCAPED.finditer(written))


def _joined(text: str) -> str:
    """Two escaped surrogates are one character, as in a JavaScript string."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
