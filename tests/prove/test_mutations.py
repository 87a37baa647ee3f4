"""A query with a mistake in it is told from its rule, in the right direction, with an event.

The mistakes are made in the text of a query, each with what it must do to the query: ``+`` it
catches at least as much as before, ``-`` at most as much, ``x`` nothing that it did, ``?`` any of
these. Mistakes made in the formula that a query is printed from tell more: which exclusion is lost,
and, where nothing changes, which clause does the work of the lost one.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
import yaml

from siemc.backend import Layout, backends
from siemc.compiler import Compiler, Options
from siemc.evaluate import Event, OpaqueError, Value, evaluate
from siemc.formula import (
    FALSE,
    And,
    Atom,
    Cidr,
    Compare,
    Equals,
    Formula,
    Glob,
    Not,
    Or,
    Test,
    TimePart,
    atoms,
)
from siemc.load import LoadedRule, load
from siemc.prove.compare import compare
from siemc.prove.exclusions import belongs_to, exclusions, judge, without
from siemc.prove.verdict import Verdict
from siemc.prove.world import World
from siemc.reading import ReadError, Reading
from siemc.schema import Schema
from siemc.verify import lost_exclusions

TARGETS = ("spl", "kql", "lucene", "dsl")
SCHEMAS = {"kql": "ecs-caseless", "lucene": "agent-windows", "dsl": "agent-windows"}
RULES = Path(__file__).parents[2] / "rules"
CORPUS = os.environ.get("SIEMC_CORPUS")
ALLOWED = {
    "+": {"exact", "wider"},
    "-": {"exact", "narrower"},
    "x": {"different", "narrower"},
}


class Mutant(NamedTuple):
    """A query's text with one mistake in it."""

    kind: str
    text: str
    direction: str


FLIPPED = {"+": "-", "-": "+", "x": "x", "?": "?"}
ESCAPED = re.compile(r"(?<!\\)((?:\\\\)*)\\\*")  # a * behind an odd number of backslashes
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
    depth = 0
    for found in _tokens(text):
        depth += (found[0] == "(") - (found[0] == ")")
        if found[0] in ("NOT", "not"):
            # beside an OR what it was may still be caught by another alternative
            yield found.start(), found.end() + 1, "", "?" if depth or " OR " in text else "x"


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
    for found in re.finditer(r"(?<!\\)(?:\\\\)*(\\\*)|\\", text):
        if found[1] is None:
            yield found.start(), found.end(), "", "?"
        else:
            is_wild = target in ("kql", "lucene") and not _is_within_quotes(text, found.start(1))
            yield found.start(1), found.start(1) + 1, "", "+" if is_wild else "?"


def _is_within_quotes(text: str, place: int) -> bool:
    spans = (token for token in _tokens(text) if token[0][0] in '"/')
    return any(token.start() < place < token.end() for token in spans)


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
    if "must_not" in node:
        yield "a lost NOT", _must_not_to_filter, "x" if path == ("bool",) else "?"
    if "case_insensitive" in node:
        yield "case counts", lambda it: it.pop("case_insensitive"), "-"
    value = node.get("value")
    if isinstance(value, str) and "wildcard" in path and value.strip("*") != value:
        yield "a lost *", lambda it: it.update(value=it["value"].strip("*")), "-"
    if isinstance(value, str) and "wildcard" in path and ESCAPED.search(value):
        yield "a lost escape", lambda it: it.update(value=ESCAPED.sub(r"\1*", it["value"])), "+"
    if isinstance(value, str) and value.swapcase() != value:
        yield "another case", lambda it: it.update(value=it["value"].swapcase()), "?"


def _filter_to_should(node: dict[str, Any]) -> None:
    node["should"] = node.pop("filter")
    node["minimum_should_match"] = 1


def _must_not_to_filter(node: dict[str, Any]) -> None:
    denied, kept = node.pop("must_not"), node.get("filter", [])
    lists = [each if isinstance(each, list) else [each] for each in (kept, denied)]
    node["filter"] = [*lists[0], *lists[1]]


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


class Loss(NamedTuple):
    """A formula with one mistake in it, and the part that it lost with what stood beside that."""

    kind: str
    formula: Formula
    direction: str
    lost: Formula | None = None
    beside: tuple[Formula, ...] = ()


