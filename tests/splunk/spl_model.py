"""A small reading of the SPL that the emitter writes, made from the manual alone, for tests.

Nothing here comes from the emitter. ``search``: terms beside each other must all hold, OR binds
tighter than that, NOT tightest; text compares without case; ``*`` is any run; what looks like a
network tests addresses. ``where``: AND binds tighter than OR; a missing field makes a comparison
neither true nor false, and only what is true is kept; text compares with case.
(help.splunk.com, SPL Search Reference: search, where, evaluation functions.)

``halve`` says whether a string's ``\\\\`` is one backslash or is left for the expression to read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from operator import ge, gt, le, lt
from typing import Any

Event = Mapping[str, Sequence[str]]
ORDER: dict[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}

TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<name>'[^']*')|(?P<macro>`[^`]*`)"""
    r"""|(?P<op><=|>=|[=<>(),|.+-])|(?P<word>[^\s"'`=<>(),|]+))""",
    re.DOTALL,
)
WORDS = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]+(\.[0-9]+)?")


class MisreadError(AssertionError):
    """The text is not what the emitter may write."""


def tokens(text: str) -> list[str]:
    """The text's tokens; every character belongs to one."""
    found, at = [], 0
    while at < len(text.rstrip()):
        match = TOKEN.match(text, at)
        if match is None:
            raise MisreadError(f"no token at {text[at : at + 20]!r}")
        found.append(match[0].strip() if match["string"] is None else match["string"])
        at = match.end()
    return found


def holds(text: str, event: Event, *, halve: bool = True) -> bool:
    """Whether the query finds the event."""
    parts = split_pipe(tokens(text))
    base = Search(parts[0], event).whole()
    if len(parts) == 1:
        return base
    if len(parts) != 2 or parts[1][0] != "where":
        raise MisreadError(f"more than one where: {text}")
    return base and Where(parts[1][1:], event, halve).whole() is True


def split_pipe(found: list[str]) -> list[list[str]]:
    """The commands: tokens between pipes."""
    parts: list[list[str]] = [[]]
    for token in found:
        if token == "|":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def string(token: str, halve: bool = True) -> str:
    """What a quoted text holds."""
    pattern = r'\\([\\"])' if halve else r'\\(")'
    return re.sub(pattern, r"\1", token[1:-1])


@dataclass
class Reader:
    """A place in a list of tokens."""

    tokens: list[str]
    event: Event
    at: int = field(default=0, init=False)

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, wanted: str | None = None) -> str:
        token = self.peek()
        if not token or (wanted is not None and token != wanted):
            raise MisreadError(f"{wanted} expected at {self.tokens[self.at :]}")
        self.at += 1
        return token


class Search(Reader):
    """Evaluates the base search."""

    def whole(self) -> bool:
        result = self.terms()
        if self.peek():
            raise MisreadError(f"left over: {self.tokens[self.at :]}")
        return result

    def terms(self) -> bool:
        result = self.alternatives()
        while self.peek() not in ("", ")"):
            result = self.alternatives() and result
        return result

    def alternatives(self) -> bool:
        result = self.term()
        while self.peek() == "OR":
            self.take()
            result = self.term() or result
        return result

    def term(self) -> bool:
        token = self.take()
        if token == "NOT":
            return not self.term()
        if token == "(":
            result = self.terms()
            self.take(")")
            return result
        if token == "*":
            return True
        return self.comparison(token)

    def comparison(self, token: str) -> bool:
        if token.startswith('"'):
            name = string(token)
        elif WORDS.fullmatch(token) and token not in ("AND", "OR", "NOT", "IN"):
            name = token
        else:
            raise MisreadError(f"no field: {token}")
        values = self.event.get(name, ())
        op = self.take()
        if op == "IN":
            return self.members(values)
        if op == "=":
            return one_of(values, self.take())
        return self.compared(values, op, self.limit())

    def compared(self, values: Sequence[str], op: str, limit: str) -> bool:
        """Numbers as numbers, other values as texts (Splunk, SPL Search Reference, "search")."""
        bound = number(limit)
        assert bound is not None, limit
        numbers = [(number(value), value) for value in values]
        return any(
            ORDER[op](found, bound) if found is not None else ORDER[op](value, limit)
            for found, value in numbers
        )

    def limit(self) -> str:
        """The number after the operator, which the tokens may have cut up."""
        text = ""
        while self.peek() and re.fullmatch(r"-|\.|[0-9.]+", self.peek()):
            text += self.take()
        return text

    def members(self, values: Sequence[str]) -> bool:
        self.take("(")
        result = one_of(values, self.take())
        while self.peek() == ",":
            self.take()
            result = one_of(values, self.take()) or result
        self.take(")")
        return result


def number(value: str) -> float | None:
    """A value as a number, if it is one."""
    return float(value) if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", value) else None


def one_of(values: Sequence[str], token: str) -> bool:
    """Whether some value is what the token after ``=`` says."""
    text = string(token) if token.startswith('"') else token
    if not token.startswith('"') and not re.fullmatch(r"\*|[0-9]+", token):
        raise MisreadError(f"unquoted value {token}")
    if re.fullmatch(r"[0-9A-Fa-f:.]+/\d+", text):
        return any(in_network(value, text) for value in values)
    pattern = ".*".join(map(re.escape, text.split("*")))
    return any(re.fullmatch(pattern, v, re.IGNORECASE | re.DOTALL) for v in values)


def in_network(value: str, network: str) -> bool:
    """Whether the value is an address in the network."""
    try:
        return ip_address(value) in ip_network(network)
    except ValueError:
        return False


