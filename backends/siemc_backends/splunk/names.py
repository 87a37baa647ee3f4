"""Field names as SPL writes them, in ``search`` and in ``where``.

Both quote a name that is more than letters, digits and underscores: ``search`` with double quotes
(as Splunk's own detections do: ``"result.status" IN ("SUCCESS*")``), ``where`` with single ones
(help.splunk.com, SPL Search Reference, where: "Field names with non-alphanumeric characters").
Neither page says how a quotation mark within a name is escaped, so such a name is not written.
"""

from __future__ import annotations

import re
from functools import lru_cache

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

# What ``search`` reads as an operator, a time modifier or a stored search, not as a field
# (help.splunk.com, SPL Search Reference, search: <time-opts>, <search-modifier>, Time modifiers).
_NOT_A_FIELD = re.compile(
    r"and|or|not|in|term|case|(_index_)?(earliest|latest)|timeformat|(start|end)timeu?"
    r"|(start|end)?(days|hours|minutes|months)ago|searchtimespan(days|hours|minutes|months)"
    r"|saved(search|splunk)",
    re.IGNORECASE,
)
# Splunk gives an event these by its stored searches and by the tags of its values
# (help.splunk.com, Knowledge Manager Manual: About event types, About tags and aliases). Names of
# fields are with case (Splexicon, "Field"): ``eventType`` is a field as any other
_OF_SPLUNK = re.compile(r"eventtype|tag(::.*)?", re.DOTALL)
_EVAL_WORDS = frozenset({"and", "or", "not", "xor", "in", "like", "is", "true", "false", "null"})


@lru_cache(maxsize=4096)
def search_name(name: str) -> str | None:
    """The name before ``=`` in ``search``; ``None`` where search has no field of this name."""
    if _NOT_A_FIELD.fullmatch(name) or is_of_splunk(name) or not _writable(name, '"\\`*'):
        return None
    return name if _PLAIN.fullmatch(name) else f'"{name}"'


@lru_cache(maxsize=4096)
def where_name(name: str) -> str | None:
    """The name in an expression of ``where``; ``None`` if there is no sure way to write it.

    Whether single quotes hide a pipe or a subsearch's bracket is nowhere said: not written either.
    """
    if is_of_splunk(name) or not _writable(name, "'\"\\`*|[]"):
        return None
    plain = _PLAIN.fullmatch(name) and name.lower() not in _EVAL_WORDS
    return name if plain else f"'{name}'"


def is_of_splunk(name: str) -> bool:
    """Whether it is no field of the event but an event type or a tag."""
    return _OF_SPLUNK.fullmatch(name) is not None


def _writable(name: str, forbidden: str) -> bool:
    return bool(name) and name.isprintable() and not any(char in name for char in forbidden)
