"""Hold siemc against engines that others wrote: ``docs/conformance.md``.

python -m bench.conformance                    every trial, as recorded: most of an hour
python -m bench.conformance rules --schema raw one trial, on one schema
python -m bench.conformance rules --every 20   on every 20th rule
python -m bench.conformance --page             only write the page anew

Trials: ``recordings``, ``rules``, ``random``, ``sigma`` (``tests/engines``). ``SIEMC_CORPUS`` names
the public rules. What a trial counted is kept in ``bench/conformance.json`` if it ran in full
(no ``--every``), and the page is made from that file. Exits with 1 on any disagreement.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).parents[1]))

from siemc.load import LoadedRule, load
from tests.engines import rule_events
from tests.engines.kibana import parser
from tests.engines.kibana.parser import Kibana
from tests.engines.server import Server
from tests.engines.tally import Tally, summed

ROOT = Path(__file__).parents[1]
DATA = Path(__file__).with_suffix(".json")
FOUND = Path(__file__).with_name("conformance_found.yml")
PAGE = ROOT / "docs" / "conformance.md"
SERVERS = ("elasticsearch", "opensearch")
# The profiles that the rules are tried on, and in which targets.
PROFILES: Mapping[str, tuple[str, ...]] = {
    "agent-windows": ("lucene", "dsl", "kql"),
    "raw": ("lucene", "dsl", "kql"),
    "ecs-caseless": ("lucene", "dsl", "kql"),
    "winlogbeat-9": ("lucene", "dsl", "kql"),
}
BARE = {"raw"}  # by the rules' own field names
ON_BOTH = {"agent-windows", "raw"}  # the others on Elasticsearch alone
EVENTS = 40  # for each rule, at most
SHOWN = 15  # reasons on the page; the file has all
PART = 150  # rules at a time, so that progress is seen


@dataclass(frozen=True)
class Asked:
    """What is run: every so many rules, on which schemas; and how many queries of a language."""

    every: int
    schemas: Sequence[str]
    queries: int

    @property
    def rules(self) -> list[LoadedRule]:
        """The public rules."""
        folder = os.environ.get("SIEMC_CORPUS")
        if not folder:
            sys.exit("SIEMC_CORPUS does not name the folder with the public rules.")
        return load([Path(folder) / "sigmahq" / "rules"]).rules[:: self.every]


@contextmanager
def engines() -> Iterator[tuple[list[Server], Kibana]]:
    """Both servers and Kibana's parser, running."""
    servers = [Server(name) for name in SERVERS]
    kibana = parser.start()
    try:
        yield servers, kibana
    finally:
        kibana.close()
        for server in servers:
            server.stop()


def rules(asked: Asked) -> Iterator[Tally]:
    """Each test of each rule, on every profile."""
    found = asked.rules
    with engines() as (servers, kibana):
        for profile in asked.schemas:
            targets = PROFILES[profile]
            for at in range(0, len(found), PART):
                part = found[at : at + PART]
                subjects = list(
                    rule_events.subjects(part, profile, targets, EVENTS, profile in BARE)
                )
                for server in servers if profile in ON_BOTH else servers[:1]:
                    yield from rule_events.run(subjects, profile, server, kibana)


def random(asked: Asked) -> Iterator[Tally]:
    """Random queries of each language on random events."""
    from tests.engines.random_queries import trial, ways

    with engines() as (servers, kibana):
        for server in servers:
            for way in ways.ways(server.name, kibana):
                yield trial.run(1, asked.queries, server, way)


def recordings(asked: Asked) -> Iterator[Tally]:
    """The recorded events of rules, and those of attacks."""
    from tests.engines.recordings.trial import Trial

    trial = Trial(asked.every)
    with engines() as (servers, kibana):
        for server in servers:
            with trial.holding(server) as held:
                yield from trial.run(held, kibana)


def sigma(asked: Asked) -> Iterator[Tally]:
    """Other programs that evaluate Sigma rules, beside ``evaluate``."""
    from tests.engines.oracles.run import results

    for each in results(corpus=bool(os.environ.get("SIEMC_CORPUS"))):
        yield each.tally