@dataclass
class Where(Reader):
    """Evaluates the expression after ``where``; ``None`` is null."""

    halve: bool = True
    bound: tuple[str, str] | None = field(default=None, init=False)

    def whole(self) -> Any:
        result = self.either()
        if self.peek():
            raise MisreadError(f"left over: {self.tokens[self.at :]}")
        return result

    def either(self) -> Any:
        result = self.both()
        while self.peek() == "OR":
            self.take()
            other = self.both()
            known = result is not None and other is not None
            result = True if result is True or other is True else (False if known else None)
        return result

    def both(self) -> Any:
        result = self.opposite()
        while self.peek() == "AND":
            self.take()
            other = self.opposite()
            known = result is not None and other is not None
            result = False if result is False or other is False else (True if known else None)
        return result

    def opposite(self) -> Any:
        if self.peek() == "NOT":
            self.take()
            result = self.opposite()
            return None if result is None else not result
        return self.compared()

    def compared(self) -> Any:
        left = self.added()
        op = self.peek()
        if op not in ("=", "<", "<=", ">", ">="):
            return left
        self.take()
        right = self.added()
        if left is None or right is None:
            return None
        return left == right if op == "=" else ORDER[op](left, right)

    def added(self) -> Any:
        left = self.primary()
        while self.peek() in (".", "+", "-"):
            op, right = self.take(), self.primary()
            if left is None or right is None:
                left = None
            elif op == ".":
                left = f"{left}{right}"
            else:
                left = left + right if op == "+" else left - right
        return left

    def primary(self) -> Any:
        token = self.take()
        if token == "(":
            result = self.either()
            self.take(")")
            return result
        if token == "-":
            return -self.primary()
        if token.startswith('"'):
            return string(token, self.halve)
        if token[0].isdigit():
            return self.digits(token)
        if token.startswith("'"):
            return self.value(token[1:-1])
        if not WORDS.fullmatch(token):
            raise MisreadError(f"no expression: {token}")
        return self.call(token) if self.peek() == "(" else self.value(token)

    def digits(self, token: str) -> float:
        if self.peek() == ".":
            self.take()
            token += "." + self.take()
        return float(token)

    def value(self, name: str) -> str | None:
        if self.bound is not None:
            if self.bound[0] not in ("", name):
                raise MisreadError("mvfilter with two fields")
            self.bound = (name, self.bound[1])
            return self.bound[1]
        values = self.event.get(name, ())
        if len(values) > 1:
            raise MisreadError(f"{name} has several values, and no mvfilter is around it")
        return values[0] if values else None

    def call(self, name: str) -> Any:
        self.take("(")
        result: Any
        if name == "mvfilter":
            result = self.filtered()
        elif name in ("isnull", "isnotnull"):
            result = (self.argument() is None) is (name == "isnull")
        else:
            result = FUNCTIONS[name](*self.arguments())
        self.take(")")
        return result

    def argument(self) -> Any:
        """The argument of ``isnull``: of a field itself, whether it has any value."""
        name = self.peek()
        plain = name.strip("'")
        if self.tokens[self.at + 1 : self.at + 2] == [")"] and not name.startswith('"'):
            self.take()
            return self.event.get(plain) or None
        return self.either()

    def arguments(self) -> list[Any]:
        found = [self.either()]
        while self.peek() == ",":
            self.take()
            found.append(self.either())
        return found

    def filtered(self) -> list[str] | None:
        start = self.at
        name = next(
            token.strip("'")
            for token, after in zip(self.tokens[start:], self.tokens[start + 1 :], strict=False)
            if after != "(" and (WORDS.fullmatch(token) or token.startswith("'"))
        )
        kept = []
        for value in self.event.get(name, ()):
            self.at, self.bound = start, (name, value)
            if self.either() is True:
                kept.append(value)
        if not self.event.get(name):
            self.at, self.bound = start, (name, "")
            self.either()
        self.bound = None
        return kept or None


def pcre(pattern: str) -> re.Pattern[str]:
    """A PCRE pattern as Python's: other names for the end of the text, code points, quoting."""
    out = re.sub(
        r"\\Q(.*?)(?:\\E|$)|\\x\{([0-9A-F]+)\}|\\(z)|(\\.)",
        lambda m: (
            re.escape(m[1])
            if m[1] is not None
            else re.escape(chr(int(m[2], 16)))
            if m[2]
            else r"\Z"
            if m[3]
            else m[4]
        ),
        pattern,
        flags=re.DOTALL,
    )
    return re.compile(out, re.ASCII)


def match(text: str | None, pattern: str | None) -> bool | None:
    """Whether the pattern is found."""
    if text is None or pattern is None:
        return None
    return pcre(pattern).search(text) is not None


def substr(text: str | None, start: float, length: float | None = None) -> str | None:
    """A part of the text, from 1; from the end if negative."""
    if text is None:
        return None
    begin = int(start) - 1 if start > 0 else max(len(text) + int(start), 0)
    return text[begin:] if length is None else text[begin : begin + int(length)]


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "match": match,
    "substr": substr,
    "cidrmatch": lambda network, text: None if text is None else in_network(text, network),
    "lower": lambda text: None if text is None else text.lower(),
    "len": lambda text: None if text is None else len(text),
    "coalesce": lambda *args: next((arg for arg in args if arg is not None), None),
    "tonumber": lambda text: None if text is None else number(text),
    "true": lambda: True,
    "false": lambda: False,
}
