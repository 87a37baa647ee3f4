"""A place in the source of an expression, and PCRE's escapes for one character or one class."""

from __future__ import annotations

import re
from typing import Final

from siemc.regex.charset import (
    DIGIT,
    HORIZONTAL,
    LAST,
    SPACE,
    VERTICAL,
    WORD,
    Ranges,
    invert,
)
from siemc.regex.errors import RegexError, RegexUnsupported

# pcre2pattern(3), "Backslash": the escapes that stand for a set, and those for one character
SET_ESCAPES: Final[dict[str, Ranges]] = {
    "d": DIGIT,
    "D": invert(DIGIT),
    "h": HORIZONTAL,
    "H": invert(HORIZONTAL),
    "s": SPACE,
    "S": invert(SPACE),
    "v": VERTICAL,
    "V": invert(VERTICAL),
    "w": WORD,
    "W": invert(WORD),
}
_CONTROLS = {"a": 7, "e": 27, "f": 12, "n": 10, "r": 13, "t": 9}
_HEX = re.compile(r"[0-9A-Fa-f]{0,2}")
_BRACED = re.compile(r"\{([0-9A-Fa-f]+)\}")
_OCTAL = re.compile(r"[0-7]{1,3}")
_IRREGULAR = {
    "p": "a Unicode property",
    "P": "a Unicode property",
    "X": "a grapheme cluster (\\X)",
    "C": "a single code unit (\\C)",
    "g": "a back-reference or a subroutine call",
    "k": "a back-reference",
}


class Cursor:
    """The source and how far it has been read."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.position = 0
        self.quoting = False  # between \Q and \E

    def at_end(self) -> bool:
        """Whether everything has been read."""
        return self.position >= len(self.source)

    def peek(self, text: str) -> bool:
        """Whether ``text`` comes next."""
        return self.source.startswith(text, self.position)

    def accept(self, text: str) -> bool:
        """Read ``text`` if it comes next, and say whether it did."""
        if not self.peek(text):
            return False
        self.position += len(text)
        return True

    def take(self) -> str:
        """The next character, read; the empty text at the end."""
        char = self.source[self.position : self.position + 1]
        self.position += 1
        return char

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Read what ``pattern`` matches here, if it does."""
        found = pattern.match(self.source, self.position)
        if found:
            self.position = found.end()
        return found

    def error(self, message: str, position: int | None = None) -> RegexError:
        """The error to raise, about ``position`` or the present place."""
        return RegexError(message, self.position if position is None else position)

    def toggle_quoting(self) -> bool:
        """Read a ``\\Q`` or ``\\E`` if one comes next, and say whether it did."""
        if self.accept("\\E"):
            self.quoting = False
            return True
        if not self.quoting and self.accept("\\Q"):
            self.quoting = True
            return True
        return False

    def code_point(self, letter: str, start: int) -> int:
        """The character that ``\\letter`` at ``start`` stands for, the letter having been read.

        Raises ``RegexError`` for an escape that PCRE does not know, ``RegexUnsupported`` for one
        that no regular expression can express.
        """
        if letter in _CONTROLS:
            return _CONTROLS[letter]
        if letter in _IRREGULAR:
            raise RegexUnsupported(_IRREGULAR[letter], start)
        if letter == "x":
            return self._hexadecimal(start)
        if letter == "o":
            return self._braced(8, start)
        if letter == "c":
            return self._control(start)
        if letter.isascii() and letter.isalnum():
            raise self.error(f"unknown escape \\{letter}", start)
        return ord(letter)

    def octal(self) -> int | None:
        """The character of up to three octal digits, if they come next."""
        found = self.match(_OCTAL)
        return int(found[0], 8) if found else None

    def _hexadecimal(self, start: int) -> int:
        if self.peek("{"):
            return self._braced(16, start)
        found = self.match(_HEX)
        return int(found[0] or "0", 16) if found else 0

    def _braced(self, base: int, start: int) -> int:
        found = self.match(_BRACED)
        try:
            point = int(found[1], base) if found else -1
        except ValueError:
            point = -1
        if not 0 <= point <= LAST or 0xD800 <= point <= 0xDFFF:
            raise self.error("a character code that is malformed or out of range", start)
        return point

    def _control(self, start: int) -> int:
        char = self.take()
        if not (char.isascii() and char.isprintable() and char):
            raise self.error("\\c without a printable ASCII character", start)
        return ord(char.upper()) ^ 0x40


def set_escape(letter: str) -> Ranges | None:
    """The set that ``\\letter`` stands for inside and outside a bracket class."""
    return SET_ESCAPES.get(letter)
