"""Count what becomes of a folder of rules, per schema and target: ``docs/coverage.md``.

python bench/coverage.py RULES            print the page
python bench/coverage.py RULES -o FILE    write it
python bench/coverage.py RULES --check FILE    exit 1 if FILE says otherwise

Each query is read back and compared with its rule, as ``siemc compile`` does.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from siemc.api import in_order
from siemc.backend import backends
from siemc.compiler import NO_MAPPING, Compiler, Options
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
WAYS = ("form", "logic", "languages")
UNPROVED = "SC217"
# A proof that takes nearly all its time may miss it on another day.
LEEWAY = 3


class Row(NamedTuple):
    """What became of the rules in one target on one schema.

    ``exact`` counts the compiled ones by what settled their proof; ``doubted`` those that their
    emitter held to be exact and the proof did not, by verdict; ``reasons`` the rules that each
    other code of an error refused.
    """

    schema: str
    target: str
    total: int
    compiled: int
    exact: Counter[str]
    doubted: Counter[str]
    reasons: Counter[str]


def count(
    loaded: Loaded, schema: str, targets: Sequence[str], pipelines: Sequence[str]
) -> list[Row]:
    """A row per target, over the rules whose log source the schema holds if they are mapped."""
    schemas = dict.fromkeys(targets, schema)
    options = Options(targets=targets, pipelines=pipelines, schemas=schemas, nearest=False)
    compiler = Compiler(options)
    found: dict[str, list[Query]] = {target: [] for target in targets}
    for rule in in_order(loaded.rules, loaded.broken):
        if NO_MAPPING in pipelines or (isinstance(rule, LoadedRule) and _served(rule, schema)):
            for query in compiler.compile(rule):
                found[query.target].append(query)
    return [_row(schema, target, queries) for target, queries in found.items()]


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


def _row(schema: str, target: str, queries: Iterable[Query]) -> Row:
    row = Row(schema, target, 0, 0, Counter(), Counter(), Counter())
    total = compiled = 0
    for query in queries:
        total += 1
        errors = {each.code for each in query.diagnostics if each.severity == "error"}
        if query.status == "compiled":
            compiled += 1
            row.exact[query.proof.verdict.how if query.proof else "no proof"] += 1
        elif UNPROVED in errors:
            row.doubted[query.verdict] += 1
        row.reasons.update(errors - {UNPROVED})
    return row._replace(total=total, compiled=compiled)


def page(unmapped: Sequence[Row], mapped: Sequence[Row], rules: int, day: date) -> str:
    """The page of docs, in Markdown."""
    lines = [
        "# What compiles, and what of it is proved",
        "",
        f"Counted over the {rules:,} public Sigma rules with `python bench/coverage.py RULES` "
        f"on {day.isoformat()}.",
        "A rule may be refused for several reasons, so they can add up to more than the refused.",
        "",
        "A rule is compiled only if its query, read back, is [proved](proof.md) to equal it: the "
        "columns *form*, *logic* and *languages* say by what,",
        "and add up to the compiled. *Unknown* are those refused for want of a proof in the time "
        "there is; it may vary by one or two from machine to machine.",
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
    columns = ["schema", "target", "rules", "compiled", "share", *WAYS]
    columns += ["refused", "unknown", "judged wrong", "refused for"]
    rule = "-|-|" + "-:|" * (len(columns) - 3) + "-"
    return [f"| {' | '.join(columns)} |", f"|{rule}|", *map(line, rows)]


def line(row: Row) -> str:
    """The row's line in its table."""
    said = ", ".join(f"{code} {n}" for code, n in sorted(row.reasons.items()))
    share = f"{100 * row.compiled / row.total:.1f} %" if row.total else "-"
    unknown, doubted = row.doubted["unknown"], row.doubted.total()
    cells = [row.schema, row.target, row.total, row.compiled, share]
    cells += [row.exact[how] for how in WAYS]
    cells += [row.total - row.compiled - doubted, unknown, doubted - unknown, said]
    return f"| {' | '.join(map(str, cells))} |"


def _reasons(rows: Sequence[Row]) -> list[str]:
    codes = sorted({code for row in rows for code in row.reasons})
    return [f"- `{code}`: {catalogue()[code]['title']}" for code in codes]


def is_close(text: str, other: str) -> bool:
    """Whether two pages, or lines, say the same but for the day and a few proofs."""
    number = re.compile(r"(?<![A-Za-z\d])\d[\d,]*(?:\.\d+)?")
    texts = [re.sub(r" on \d{4}-\d\d-\d\d\.", ".", each) for each in (text, other)]
    if number.sub("", texts[0]) != number.sub("", texts[1]):
        return False
    ours, theirs = ([float(n.replace(",", "")) for n in number.findall(each)] for each in texts)
    return all(abs(a - b) <= LEEWAY for a, b in zip(ours, theirs, strict=True))


def counted(rules: Path) -> str:
    """The page about a folder of rules, as of today."""
    loaded = load([rules])
    unmapped = [row for name, each in UNMAPPED for row in count(loaded, name, each, (NO_MAPPING,))]
    mapped = [row for name, each in MAPPED for row in count(loaded, name, each, ())]
    return page(unmapped, mapped, len(loaded.rules) + len(loaded.broken), date.today())


def main() -> int:
    """Run the command; 1 if a checked page is stale."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("rules", type=Path)
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--check", type=Path)
    args = parser.parse_args()
    text = counted(args.rules)
    if args.check:
        if is_close(args.check.read_text(encoding="utf-8"), text):
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