def losses(formula: Formula, denied: bool = False) -> Iterator[Loss]:
    """Every formula with one part of it lost, or an ``and`` and an ``or`` taken for each other."""
    if isinstance(formula, Not):
        for loss in losses(formula.item, not denied):
            yield loss._replace(formula=Not(loss.formula))
    if not isinstance(formula, And | Or):
        return
    kind, swapped = (And, Or) if isinstance(formula, And) else (Or, And)
    direction = "+" if (kind is And) is not denied else "-"
    items = formula.items
    if len(items) > 1:
        yield Loss("and/or", swapped(items), direction)
    for number, item in enumerate(items):
        beside = (*items[:number], *items[number + 1 :])
        if beside:
            name = "a conjunct" if kind is And else "a disjunct"
            yield Loss(name, kind(beside), direction, item, beside)
        for loss in losses(item, denied):
            inner = kind((*items[:number], loss.formula, *items[number + 1 :]))
            yield loss._replace(formula=inner)


def implying(loss: Loss) -> Formula | None:
    """The clause beside a lost one that does its work."""
    lost = loss.lost
    if lost is None:
        return None
    for other in loss.beside:
        holds, fails = (other, lost) if loss.kind == "a conjunct" else (lost, other)
        if compare(FALSE, And((holds, Not(fails)))).relation == "exact":
            return other
    return None


def read_back(formula: Formula, target: str, schema: Schema) -> tuple[Formula, Schema] | None:
    """What a target's query for a formula says, and where, unless it has no query."""
    emission = backends()[target].emit(formula, schema, Layout())
    if emission.text is None or emission.problems:
        return None
    reading = backends()[target].read(emission.text, schema)[0]
    return reading.formula, schema.within(reading.indices) if reading.indices else schema


def with_text(formula: Formula, change: Callable[[str], str]) -> Formula:
    """The formula with the literals of its globs changed."""
    match formula:
        case Atom(test=Glob(parts, cased)):
            parts = tuple(change(part) if isinstance(part, str) else part for part in parts)
            return replace(formula, test=Glob(parts, cased))
        case Not(item):
            return Not(with_text(item, change))
        case And(items) | Or(items):
            return type(formula)(tuple(with_text(item, change) for item in items))
    return formula


def relation(rule: Formula, query: tuple[Formula, Schema]) -> str:
    return compare(rule, *query).relation


def plans_of(rules: Iterable[LoadedRule], target: str) -> Iterator[tuple[Formula, Schema]]:
    schemas = {target: SCHEMAS[target]} if target in SCHEMAS else {}
    compiler = Compiler(Options(targets=(target,), schemas=schemas, prove=False))
    for rule in rules:
        plan = compiler.plan(rule, target)
        if not plan.refused:
            yield plan.formula, plan.schema


@pytest.mark.parametrize("target", TARGETS)
def test_each_mistake_in_a_shipped_rules_query_is_judged_right(target: str) -> None:
    counts = _all(load([RULES]).rules, target, each=40)
    judged = sum(counts[each] for each in ("exact", "wider", "narrower", "different", "unknown"))
    assert judged > 150, counts
    assert counts["unknown"] <= judged / 50, counts
    assert counts["wider"] > 10, counts
    assert counts["narrower"] > 10, counts
    assert counts["a lost NOT: different"] > 5, counts


@pytest.mark.parametrize("target", TARGETS)
def test_a_lost_part_of_a_shipped_rule_has_its_direction_or_another_does_its_work(
    target: str,
) -> None:
    counts: Counter[str] = Counter()
    rng = Random(7)
    for formula, schema in plans_of(load([RULES]).rules, target):
        found = list(losses(formula))
        for loss in rng.sample(found, min(12, len(found))):
            query = read_back(loss.formula, target, schema)
            if query is None:
                continue
            told = relation(formula, query)
            counts[f"{loss.kind}: {told}"] += 1
            if told == "exact":
                assert implying(loss) is not None, loss
            else:
                assert told == {"+": "wider", "-": "narrower"}[loss.direction], loss
    for kind in ("a conjunct: wider", "a disjunct: narrower", "and/or: wider", "and/or: narrower"):
        assert counts[kind] > 1, counts


@pytest.mark.parametrize("target", TARGETS)
def test_each_lost_exclusion_of_a_shipped_rule_is_named(target: str) -> None:
    named = 0
    for formula, schema in plans_of(load([RULES]).rules, target):
        for name in exclusions(formula):
            query = read_back(without(formula, belongs_to(name, None)), target, schema)
            if query is None:
                continue
            assert relation(formula, query) == "wider", name
            lost = list(lost_exclusions(formula, *query, 2))
            names = {each.name for each in lost}
            assert name in names
            for other in names - {name}:  # one that excludes only together with it
                joint = without(formula, belongs_to(other, None))
                assert relation(joint, query) == "exact", (name, other)
            named += 1
    assert named > 20


