"""Strategies for whole Sigma rules, as text, and for events near what they describe."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

import yaml
from hypothesis import strategies as st

from tests.exact.reading import ONE, RUN, Event, Value, form, patterns

FIELDS = ("Abc", "Bcd", "c d", "E.f")
NAMES = ("sel", "selection", "sel_1", "filter", "filter_a", "android", "notx", "_hid", "_sel")

# Pieces of values: what the languages treat specially, and letters whose cases are odd.
PLAIN = ("a", "b", "A", "ab", "Ab", "abc", "a", "b", "1", "0")
WILD = ("*", "?", "\\*", "\\?", "\\\\", "\\\\*", "*", "?", "\\\\\\*")
SIGNS = (
    *("\\", '"', "'", " ", "  ", "/", "-", "(", ")", "[", "]", "{", "}", ":", "$", "^", "|", "."),
    *("#", "%", "`", "<", ">", "&&", "||", "~", "@", "+", "=", ",", "!", "\t"),
    *(" AND ", " or ", "not ", "OR", "null", "true", "TO", "\\n", "\\u0041", "\\E", "\\Q"),
)
LETTERS: tuple[str, ...] = (
    "\u00e9",
    "\u00c9",
    "\u212a",
    "\u017f",
    "\u00df",
    "\u0130",
    "\u0131",
    "\u03c3",
    "\u03c2",
    "\u03a3",
    "\U00010400",
    "\U00010428",
    "\U0001f600",
    "\u3000",
)
RARE = ("\n", "\x01", "\x85", "\u2028", "\ufeff", "\u202e")
STEMS = ("", "", "\\ab.exe", "C:\\ab\\", "\\\\ab\\", "10.0.0.0/8", "10.0.0.1", "a.b", " -ab /b")

# Expressions, each with texts in which it is found, or nearly.
EXPRESSIONS = {
    "ab": ("ab", "xaby", "AB", "a b"),
    "^ab": ("ab", "abc", "xab", "x\nab", "ABc"),
    "ab$": ("ab", "xab", "abx", "ab\n", "ab\nx"),
    "^a.*b$": ("ab", "axxb", "a\nb", "a b ", "AxB"),
    "a.b": ("axb", "a\nb", "ab", "A.b"),
    "^(ab|abc)?$": ("", "ab", "abc", "abcd", "Ab"),
    "a{2,3}": ("aa", "aaa", "a", "AA"),
    "[ab]{2}\\\\": ("ab\\", "a\\", "ba\\x", "AB\\"),
    "[^ab]": ("a", "ab", "c", "A", ""),
    "\\d+\\.\\d": ("1.2", "12", "x10.0", "1x2"),
    "\\\\ab\\.exe$": ("C:\\ab.exe", "ab.exe", "\\abxexe", "\\AB.EXE"),
    '"a b"': ('"a b"', 'x"a b"', "a b"),
    "(?:a|b)+?c": ("abc", "c", "bbbc", "AC"),
    "\\bab\\b": ("ab", "x ab y", "xab", "AB"),
    "a|^b$": ("a", "b", "xb", "xa"),
    "\\w\\s\\W": ("a -", "a b", "\u00e9 -", "a\t."),
    "(?i)ab": ("AB", "ab", "a"),
    "a(?!b)": ("a", "ab", "aab"),
    "^a\\*b/?$": ("a*b", "a*b/", "aab"),
    "x*": ("", "x", "a"),
}
NETWORKS = {
    "10.0.0.0/8": (
        "10.0.0.1",
        "10.255.255.255",
        "11.0.0.0",
        "9.255.255.255",
        "10.0.0",
        "10.0.0.0/8",
    ),
    "192.168.1.128/25": ("192.168.1.128", "192.168.1.127", "192.168.1.255"),
    "10.0.0.1/32": ("10.0.0.1", "10.0.0.2"),
    "0.0.0.0/0": ("1.2.3.4", "::1", "x"),
    "2001:db8::/33": ("2001:db8::1", "2001:db8:8000::", "10.0.0.1"),
}
BOUNDS = (0, 1, 7, 10, -3, 2.5, 443)
NUMBERS = (*BOUNDS, 9007199254740993)  # the last is no double: Splunk cannot order it exactly
TIMES = ("2024-02-29T13:05:09Z", "2023-12-01T22:59:00Z", "2024-02-29T13:05:09", "13:05")

texts = st.one_of(
    *[st.lists(st.sampled_from(PLAIN + WILD), max_size=3).map("".join)] * 3,
    st.lists(st.sampled_from(PLAIN + WILD + SIGNS), max_size=4).map("".join),
    st.lists(st.sampled_from(PLAIN + WILD + SIGNS + LETTERS), max_size=3).map("".join),
    st.lists(st.sampled_from(PLAIN + RARE), max_size=3).map("".join),
    st.builds(str.__add__, st.sampled_from(STEMS), st.sampled_from(PLAIN + WILD + ("",))),
    st.sampled_from(STEMS),
)
words = st.lists(st.sampled_from((*PLAIN, " ", "\\*", "\\?", "\\\\", ".")), min_size=1, max_size=4)
encodable = words.map("".join)
options = st.lists(st.sampled_from((" -a", " /b", "-ab", "a-b", "/", "\u2013a", "a", "*", " ")))
flags = st.builds(str.__add__, options.map(lambda found: "".join(found[:3])), st.just("a"))
scalars = st.one_of(
    texts, texts, st.sampled_from(NUMBERS), st.booleans(), st.none(), st.sampled_from(["", "7"])
)


def listed(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """One value, or a list of some."""
    return st.one_of(values, values, st.lists(values, min_size=1, max_size=3))


def chained(*chains: str) -> st.SearchStrategy[str]:
    return st.sampled_from(chains)


TEXT_CHAINS = chained(
    *("contains", "startswith", "endswith") * 3,
    *("contains|cased", "cased", "startswith|cased", "cased|endswith", "neq", "contains|neq"),
)
ENCODED = chained(
    *("base64", "base64|contains", "base64offset|contains", "wide|base64offset|contains"),
    *("utf16be|base64|contains", "utf16|base64offset|contains", "utf16le|base64|cased"),
    *("base64offset|contains|cased", "wide|base64|startswith", "utf16le", "wide|contains"),
)
EXPRESSION_CHAINS = chained("re", "re", "re|i", "re|m", "re|s", "re|i|s", "re|m|i", "re|neq")

# What follows the field's name, and the values that may stand there; the first are the commonest.
KINDS: tuple[tuple[st.SearchStrategy[str], st.SearchStrategy[Any]], ...] = (
    (st.just(""), listed(scalars)),
    (TEXT_CHAINS, listed(texts)),
    (TEXT_CHAINS, listed(texts)),
    (chained("contains|all", "all", "cased|contains|all"), st.lists(texts, min_size=2, max_size=3)),
    (EXPRESSION_CHAINS, listed(st.sampled_from(sorted(EXPRESSIONS)))),
    (chained("re|all"), st.lists(st.sampled_from(sorted(EXPRESSIONS)), min_size=2, max_size=2)),
    (chained("cidr", "cidr|neq"), listed(st.sampled_from(sorted(NETWORKS)))),
    (chained("exists"), st.booleans()),
    (chained("windash", "windash|contains", "contains|windash", "windash|cased"), listed(flags)),
    (ENCODED, listed(encodable)),
    (chained("lt", "lte", "gt", "gte"), listed(st.sampled_from(BOUNDS))),
    (chained("neq", "all"), listed(scalars)),
    (chained("hour", "day|gte", "month|lt", "year", "minute"), st.sampled_from((2, 13, 29, 2024))),
    (
        chained("fieldref", "fieldref|startswith", "fieldref|endswith|neq", "fieldref|contains"),
        listed(st.sampled_from(FIELDS)),
    ),
)
KEYWORD_KINDS = (
    KINDS[1],
    KINDS[3],
    (chained("re", "re|i"), listed(st.sampled_from(["ab", "a.b"]))),
)


@st.composite
def maps(draw: st.DrawFn) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for _ in range(draw(st.sampled_from((1, 1, 1, 2, 2, 3)))):
        chain, values = draw(st.sampled_from(KINDS))
        name = draw(st.sampled_from(FIELDS))
        key = "|".join(filter(None, (name, draw(chain))))
        made[key] = draw(values)
    return made


@st.composite
def keyword_maps(draw: st.DrawFn) -> dict[str, Any]:
    chain, values = draw(st.sampled_from(KEYWORD_KINDS))
    return {f"|{draw(chain)}": draw(values)}


keywords = st.one_of(texts.filter(bool), st.sampled_from((7, 443)))
one_map = maps()
searches = st.one_of(
    *[one_map] * 6,
    *[st.lists(one_map, min_size=1, max_size=3)] * 2,
    st.lists(keywords, min_size=1, max_size=3),
    st.one_of(
        keywords, keyword_maps(), st.lists(st.one_of(one_map, keywords), min_size=2, max_size=3)
    ),
)


# Conditions with slots: "@3" for a name, "#2" for a quantified pattern.
shapes: st.SearchStrategy[str] = st.recursive(
    st.sampled_from(("@0", "@1", "@2", "@3", "@0", "@1", "#0", "#1", "#3", "#4", "#7")),
    lambda inner: st.one_of(
        st.builds("{} and {}".format, inner, inner),
        st.builds("{} or {}".format, inner, inner),
        st.builds("{} and not {}".format, inner, inner),
        st.builds("not {}".format, inner),
        st.builds("({})".format, inner),
        st.builds("not ({})".format, inner),
        st.builds("{} AND ({})".format, inner, inner),
    ),
    max_leaves=5,
)


def condition(shape: str, names: Sequence[str]) -> str:
    """The condition of this shape over these names."""
    shown = [name for name in names if name[0] != "_"]
    stems = ["them", *(name[:3] + "*" for name in shown), *(f"*{name[-2:]}" for name in shown)]
    selectors = [f"{how} of {stem}" for stem in stems for how in ("1", "all", "any")]
    selectors = selectors if shown else list(names)

    def filled(slot: re.Match[str]) -> str:
        options = names if slot[1] == "@" else selectors
        return options[int(slot[2]) % len(options)]

    return re.sub("([@#])([0-9])", filled, shape)


shape_lists = st.lists(shapes, min_size=1, max_size=2)


@st.composite
def detections(draw: st.DrawFn) -> dict[str, Any]:
    """The ``detection`` of a rule."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    made: dict[str, Any] = {name: draw(searches) for name in names}
    found = [condition(shape, names) for shape in draw(shape_lists)]
    made["condition"] = found[0] if len(found) == 1 else found
    return made


