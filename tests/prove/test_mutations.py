"""A query with a mistake in it is told from its rule, in the right direction, with an event.

The mistakes are made in the text of a query, each with what it must do to the query: ``+`` it
catches at least as much as before, ``-`` at most as much, ``?`` either.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest

from siemc.backend import backends
from siemc.compiler import Compiler, Options
from siemc.evaluate import Event, OpaqueError, Value, evaluate
from siemc.formula import Cidr, Compare, Equals, Formula, Glob, Test, TimePart, atoms
from siemc.load import LoadedRule, load
from siemc.prove.compare import compare
from siemc.prove.verdict import Verdict
from siemc.prove.world import World
from siemc.reading import ReadError, Reading
from siemc.schema import Schema

TARGETS = ("spl", "kql", "lucene", "dsl")
SCHEMAS = {"kql": "ecs-caseless", "lucene": "agent-windows", "dsl": "agent-windows"}
RULES = Path(__file__).parents[2] / "rules"
CORPUS = os.environ.get("SIEMC_CORPUS")
ALLOWED = {"+": {"exact", "wider"}, "-": {"exact", "narrower"}}


class Mutant(NamedTuple):
    """A query's text with one mistake in it."""

    kind: str
    text: str
    direction: str


FLIPPED = {"+": "-", "-": "+", "?": "?"}
QUOTED = r'"(?:\\.|[^"\\])*"'
EXPRESSION = r"/(?:\\.|[^/\\])*/"
TOKEN = re.compile(rf"{QUOTED}|(?<=:){EXPRESSION}|(?:\\.|[^\s\"()\\])+|[()]", re.DOTALL)


def mutants(target: str, text: str) -> Iterator[Mutant]:
    """Every mutant of a query in a target's language."""
    yield from _of_json(text) if target == "dsl" else _of_text(target, text)


def _of_text(target: str, text: str) -> Iterator[Mutant]:
    for kind, mutator in _MUTATORS.items():
        for start, end, new, direction in mutator(target, text):
            if target == "lucene" and kind == "and/or":
                direction = "?"  # its AND and OR have no precedence  # noqa: PLW2901
            turned = FLIPPED[direction] if is_denied(text, start) else direction
            yield Mutant(kind, text[:start] + new + text[end:], turned)


Edit = tuple[int, int, str, str]


def is_denied(text: str, place: int) -> bool:
    """Whether a place stands under an odd number of NOTs."""
    denied = 0
    for found in TOKEN.finditer(text):
        if found.start() >= place:
            break
        if found[0] in ("NOT", "not") and place < _end_of_clause(text, found.end()):
            denied += 1
    return denied % 2 == 1


def _end_of_clause(text: str, start: int) -> int:
    """Where the clause after a NOT ends: at its closing bracket, or before the next operator."""
    depth = 0
    has_value = False
    for found in TOKEN.finditer(text, start):
        token = found[0]
        if token == "(":
            depth += 1
        elif token == ")":
            depth -= 1
            if depth < 0:
                return found.start()
            if depth == 0:
                return found.end()
        elif depth == 0 and (token in ("AND", "OR", "and", "or", "NOT", "not", "|") or has_value):
            return found.start()
        elif depth == 0 and "=" in token:
            has_value = not token.endswith("=")
        elif depth == 0 and token.startswith('"') and text[found.start() - 1] == "=":
            return found.end()
    return len(text)


def _tokens(text: str) -> list[re.Match[str]]:
    return list(TOKEN.finditer(text))


def _lost_value(target: str, text: str) -> Iterator[Edit]:
    """One value of a list less."""
    if target == "spl":
        for found in re.finditer(rf"{QUOTED}, ", text):
            if text[: found.start()].endswith(("IN (", ", ")) and "| where" not in text:
                yield found.start(), found.end(), "", "-"
        return
    all_tokens = _tokens(text)
    for before, value, operator in zip(all_tokens, all_tokens[1:], all_tokens[2:], strict=False):
        is_first = before[0] == "(" and text[before.start() - 1] in ": "
        is_value = ":" not in re.sub(r"\\.|\".*\"", "", value[0]) and value[0] not in ("(", ")")
        if is_first and is_value and operator[0] in ("or", "OR"):
            yield value.start(), operator.end() + 1, "", "-"


def _swapped(target: str, text: str) -> Iterator[Edit]:
    swaps = {"and": ("or", "+"), "AND": ("OR", "+"), "or": ("and", "-"), "OR": ("AND", "-")}
    for found in _tokens(text):
        if found[0] in swaps:
            new, direction = swaps[found[0]]
            yield found.start(), found.end(), new, direction


def _lost_not(target: str, text: str) -> Iterator[Edit]:
    for found in _tokens(text):
        if found[0] in ("NOT", "not"):
            yield found.start(), found.end() + 1, "", "?"


