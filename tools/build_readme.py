"""Fill in the README's parts that the compiler says: the example's queries and its table.

Each part stands between ``<!-- query: TARGET -->`` or ``<!-- table -->`` and ``<!-- end -->``.
``--check`` says if one is stale.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import siemc
from siemc.query import Query

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
RULE = "rules/net_connection_win_domain_telegram_api_non_browser_access.yml"
SHOWN = {"spl": "splunk-sysmon", "kql": "ecs-caseless", "lucene": "agent-windows"}
PART = re.compile(r"(<!-- (query|table)(?:: (\w+))? -->\n).*?(<!-- end -->)", re.DOTALL)
ROWS = (
    ("splunk-sysmon", ("spl",), ()),
    ("winlogbeat-9", ("kql", "lucene", "dsl"), ()),
    ("agent-windows", ("kql", "lucene", "dsl"), ()),
    ("defend", ("kql", "lucene", "dsl"), ()),
    ("ecs-caseless", ("kql", "lucene", "dsl"), ()),
    ("raw", ("spl", "kql", "lucene", "dsl"), ("none",)),
    ("raw-cased", ("kql", "lucene", "dsl"), ("none",)),
)
TARGETS = ("spl", "kql", "lucene", "dsl")


def compile_one(target: str, schema: str, pipelines: tuple[str, ...], pretty: bool) -> Query:
    """The example's query in one target."""
    schemas = {target: schema}
    (query,) = siemc.compile([ROOT / RULE], [target], pipelines, schemas, pretty=pretty)
    return query


def shown(target: str) -> str:
    """The example's query as a fenced block."""
    query = compile_one(target, SHOWN[target], (), pretty=True)
    return f"```\n{query.text}\n```\n"


def table() -> str:
    """Which schema carries the example in which target, and why not where not."""
    lines = [f"| schema | {' | '.join(TARGETS)} |", "|-" * (len(TARGETS) + 1) + "|"]
    for schema, targets, pipelines in ROWS:
        cells = [cell(target, schema, pipelines) if target in targets else "" for target in TARGETS]
        name = f"`{schema}`, with `-p none`" if pipelines else f"`{schema}`"
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def cell(target: str, schema: str, pipelines: tuple[str, ...]) -> str:
    """``compiled``, or the reason of the refusal."""
    query = compile_one(target, schema, pipelines, pretty=False)
    if query.status == "compiled":
        return "compiled"
    found = [each for each in query.diagnostics if each.severity == "error"]
    return f"refused ({found[0].code}): {found[0].message.partition(',')[0]}"


def filled(text: str) -> str:
    """The README with every part as the compiler says it today."""

    def part(match: re.Match[str]) -> str:
        body = shown(match[3]) if match[2] == "query" else table()
        return f"{match[1]}{body}{match[4]}"

    return PART.sub(part, text)


def main() -> int:
    """Run the command; 1 if the README is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    text = README.read_text(encoding="utf-8")
    now = filled(text)
    if parser.parse_args().check:
        if now != text:
            print("README.md is stale: run tools/build_readme.py", file=sys.stderr)
        return int(now != text)
    README.write_text(now, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