def rule_text(detection: dict[str, Any], as_json: bool) -> str:
    """The rule as a file: YAML in block style, or JSON, which is YAML too.

    Line breaks beyond ASCII are escaped: YAML 1.1 and 1.2 do not agree on them.
    """
    rule = {
        "title": "A rule",
        "status": "test",
        "logsource": {"category": "any", "product": "thing"},
        "detection": detection,
    }
    if as_json or not set(RARE).isdisjoint("".join(_strings(detection))):
        text = json.dumps(rule, ensure_ascii=False)
        return "".join(f"\\u{ord(char):04x}" if char in RARE else char for char in text)
    return yaml.safe_dump(rule, allow_unicode=True, sort_keys=False)


def _strings(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, (dict, list)):
        for each in data.values() if isinstance(data, dict) else data:
            yield from _strings(each)


def _entries(definition: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(definition, dict):
        yield from definition.items()
    elif isinstance(definition, list):
        for each in definition:
            yield from _entries(each)
    else:
        yield "", definition


def wanted(detection: dict[str, Any]) -> dict[str, list[Value]]:
    """By field, values that some search asks for, or that are next to one."""
    pools: dict[str, list[Value]] = {name: [] for name in FIELDS}
    for name, definition in detection.items():
        if name == "condition":
            continue
        for key, value in _entries(definition):
            field, *modifiers = key.split("|")
            for each in value if isinstance(value, list) else [value]:
                # a keyword may stand in any field
                pools[field or FIELDS[len(pools[FIELDS[0]]) % 2]] += _samples(modifiers, each)
                if "fieldref" in modifiers:
                    pools[each] += ["ab", "a", "AB"]
    return pools


def _samples(modifiers: Sequence[str], value: Any) -> list[Value]:
    if value is None or "exists" in modifiers:
        return ["", "ab"]
    if "re" in modifiers:
        return list(EXPRESSIONS[value])
    if "cidr" in modifiers:
        return list(NETWORKS[value])
    if "fieldref" in modifiers:
        return ["ab", "abc", "a", "xab"]
    if not isinstance(value, str):
        return _near(value, modifiers)
    if value in NETWORKS:  # which is a text here, and must not be taken for a network
        return [value, *NETWORKS[value]]
    made = patterns(modifiers, value)
    kept = made if len(made) < 4 else [made[0], made[len(made) // 2], made[-1]]
    return [text for each in kept for text in _instances(each)]


def _near(value: Any, modifiers: Sequence[str]) -> list[Value]:
    if set(modifiers) & {"hour", "day", "month", "year", "minute"}:
        return list(TIMES)
    if isinstance(value, bool):
        return [value, form(value), form(value).upper(), int(value)]
    return [value, form(value), form(value + 1), value - 1, f"{form(value)}x", f"0{form(value)}"]


def _instances(pattern: list[str]) -> list[str]:
    fills = ({RUN: "", ONE: "x"}, {RUN: 'a\\ "*x', ONE: "*"}, {RUN: "x", ONE: ""})
    return ["".join(fill.get(part, part) for part in pattern) for fill in fills]


def edits(text: str) -> tuple[str, ...]:
    """The text with one thing changed: its case, an end, the middle, a look-alike, a line."""
    middle = len(text) // 2
    return (
        text.swapcase(),
        text.upper(),
        text[1:],
        text[:-1],
        f"{text} ",
        f"x{text}",
        f"{text}x",
        text[:middle] + text[middle + 1 :],
        text[:middle] + "\\" + text[middle:],
        text.replace("k", "\u212a").replace("s", "\u017f").replace("i", "\u0130"),
        f"{text}\n",
        f"{text}\n{text}",
    )


@st.composite
def events(draw: st.DrawFn, pools: dict[str, list[Value]]) -> Event:
    """An event of values that the rule wants, near misses, strangers; fields may be absent."""
    made: dict[str, list[Value]] = {}
    for name in FIELDS:
        count = draw(st.sampled_from((0, 1, 1, 1, 1, 2) if pools[name] else (0, 0, 0, 1)))
        values = [_value(draw, pools[name]) for _ in range(count)]
        if values or draw(st.integers(0, 9)) == 0:
            made[name] = values
    return made


strangers: st.SearchStrategy[Value] = st.one_of(texts, st.sampled_from(NUMBERS), st.booleans())


def _value(draw: st.DrawFn, pool: list[Value]) -> Value:
    how = draw(st.integers(0, 39))
    if not pool or how > 37:
        return draw(strangers)
    chosen = draw(st.sampled_from(pool))
    if how < 24 or not isinstance(chosen, str):
        return chosen
    changed = edits(chosen)
    return changed[how % len(changed)]
