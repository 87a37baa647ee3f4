"""Random events for a mapping, and values near theirs for queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from siemc.evaluate import Event, Value, text_of
from siemc.schema import FieldType, Index
from tests.engines.random_queries.mappings import CONSTANT, LIMIT

TEXTS = (
    *("a", "A", "abc", "Abc", "ABC", "abd", "b", "x", "xyz", "a b", "a b c", "b a", "A B"),
    *("a.b", "a-b", "a_b", "-a", "+a", "!a", "a*", "*", "x*y", "x?y", "?", "a:b", "a(b)", "[a]"),
    *("C:\\Windows\\cmd.exe", "c:\\windows\\CMD.EXE", "\\\\host\\share", "\\", "a\\", "a\\*b"),
    *('a"b', '"', "/bin/sh", "//", "a/b", "AND", "or", "not a", "a and b", "NOT", "null", "true"),
    *("false", "True", "10", "5", "05", "-5", "5.0", "1.5", "1e3", "<5", ">=a", "a~1", "~", "a^2"),
    *("é", "É", "Öl", "ß", "ẞ", "😀", "a😀b", "日本", "\u017f", "\u212a", "İ", "\u0131", "Σ", "ς"),
    *("a\tb", "a\nb", " a", "a ", " ", "", "{a}", "a}", "a&&b", "a|b", "@a", "#", "$a", "a=b"),
    *("a<b", "a%b", "10.0.0.1", "2026-01-02", "abcabc", "aaa", "\u3000", "a\xa0b", "x-y z"),
)
LETTERS = "abcABC xyz01.-_:\\/*?\"'()[]{}+!&|~^é<>=@#%,;"
NUMBERS: tuple[Value, ...] = (
    *(0, 1, 5, 10, -5, 443, 65535, 2**53, 2**53 + 1, -1, 4, 6),
    *("5", "10", "443", "05", "5.0", "1e1", "-0", 5.0, 5.7, -5.5, ""),
)
PARTS: tuple[Value, ...] = (0.5, 1.5, 5, 5.0, -1.5, "1.5", "5", "1e3", 1000, 0.1, "0.10", 10, "")
ADDRESSES: tuple[Value, ...] = (
    *("10.0.0.1", "10.0.0.2", "10.1.0.1", "192.168.1.255", "127.0.0.1", "0.0.0.0"),
    *("::1", "fe80::1", "FE80::1", "fe80:0:0:0:0:0:0:1", "2001:db8::1", "::ffff:10.0.0.1"),
)
DATES: tuple[Value, ...] = (
    *("2026-01-02", "2026-01-02T03:04:05Z", "2025-12-31T23:59:59.999Z", 1767312000000),
    *("1767312000000", "2026-01-02T03:04:05+02:00"),
)
FLAGS: tuple[Value, ...] = (True, False, "true", "false", "")
PLAIN: tuple[Value, ...] = (5, 10, True, False, 1.5, -5)
POOLS: Mapping[str, Sequence[Value]] = {
    "long": NUMBERS,
    "double": PARTS,
    "ip": ADDRESSES,
    "date": DATES,
    "boolean": FLAGS,
    "constant_keyword": (CONSTANT,),
}


def text(random: Random) -> str:
    """A text: one of the list, one of random letters, or one longer than is indexed."""
    chance = random.random()
    if chance < 0.75:
        return random.choice(TEXTS)
    if chance < 0.95:
        return "".join(random.choices(LETTERS, k=random.randint(1, 6)))
    return "".join(random.choices("abc xyz", k=random.choice((LIMIT, LIMIT + 1, 2 * LIMIT))))


def value(random: Random, kind: FieldType) -> Value:
    """A value that a field of this type takes."""
    pool = POOLS.get(kind.type)
    if pool is not None:
        return random.choice(pool)
    return random.choice(PLAIN) if random.random() < 0.05 else text(random)


def event(random: Random, index: Index) -> Event:
    """An event: of each field none, one, or several values; a constant is always there."""
    found: dict[str, list[Value]] = {}
    for name, kind in index.fields.items():
        if kind.type == "constant_keyword":
            found[name] = [CONSTANT]
        elif random.random() < 0.6:
            many = random.choices((0, 1, 2, 3), (1, 12, 3, 1))[0]
            found[name] = [value(random, kind) for _ in range(many)]
    return found


def texts(events: Sequence[Event]) -> dict[str, tuple[str, ...]]:
    """The texts that each field has in these events, for queries to ask about."""
    found: dict[str, list[str]] = {}
    for each in events:
        for name, values in each.items():
            found.setdefault(name, []).extend(map(text_of, values))
    return {name: tuple(dict.fromkeys(values)) for name, values in found.items() if values}
