"""The regular expressions of the public rules: what becomes of them, and whether it is right."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from siemc.folding import cases, fold
from siemc.regex import (
    Alternate,
    Assert,
    Chars,
    Concat,
    LucenePattern,
    Node,
    RegexUnsupported,
    Repeat,
    glob_to_python,
    literal_cover,
    parse,
    pcre_with_flags,
    required_literals,
    to_globs,
    to_lucene,
)
from siemc.regex.letters import Fold

from .conftest import Runs
from .lucene_reader import to_python

CORPUS = os.environ.get("SIEMC_CORPUS")
pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(CORPUS is None, reason="SIEMC_CORPUS names no corpus"),
]
Expression = tuple[str, bool, bool, bool]
_CONTROLS = re.compile(r"[\x00-\x08\n-\x1f\x7f-\x9f\u2028\u2029]")


def expressions() -> list[Expression]:
    """Every distinct ``re`` value with its flags i, m, s."""
    found: dict[Expression, None] = {}
    for path in sorted(Path(CORPUS or "", "sigmahq").rglob("*.yml")):
        text = path.read_text(encoding="utf-8")
        if "|re" in text:
            for document in yaml.load_all(text, yaml.CSafeLoader):
                found |= dict.fromkeys(_in_detection(document))
    return list(found)


def _in_detection(item: Any) -> Iterator[Expression]:
    if isinstance(item, list):
        for inner in item:
            yield from _in_detection(inner)
    elif isinstance(item, dict):
        for key, inner in item.items():
            modifiers = str(key).split("|")[1:]
            if "re" in modifiers:
                for source in inner if isinstance(inner, list) else [inner]:
                    yield source, "i" in modifiers, "m" in modifiers, "s" in modifiers
            else:
                yield from _in_detection(inner)


def sample(node: Node, random: Random) -> str:
    """A text that the node matches, zero-width tests aside."""
    match node:
        case Chars(ranges):
            first, last = random.choice(ranges)
            return chr(random.randint(first, min(last, first + 90)))
        case Concat(parts):
            return "".join(sample(part, random) for part in parts)
        case Alternate(options):
            return sample(random.choice(options), random)
        case Repeat(inner, low, high):
            most = low + 3 if high is None else min(high, low + 3)
            return "".join(sample(inner, random) for _ in range(random.randint(low, most)))
        case Assert():
            return random.choice(["", "", "", " ", "\n"])
        case _:
            return ""


def values(node: Node, random: Random) -> Iterator[str]:
    """Matching texts, in several surroundings, and near misses."""
    for _ in range(12):
        text = sample(node, random)
        yield from (text, f"x {text}", f"{text}\n", f"{text} y", f"\n{text}\nz", f"_{text}_")
        if text:
            at = random.randrange(len(text))
            yield text[:at] + text[at + 1 :]
            yield text[:at] + random.choice('aZ0_ -\n\\"') + text[at + 1 :]
            yield text[:at] + random.choice(cases(text[at])) + text[at + 1 :]
            yield text.swapcase()


def python_of(expression: Expression) -> re.Pattern[str]:
    source, ignorecase, multiline, dotall = expression
    flags = re.I * ignorecase | re.M * multiline | re.S * dotall
    return re.compile(source, flags | re.ASCII)


def tree_of(expression: Expression) -> Node:
    source, ignorecase, multiline, dotall = expression
    return parse(source, ignorecase=ignorecase, multiline=multiline, dotall=dotall)


def pattern_of(node: Node, folding: Fold, raw_controls: bool) -> LucenePattern | None:
    """The pattern, unless it is refused."""
    try:
        return to_lucene(node, fold=folding, raw_controls=raw_controls)
    except RegexUnsupported:
        return None


def check(expression: Expression) -> dict[str, int]:
    """Every translation of one expression against Python's ``re``; which of them there are."""
    node, original = tree_of(expression), python_of(expression)
    globs = to_globs(node)
    cover = literal_cover(node)
    controls = pattern_of(node, "none", raw_controls=True)
    # not the form with optional copies, on which Python's matcher would not come back
    plain = to_lucene(node, fold="none", raw_controls=True, max_determinized_states=None)
    exact = to_python(plain.text)
    one_line = pattern_of(node, "none", raw_controls=False)
    lower = pattern_of(node, "lower", raw_controls=True)
    lowered = to_python(lower.text) if lower and "?){" not in lower.text else None
    readable = to_python(one_line.text) if one_line and "?){" not in one_line.text else None
    hits = 0
    for value in values(node, Random(expression[0])):
        expected = original.search(value) is not None
        hits += expected
        assert (exact.fullmatch(value) is not None) == expected, value
        if lowered:
            assert (lowered.fullmatch(fold(value)) is not None) == expected, value
        if one_line and readable and not (one_line.assumptions and _CONTROLS.search(value)):
            assert (readable.fullmatch(value) is not None) == expected, value
        if globs is not None:
            passed = any(glob_to_python(*glob).fullmatch(value) for glob in globs)
            assert passed == expected, value
        if expected:
            assert all(text in fold(value) for text in required_literals(node))
            assert cover is None or any(text in fold(value) for text in cover)
    assert hits, "no sample matches"
    return {
        "with controls": controls is not None,
        "one line": one_line is not None,
        "lower-cased": lower is not None,
        "globs": globs is not None,
        "cover": cover is not None,
    }


def test_every_expression_is_translated_and_means_the_same() -> None:
    found = expressions()
    assert len(found) > 100
    counts: dict[str, int] = {}
    for expression in found:
        for name, is_so in check(expression).items():
            counts[name] = counts.get(name, 0) + is_so
    print(f"{len(found)} distinct expressions: {counts}")
    assert counts["with controls"] >= len(found) - 1  # one has two gaps of up to 128 and 32
    assert counts["one line"] >= len(found) - 2  # and one is six line breaks


@pytest.mark.engines
def test_lucene_itself_and_pcre_agree_on_every_expression(lucene: Runs, pcre: Runs) -> None:
    for expression in expressions():
        node, original = tree_of(expression), python_of(expression)
        pattern = pattern_of(node, "none", raw_controls=True)
        source, ignorecase, multiline, dotall = expression
        flagged = pcre_with_flags(source, ignorecase=ignorecase, multiline=multiline, dotall=dotall)
        for value in values(node, Random(source)):
            expected = original.search(value) is not None
            assert pcre(flagged, value) == expected, (source, value)
            assert pattern is None or lucene(pattern.text, value) == expected, (source, value)
