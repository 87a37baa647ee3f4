"""Values: their text, what of it a field can hold, and how a message shows it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from siemc.folding import fold, odd_lower
from siemc.formula import Atom, Glob, GlobPart, Regex, SameAs, Wild
from siemc_backends.elastic.fields import Facts

LONGEST_NUMBER = 40
WHOLE = frozenset({"long", "integer", "short", "byte", "unsigned_long"})
KEYWORDS = frozenset({"keyword", "wildcard", "constant_keyword", "flattened"})


def text_of(value: float | bool) -> str:
    """The one text form of a number or truth value: ``true``, a whole number without its point."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def is_number(text: str | None, known: Facts) -> bool:
    """Whether the text is the one form of a number that the field can hold."""
    if text is None or len(text) > LONGEST_NUMBER:
        return False
    digits = text.removeprefix("-")
    if digits.isascii() and digits.isdigit():
        return text == str(int(text))
    if any(kind.type in WHOLE for kind in known.kinds):
        return False
    try:
        number = float(text)
    except ValueError:
        return False
    return is_finite(text) and text == text_of(number)


def is_finite(text: str) -> bool:
    """Whether the text form of a number is one that a query can hold."""
    return text not in {"inf", "-inf", "nan"}


def is_prefix(test: Glob) -> bool:
    """Whether the glob is a value or the start of one: what a flattened field's key can be held to.

    Elasticsearch's reference, "Flattened field type", "Supported operations".
    """
    return all(isinstance(part, str) for part in test.parts[:-1]) and Wild.ONE not in test.parts


def is_for_each(test: Glob, known: Facts) -> bool:
    """Whether a literal is a value that every variant of the field takes in its one text."""
    if not test.literal:
        return False
    numbers = any(kind.is_number for kind in known.kinds)
    rest = all(kind.type in KEYWORDS or kind.is_number for kind in known.kinds)
    return rest and (not numbers or is_number(test.literal, known))


def has_only_wildcards(test: Glob) -> bool:
    """Whether the glob is about the length alone: ``???*``, not ``*`` and not ``???``."""
    return Wild.RUN in test.parts and Wild.ONE in test.parts and not any(map(_is_text, test.parts))


def _is_text(part: GlobPart) -> bool:
    return isinstance(part, str)


def is_merged(text: str) -> bool:
    """Whether a lowercase normalizer makes some character a letter that the case table does not.

    It indexes the Kelvin sign as ``k``, so on such a field the one cannot be told from the other.
    """
    return not text.isascii() and any(ord(char) in odd_lower() for char in text)


def lowered(test: Glob) -> Glob:
    """The glob with its literals in lower case."""
    parts: list[GlobPart] = [fold(p) if isinstance(p, str) else p for p in test.parts]
    return Glob(tuple(parts), test.cased)


_HALF = re.compile("[\ud800-\udfff]")


def half_characters(atom: Atom) -> str:
    """Which text of the leaf holds half a surrogate pair, which UTF-8 cannot; none if none does."""
    if atom.field is not None and _HALF.search(atom.field):
        return f"The field name {clip(atom.field)}"
    match atom.test:
        case Glob(parts):
            text = "".join([part for part in parts if isinstance(part, str)])
        case Regex(source):
            text = source
        case SameAs(other):
            text = other
        case _:
            return ""
    return f"{clip(text)} on {atom.field or 'the event'}" if _HALF.search(text) else ""


def show(test: Glob) -> str:
    """The glob as Sigma writes it, cut to a length that fits a message."""
    parts = (
        part.value if isinstance(part, Wild) else part.replace("*", "\\*").replace("?", "\\?")
        for part in test.parts
    )
    return clip("".join(parts))


def clip(text: str, length: int = 60) -> str:
    """``text`` on one line, in quotes, cut off where it is long."""
    shown = text if len(text) <= length else f"{text[: length - 1]}…"
    return f"“{shown}”" if shown.isprintable() else repr(shown)


def escape_table(escapes: Mapping[str, str]) -> dict[int, str]:
    """The table of these escapes for ``str.translate``, with the ASCII characters that stay.

    Of a character that a table lacks, ``translate`` learns by an exception: half of its time.
    """
    return {code: chr(code) for code in range(128)} | str.maketrans(dict(escapes))
