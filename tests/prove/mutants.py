"""Mistakes in the text of a query, each with what it must do to the query.

``+`` it catches at least as much as before, ``-`` at most as much, ``x`` nothing that it did, ``?``
any of these.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from siemc.compiler import Compiler, Options
from siemc.load import LoadedRule, load

TARGETS = ("spl", "kql", "lucene", "dsl")

SCHEMAS = {"kql": "ecs-caseless", "lucene": "agent-windows", "dsl": "agent-windows"}

RULES = Path(__file__).parents[2] / "rules"


def compiler_of(target: str) -> Compiler:
    """A compiler of one target on the schema that carries most there, which proves nothing."""
    schemas = {target: SCHEMAS[target]} if target in SCHEMAS else {}
    return Compiler(Options(targets=(target,), schemas=schemas, prove=False))


def rule_of(tmp_path: Path, condition: str, **searches: Any) -> LoadedRule:
    rule = {
        "title": "A rule",
        "logsource": {"category": "process_creation", "product": "windows"},
        "detection": {**searches, "condition": condition},
    }
    path = tmp_path / "rule.yml"
    path.write_text(yaml.safe_dump(rule, sort_keys=False), encoding="utf-8")
    return load([path]).rules[0]


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
