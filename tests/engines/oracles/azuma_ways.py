"""What azuma reads otherwise in a leaf, or in how a rule puts its leaves together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from ipaddress import ip_address

from siemc.evaluate import Event
from siemc.folding import fold
from siemc.formula import Atom, Glob, atoms
from siemc.load import LoadedRule
from tests.engines.oracles.known import has, texts
from tests.engines.oracles.known_sqlite import BASE64, ORDERS, TIMES, UTF16
from tests.engines.oracles.leaves import Leaf

UNKNOWN = ("neq", "fieldref", "expand", *TIMES)
PLACES = ("contains", "startswith", "endswith")
# Two backslashes and more, but for two before a wildcard, which azuma reads as one and a wildcard
BACKSLASHES = re.compile(r"(?<!\\)(?!\\\\[*?])\\{2,}")
DASH = re.compile(r"(?<=\w)[-/](?=\w)")
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
# What the regular expressions of Unicode's full case folding make equal and the pinned table does
# not; the dotless i is equal to i in them, and folds to itself
DOTLESS = "\u0131"


def is_text_test(leaf: Leaf) -> bool:
    """Whether azuma makes an expression of the value, which is a text or is taken for one."""
    return leaf.value is not None and not has(leaf, "re", "cidr", "exists", *ORDERS)


def is_compared_as_it_is(leaf: Leaf, event: Event) -> bool:
    """The value is empty, or its last character but one is a backslash that escapes nothing."""
    value = str(leaf.value)
    ends = value[-2:-1] == "\\" and value[-1] not in "*?"
    return is_text_test(leaf) and (not value or ends)


def has_backslashes(leaf: Leaf, event: Event) -> bool:
    return is_text_test(leaf) and BACKSLASHES.search(str(leaf.value)) is not None


def has_no_end(leaf: Leaf, event: Event) -> bool:
    """There are modifiers, and none of them says where the value stands."""
    return (
        is_text_test(leaf) and bool(leaf.modifiers) and not has(leaf, *PLACES) and bool(leaf.field)
    )


def ends_in_a_line(leaf: Leaf, event: Event) -> bool:
    anchored = not leaf.modifiers or has(leaf, "endswith")
    return is_text_test(leaf) and anchored and any(t.endswith("\n") for t in texts(leaf, event))


def is_not_at_the_start(leaf: Leaf, event: Event) -> bool:
    """The expression is found in a value, and at the start of none."""
    if not has(leaf, "re") or has(leaf, "m"):
        return False
    expression = _expression(leaf)
    found = texts(leaf, event)
    return any(map(expression.search, found)) and not any(map(expression.match, found))


def has_unicode_classes(leaf: Leaf, event: Event) -> bool:
    classes = re.search(r"\\[wWdDsSbB]", str(leaf.value))
    return has(leaf, "re") and bool(classes) and not "".join(texts(leaf, event)).isascii()


def _expression(leaf: Leaf) -> re.Pattern[str]:
    flags = {"i": re.IGNORECASE, "s": re.DOTALL}
    given = (flag for name, flag in flags.items() if has(leaf, name))
    return re.compile(leaf.value, sum(given, re.ASCII))


def is_another_case_of_base64(leaf: Leaf, event: Event) -> bool:
    """It is found, and would not be if it asked for its case."""
    if not has(leaf, *BASE64) or has(leaf, "cased"):
        return False
    cased = replace(leaf, modifiers=(*leaf.modifiers, "cased"))
    return leaf.holds(event) and not cased.holds(event)


def encodes_an_escape(leaf: Leaf, event: Event) -> bool:
    """The value has a character that a regular expression escapes."""
    return has(leaf, *BASE64) and re.search(r"\W", str(leaf.value)) is not None


def has_a_plus(leaf: Leaf, event: Event) -> bool:
    return has(leaf, *BASE64) and any("+" in text for text in _literals(leaf))


def _literals(leaf: Leaf) -> Iterable[str]:
    tests = [atom.test for atom in atoms(leaf.formula) if isinstance(atom, Atom)]
    globs = [test for test in tests if isinstance(test, Glob)]
    return [part for test in globs for part in test.parts if isinstance(part, str)]


def counts_letters(leaf: Leaf, event: Event) -> bool:
    return has(leaf, "base64offset") and not has(leaf, *UTF16) and not str(leaf.value).isascii()


def mixes_dashes(leaf: Leaf, event: Event) -> bool:
    return has(leaf, "windash") and len(list(atoms(leaf.formula))) > 5


def has_dash_in_a_word(leaf: Leaf, event: Event) -> bool:
    return has(leaf, "windash") and DASH.search(str(leaf.value)) is not None


def has_odd_letters(leaf: Leaf, event: Event) -> bool:
    odd = (char for text in (str(leaf.value), *texts(leaf, event)) for char in text)
    insensitive = (is_text_test(leaf) and not has(leaf, "cased")) or has(leaf, "i")
    return insensitive and any(char.casefold() != fold(char) or char == DOTLESS for char in odd)


def is_whole_float(leaf: Leaf, event: Event) -> bool:
    return any(isinstance(each, float) and each.is_integer() for each in leaf.found(event))


def is_written_large(leaf: Leaf, event: Event) -> bool:
    """A truth value of the event, compared with case."""
    cased = has(leaf, "cased", "re", *BASE64) and not has(leaf, "i")
    return cased and any(isinstance(each, bool) for each in leaf.found(event))


def is_no_address(leaf: Leaf, event: Event) -> bool:
    return has(leaf, "cidr") and not all(map(_is_address, leaf.found(event)))


def _is_address(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(ip_address(value).version)
    except ValueError:
        return False


def is_no_number(leaf: Leaf, event: Event) -> bool:
    """A truth value, or a text that is no number in plain decimal notation."""
    return (
        has(leaf, *ORDERS)
        and not has(leaf, *TIMES)
        and not all(
            not isinstance(each, bool) and NUMBER.fullmatch(str(each)) for each in leaf.found(event)
        )
    )


def is_keyword_in_a_map(leaf: Leaf, event: Event) -> bool:
    return not leaf.field and bool(leaf.modifiers)


def _searches(rule: LoadedRule) -> Sequence[object]:
    return [each for name, each in rule.data["detection"].items() if name != "condition"]


def has_bare_keyword(rule: LoadedRule) -> bool:
    return any(not isinstance(each, dict | list) for each in _searches(rule))


def has_mixed_list(rule: LoadedRule) -> bool:
    return any(
        isinstance(each, list) and len({isinstance(item, dict) for item in each}) > 1
        for each in _searches(rule)
    )


def has_all_of_keywords(rule: LoadedRule) -> bool:
    lists = any(
        isinstance(each, list) and not all(isinstance(item, dict) for item in each)
        for each in _searches(rule)
    )
    return lists and _condition_has(rule, r"\ball of\b")


def has_hidden_names(rule: LoadedRule) -> bool:
    hidden = any(name.startswith("_") for name in rule.data["detection"])
    return hidden and _condition_has(rule, r"\bof\b")


def has_any_of(rule: LoadedRule) -> bool:
    return _condition_has(rule, r"\bany of\b")


def has_two_nots(rule: LoadedRule) -> bool:
    return _condition_has(rule, r"(?i)\bnot\s+not\b")


def _condition_has(rule: LoadedRule, expression: str) -> bool:
    return any(re.search(expression, each) for each in rule.rule.detection.condition)
