"""A second reading of Sigma: does a rule's ``detection``, as plain data, hold on an event?

Written from the Sigma specification (SigmaHQ/sigma-specification, ``sigma-rules-specification.md``
and ``sigma-appendix-modifiers.md``, version 2.1) and, where that is silent, from
``docs/semantics.md``. It shares nothing with the compiler and does everything another way: globs
are run character by character, encodings are worked out bit by bit, conditions are counted through.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from ipaddress import ip_address, ip_network
from operator import not_
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")
Value = str | int | float | bool
Event = Mapping[str, Sequence[Value]]
Pattern = list[str]
"""Characters, each by itself, and the two wildcards."""

RUN, ONE = "RUN", "ONE"  # longer than any character
DASHES = "-/\u2013\u2014\u2015"
UTF16 = {"wide": "utf-16-le", "utf16le": "utf-16-le", "utf16be": "utf-16-be", "utf16": "utf-16-le"}
FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}
ORDER: dict[str, Callable[[float, float], bool]] = {
    "lt": lambda found, bound: found < bound,
    "lte": lambda found, bound: found <= bound,
    "gt": lambda found, bound: found > bound,
    "gte": lambda found, bound: found >= bound,
}
TIMES = {"year": (0, 4), "month": (5, 7), "day": (8, 10), "hour": (11, 13), "minute": (14, 16)}
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


class Link(NamedTuple, Generic[T]):
    """How answers are put together."""

    some: Callable[[Iterable[T]], T]
    every: Callable[[Iterable[T]], T]
    opposite: Callable[[T], T]


TRUTH: Link[bool] = Link(any, all, not_)


def holds(detection: Mapping[str, Any], event: Event) -> bool:
    """Whether the event is what the rule describes. A list of conditions is linked with OR."""
    conditions = detection["condition"]
    found = {name: search(each, event) for name, each in detection.items() if name != "condition"}
    texts = conditions if isinstance(conditions, list) else [conditions]
    return any(Condition(text, found, TRUTH).value() for text in texts)


def search(definition: Any, event: Event) -> bool:
    """A map: all of its entries. A list: any of its maps and texts. A text: a keyword."""
    if isinstance(definition, dict):
        return all(entry(key, value, event) for key, value in definition.items())
    if isinstance(definition, list):
        return any(search(each, event) for each in definition)
    return value_holds("", [], definition, event)


def entry(key: str, value: Any, event: Event) -> bool:
    """A field and its values: any of them, or all; ``neq`` turns the answer round."""
    name, *modifiers = key.split("|")
    values = value if isinstance(value, list) else [value]
    answers = [value_holds(name, modifiers, each, event) for each in values]
    answer = all(answers) if "all" in modifiers else any(answers)
    return not answer if "neq" in modifiers else answer


def value_holds(name: str, modifiers: Sequence[str], wanted: Any, event: Event) -> bool:
    """Whether some value of the field, or of the whole event, is what the rule wants."""
    found = event.get(name, ()) if name else [each for these in event.values() for each in these]
    if "exists" in modifiers:
        return bool(found) is wanted
    if wanted is None:
        return not found or "" in found
    if "fieldref" in modifiers:
        others = event.get(wanted, ())
        return any(_related(fold(form(a)), fold(form(b)), modifiers) for a in found for b in others)
    return any(_one(name, modifiers, wanted, each) for each in found)


def _related(mine: str, other: str, modifiers: Sequence[str]) -> bool:
    if "contains" in modifiers:
        return other in mine
    if "startswith" in modifiers:
        return mine[: len(other)] == other
    if "endswith" in modifiers:
        return mine[len(mine) - len(other) :] == other and len(other) <= len(mine)
    return mine == other


def _one(name: str, modifiers: Sequence[str], wanted: Any, found: Value) -> bool:
    times = [each for each in modifiers if each in TIMES]
    orders = [each for each in modifiers if each in ORDER]
    if times:
        part = time_part(form(found), times[0])
        return part is not None and (ORDER[orders[0]](part, wanted) if orders else part == wanted)
    if orders:
        number = decimal(found)
        return number is not None and ORDER[orders[0]](number, wanted)
    if "cidr" in modifiers:
        return _in_network(form(found), wanted)
    if "re" in modifiers:
        flags = sum(FLAGS[each] for each in modifiers if each in FLAGS)
        return re.search(wanted, form(found), flags | re.ASCII) is not None
    if not isinstance(wanted, str):
        text = fold(form(wanted))
        return fold(form(found)) == text if name else text in fold(form(found))
    return any(
        matches(each, form(found), "cased" in modifiers) for each in _whole(name, modifiers, wanted)
    )


def _whole(name: str, modifiers: Sequence[str], wanted: str) -> Iterator[Pattern]:
    for each in patterns(modifiers, wanted):
        yield each if name else [RUN, *each, RUN]


def form(value: Value) -> str:
    """The one text form of a value."""
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return str(value)


def decimal(value: Value) -> float | None:
    """A number in plain decimal notation, if it is one."""
    if isinstance(value, bool) or not DECIMAL.fullmatch(str(value)):
        return None
    return float(value)


def time_part(text: str, unit: str) -> int | None:
    """A part of a time in ISO 8601 with a zone."""
    start, end = TIMES[unit]
    return int(text[start:end]) if ISO.fullmatch(text) else None


def _in_network(text: str, network: str) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return address in ip_network(network)


def fold(text: str) -> str:
    """In lower case where that is one letter, and that letter's upper case is the first again."""
    return "".join(_folded(char) for char in text)


def _folded(char: str) -> str:
    lower = char.lower()
    return lower if len(lower) == 1 and lower.upper() == char else char


