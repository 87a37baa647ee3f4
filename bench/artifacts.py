"""Stock artifacts beside siemc's, for the same rules: the numbers of ``docs/artifacts.md``.

python -m bench.artifacts                     the shipped rules, each with a row
python -m bench.artifacts RULES --every 20    every 20th rule file below a folder, sorted by path

The stock ones are what ``sigma convert`` prints (``-f savedsearches``, ``-f siem_rule_ndjson``),
with the pipelines for Sysmon and for the platform. The query in each is judged against its rule
as ``siemc verify`` does, on the schemas that siemc's own artifacts are built for.

``siem_rule_ndjson`` downloads ATT&CK; here it is given siemc's own table in the form of that
download, so that nothing needs a network.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from sigma.cli.convert import convert
from sigma.data import mitre_attack

from siemc.cli.publishing import Wanted, request
from siemc.compiler import Compiler, Options
from siemc.diagnostics import SiemcError
from siemc.explain.attack import table
from siemc.importcheck.report import summary
from siemc.importcheck.run import check
from siemc.load import LoadedRule, load
from siemc.publish.build import Built, build
from siemc.publish.conffile import Stanza, read_conf
from siemc.publish.outputs import Output
from siemc.querytext import QueryText
from siemc.verify import Verification, verify

SHIPPED = Path(__file__).parents[1] / "rules"
PACKAGES = (
    *("sigma-cli", "pySigma", "pySigma-backend-splunk", "pySigma-backend-elasticsearch"),
    *("pySigma-pipeline-sysmon", "pySigma-pipeline-windows", "siemc"),
)
SPLUNK = ("-t", "splunk", "-p", "sysmon", "-p", "splunk_windows", "-f", "savedsearches")
ELASTIC = ("-t", "lucene", "-p", "sysmon", "-p", "ecs_windows", "-f", "siem_rule_ndjson")
COMMANDS = {"spl": SPLUNK, "lucene": ELASTIC}
TITLES = {"spl": "saved search", "lucene": "detection rule"}
OWN = {"spl": ("saved-search", "spl"), "lucene": ("detection-rule", "dsl")}
ORDER = ("exact", "wider", "narrower", "different", "unknown", "not read", "not made")
MOST_ROWS = 20
TELLING = 4


@dataclass(frozen=True, slots=True)
class Judged:
    """What a stock artifact's query is beside its rule.

    ``aside`` is the verdict with both scopes put aside, ``query`` ``None`` where sigma made none.
    """

    relation: str
    aside: str
    query: str | None = None
    why: str = ""
    found: Verification | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A rule, with its stock artifacts as they were printed and judged, by target."""

    rule: LoadedRule
    printed: Mapping[str, str]
    judged: Mapping[str, Judged]


# --- making -----------------------------------------------------------------------------------


def attack_for_sigma(folder: Path) -> None:
    """Give pySigma the tactics and techniques, in the form of MITRE's STIX download."""
    known = table()
    objects: list[dict[str, Any]] = [
        {"type": "x-mitre-tactic", "x_mitre_shortname": e["slug"], **_reference(e["id"])}
        for e in known["tactics"]
    ]
    for number, each in known["techniques"].items():
        phases = [
            {"kill_chain_name": "mitre-attack", "phase_name": tactic} for tactic in each["tactics"]
        ]
        made = {"type": "attack-pattern", "name": each["name"], "kill_chain_phases": phases}
        objects.append({**made, **_reference(number)})
    path = folder / "attack.json"
    path.write_text(json.dumps({"objects": objects}), encoding="utf-8")
    mitre_attack.set_cache_dir(str(folder / "cache"))
    mitre_attack.set_url(str(path))


def _reference(number: str) -> dict[str, Any]:
    return {"external_references": [{"source_name": "mitre-attack", "external_id": number}]}


def stock(target: str, path: str, *options: str) -> tuple[str, str]:
    """What ``sigma convert`` prints for a file or folder, and why where it prints nothing."""
    ran = CliRunner().invoke(convert, [*COMMANDS[target], *options, path])
    if ran.exit_code == 0:
        return ran.stdout, ""
    lines = [line for line in ran.stderr.splitlines() if line.startswith("Error: ")]
    return "", lines[0] if lines else repr(ran.exception)


