"""The Python interface behind ``siemc.compile``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from siemc.compiler import Compiler, Options
from siemc.diagnostics import Diagnostic, UsageError
from siemc.load import BrokenRule, Loaded, LoadedRule, load
from siemc.query import Query


def compile_all(
    rules: str | Path | Iterable[str | Path | LoadedRule], options: Options
) -> list[Query]:
    """Every rule in every target, rules in the order given; see ``siemc.compile``."""
    compiler = Compiler(options)
    queries: list[Query] = []
    paths: list[str | Path] = []
    ready: list[LoadedRule] = []
    for each in [rules] if isinstance(rules, str | Path) else rules:
        if isinstance(each, LoadedRule):
            ready.append(each)
        else:
            paths.append(each)
    loaded = load(paths) if paths else Loaded()
    if not ready and not loaded.rules and not loaded.broken:
        raise no_rules(paths)
    for rule in in_order([*ready, *loaded.rules], loaded.broken):
        queries += compiler.compile(rule)
    return queries


def in_order(
    rules: Iterable[LoadedRule], broken: Iterable[BrokenRule]
) -> list[LoadedRule | BrokenRule]:
    """Good and broken rules together, by file; each kind keeps its order within a file."""
    order: dict[str, int] = {}
    found: list[LoadedRule | BrokenRule] = [*rules, *broken]
    for each in sorted(found, key=lambda rule: rule.path):
        order.setdefault(each.path, len(order))
    return sorted(found, key=lambda rule: (order[rule.path], rule.document))


def no_rules(paths: Iterable[str | Path]) -> UsageError:
    """What to say where there is nothing to compile."""
    named = ", ".join(str(path) for path in paths) or "the arguments"
    hint = "Name a Sigma rule, or a folder with rules in files that end in .yml or .yaml."
    return UsageError(Diagnostic("SC306", f"There is no Sigma rule in {named}.", hint))