TRIALS: dict[str, Callable[[Asked], Iterator[Tally]]] = {
    "recordings": recordings,
    "rules": rules,
    "random": random,
    "sigma": sigma,
}


def run(name: str, asked: Asked) -> list[Tally]:
    """One trial, its counts shown as they come."""
    found: list[Tally] = []
    start = time.monotonic()
    for tally in TRIALS[name](asked):
        found.append(tally)
        print(
            f"{time.monotonic() - start:5.0f} s  {tally.trial}, {tally.engine}, {tally.language}: "
            f"{tally.pairs:,} pairs, {len(tally.disagreements)} disagreements",
            file=sys.stderr,
        )
        for each in tally.disagreements[:5]:
            print(f"    {each}", file=sys.stderr)
    return summed(found)


def page(data: Mapping[str, Any]) -> str:
    """The page about what was recorded."""
    parts = [HEAD]
    for name, recorded in data.items():
        rows = [_tally(each) for each in recorded["tallies"]]
        last = max(each["date"] for each in recorded["tallies"])
        parts.append(f"## {TITLES[name]}\n\n{ABOUT[name]}\n\nRecorded until {last}.\n")
        parts += [_table(rows), _excuses(rows)]
    return "\n".join([*filter(None, parts), _found(), LEFT])


def _found() -> str:
    """What the trials found wrong in siemc."""
    entries = yaml.safe_load(FOUND.read_text("utf-8"))
    rows = (f"| {each['found']} | {each['now']} | `{each['test']}` |" for each in entries)
    table = "\n".join(["| found | now | test |", "|-|-|-|", *rows])
    return f"## What was found and mended\n\nNo disagreement is open.\n\n{table}\n"


def _tally(recorded: Mapping[str, Any]) -> Tally:
    counters = {key: Counter(recorded[key]) for key in ("excused", "refused")}
    return Tally(**{key: each for key, each in {**recorded, **counters}.items() if key != "date"})


def _table(rows: Sequence[Tally]) -> str:
    lines = [
        "| trial | engine | language | queries | pairs | found | excused | disagreements |",
        "|-|-|-|-:|-:|-:|-:|-:|",
    ]
    for row in rows:
        lines.append(
            f"| {row.trial} | {row.engine} | {row.language} | {row.queries:,} | {row.pairs:,} | "
            f"{row.matches:,} | {row.excused.total():,} | {len(row.disagreements)} |"
        )
    total = sum(row.pairs for row in rows)
    lines.append(f"| **all** | | | {sum(row.queries for row in rows):,} | {total:,} | | | |")
    return "\n".join(lines) + "\n"


def _excuses(rows: Sequence[Tally]) -> str:
    excused = sum((row.excused for row in rows), Counter[str]())
    refused = sum((row.refused for row in rows), Counter[str]())
    found = ""
    for title, counts in (("Excused", excused), ("Not tried", refused)):
        if counts:
            lines = [f"- {why}: {number:,}" for why, number in counts.most_common(SHOWN)]
            rest = counts.most_common()[SHOWN:]
            if rest:
                others = sum(number for _, number in rest)
                lines.append(f"- {len(rest)} other reasons: {others:,}")
            found += f"{title}, by reason:\n\n" + "\n".join(lines) + "\n\n"
    return found