def query_in(target: str, printed: str) -> str:
    """The query in a stock artifact, read as its importer reads it."""
    if target == "spl":
        return searches(printed)[0].get("search") or ""
    return str(json.loads(printed)["query"])


def searches(printed: str) -> list[Stanza]:
    """The saved searches of a stock file, without the stanza ``default``."""
    return [each for each in read_conf(printed)[0] if each.name != "default"]


def judge(compiler: Compiler, rule: LoadedRule, target: str, printed: str, why: str) -> Judged:
    """The verdict on a stock artifact's query."""
    if not printed:
        return Judged("not made", "not made", why=why)
    query = query_in(target, printed)
    try:
        found = verify(compiler, rule, QueryText(target, query, "stock"))
    except SiemcError as error:
        return Judged("not read", "not read", query, error.diagnostic.message)
    aside = found.apart.relation if found.apart else found.verdict.relation
    return Judged(found.verdict.relation, aside, query, "", found)


def rows(rules: Iterable[LoadedRule], schemas: Mapping[str, str]) -> Iterator[Row]:
    """Convert and judge the rules one by one."""
    compiler = Compiler(Options(targets=tuple(COMMANDS), schemas=schemas, nearest=False))
    for rule in rules:
        made = {target: stock(target, rule.path) for target in COMMANDS}
        judged = {t: judge(compiler, rule, t, *each) for t, each in made.items()}
        yield Row(rule, {target: text for target, (text, _) in made.items()}, judged)


def own(paths: Sequence[str], schemas: Mapping[str, str]) -> Built:
    """What ``siemc build`` makes of the same files, on the same schemas."""
    named = tuple(f"{t}={name}" for t, name in schemas.items())
    named += tuple(f"{target}={schemas['lucene']}" for target in ("kql", "dsl"))
    return build(request(Wanted(paths=tuple(paths), schemas=named)), lambda: None)


# --- telling ----------------------------------------------------------------------------------


def report(found: Sequence[Row], built: Built, schemas: Mapping[str, str]) -> Iterator[str]:
    """The page's tables, in Markdown."""
    yield f"{', '.join(f'{name} {version(name)}' for name in PACKAGES)}; {len(found)} rules."
    outputs = {e.rule.path: e.outputs for e in built.published}
    for target, command in COMMANDS.items():
        yield f"\n## A {TITLES[target]}, judged on {schemas[target]}\n"
        yield f"`sigma convert {' '.join(command)}`\n"
        yield from verdicts(found, outputs, target)
    if len(found) <= MOST_ROWS:
        yield "\n## Each rule\n"
        yield from each_rule(found, outputs)
    yield "\n## Events by which stock detection rules differ\n"
    yield from telling(found)
    yield "\n## What is in a stanza and in a line\n"
    yield from keys(found, built)
    yield "\n## What importing gives\n"
    yield from imports(found, built)
    yield from hostile()


def verdicts(
    found: Sequence[Row], outputs: Mapping[str, Sequence[Output]], target: str
) -> Iterator[str]:
    """How many artifacts are what."""
    stocks = Counter(row.judged[target].relation for row in found)
    aside = Counter(row.judged[target].aside for row in found)
    mine = Counter(_own_relation(outputs[row.rule.path], target) for row in found)
    yield "| | stock | stock, scopes put aside | siemc |"
    yield "|-|-|-|-|"
    for name in ORDER:
        yield f"| {name} | {stocks[name]} | {aside[name]} | {mine[name]} |"
    unread = Counter(row.judged[target].why for row in found if row.judged[target].why)
    yield ""
    yield from (f"- {number} times {why[:200]}" for why, number in unread.most_common(5))


def _own_relation(outputs: Sequence[Output], target: str) -> str:
    kind, language = OWN[target]
    (mine,) = [each for each in outputs if (each.kind, each.target) == (kind, language)]
    return "not made" if mine.text is None else mine.verdict


def each_rule(found: Sequence[Row], outputs: Mapping[str, Sequence[Output]]) -> Iterator[str]:
    """A row a rule: the stock verdicts, without their scopes in brackets, and siemc's."""
    yield "| rule | stock saved search | siemc's | stock detection rule | siemc's |"
    yield "|-|-|-|-|-|"
    for row in found:
        cells = [Path(row.rule.path).stem]
        for target in COMMANDS:
            judged = row.judged[target]
            aside = f" ({judged.aside})" if judged.aside != judged.relation else ""
            cells += [f"{judged.relation}{aside}", _own_relation(outputs[row.rule.path], target)]
        yield f"| {' | '.join(cells)} |"


