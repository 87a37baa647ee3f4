"""Conditions: the expression over the named searches of a detection.

The grammar is that of the Sigma specification (sigma-rules-specification, "Condition"): ``not``
binds before ``and``, ``and`` before ``or``; ``1 of``, ``any of`` and ``all of`` take ``them`` or a
pattern with ``*``. Patterns and ``them`` pass over names that begin with ``_``.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache

from siemc.diagnostics import did_you_mean

TOKEN = re.compile(r"[()|]|[^\s()|]+")
QUANTIFIERS = {"1": "any", "any": "any", "all": "all"}
OPERATORS = frozenset({"and", "or", "not"})
MAX_DEPTH = 100


class ConditionError(ValueError):
    """What is wrong with a condition.

    ``position`` is the offset in its text, from 0; ``code`` and ``hint`` are for the diagnostic.
    """

    def __init__(self, message: str, position: int, code: str = "SC014", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.code = code
        self.hint = hint or "Write names joined by 'and', 'or', 'not' and parentheses."


@dataclass(frozen=True, slots=True)
class Name:
    """One search; ``start`` and ``end`` are offsets in the condition's text."""

    name: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Some of these searches, in the order the detection has them; ``said`` is the text."""

    names: tuple[str, ...]
    said: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one of these searches, in the order the detection has them; ``said`` is the text."""

    names: tuple[str, ...]
    said: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """True where ``item`` is not."""

    item: Condition


@dataclass(frozen=True, slots=True)
class And:
    """True where every item is; at least two."""

    items: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """True where some item is; at least two."""

    items: tuple[Condition, ...]


Condition = Name | AnyOf | AllOf | Not | And | Or


def parse(text: str, identifiers: Collection[str]) -> Condition:
    """The condition as a tree over ``identifiers``; ``ConditionError`` if it is none."""
    return _parse(text, tuple(identifiers))


@lru_cache(maxsize=4096)  # a rule's is read when it is loaded and each time it is lowered
def _parse(text: str, identifiers: tuple[str, ...]) -> Condition:
    reader = _Reader(text, identifiers)
    found = reader.disjunction(0)
    if reader.word is not None:
        raise reader.unexpected()
    return found


def names(node: Condition) -> tuple[str, ...]:
    """Every search the condition uses, in the order of the text, repetitions included."""
    match node:
        case Name(name):
            return (name,)
        case AnyOf(found) | AllOf(found):
            return found
        case Not(item):
            return names(item)
        case And(items) | Or(items):
            return tuple(name for item in items for name in names(item))


def render(node: Condition, prefix: str = "") -> str:
    """The condition as text, each name with ``prefix`` before it and selectors written out."""
    match node:
        case Name(name):
            return prefix + name
        case AnyOf(found):
            return "(" + " or ".join(prefix + name for name in found) + ")"
        case AllOf(found):
            return "(" + " and ".join(prefix + name for name in found) + ")"
        case Not(item):
            return "not " + render(item, prefix)
        case And(items):
            return "(" + " and ".join(render(item, prefix) for item in items) + ")"
        case Or(items):
            return "(" + " or ".join(render(item, prefix) for item in items) + ")"


