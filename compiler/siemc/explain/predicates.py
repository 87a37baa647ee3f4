"""Predicates: one leaf of a formula in words that people sort tables by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, assert_never

from siemc.evaluate import text_of
from siemc.formula import (
    ONE,
    RUN,
    Atom,
    Cidr,
    Compare,
    Equals,
    Exists,
    Glob,
    GlobPart,
    IsNull,
    Opaque,
    Regex,
    SameAs,
    Test,
    TimePart,
    YamlPath,
)

Kind = Literal[
    "eq",
    "starts_with",
    "ends_with",
    "contains",
    "match",
    "regex",
    "cidr",
    "lt",
    "le",
    "gt",
    "ge",
    "null",
    "exists",
    "same_as",
    "time",
    "opaque",
]
"""``match`` is a text with wildcards elsewhere than at its ends; ``opaque`` one of the target's."""

_ORDERS: dict[str, Kind] = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


@dataclass(frozen=True, slots=True)
class Predicate:
    """A leaf: a field (``None`` for a keyword), a kind and a value.

    ``value`` is the text itself, without the wildcards that its kind stands for; that of a
    ``match`` is a Sigma pattern, ``*`` and ``?`` being escaped where they are meant literally.
    ``identifier`` is the search it is written in, ``place`` where. ``negated``: it must not hold.
    """

    field: str | None
    kind: Kind
    value: str
    cased: bool
    identifier: str
    place: YamlPath
    negated: bool = False


def predicate(atom: Atom, negated: bool = False) -> Predicate:
    """The leaf in words."""
    kind, value, cased = _said(atom.test)
    origin = atom.origins[0] if atom.origins else None
    identifier, place = (origin.identifier, origin.path) if origin else ("", ())
    return Predicate(atom.field, kind, value, cased, identifier, place, negated)


def _said(test: Test) -> tuple[Kind, str, bool]:
    match test:
        case Glob(parts, cased):
            return *_glob(parts), cased
        case Regex(source):
            return "regex", f"{_flags(test)}{source}", not test.ignorecase
        case Cidr(network):
            return "cidr", str(network), False
        case Compare(op, number):
            return _ORDERS[op], text_of(number), False
        case Equals(value):
            return "eq", text_of(value), False
        case IsNull():
            return "null", "", False
        case Exists():
            return "exists", "", False
        case SameAs(field, affix, cased):
            return "same_as", field if affix == "equals" else f"{affix} {field}", cased
        case TimePart(unit, op, number):
            return "time", f"{unit} {op} {text_of(number)}", False
        case Opaque(text):
            return "opaque", text, True
    assert_never(test)


def _glob(parts: Sequence[GlobPart]) -> tuple[Kind, str]:
    match parts:
        case []:
            return "eq", ""
        case [str() as text]:
            return "eq", text
        case [wild] if wild is RUN:
            return "exists", ""
        case [str() as text, last] if last is RUN:
            return "starts_with", text
        case [first, str() as text] if first is RUN:
            return "ends_with", text
        case [first, str() as text, last] if first is RUN and last is RUN:
            return "contains", text
        case _:
            return "match", "".join(map(_pattern, parts))


def _pattern(part: GlobPart) -> str:
    if part is RUN:
        return "*"
    if part is ONE:
        return "?"
    assert isinstance(part, str)
    return part.replace("*", "\\*").replace("?", "\\?")


def _flags(test: Regex) -> str:
    set_ = [("i", test.ignorecase), ("m", test.multiline), ("s", test.dotall)]
    letters = "".join(letter for letter, is_set in set_ if is_set)
    return f"(?{letters})" if letters else ""