def telling(found: Sequence[Row]) -> Iterator[str]:
    """The shortest events that stock detection rules miss or match alone; of few rules all."""
    most = TELLING if len(found) > MOST_ROWS else 2 * len(found)
    events = [
        (json.dumps({name: list(values) for name, values in witness.event.items()}), row, witness)
        for row in found
        if (verdict := row.judged["lucene"].found) is not None
        for witness in verdict.verdict.witnesses
    ]
    for missed, what in ((True, "missed"), (False, "matched by the query alone")):
        chosen = sorted((e for e in events if e[2].rule is missed), key=lambda each: len(each[0]))
        for told, row, _ in chosen[:most]:
            yield f"- {row.rule.rule.title}: {what}: `{told}`"


def keys(found: Sequence[Row], built: Built) -> Iterator[str]:
    """The keys of a stanza and of a line, each with how many have it, and some values."""
    mine = [o for each in built.published for o in each.outputs if o.text is not None]
    for name, texts in (
        ("stock", {kind: [row.printed[kind] for row in found] for kind in COMMANDS}),
        ("siemc's", {t: [o.text or "" for o in mine if o.kind == k] for t, (k, _) in OWN.items()}),
    ):
        stanzas = [each for text in texts["spl"] if text for each in searches(text)]
        lines = [json.loads(text) for text in texts["lucene"] if text]
        yield f"- {name} stanza: {_counted(s.key for each in stanzas for s in each.settings)}"
        yield f"- {name} line: {_counted(key for each in lines for key in each)}"
        yield f"- {name} line's values: {_values(lines)}"


