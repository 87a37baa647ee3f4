"""Values of the encoding modifiers, worked out here because pySigma's differ between versions.

The modifiers are those of the Sigma specification, appendix "Modifiers": ``wide`` and its
relatives encode text as UTF-16, ``base64`` and ``base64offset`` encode the bytes, ``windash``
exchanges the characters that begin an option, ``expand`` marks placeholders. Known slips of
pySigma 1.5: base64 of an escaped wildcard encodes its backslash, base64 after ``utf16`` encodes
the byte order mark as UTF-8, offsets are cut by characters and not by bytes.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from itertools import product

from sigma.types import Placeholder, SigmaString, SpecialChars

Part = str | SpecialChars | Placeholder
Parts = tuple[Part, ...]
Value = Parts | bytes

# The specification's list: hyphen, slash, en dash, em dash, horizontal bar.
DASHES = ("-", "/", "\u2013", "\u2014", "\u2015")
# As in pySigma: not inside a word, and with a word after it.
DASH = re.compile(r"\B[-/\u2013\u2014\u2015]\b")
PLACEHOLDER = re.compile(r"(?<!\\)%(?!\s)([^%\\]+)(?<!\s)%")
MAX_VARIANTS = 3125  # five dashes

UTF16 = {
    "wide": ("utf-16-le", b""),
    "utf16le": ("utf-16-le", b""),
    "utf16be": ("utf-16-be", b""),
    "utf16": ("utf-16-le", b"\xff\xfe"),
}
ENCODING = frozenset({*UTF16, "base64", "base64offset", "windash", "expand"})
AFFIXES = {"contains": (True, True), "startswith": (False, True), "endswith": (True, False)}


class EncodeError(ValueError):
    """Why a modifier cannot take a value: ``message`` and ``hint`` are for the diagnostic."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def encode(text: str, modifiers: Sequence[str]) -> list[SigmaString]:
    """What ``text`` becomes by these modifiers, in their order; several values mean any of them.

    Modifiers that are neither encodings nor affixes change nothing here. Raises ``EncodeError``.
    """
    if ENCODING.isdisjoint(modifiers):
        return [affixed(string(text), modifiers)]
    values: list[Value] = [_parsed(text)]
    for modifier in modifiers:
        values = [made for value in values for made in _apply(modifier, value)]
        if len(values) > MAX_VARIANTS:
            message = f"'{modifier}' makes more than {MAX_VARIANTS} values of this one."
            raise EncodeError(message, "Split the value into several searches.")
    return [_string(_as_text(value)) for value in values]


def string(text: str) -> SigmaString:
    """The text as pySigma reads it, with its wildcards and escapes."""
    return _made(list(_parsed(text)), text)


def affixed(value: SigmaString, modifiers: Sequence[str]) -> SigmaString:
    """The value with the wildcards that ``contains``, ``startswith`` and ``endswith`` add."""
    parts: Parts = tuple(value.s)
    for modifier in modifiers:
        if modifier in AFFIXES:
            parts = _affixed(modifier, parts)
    return _made(list(parts), "")


def placeholders(value: SigmaString) -> SigmaString:
    """The same with its placeholders marked, as ``expand`` does."""
    return _string(_placeholders(tuple(value.s)), value.original)


def _parsed(text: str) -> Parts:
    if "*" in text or "?" in text or "\\\\" in text:
        return tuple(SigmaString(text).s)
    return _text(text)


def _apply(modifier: str, value: Value) -> Iterator[Value]:
    if modifier in UTF16:
        yield _utf16(modifier, _as_text(value))
    elif modifier == "base64":
        yield _text(b64encode(_as_bytes(modifier, value)).decode("ascii"))
    elif modifier == "base64offset":
        yield from _offsets(_as_bytes(modifier, value))
    elif modifier == "windash":
        yield from _dashes(_as_text(value))
    elif modifier == "expand":
        yield _placeholders(_as_text(value))
    elif modifier in AFFIXES:
        yield _affixed(modifier, _as_text(value))
    else:
        yield value


