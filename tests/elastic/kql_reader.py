"""A reader of KQL for tests, after Kibana's grammar (kbn-es-query, ``grammar.peggy``).

It shares nothing with the emitter. A query becomes a function from an event to a truth value, on
fields that are keywords with a lowercase normalizer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

Event = Mapping[str, Sequence[str]]
Query = Callable[[Event], bool]
Partial = Callable[[str], Query]

SPACE = " \t\r\n\xa0"
SPECIAL = '\\():<>"*{}'
# String.prototype.trim: white space and line terminators of ECMAScript
TRIMMED = (
    "\t\n\v\f\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
WILD = "@kuery-wildcard@"


class KqlError(ValueError):
    """The text is not KQL."""


class Reader:
    """Recursive descent over one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def query(self) -> Query:
        found = self._or(self._not)
        self._spaces()
        if self.at != len(self.text):
            raise KqlError(f"left over: {self.text[self.at :]!r}")
        return found

    def _or(self, item: Callable[[], Query]) -> Query:
        parts = [self._and(item)]
        while self._word("or"):
            parts.append(self._and(item))
        return lambda event: any(part(event) for part in parts)

    def _and(self, item: Callable[[], Query]) -> Query:
        parts = [item()]
        while self._word("and"):
            parts.append(item())
        return lambda event: all(part(event) for part in parts)

    def _not(self) -> Query:
        match = re.compile(f"not[{SPACE}]+", re.IGNORECASE).match(self.text, self.at)
        if match is None:
            return self._sub()
        self.at = match.end()
        inner = self._sub()
        return lambda event: not inner(event)

    def _sub(self) -> Query:
        if not self._sign("("):
            return self._expression()
        self._spaces()
        found = self._or(self._not)
        self._spaces()
        self._expect(")")
        return found

    def _expression(self) -> Query:
        field, _ = self._literal()
        self._spaces()
        self._expect(":")
        self._spaces()
        if not self._sign("("):
            return self._value()(field)
        self._spaces()
        values = [self._value()]
        while self._word("or"):
            values.append(self._value())
        self._spaces()
        self._expect(")")
        queries = [value(field) for value in values]
        return lambda event: any(query(event) for query in queries)

    def _value(self) -> Partial:
        text, quoted = self._literal()
        if quoted or WILD not in text:
            return lambda field: lambda event: text.lower() in _lowered(event, field)
        if text == WILD:
            return lambda field: lambda event: bool(event.get(field))
        parts = [re.escape(part.lower()) for part in text.split(WILD)]
        pattern = re.compile(".*".join(parts), re.DOTALL)
        return lambda field: lambda event: any(map(pattern.fullmatch, _lowered(event, field)))

    def _literal(self) -> tuple[str, bool]:
        if self._sign('"'):
            return self._until_quote(), True
        chars: list[str] = []
        while (char := self._unquoted()) is not None:
            chars.append(char)
        if not chars:
            raise KqlError(f"no value at {self.text[self.at :]!r}")
        return "".join(chars).strip(TRIMMED), False

    def _until_quote(self) -> str:
        chars: list[str] = []
        while not self._sign('"'):
            chars.append(self._escape('\\"') or self._any())
        return "".join(chars)

    def _unquoted(self) -> str | None:
        escaped = self._escape(SPECIAL)
        if escaped is not None:
            return escaped
        keyword = re.compile(r"\\(or|and|not)", re.IGNORECASE).match(self.text, self.at)
        if keyword:
            self.at = keyword.end()
            return keyword[1]
        if self._sign("*"):
            return WILD
        here = self.text[self.at : self.at + 1]
        operator = f"[{SPACE}]+(?:or|and)[{SPACE}]+|not[{SPACE}]+"
        if not here or here in SPECIAL:
            return None
        if re.compile(operator, re.IGNORECASE).match(self.text, self.at):
            return None
        return self._any()

    def _escape(self, special: str) -> str | None:
        """White space, a code or a special character after a backslash, in this order."""
        if self.text[self.at : self.at + 1] != "\\":
            return None
        after = self.text[self.at + 1 : self.at + 2]
        if after in tuple("trn"):
            self.at += 2
            return {"t": "\t", "r": "\r", "n": "\n"}[after]
        if after and after in special:
            self.at += 2
            return after
        code = re.compile(r"\\u([0-9a-fA-F]{4})").match(self.text, self.at)
        if code:
            self.at = code.end()
            return chr(int(code[1], 16))
        return None

    def _any(self) -> str:
        if self.at >= len(self.text):
            raise KqlError("the text ends in a value")
        self.at += 1
        return self.text[self.at - 1]

    def _word(self, word: str) -> bool:
        match = re.compile(f"[{SPACE}]+{word}[{SPACE}]+", re.IGNORECASE).match(self.text, self.at)
        if match:
            self.at = match.end()
        return match is not None

    def _sign(self, sign: str) -> bool:
        if self.text.startswith(sign, self.at):
            self.at += len(sign)
            return True
        return False

    def _expect(self, sign: str) -> None:
        if not self._sign(sign):
            raise KqlError(f"{sign} expected at {self.text[self.at :]!r}")

    def _spaces(self) -> None:
        while self.text[self.at : self.at + 1] and self.text[self.at] in SPACE:
            self.at += 1


def _lowered(event: Event, field: str) -> list[str]:
    return [value.lower() for value in event.get(field, ())]


def read(text: str) -> Query:
    """The meaning of a query; raises ``KqlError`` if Kibana would not take it."""
    return Reader(text).query()