def _counted(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}` {number}" for name, number in Counter(names).items())


def _values(lines: Sequence[Mapping[str, Any]]) -> str:
    """What is the same in all lines or nearly: the values of the keys an importer acts on."""
    told = []
    for key in ("enabled", "severity", "interval", "from", "timestamp_override", "version"):
        values = Counter(json.dumps(each.get(key)) for each in lines).most_common(6)
        told.append(f"{key} {', '.join(f'{value} ({number})' for value, number in values)}")
    told.append(f"index lists {len({tuple(each['index']) for each in lines})}")
    told.append(f"lines with tags {sum(bool(each.get('tags')) for each in lines)}")
    return "; ".join(told)


def imports(found: Sequence[Row], built: Built) -> Iterator[str]:
    """What the importers would say of siemc's artifacts, and what becomes of ATT&CK."""
    for artifact in built.artifacts:
        if artifact.kind in {"splunk-app", "detection-rules"}:
            yield f"- siemc's {artifact.path}: {_checked(Path(artifact.path).name, artifact.data)}"
    lines = [
        (row.rule, json.loads(row.printed["lucene"])) for row in found if row.judged["lucene"].query
    ]
    yield f"- ATT&CK in stock lines: {_attack(lines)}"
    texts = {
        each.rule.path: output.text
        for each in built.published
        for output in each.outputs
        if output.kind == "detection-rule" and output.text
    }
    mine = [(row.rule, json.loads(texts[row.rule.path])) for row in found if row.rule.path in texts]
    yield f"- ATT&CK in siemc's: {_attack(mine)}"


def whole(folder: Path) -> Iterator[str]:
    """What the importers would say of all stock artifacts of a folder, made by one command each."""
    yield "\n## All rules of the folder\n"
    for name, target in (("savedsearches.conf", "spl"), ("rules.ndjson", "lucene")):
        printed, why = stock(target, str(folder), "-s")
        yield f"- stock {name}: {_checked(name, printed) if printed else why[:200]}"
    rules = load((str(folder),)).rules
    titles = Counter((each.rule.title or "").translate({91: None, 93: None}) for each in rules)
    shared = sum(number for number in titles.values() if number > 1)
    yield f"- rules that would share a stock stanza: {shared} of {len(rules)}"


def _checked(name: str, data: str | bytes) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
        said = check([str(path)])
    codes = Counter((e.diagnostic.code, e.diagnostic.message) for e in said.findings)
    told = [f"{number} times {code}, {text}" for (code, text), number in codes.most_common(3)]
    return f"{summary(said)}{''.join(f'; {each}' for each in told)}"


def _attack(lines: Iterable[tuple[LoadedRule, Mapping[str, Any]]]) -> str:
    """Techniques that the tags name, those in ``threat``, and those under a tactic not theirs."""
    known, slugs = table()["techniques"], {t["id"]: t["slug"] for t in table()["tactics"]}
    counts: Counter[str] = Counter()
    for rule, line in lines:
        tagged = {t.name.upper() for t in rule.rule.tags if t.namespace == "attack"} & set(known)
        there = set(_placed(line))
        counts["tagged"] += len(tagged)
        counts["kept"] += len(tagged & {number for _, number in there})
        counts["misplaced"] += sum(slugs[t] not in known[n]["tactics"] for t, n in there)
    return (
        f"{counts['kept']} of the {counts['tagged']} techniques in the tags are in threat, "
        f"{counts['misplaced']} under a tactic that is not theirs"
    )


def _placed(line: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each technique and subtechnique of ``threat`` with its tactic."""
    for each in line.get("threat", ()):
        for technique in each.get("technique", ()):
            for below in (technique, *technique.get("subtechnique", ())):
                yield each["tactic"]["id"], below["id"]


# --- hostile rules ----------------------------------------------------------------------------

HOSTILE = {
    "a line break in the title": 'title: "Harmless\\nsearch = | delete"',
    "a stanza in the description": 'title: Harmless\ndescription: "a\\n[Evil]\\nsearch = x"',
    "a description that ends in a backslash": 'title: Harmless\ndescription: "In C:\\\\Temp\\\\"',
}
BODY = """
id: 1f0ae9d6-2f6a-4f0c-9d57-2b1f5d3b7c{number:02}
status: test
level: informational
logsource: {{category: process_creation, product: windows}}
detection: {{selection: {{Image|endswith: '\\x.exe'}}, condition: selection}}
"""


def hostile() -> Iterator[str]:
    """What a file of settings holds once a rule's texts are in it; and two rules of one title."""
    yield "\n| the rule has | stock | siemc |"
    yield "|-|-|-|"
    for number, (what, head) in enumerate(HOSTILE.items()):
        yield f"| {what} | {_of_rules([head + BODY.format(number=number)])} |"
    same = ["title: Harmless" + BODY.format(number=number) for number in (10, 11)]
    yield f"| the title of another one | {_of_rules(same)} |"


def _of_rules(texts: Sequence[str]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        for number, text in enumerate(texts):
            Path(folder, f"{number}.yml").write_text(text, encoding="utf-8")
        printed, why = stock("spl", folder)
        built = own([folder], {"spl": "splunk-sysmon", "lucene": "agent-windows"})
    outputs = (output for each in built.published for output in each.outputs)
    mine = "\n".join(o.text or "" for o in outputs if o.kind == "saved-search")
    return f"{_conf(printed) if printed else why} | {_conf(mine)}"


def _conf(text: str) -> str:
    """The stanzas that a file of settings holds, which of them have a search, and stray lines."""
    stanzas, strays = read_conf(text)
    names: dict[str, bool] = {}
    for each in stanzas:
        names[each.name] = names.get(each.name, False) or each.get("search") is not None
    for_all = names.pop("default", False)
    told = f"stanzas: {len(names)}, with a search: {sum(names.values())}"
    told += f", stray lines: {len(strays)}" if strays else ""
    return f"{told}, a search in `[default]`" if for_all else told


def sampled(folder: Path, every: int) -> list[str]:
    """Every so many rule file below a folder, sorted by path, the first one included."""
    return [str(path) for path in sorted(folder.rglob("*.yml"))][::every]


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("rules", nargs="?", type=Path, default=SHIPPED)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--schema", default="agent-windows", help="the schema on Elastic")
    asked = parser.parse_args()
    schemas = {"spl": "splunk-sysmon", "lucene": asked.schema}
    paths = sampled(asked.rules, asked.every)
    with tempfile.TemporaryDirectory() as folder:
        attack_for_sigma(Path(folder))
        found = list(rows(load(tuple(paths)).rules, schemas))
        for line in (*report(found, own(paths, schemas), schemas), *whole(asked.rules)):
            print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