def _lost_exclusions(target: str, text: str) -> Iterator[Edit]:
    """The last NOT with its brackets gone."""
    for found in re.finditer(r"(?i:(?: and)? not )\(", text):
        end = _end_of_clause(text, found.end() - 1)
        outside = text[: found.start()]
        if end == len(text) and not is_denied(text, found.start()) and outside.strip():
            yield found.start(), end, "", "+"


def _lost_star(target: str, text: str) -> Iterator[Edit]:
    for token in _tokens(text):
        if target != "spl" and token[0].startswith('"'):
            continue
        for found in re.finditer(r"(?<![\\*])\*(?!\*)", token[0]):
            start = token.start() + found.start()
            # a * that a space stands beside leaves the space, which is then no part of the value
            is_bare = text[start - 1 : start] == " " or text[start + 1 : start + 2] == " "
            inner = target != "spl" and is_bare and "\\" not in text[start - 1 : start + 2]
            yield start, start + 1, "", "?" if inner else "-"


def _quoted(target: str, text: str) -> Iterator[Edit]:
    if target != "spl":
        for found in _tokens(text):
            if "*" in found[0] and found[0][0] not in '"/' and ":" not in found[0]:
                yield found.start(), found.end(), f'"{found[0]}"', "?"


def _lost_escape(target: str, text: str) -> Iterator[Edit]:
    for found in re.finditer(r"\\", text):
        yield found.start(), found.end(), "", "?"


def _other_case(target: str, text: str) -> Iterator[Edit]:
    for found in _tokens(text):
        if found[0].startswith(('"', "*")) and found[0].swapcase() != found[0]:
            yield found.start(), found.end(), found[0].swapcase(), "?"


def _other_field(target: str, text: str) -> Iterator[Edit]:
    for found in re.finditer(r"\b(Image|process\.executable|process\.name)\b(?=[.=: ])", text):
        yield found.start(), found.end(), "OtherField", "?"


_MUTATORS: dict[str, Callable[[str, str], Iterator[Edit]]] = {
    "a lost value": _lost_value,
    "and/or": _swapped,
    "a lost NOT": _lost_not,
    "lost exclusions": _lost_exclusions,
    "a lost *": _lost_star,
    "a quoted wildcard": _quoted,
    "a lost escape": _lost_escape,
    "another case": _other_case,
    "another field": _other_field,
}


def _of_json(text: str) -> Iterator[Mutant]:
    """The same mistakes in the tree of a Query DSL text."""
    tree = json.loads(text)
    for path, node in _nodes(tree, ()):
        denied = path.count("must_not") % 2 == 1
        for kind, edit, direction in _edits(path, node):
            mutant = deepcopy(tree)
            edit(_at(mutant, path))
            turned = FLIPPED[direction] if denied else direction
            yield Mutant(kind, json.dumps(mutant), turned)


JsonEdit = tuple[str, Callable[[Any], object], str]


def _edits(path: tuple[str | int, ...], node: Any) -> Iterator[JsonEdit]:
    last = path[-1] if path else None
    if isinstance(node, list) and len(node) > 1:
        losses = {"filter": "+", "must": "+", "should": "-", "must_not": "-"}
        # the list itself is below "must_not" in the path, which turns it once more
        yield "a lost clause", lambda it: it.pop(0), losses.get(str(last), "-")
    if not isinstance(node, dict):
        return
    if "filter" in node and len(node["filter"]) > 1 and "should" not in node:
        yield "and/or", _filter_to_should, "+"
    if "must_not" in node and "filter" in node:
        yield "lost exclusions", lambda it: it.pop("must_not"), "+"
    if "case_insensitive" in node:
        yield "case counts", lambda it: it.pop("case_insensitive"), "-"
    value = node.get("value")
    if isinstance(value, str) and "wildcard" in path and value.strip("*") != value:
        yield "a lost *", lambda it: it.update(value=it["value"].strip("*")), "-"
    if isinstance(value, str) and value.swapcase() != value:
        yield "another case", lambda it: it.update(value=it["value"].swapcase()), "?"


def _filter_to_should(node: dict[str, Any]) -> None:
    node["should"] = node.pop("filter")
    node["minimum_should_match"] = 1