def _utf16(modifier: str, parts: Parts) -> Value:
    """The bytes; only where there is a wildcard, parts of text, which base64 then refuses."""
    encoding, mark = UTF16[modifier]
    if all(isinstance(part, str) for part in parts):
        return mark + "".join(map(str, parts)).encode(encoding)
    encoded = [
        _as_text(part.encode(encoding))[0] if isinstance(part, str) and part else part
        for part in parts
    ]
    return (*_as_text(mark), *encoded)


def _as_text(value: Value) -> Parts:
    """Bytes as the text an event would hold; a byte order mark is U+FEFF."""
    if not isinstance(value, bytes):
        return value
    marked = value.startswith(b"\xff\xfe")
    try:
        text = ("\ufeff" if marked else "") + value[2 * marked :].decode("ascii")
    except UnicodeDecodeError:
        message = "A UTF-16 value with letters outside ASCII is no text."
        raise EncodeError(message, "Put base64 or base64offset after it.") from None
    return _text(text)


def _text(text: str) -> Parts:
    return (text,) if text else ()


def _as_bytes(modifier: str, value: Value) -> bytes:
    if isinstance(value, bytes):
        return value
    for part in value:
        if isinstance(part, Placeholder):
            hint = "Put expand after the encoding, or write the value out."
            raise EncodeError(f"'{modifier}' cannot encode the placeholder %{part.name}%.", hint)
        if not isinstance(part, str):
            hint = "Escape the wildcard with a backslash; put contains and the like last."
            raise EncodeError(f"'{modifier}' cannot encode a value with wildcards.", hint)
    return "".join(map(str, value)).encode("utf-8")


def _offsets(data: bytes) -> Iterator[Value]:
    """The part of the base64 text that does not depend on what stands before and after.

    For each of the three alignments: the characters that hold bits of the bytes before, and those
    that hold bits of the bytes after, are cut off.
    """
    for before in range(3):
        text = b64encode(b" " * before + data).decode("ascii")
        first = (0, 2, 3)[before]
        last = len(text) - (0, 3, 2)[(len(data) + before) % 3]
        kept = text[first:last]
        yield _text(kept)


def _dashes(parts: Parts) -> Iterator[Value]:
    """Every exchange of the dashes that begin an option."""
    pieces: list[tuple[Part, ...]] = []
    count = 0
    for part in parts:
        if not isinstance(part, str):
            pieces.append((part,))
            continue
        end = 0
        for match in DASH.finditer(part):
            pieces += [(part[end : match.start()],), DASHES]
            end = match.end()
            count += 1
        pieces.append((part[end:],))
    if len(DASHES) ** count > MAX_VARIANTS:
        message = f"'windash' would exchange {count} dashes in one value; five are the limit."
        raise EncodeError(message, "Split the value into several searches.")
    for made in product(*pieces):
        yield tuple(part for part in made if part != "")


def _placeholders(parts: Parts) -> Parts:
    found: list[Part] = []
    for part in parts:
        if isinstance(part, str):
            for i, piece in enumerate(PLACEHOLDER.split(part)):
                found.append(Placeholder(piece) if i % 2 else piece.replace("\\%", "%"))
        else:
            found.append(part)
    return tuple(part for part in found if part != "")


def _affixed(modifier: str, parts: Parts) -> Parts:
    before, after = AFFIXES[modifier]
    run = SpecialChars.WILDCARD_MULTI
    if before and (not parts or parts[0] is not run):
        parts = (run, *parts)
    if after and parts[-1:] != (run,):
        parts = (*parts, run)
    return parts


def _string(parts: Parts, original: str = "") -> SigmaString:
    """A pySigma string of these parts, neighbouring texts joined."""
    return _made(_joined(parts), original)


def _made(parts: list[Part], original: str) -> SigmaString:
    """A pySigma string of these parts.

    The constructor, which would parse an empty text, is passed by: this runs for every value.
    """
    value = SigmaString.__new__(SigmaString)
    value.original = original
    value.s = parts
    return value


def _joined(parts: Parts) -> list[Part]:
    joined: list[Part] = []
    for part in parts:
        last = joined[-1] if joined else None
        if isinstance(part, str) and isinstance(last, str):
            joined[-1] = last + part
        elif part != "":
            joined.append(part)
    return joined