HEAD = """# Conformance

<!-- Made by bench/conformance.py; do not edit. -->

What siemc says a query means, held against engines that others wrote. A *pair* is a query and an
event. For each the engine's answer, our reader's (the query read back and evaluated) and, where the
query came from a rule, the reference's (the rule evaluated) must be the same. A pair that differs
as an assumption of the query says it may, or as an engine is known to, is *excused* and counted;
each known difference has a test that it is still there.

`python -m bench.conformance` runs what is recorded here, and fails on any disagreement;
`pytest -m engines tests/engines` runs a part of each trial. CONTRIBUTING.md says what they need.
"""
TITLES = {
    "recordings": "Recorded events",
    "rules": "Events made for each test of each rule",
    "random": "Random queries on random events",
    "sigma": "Sigma by other programs",
}
ABOUT = {
    "recordings": """\
SigmaHQ's recorded event for a rule must be found by the rule's query, and on five recordings of
attacks (OTRF Security-Datasets) each rule's query must find the same events as the rule. The events
become documents by a translation written from Elastic's ingest pipelines, which shares no table
with siemc's own.""",
    "rules": f"""\
For each leaf of each public rule, up to {EVENTS} events a rule: one that decides by it alone, a
near miss, an exclusion, another case, no field, an empty value, two values, a value longer than is
indexed (`siemc/cases.py`). KQL is run twice: as Kibana has it (Kibana 7.5's parser, and the
translation that today's Kibana makes of its tree), and by Elasticsearch's own query `kql`. The
tests try a part of the rules on `defend` as well.""",
    "random": """\
Queries by random walks over each language's grammar, on events whose values are near what they ask
for. What our reader refuses is not a pair; nor is a query that the server refuses for a named
reason.""",
    "sigma": """\
Two programs that evaluate Sigma rules are held against `siemc.evaluate`. They are wrong in known
ways, each of which has its own predicate and smallest case (`tests/engines/oracles`).""",
}
LEFT = """## What is not covered

- **Splunk**: no engine of SPL can be had. Each rule of the reader cites the page of Splunk's
  documentation that says so (`tests/splunk/reading/documented/`), and `siemc selftest -t spl RULES`
  writes a search that tries a rule's query in a Splunk of your own.
- **Kibana itself**: its parser is of about 7.5, its translation written from today's source. What
  the grammar learnt since (braces, `\\uXXXX`) is read by Elasticsearch's own KQL only.
- **Elastic's `wildcard` and `match_only_text`**: published nowhere as a package. A keyword without
  a limit and a `text` field stand for them on Elasticsearch. OpenSearch's `wildcard` is another
  program, with faults of its own (`tests/engines/test_stand_ins.py`).
- **Analysed text**: words in a text field are no test of a formula; such leaves are opaque.
- **Several shards, several nodes, runtime fields, ingest pipelines** themselves.
- Events with **several values in a field** are not tried on the Sigma programs, which have none.
"""


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("trials", nargs="*", choices=[*TRIALS, []], metavar="TRIAL")
    parser.add_argument("--every", type=int, default=1, help="take every so many rules")
    parser.add_argument("--schema", action="append", choices=PROFILES, help="of the trial rules")
    parser.add_argument("--queries", type=int, default=6_000, help="random ones of a language")
    parser.add_argument("--page", action="store_true", help="only write the page")
    given = parser.parse_args()
    failed = False
    for name in () if given.page else given.trials or TRIALS:
        tallies = run(name, Asked(given.every, given.schema or [*PROFILES], given.queries))
        failed |= any(each.disagreements for each in tallies)
        if given.every == 1 and not failed:
            _record(name, tallies)
    _write(PAGE, page(recorded()))
    return failed


def recorded() -> dict[str, Any]:
    """What is kept of the trials, by their names."""
    found: dict[str, Any] = json.loads(DATA.read_text("utf-8")) if DATA.exists() else {}
    return {name: found[name] for name in TRIALS if name in found}


def _record(name: str, tallies: Sequence[Tally]) -> None:
    """Keep the tallies, in the place of those of the same trials."""
    data = recorded()
    trials = {each.trial for each in tallies}
    before = data.get(name, {"tallies": []})["tallies"]
    kept = [each for each in before if each["trial"] not in trials]
    # not dataclasses.asdict, which counts a counter's items
    now = [{**vars(each), "date": f"{date.today()}"} for each in tallies]
    data[name] = {"tallies": [*kept, *now]}
    _write(DATA, json.dumps(data, indent=1, ensure_ascii=False) + "\n")


def _write(path: Path, text: str) -> None:
    aside = path.with_suffix(".new")
    aside.write_text(text, encoding="utf-8")
    aside.replace(path)


if __name__ == "__main__":
    sys.exit(main())
