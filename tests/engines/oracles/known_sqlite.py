"""Where pySigma's SQLite backend, or SQLite itself, reads Sigma otherwise."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, ip_network

from siemc.evaluate import Event, Value
from siemc.load import LoadedRule
from tests.engines.oracles.known import Example, Known, has, one, texts
from tests.engines.oracles.leaves import Leaf, leaves

ORDERS = ("lt", "lte", "gt", "gte")
TIMES = ("minute", "hour", "day", "week", "month", "year")
UTF16 = ("wide", "utf16", "utf16le", "utf16be")
BASE64 = ("base64", "base64offset")
UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
# The words of a condition that pySigma 1.5 knows in small letters only, and takes for a word at
# the start of a name
CAPITALS = re.compile(r"\b(AND|OR|NOT|OF|ALL|ANY)\b")
WORD_IN_NAME = re.compile(r"(and|or|not)\w", re.ASCII)


def is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def others(leaf: Leaf, event: Event) -> list[Value]:
    """What the leaf's values are compared with: its own, or another field's."""
    return list(event.get(leaf.value, ())) if has(leaf, "fieldref") else [leaf.value]


def has_letters_beyond_ascii(leaf: Leaf, event: Event) -> bool:
    if has(leaf, "cased") or not texts(leaf, event):
        return False
    wanted = "".join(map(str, others(leaf, event)))
    return all(
        any(not char.isascii() and char.swapcase() != char for char in text)
        for text in ("".join(texts(leaf, event)), wanted)
    )


def is_no_network_of_plain_addresses(leaf: Leaf, event: Event) -> bool:
    if not has(leaf, "cidr"):
        return False
    return ":" in leaf.value or any(not _is_v4(text) for text in texts(leaf, event))


def _is_v4(text: str) -> bool:
    try:
        return str(IPv4Address(text)) == text
    except ValueError:
        return False


def compares_text_as_number(leaf: Leaf, event: Event) -> bool:
    """A text in one, a number in the other, both the same number."""
    plain = not leaf.modifiers or leaf.modifiers in {("fieldref",), ("fieldref", "neq"), ("neq",)}
    pairs = [(a, b) for a in leaf.found(event) for b in others(leaf, event)]
    return plain and any(
        is_number(a) is not is_number(b) and _decimal(a) == _decimal(b) is not None
        for a, b in pairs
    )


def _decimal(value: Value) -> float | None:
    try:
        return float(value) if not isinstance(value, bool) else None  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None


def orders_texts(leaf: Leaf, event: Event) -> bool:
    numbers = map(is_number, leaf.found(event))
    return has(leaf, *ORDERS) and not has(leaf, *TIMES) and not all(numbers)


def reads_time_otherwise(leaf: Leaf, event: Event) -> bool:
    found = texts(leaf, event)
    return has(leaf, *TIMES) and any(not UTC.fullmatch(text) for text in found)


def is_bit(leaf: Leaf, event: Event) -> bool:
    return isinstance(leaf.value, bool) and bool({"0", "1"} & set(texts(leaf, event)))


def is_empty_null(leaf: Leaf, event: Event) -> bool:
    return leaf.value is None and "" in leaf.found(event)


def has_escapes(leaf: Leaf, event: Event) -> bool:
    return has(leaf, *BASE64) and re.search(r"\\[*?\\]", str(leaf.value)) is not None


def has_twin(leaf: Leaf, event: Event) -> bool:
    """The event has the field under a name in another case."""
    return leaf.field not in event and leaf.field.lower() in map(str.lower, event)


def asks_for_nul(leaf: Leaf, event: Event) -> bool:
    return has(leaf, "wide", "utf16be") and not has(leaf, *BASE64)


def has_other_dashes(leaf: Leaf, event: Event) -> bool:
    return has(leaf, "windash") and re.search("[\u2013-\u2015]", str(leaf.value)) is not None


def has_capitals(rule: LoadedRule) -> bool:
    return any(CAPITALS.search(each) for each in rule.rule.detection.condition)


def holds_nul(leaf: Leaf, event: Event) -> bool:
    return any("\0" in str(value) for value in (*leaf.found(event), *others(leaf, event)))


def has_network_of_several(rule: LoadedRule) -> bool:
    """A network that does not end where a byte does is several patterns."""
    networks = [each.value for each in leaves(rule).values() if has(each, "cidr")]
    return any(ip_network(each).prefixlen % 8 for each in networks)


def has_word_in_name(rule: LoadedRule) -> bool:
    return any(map(WORD_IN_NAME.match, rule.data["detection"]))


KNOWN = (
    Known(
        "keywords",
        "The backend refuses to search the whole event. Specification, Keywords search: keywords "
        "are sought across an entire event.",
        one("", "word", "a word", True, None),
        leaf=lambda leaf, event: not leaf.field,
    ),
    Known(
        "field names without case",
        "A column of SQLite has no case (https://www.sqlite.org/lang_createtable.html), a field "
        "has. Specification, Field Usage: fields are named as the log source does.",
        Example(
            {"selection": {"Name": "x"}, "condition": "selection"}, {"name": ["x"]}, False, True
        ),
        leaf=has_twin,
    ),
    Known(
        "no case but ASCII's",
        "LIKE and NOCASE fold ASCII letters only (https://www.sqlite.org/lang_expr.html, The LIKE "
        "operator). Specification, General: values are matched without case.",
        one("F", "Müller", "MÜLLER", True, False),
        leaf=has_letters_beyond_ascii,
    ),
    Known(
        "a network as a text",
        "The backend writes a network as patterns of texts: what is no address passes, an IPv6 "
        "address in another spelling does not. Modifiers, IP: for IP values, in both notations.",
        one("F|cidr", "10.0.0.0/8", "10.x", False, True),
        leaf=is_no_network_of_plain_addresses,
    ),
    Known(
        "null is no empty text",
        "IS NULL is not true of an empty text. Specification, Special Field Values, leaves it to "
        "the target; docs/semantics.md says that null holds of an empty value.",
        one("F", None, "", True, False),
        leaf=is_empty_null,
    ),
    Known(
        "texts in order",
        "SQLite orders a text as a text (https://www.sqlite.org/datatype3.html, Comparison "
        "Expressions). Modifiers, Numeric: they are about numeric values.",
        one("F|gt", 1023, "9", False, True),
        leaf=orders_texts,
    ),
    Known(
        "times in UTC",
        "strftime turns a time into UTC and takes one without zone or date "
        "(https://www.sqlite.org/lang_datefunc.html). Modifiers, Time: not designed to handle "
        "timezone conversions; docs/semantics.md: a time without a zone has no parts.",
        one("F|hour", 13, "2026-11-24T13:45:00+02:00", True, False),
        leaf=reads_time_otherwise,
    ),
    Known(
        "weeks from 0",
        "%W counts from the year's first Monday, 0 to 53 (lang_datefunc.html). Modifiers, Time: "
        "`week` is between 1 and 52.",
        one("F|week", 48, "2026-11-24T13:45:00Z", True, False),
        leaf=lambda leaf, event: has(leaf, "week"),
    ),
    Known(
        "a truth value as a bit",
        "The backend takes 1 for true and 0 for false. Specification says nothing of it; "
        "docs/semantics.md: a truth value is `true` or `false`.",
        one("F", True, 1, False, True),
        leaf=is_bit,
    ),
    Known(
        "a text as a number",
        "SQLite compares a text with a number as numbers (datatype3.html, Type Conversions Prior "
        "To Comparison). docs/semantics.md: a number has one text form.",
        one("F", "0042", 42, False, True),
        leaf=compares_text_as_number,
    ),
    Known(
        "Base64 of the escapes",
        "pySigma encodes the backslash of an escape too. Specification, Escaping: `\\*` is the "
        "plain `*`.",
        one("F|base64", "a\\*b", "YSpi", True, False),
        leaf=has_escapes,
    ),
    Known(
        "UTF-8's byte order mark",
        "pySigma puts the mark of UTF-8 before `utf16`. Modifiers, Encoding: `cmd` becomes `FF FE "
        "63 00 6d 00 64 00`.",
        one("F|utf16|base64", "cmd", "//5jAG0AZAA=", True, False),
        leaf=lambda leaf, event: has(leaf, "utf16"),
    ),
    Known(
        "no utf16le",
        "pySigma 1.5 does not know the modifier. Modifiers, Encoding: `utf16le`.",
        one("F|utf16le|base64", "cmd", "YwBtAGQA", True, None),
        leaf=lambda leaf, event: has(leaf, "utf16le"),
    ),
    Known(
        "no NUL in a query",
        "A text of SQL cannot hold a NUL, of which UTF-16 is full. Modifiers, Encoding.",
        one("F|wide", "cmd", "c\0m\0d\0", True, None),
        leaf=asks_for_nul,
    ),
    Known(
        "a value ends at its NUL",
        "So it does to some functions of SQLite (https://www.sqlite.org/nulinstr.html). Modifiers, "
        "Encoding, has values with NULs.",
        Example(
            {"selection": {"A|fieldref|contains": "B"}, "condition": "selection"},
            {"A": ["a"], "B": ["a\0b"]},
            False,
            True,
        ),
        leaf=holds_nul,
    ),
    Known(
        "UTF-16 of ASCII only",
        "pySigma refuses other letters. Modifiers, Encoding, names no such limit.",
        one("F|wide|base64", "ö", "9gA=", True, None),
        leaf=lambda leaf, event: has(leaf, *UTF16) and not str(leaf.value).isascii(),
    ),
    Known(
        "the dashes of a rule",
        "pySigma exchanges `-` and `/` only where a rule has them, and leaves other dashes as "
        "they are. Modifiers, String: the five characters are converted interchangeably.",
        one("F|windash|contains", "\u2013a", "-a", True, False),
        leaf=has_other_dashes,
    ),
    Known(
        "a network without brackets",
        "The backend writes the patterns of a network as an OR without brackets, so that an AND "
        "beside it ends at the first. Specification, Maps: all elements are joined with AND.",
        Example(
            {"selection": {"A": "x", "F|cidr": "10.0.0.0/15"}, "condition": "selection"},
            {"F": ["10.1.0.1"]},
            False,
            True,
        ),
        rule=has_network_of_several,
    ),
    Known(
        "small words in conditions",
        "pySigma 1.5 knows `and`, `or`, `not` in small letters only; public rules have capitals. "
        "Specification, Condition, writes them small and says nothing of case.",
        Example({"a": {"F": "x"}, "condition": "NOT a"}, {"F": ["x"]}, False, None),
        rule=has_capitals,
    ),
    Known(
        "words in names",
        "pySigma 1.5 takes the start of a name for a word of the condition. Specification, "
        "Search-Identifier, excludes no name.",
        Example({"notepad": {"F": "x"}, "condition": "notepad"}, {"F": ["x"]}, True, None),
        rule=has_word_in_name,
    ),
)
