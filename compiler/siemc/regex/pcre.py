"""Patterns for Splunk's ``match()``, which searches with PCRE."""

from __future__ import annotations

from collections.abc import Sequence

from siemc.formula import Wild


def glob_to_pcre(parts: Sequence[str | Wild], cased: bool) -> str:
    """The expression that is found in a value if the glob matches the whole of it.

    A run at either end is left out with its anchor: unanchored is the same.
    """
    parts = list(parts)
    opened = bool(parts) and parts[0] is Wild.RUN
    closed = len(parts) > 1 and parts[-1] is Wild.RUN
    inner = parts[opened : len(parts) - closed]
    body = "".join(map(_part, inner))
    open_ended = closed or (opened and not inner)
    text = ("" if opened else "^") + body + ("" if open_ended else "\\z")
    return _flags(inner, cased) + text


def pcre_with_flags(
    source: str, *, ignorecase: bool = False, multiline: bool = False, dotall: bool = False
) -> str:
    """Sigma's own expression with its flags in front, as Splunk's PCRE takes it."""
    flags = ("i" if ignorecase else "") + ("m" if multiline else "") + ("s" if dotall else "")
    return f"(?{flags}){source}" if flags else source


def _flags(parts: Sequence[str | Wild], cased: bool) -> str:
    letters = any(isinstance(part, str) and part.lower() != part.upper() for part in parts)
    flags = ("i" if letters and not cased else "") + ("s" if _has_wild(parts) else "")
    return f"(?{flags})" if flags else ""


def _has_wild(parts: Sequence[str | Wild]) -> bool:
    return any(isinstance(part, Wild) for part in parts)


def _part(part: str | Wild) -> str:
    if isinstance(part, Wild):
        return ".*" if part is Wild.RUN else "."
    return "".join(map(_char, part))


def _char(char: str) -> str:
    """``char`` literally; a control character or odd space by its number."""
    if char.isalnum() or char in " _":
        return char
    if not char.isprintable():
        return f"\\x{ord(char):02x}" if ord(char) < 0x100 else f"\\x{{{ord(char):x}}}"
    return "\\" + char if char.isascii() else char
