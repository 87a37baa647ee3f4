"""Each test as a union of the simplest tests that together hold on the same values.

Two tests with the same forms are equal, so most leaves of a rule and of its query meet here.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network
from math import ceil, floor, inf, isnan

from siemc.evaluate import text_of
from siemc.folding import fold, has_case
from siemc.formula import (
    ONE,
    RUN,
    Cidr,
    Compare,
    Equals,
    Exists,
    Glob,
    GlobPart,
    Regex,
    Test,
    TimePart,
    Wild,
)
from siemc.formula import glob as joined
from siemc.regex.charset import Ranges, contains

_EVERYTHING: tuple[Test, ...] = (Exists(),)


def forms(test: Test) -> tuple[Test, ...]:
    """The tests one of which holds on a value just where ``test`` does.

    A glob is folded and its wildcards put in order, an expression is as few globs as it can be, or
    expressions in one spelling. No tests at all: ``test`` holds on no value. Tests that are about
    no value (``IsNull``, ``SameAs``, ``Opaque``) stand for themselves.
    """
    return _forms(plain(test))


@lru_cache(maxsize=4096)
def forms_within(test: Test, alphabet: Ranges) -> tuple[Test, ...]:
    """The forms of a test on values that have only characters of ``alphabet``."""
    if isinstance(test, Regex):
        from siemc.prove.expressions import regex_forms

        found = regex_forms(test, alphabet)
    else:
        found = forms(test)
    return tuple(each for each in found if _is_possible(each, alphabet))


def _is_possible(test: Test, alphabet: Ranges) -> bool:
    texts = [part for part in test.parts if isinstance(part, str)] if isinstance(test, Glob) else []
    return all(contains(alphabet, ord(char)) for text in texts for char in text)


def plain(test: Test) -> Test:
    """``test``, with its text for an ``Equals``: to Python, and so to a cache, true is 1."""
    return Glob((text_of(test.value),)) if type(test) is Equals else test


@lru_cache(maxsize=16_384)
def _forms(test: Test) -> tuple[Test, ...]:
    match test:
        case Glob():
            return _glob_forms(test)
        case Regex():
            from siemc.prove.expressions import regex_forms

            return regex_forms(test)
        case Cidr(IPv4Network(prefixlen=32) as network):
            return (Glob((str(IPv4Address(network.network_address)),)),)
        case Compare(_, float(number)) | TimePart(_, _, float(number)) if isnan(number):
            return ()
        case Compare(op, float(number)) if number.is_integer():
            return (Compare(op, int(number)),)
        case TimePart():
            return _time_forms(test)
        case _:
            return (test,)


def _glob_forms(test: Glob) -> tuple[Test, ...]:
    parts = test.parts
    if not _is_in_order(parts):
        parts = joined(_in_order(parts)).parts
    if parts == (RUN,):
        return _EVERYTHING
    if test.cased and any(map(_has_case, parts)):
        return (test if parts is test.parts else Glob(parts, True),)
    return (Glob(tuple([part if isinstance(part, Wild) else fold(part) for part in parts])),)


def _is_in_order(parts: tuple[GlobPart, ...]) -> bool:
    """Whether texts and runs take turns, with no other wildcard between them."""
    was_text = None
    for part in parts:
        is_text = part is not RUN
        if is_text is was_text or part is ONE or not part:
            return False
        was_text = is_text
    return True


def _has_case(part: GlobPart) -> bool:
    if isinstance(part, Wild):
        return False
    return part.lower() != part.upper() if part.isascii() else has_case(part)


def _in_order(parts: tuple[GlobPart, ...]) -> list[GlobPart]:
    """Among neighbouring wildcards, each ``?`` before the ``*``."""
    found: list[GlobPart] = []
    has_run = False
    for part in parts:
        if part is RUN:
            has_run = True
        else:
            if has_run and part is not ONE:
                found.append(RUN)
                has_run = False
            found.append(part)
    return [*found, RUN] if has_run else found


def _time_forms(test: TimePart) -> tuple[Test, ...]:
    """With ``<=`` and ``>=`` for ``<`` and ``>``: a part of a time is a whole number."""
    unit, op, number = test.unit, test.op, test.number
    if abs(number) == inf:
        holds = op != "=" and (op[0] == "<") == (number > 0)
        return (TimePart(unit, ">=", 0),) if holds else ()
    match op:
        case "<":
            return (TimePart(unit, "<=", ceil(number) - 1),)
        case ">":
            return (TimePart(unit, ">=", floor(number) + 1),)
        case "<=":
            return (TimePart(unit, "<=", floor(number)),)
        case ">=":
            return (TimePart(unit, ">=", ceil(number)),)
        case "=":
            return (TimePart(unit, "=", int(number)),) if number == int(number) else ()
