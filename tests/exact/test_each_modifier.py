"""Each modifier alone, on values that the languages treat specially, in all targets.

``test_rules_from_text.py`` mixes everything at random; here nothing is left to chance: every
modifier meets every kind of value, plain and negated, on events made from the value itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.exact import reading
from tests.exact.strategies import EXPRESSIONS, NETWORKS, edits, wanted
from tests.exact.test_rules_from_text import (
    Case,
    check,
    check_reference,
    dsl_of,
    has_key,
    loaded,
    read_kql,
    read_spl,
)

pytestmark = pytest.mark.slow

TEXTS = (
    "",
    "ab",
    "C:\\ab\\",
    "\\\\ab\\b",
    "a\\*b",
    "a*b",
    "a?",
    "*",
    "10.0.0.0/8",
    ' "a" ',
    "a or b",
    "not a",
    "<a&&b>",
    "\u00e9A",
)
ENCODABLE = ("ab", "abc", "a \\*", "\\\\ab")
TEXT_CHAINS = ("", "contains", "startswith", "endswith", "cased", "contains|cased", "neq")
ENCODINGS = (
    "base64",
    "base64|contains",
    "base64offset|contains",
    "wide|base64offset|contains",
    "utf16be|base64",
    "utf16|base64offset|contains|cased",
    "utf16le|contains",
)
KINDS: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(TEXT_CHAINS, TEXTS),
    **dict.fromkeys(ENCODINGS, ENCODABLE),
    **dict.fromkeys(("contains|all", "all", "cased|all"), (["a", "b*"], ["ab", "AB"])),
    **dict.fromkeys(("windash", "windash|contains"), (" -ab /b", "a-b", "-")),
    **dict.fromkeys(("re", "re|i"), tuple(EXPRESSIONS)),
    **dict.fromkeys(("re|m", "re|s"), ("^ab", "ab$", "a.b", "^a.*b$")),
    **dict.fromkeys(("cidr", "cidr|neq"), tuple(NETWORKS)),
    **dict.fromkeys(("lt", "lte", "gt", "gte"), (7, 2.5, -3)),
    **dict.fromkeys(("hour", "day|gte", "month|lt", "year"), (2, 13, 29, 2024)),
    **dict.fromkeys(("fieldref", "fieldref|contains", "fieldref|endswith"), ("Bcd",)),
    "exists": (True, False),
}
SCALARS = (None, True, False, 7, 2.5, -3, 9007199254740993, [7, None], ["ab", ""], [None, "ab*"])


def events(detection: dict[str, Any]) -> Iterator[reading.Event]:
    """No value, each that the rule asks for and each a little changed, and several at once."""
    yield {}
    pools = wanted(detection)
    for value in dict.fromkeys(pools["Abc"]):
        others = {"Bcd": pools["Bcd"][:1]} if pools["Bcd"] else {}
        yield {"Abc": [value], **others}
        yield {"c d": [value]}
        for text in edits(value) if isinstance(value, str) else []:
            yield {"Abc": [text], **others}
    yield {"Abc": ["", "ab"]}
    yield {"Abc": pools["Abc"]}


@pytest.mark.parametrize("chain", [*KINDS, "scalar"])
@pytest.mark.parametrize("condition", ["sel", "not sel"])
def test_a_modifier_alone_means_the_same_in_every_target(chain: str, condition: str) -> None:
    key = "|".join(filter(None, ("Abc", chain.replace("scalar", ""))))
    answers: set[bool] = set()
    for value in KINDS.get(chain, SCALARS):
        detection = {"sel": {key: value}, "condition": condition}
        case = Case(detection, list(events(detection)), loaded(detection, as_json=True))
        check_reference(case)
        answers |= {reading.holds(detection, event) for event in case.events}
        check(case, "spl", "raw", "_raw", read_spl)
        if not has_key(detection, "cidr"):  # the readers for Elastic know no addresses
            check(case, "kql", "raw", "event.original", read_kql)
            check(case, "dsl", "raw-cased", "event.original", dsl_of("raw-cased"))
    assert answers == {True, False}


@pytest.mark.parametrize("value", [text for text in TEXTS if text not in {"", "*"}])
def test_a_keyword_means_the_same_in_every_target(value: str) -> None:
    for detection in (
        {"sel": [value], "condition": "sel"},
        {"sel": {"|all": [value, "b"]}, "condition": "not sel"},
    ):
        case = Case(detection, list(events(detection)), loaded(detection, as_json=False))
        check_reference(case)
        check(case, "spl", "raw", "_raw", read_spl)
        check(case, "kql", "raw", "event.original", read_kql)
        check(case, "dsl", "raw", "event.original", dsl_of("raw"))