def _nodes(node: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    yield path, node
    if isinstance(node, dict | list):
        items = node.items() if isinstance(node, dict) else enumerate(node)
        for key, value in items:
            yield from _nodes(value, (*path, key))


def _at(node: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        node = node[step]
    return node


FILLS = ("", "", "x", "A", "\\", "b c")


def nearby(rng: Random, formulas: tuple[Formula, ...], count: int) -> Iterator[Event]:
    """Events whose fields hold values that leaves ask for, near misses, or nothing."""
    pools: dict[str, list[Test]] = {}
    for formula in formulas:
        for atom in atoms(formula):
            if atom.field is not None:
                pools.setdefault(atom.field, []).append(atom.test)
    for _ in range(count):
        event: dict[str, list[Value]] = {}
        for name, tests in pools.items():
            values = [_text(rng, rng.choice(tests)) for _ in range(rng.choice((0, 1, 1, 1, 1, 2)))]
            if values:
                event[name] = list(values)
        yield event


def _text(rng: Random, test: Test) -> str:
    match test:
        case Glob(parts):
            text = "".join(p if isinstance(p, str) else rng.choice(FILLS) for p in parts)
        case Cidr(network):
            text = str(network[rng.choice((0, -1))])
        case Equals(value):
            text = str(value).lower()
        case Compare(_, number):
            text = str(number + rng.choice((-1, 0, 1)))
        case TimePart():
            text = "2024-01-01T02:00:00+00:00"
        case _:
            text = rng.choice(FILLS)
    chance = rng.random()
    if chance < 0.1:
        return text.swapcase()
    return text[:-1] if chance < 0.15 else text + "x" if chance < 0.2 else text


def differing(formulas: tuple[Formula, Formula], seed: int, count: int = 200) -> Event | None:
    """An event on which the two differ, if one of ``count`` is such."""
    rng = Random(seed)
    for event in nearby(rng, formulas, count):
        try:
            if evaluate(formulas[0], event) != evaluate(formulas[1], event):
                return event
        except OpaqueError:
            return None
    return None


def _printed(rules: list[LoadedRule], target: str) -> Iterator[tuple[str, Schema]]:
    schemas = {target: SCHEMAS[target]} if target in SCHEMAS else {}
    compiler = Compiler(Options(targets=(target,), schemas=schemas, prove=False))
    for rule in rules:
        (query,) = compiler.compile(rule)
        if query.text is not None:
            yield query.text, compiler.plan(rule, target).schema


def _judged(
    before: Reading, mutant: Mutant, target: str, schema: Schema, counts: Counter[str]
) -> None:
    try:
        readings = backends()[target].read(mutant.text, schema)
    except ReadError:
        counts["not read"] += 1
        return
    after = next((r for r in readings if r.indices == before.indices), readings[0])
    here = schema.within(before.indices) if before.indices else schema
    verdict = compare(before.formula, after.formula, here)
    counts[verdict.relation] += 1
    counts[f"{mutant.kind}: {verdict.relation}"] += 1
    _check(before.formula, after.formula, here, verdict, mutant)


def _check(
    before: Formula, after: Formula, schema: Schema, verdict: Verdict, mutant: Mutant
) -> None:
    shown = f"{mutant.kind} ({mutant.direction}): {verdict}\n{mutant.text}"
    if verdict.relation != "unknown":
        assert verdict.relation in ALLOWED.get(mutant.direction, {verdict.relation}), shown
    sides = World(schema).place(before), World(schema).place(after)
    for each in verdict.witnesses:
        said = evaluate(sides[0], each.event), evaluate(sides[1], each.event)
        assert said == (each.rule, each.query), shown
        assert said[0] is not said[1], shown
    if verdict.relation == "exact" and verdict.how != "form" and not verdict.assumptions:
        assert differing(sides, len(mutant.text)) is None, shown


def _all(rules: list[LoadedRule], target: str, each: int | None = None) -> Counter[str]:
    counts: Counter[str] = Counter()
    rng = Random(7)
    for text, schema in _printed(rules, target):
        before = backends()[target].read(text, schema)[0]
        found = list(mutants(target, text))
        for mutant in found if each is None else rng.sample(found, min(each, len(found))):
            _judged(before, mutant, target, schema, counts)
    return counts


@pytest.mark.parametrize("target", TARGETS)
def test_each_mistake_in_a_shipped_rules_query_is_judged_right(target: str) -> None:
    counts = _all(load([RULES]).rules, target, each=40)
    judged = sum(counts[each] for each in ("exact", "wider", "narrower", "different", "unknown"))
    assert judged > 150, counts
    assert counts["unknown"] <= judged / 50, counts
    assert counts["wider"] > 10, counts
    assert counts["narrower"] > 10, counts


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS, reason="SIEMC_CORPUS does not name the public rules")
@pytest.mark.parametrize("target", TARGETS)
def test_each_mistake_in_a_public_rules_query_is_judged_right(target: str) -> None:
    rules = load([Path(str(CORPUS)) / "sigmahq" / "rules"]).rules[TARGETS.index(target) :: 40]
    counts = _all(rules, target, each=12)
    judged = sum(counts[each] for each in ("exact", "wider", "narrower", "different", "unknown"))
    assert judged > 200, counts
    assert counts["unknown"] <= judged / 20, counts