def patterns(modifiers: Sequence[str], wanted: str) -> list[Pattern]:
    """What the value stands for, its modifiers applied from left to right."""
    made: list[Any] = [parsed(wanted)]
    for modifier in modifiers:
        if modifier in TRANSFORM:
            made = [each for value in made for each in TRANSFORM[modifier](value)]
        elif modifier in UTF16:
            made = [_utf16(modifier, "".join(value)) for value in made]
    return [_as_text(each) for each in made]


def parsed(text: str) -> Pattern:
    r"""Wildcards and escapes: ``\`` quotes a wildcard or another ``\``, else it is itself."""
    made: Pattern = []
    rest = text
    while rest:
        if rest[:2] in {"\\*", "\\?", "\\\\"}:
            made.append(rest[1])
            rest = rest[2:]
        else:
            made.append({"*": RUN, "?": ONE}.get(rest[0], rest[0]))
            rest = rest[1:]
    return made


def _utf16(modifier: str, text: str) -> bytes:
    return (b"\xff\xfe" if modifier == "utf16" else b"") + text.encode(UTF16[modifier])


def _as_text(value: Pattern | bytes) -> Pattern:
    return list(value.decode("ascii")) if isinstance(value, bytes) else value


def _as_bytes(value: Pattern | bytes) -> bytes:
    return value if isinstance(value, bytes) else "".join(value).encode("utf-8")


def _base64(value: Pattern | bytes) -> list[Pattern]:
    return [list(b64encode(_as_bytes(value)).decode("ascii"))]


def _offsets(value: Pattern | bytes) -> list[Pattern]:
    """For each place in a group of three: the characters all of whose six bits are known."""
    data = _as_bytes(value)
    made = []
    for before in range(3):
        bits = "x" * 8 * before + "".join(f"{byte:08b}" for byte in data)
        sixes = [bits[at : at + 6] for at in range(0, len(bits), 6)]
        known = [six for six in sixes if len(six) == 6 and "x" not in six]
        made.append([ALPHABET[int(six, 2)] for six in known])
    return made


ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def _dashes(value: Pattern) -> list[Pattern]:
    """Every exchange of the dashes that begin an option: none before, a letter or digit after."""
    made: list[Pattern] = [[]]
    for at, char in enumerate(value):
        before = value[at - 1] if at else ""
        after = value[at + 1] if at + 1 < len(value) else ""
        begins = char in DASHES and not _in_word(before) and _in_word(after)
        made = [[*start, each] for start in made for each in (DASHES if begins else [char])]
    return made


def _in_word(char: str) -> bool:
    return len(char) == 1 and (char.isalnum() or char == "_")


TRANSFORM: dict[str, Callable[[Any], list[Any]]] = {
    "contains": lambda value: [[RUN, *_as_text(value), RUN]],
    "startswith": lambda value: [[*_as_text(value), RUN]],
    "endswith": lambda value: [[RUN, *_as_text(value)]],
    "base64": _base64,
    "base64offset": _offsets,
    "windash": _dashes,
}


def matches(pattern: Pattern, text: str, cased: bool) -> bool:
    """Whether the whole text is this pattern: the places reached, one step after another."""
    reached = _past_runs({0}, pattern)
    for char in text:
        steps = {at + (pattern[at] != RUN) for at in reached if _takes(pattern, at, char, cased)}
        reached = _past_runs(steps, pattern)
    return len(pattern) in reached


def _takes(pattern: Pattern, at: int, char: str, cased: bool) -> bool:
    if at == len(pattern):
        return False
    wanted = pattern[at]
    if wanted in {RUN, ONE}:
        return True
    return wanted == char if cased else _folded(wanted) == _folded(char)


def _past_runs(reached: set[int], pattern: Pattern) -> set[int]:
    found = set(reached)
    for at, part in enumerate(pattern):
        if part == RUN and at in found:
            found.add(at + 1)
    return found


class Condition(Generic[T]):
    """A condition's words, read from left to right; OR binds least, then AND, then NOT.

    ``link`` makes one answer of several, and of one its opposite: of truth values, or of formulas.
    """

    def __init__(self, text: str, found: Mapping[str, T], link: Link[T]) -> None:
        self.words = text.replace("(", " ( ").replace(")", " ) ").split()
        self.found = found
        self.link = link

    def value(self) -> T:
        """The condition's answer."""
        answer = self._or()
        assert not self.words, self.words
        return answer

    def _or(self) -> T:
        answers = [self._and()]
        while self._is("or"):
            answers.append(self._and())
        return self.link.some(answers)

    def _and(self) -> T:
        answers = [self._not()]
        while self._is("and"):
            answers.append(self._not())
        return self.link.every(answers)

    def _not(self) -> T:
        if self._is("not"):
            return self.link.opposite(self._not())
        if self._is("("):
            answer = self._or()
            assert self._is(")")
            return answer
        return self._name()

    def _name(self) -> T:
        word = self.words.pop(0)
        if word not in {"1", "any", "all"} or self.words[:1] != ["of"]:
            return self.found[word]
        self.words.pop(0)
        pattern = self.words.pop(0)
        shown = {name: value for name, value in self.found.items() if name[0] != "_"}
        wild = [RUN if char == "*" else char for char in pattern]
        named = [v for name, v in shown.items() if pattern == "them" or matches(wild, name, True)]
        assert named
        return self.link.every(named) if word == "all" else self.link.some(named)

    def _is(self, word: str) -> bool:
        if self.words and self.words[0].lower() == word:
            self.words.pop(0)
            return True
        return False
