"""Count what becomes of a folder of rules, per schema, target and reason: ``docs/coverage.md``.

python bench/coverage.py RULES            print the page
python bench/coverage.py RULES -o FILE    write it
python bench/coverage.py RULES --check FILE    exit 1 if FILE says otherwise
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from siemc.api import in_order
from siemc.backend import backends
from siemc.compiler import Compiler, Options
from siemc.diagnostics import catalogue
from siemc.load import Loaded, LoadedRule, load
from siemc.query import Query
from siemc.sources import LogSource

UNMAPPED = (
    ("raw", ("spl", "kql", "lucene", "dsl")),
    ("raw-cased", ("kql", "lucene", "dsl")),
)
MAPPED = (
    ("splunk-sysmon", ("spl",)),
    ("winlogbeat-9", ("kql", "lucene", "dsl")),
    ("agent-windows", ("kql", "lucene", "dsl")),
    ("defend", ("kql", "lucene", "dsl")),
    ("ecs-caseless", ("kql", "lucene", "dsl")),
)
Row = tuple[str, str, int, int, Counter[str]]


def count(
    loaded: Loaded, schema: str, targets: Sequence[str], pipelines: Sequence[str]
) -> list[Row]:
    """A row per target: schema, target, rules, compiled, and the codes of those that are not."""
    schemas = dict.fromkeys(targets, schema)
    compiler = Compiler(Options(targets=targets, pipelines=pipelines, schemas=schemas))
    found: dict[str, list[Query]] = {target: [] for target in targets}
    for rule in in_order(loaded.rules, loaded.broken):
        if pipelines or (isinstance(rule, LoadedRule) and _served(rule, schema)):
            for query in compiler.compile(rule):
                found[query.target].append(query)
    return [(schema, target, *_counts(queries)) for target, queries in found.items()]


def _served(rule: LoadedRule, schema: str) -> bool:
    """Whether some data source of the schema holds the rule's log source."""
    logsource = rule.rule.logsource
    wanted = LogSource(logsource.product, logsource.category, logsource.service)
    for backend in backends().values():
        platform = backend.platform
        if schema in platform.schema_names:
            known = platform.schema(schema)
            return any(
                source.serves(wanted) and source.patterns(known) is not None
                for source in platform.sources()
            )
    return False


def _counts(queries: Iterable[Query]) -> tuple[int, int, Counter[str]]:
    total = compiled = 0
    reasons: Counter[str] = Counter()
    for query in queries:
        total += 1
        if query.status == "compiled":
            compiled += 1
        else:
            errors = (each.code for each in query.diagnostics if each.severity == "error")
            reasons.update(dict.fromkeys(errors, 1))
    return total, compiled, reasons


def page(loaded: Loaded) -> str:
    """The page of docs, in Markdown."""
    unmapped = [row for name, each in UNMAPPED for row in count(loaded, name, each, ("none",))]
    mapped = [row for name, each in MAPPED for row in count(loaded, name, each, ())]
    rules = len(loaded.rules) + len(loaded.broken)
    lines = [
        "# What compiles",
        "",
        f"Counted over the {rules:,} public Sigma rules with `python bench/coverage.py RULES`.",
        "A rule may be refused for several reasons, so they can add up to more than the refused.",
        "",
        "## Under the rules' own field names (`-p none`)",
        "",
        *_table(unmapped),
        "",
        "## Under the shipped mappings",
        "",
        "Only the rules whose log source a data source of the schema holds.",
        "",
        *_table(mapped),
        "",
        "## The reasons",
        "",
        *_reasons([*unmapped, *mapped]),
    ]
    return "\n".join(lines) + "\n"


def _table(rows: Sequence[Row]) -> list[str]:
    lines = ["| schema | target | rules | compiled | share | refused for |", "|-|-|-:|-:|-:|-|"]
    for schema, target, total, compiled, reasons in rows:
        said = ", ".join(f"{code} {n}" for code, n in sorted(reasons.items()))
        share = f"{100 * compiled / total:.1f} %" if total else "-"
        lines.append(f"| {schema} | {target} | {total} | {compiled} | {share} | {said} |")
    return lines


def _reasons(rows: Sequence[Row]) -> list[str]:
    codes = sorted({code for *_, reasons in rows for code in reasons})
    return [f"- `{code}`: {catalogue()[code]['title']}" for code in codes]


def main() -> int:
    """Run the command; 1 if a checked page is stale."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rules", type=Path)
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--check", type=Path)
    args = parser.parse_args()
    text = page(load([args.rules]))
    if args.check:
        if args.check.read_text(encoding="utf-8") == text:
            return 0
        print(f"{args.check} is stale: run bench/coverage.py with -o", file=sys.stderr)
        return 1
    if args.output:
        args.output.write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