class _Reader:
    """A cursor over the condition's words; ``word`` is ``None`` at the end."""

    def __init__(self, text: str, identifiers: Collection[str]) -> None:
        self.text = text
        self.identifiers = identifiers
        self.tokens = [(match[0], match.start()) for match in TOKEN.finditer(text)]
        self.index = -1
        self.word: str | None = None
        self.start = 0
        self.next()

    def next(self) -> None:
        self.index += 1
        if self.index < len(self.tokens):
            self.word, self.start = self.tokens[self.index]
        else:
            self.word, self.start = None, len(self.text)

    def keyword(self) -> str:
        return self.word.lower() if self.word else ""

    def disjunction(self, depth: int) -> Condition:
        items = [self.conjunction(depth)]
        while self.keyword() == "or":
            self.next()
            items.append(self.conjunction(depth))
        return items[0] if len(items) == 1 else Or(tuple(items))

    def conjunction(self, depth: int) -> Condition:
        items = [self.negation(depth)]
        while self.keyword() == "and":
            self.next()
            items.append(self.negation(depth))
        return items[0] if len(items) == 1 else And(tuple(items))

    def negation(self, depth: int) -> Condition:
        if depth > MAX_DEPTH:
            raise ConditionError("The condition is nested too deeply.", self.start)
        if self.keyword() == "not":
            self.next()
            return Not(self.negation(depth + 1))
        if self.word == "(":
            return self.group(depth)
        return self.operand()

    def group(self, depth: int) -> Condition:
        opened = self.start
        self.next()
        found = self.disjunction(depth + 1)
        if self.word is None:
            raise ConditionError("This parenthesis is never closed.", opened)
        if self.word != ")":
            raise self.unexpected()
        self.next()
        return found

    def operand(self) -> Condition:
        word, start = self.word, self.start
        if word is None or word in "()|" or word.lower() in OPERATORS:
            raise self.missing()
        self.next()
        if self.keyword() == "of" and word.lower() in QUANTIFIERS:
            self.next()
            return self.selector(QUANTIFIERS[word.lower()], f"{word} of")
        if word not in self.identifiers:
            if self.keyword() == "of":
                message = f"'{word} of' is no selector."
                raise ConditionError(message, start, hint="Write '1 of', 'any of' or 'all of'.")
            raise self.unknown(word, start)
        return Name(word, start, start + len(word))

    def selector(self, quantifier: str, said: str) -> Condition:
        pattern = self.word
        if pattern is None or pattern in "()|":
            raise ConditionError(f"'{said}' needs 'them' or a pattern after it.", self.start)
        found = tuple(_selected(pattern, self.identifiers))
        if not found:
            raise self.unmatched(f"{said} {pattern}", pattern)
        self.next()
        whole = f"{said} {pattern}"
        return AnyOf(found, whole) if quantifier == "any" else AllOf(found, whole)

    def missing(self) -> ConditionError:
        """The error for an operand that is not there."""
        if not self.tokens:
            return ConditionError("The condition is empty.", 0)
        if self.word == "|":
            return self.unexpected()
        if self.word is None:
            last, start = self.tokens[-1]
            return ConditionError(f"The condition ends after '{last}'.", start)
        return ConditionError(f"A name is missing before '{self.word}'.", self.start)

    def unexpected(self) -> ConditionError:
        """The error for a word that cannot stand where it does."""
        if self.word == "|":
            return ConditionError(
                "The condition has an aggregation after '|', which Sigma no longer has.",
                self.start,
                "SC016",
                "Write a correlation rule instead.",
            )
        if self.word == ")":
            return ConditionError("This parenthesis was never opened.", self.start)
        message = f"'and' or 'or' is missing before '{self.word}'."
        return ConditionError(message, self.start)

    def unknown(self, word: str, start: int) -> ConditionError:
        return ConditionError(
            f"The condition names '{word}', which is not a search of the detection.",
            start,
            "SC015",
            _suggestion(word, self.identifiers),
        )

    def unmatched(self, said: str, pattern: str) -> ConditionError:
        return ConditionError(
            f"'{said}' matches no search of the detection.",
            self.start,
            "SC015",
            _suggestion(pattern.rstrip("*"), self.identifiers),
        )


def _selected(pattern: str, identifiers: Collection[str]) -> list[str]:
    if pattern.lower() == "them":
        return [name for name in identifiers if not name.startswith("_")]
    hidden = pattern.startswith("_")
    pieces = pattern.split("*")
    return [
        name for name in identifiers if (hidden or not name.startswith("_")) and _fits(name, pieces)
    ]


def _fits(name: str, pieces: list[str]) -> bool:
    """Whether ``name`` is these pieces with anything between them, in linear time."""
    if len(pieces) == 1:
        return name == pieces[0]
    first, *middle, last = pieces
    if len(name) < len(first) + len(last) or not name.startswith(first):
        return False
    position = len(first)
    for piece in middle:
        position = name.find(piece, position)
        if position < 0:
            return False
        position += len(piece)
    return name.endswith(last) and position <= len(name) - len(last)


def _suggestion(word: str, identifiers: Collection[str]) -> str:
    shown = [name for name in identifiers if not name.startswith("_")]
    if near := did_you_mean(word, shown):
        return near.strip()
    listed = ", ".join(f"'{name}'" for name in shown[:8])
    return f"The detection has {listed}." if listed else "The detection has no searches."