def rule_of(tmp_path: Path, condition: str, **searches: Any) -> LoadedRule:
    rule = {
        "title": "A rule",
        "logsource": {"category": "process_creation", "product": "windows"},
        "detection": {**searches, "condition": condition},
    }
    path = tmp_path / "rule.yml"
    path.write_text(yaml.safe_dump(rule, sort_keys=False), encoding="utf-8")
    return load([path]).rules[0]


@pytest.mark.parametrize("target", TARGETS)
def test_a_lost_part_that_another_does_the_work_of_is_exact_and_that_is_named(
    target: str, tmp_path: Path
) -> None:
    rule = rule_of(
        tmp_path,
        "sel and not f1 and not f2",
        sel={"Image|endswith": ["\\a.exe", "\\b\\a.exe"], "CommandLine|contains|all": ["x", "xy"]},
        f1={"ParentImage|contains": "y"},
        f2={"ParentImage": "xyz"},
    )
    ((formula, schema),) = plans_of([rule], target)
    told = Counter(
        (loss.kind, relation(formula, query), implying(loss) is not None)
        for loss in losses(formula)
        if loss.lost is not None and (query := read_back(loss.formula, target, schema))
    )
    assert told["a disjunct", "exact", True] == 1, told
    assert told["a conjunct", "exact", True] == 2, told  # x beside xy, and f2 beside f1
    assert not any(is_exact == "exact" and not named for _, is_exact, named in told), told
    effects = {e.name: (e.effect, e.implied_by) for e in judge(formula, schema) if not e.place}
    assert effects == {"f1": ("matters", ()), "f2": ("never", ("f1",))}


@pytest.mark.parametrize("target", TARGETS)
def test_the_other_case_of_a_cased_value_is_not_the_same(target: str, tmp_path: Path) -> None:
    rule = rule_of(tmp_path, "sel", sel={"CommandLine|cased|contains": ["aBc", "dEf"]})
    ((formula, schema),) = plans_of([rule], target)
    other = with_text(formula, lambda part: part.replace("aBc", "AbC"))
    query = read_back(other, target, schema)
    assert query is not None
    assert relation(formula, query) == "different"
    # one of the two values is lost where the other one includes what has become of it
    fewer = with_text(formula, lambda part: part.replace("aBc", "xdEf"))
    query = read_back(fewer, target, schema)
    assert query is not None
    assert relation(formula, query) == "narrower"


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("value", ["a\\*b", "a\\?b"])
def test_a_lost_escape_of_a_wildcard_is_wider(target: str, value: str, tmp_path: Path) -> None:
    escaped = rule_of(tmp_path, "sel", sel={"CommandLine|contains": value})
    ((formula, schema),) = plans_of([escaped], target)
    plain = rule_of(tmp_path, "sel", sel={"CommandLine|contains": value.replace("\\", "")})
    ((mutant, _),) = plans_of([plain], target)
    query = read_back(mutant, target, schema)
    if query is None:
        assert (target, value) == ("kql", "a\\?b")  # KQL has no wildcard for one character
    else:
        assert relation(formula, query) == "wider"


@pytest.mark.parametrize("target", ["kql", "lucene", "dsl"])
def test_a_backslash_lost_before_a_star_in_a_querys_text_is_wider(
    target: str, tmp_path: Path
) -> None:
    rule = rule_of(tmp_path, "sel", sel={"CommandLine|contains": "a\\*b"})
    ((text, schema),) = _printed([rule], target)
    before = backends()[target].read(text, schema)[0]
    found = [m for m in mutants(target, text) if (m.kind, m.direction) == ("a lost escape", "+")]
    assert found, text
    counts: Counter[str] = Counter()
    for mutant in found:
        _judged(before, mutant, target, schema, counts)
    assert counts["wider"] == len(found), counts


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS, reason="SIEMC_CORPUS does not name the public rules")
@pytest.mark.parametrize("target", TARGETS)
def test_each_mistake_in_a_public_rules_query_is_judged_right(target: str) -> None:
    rules = load([Path(str(CORPUS)) / "sigmahq" / "rules"]).rules[TARGETS.index(target) :: 40]
    counts = _all(rules, target, each=12)
    judged = sum(counts[each] for each in ("exact", "wider", "narrower", "different", "unknown"))
    assert judged > 200, counts
    assert counts["unknown"] <= judged / 20, counts
