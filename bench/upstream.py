"""What the stock backends get wrong, shown on running engines: the page ``docs/upstream.md``.

python -m bench.upstream            prints the page
python -m bench.upstream --write    writes it

The cases are in ``tests/engines/upstream/cases``. Lucene queries run on Elasticsearch and
OpenSearch, which the command starts (``pip install '.[engines]'``); SPL is judged by siemc's own
reader.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from tests.engines.missing import Missing
from tests.engines.server import Server
from tests.engines.upstream import stock
from tests.engines.upstream.cases import BACKENDS, ENGINES, Case, Example, cases
from tests.engines.upstream.trial import Answers, Engine, Trial, reader, run, running

PAGE = Path(__file__).parents[1] / "docs" / "upstream.md"
SERVERS = ENGINES["lucene"]
HEAD = """# Defects of the stock backends

<!-- Made by bench/upstream.py; do not edit. -->

Each case is ready to be reported: a rule of our own writing, what pySigma's backend makes of it,
events, what the [Sigma specification](https://github.com/SigmaHQ/sigma-specification) wants and
what an engine answers, and a query that is right, with the answer to that.

`python -m bench.upstream --write` makes this page anew. A test
(`pytest -m engines tests/engines/upstream`) fails as soon as a defect is gone, a suggested query is
not right, or this page is not what the command prints.
"""
ABOUT = {
    "lucene": """## Lucene

`pySigma-backend-elasticsearch`, its class `LuceneBackend`. The query runs as `query_string` with
`analyze_wildcard`; the format `dsl_lucene`, whose JSON was run too, gives the same answers. The
fields are mapped as the case says and no others are indexed. Both servers answer alike where the
case does not say otherwise. The formats EQL and ES|QL are not tried: the tests have no engine that
reads them.
""",
    "splunk": """## Splunk

`pySigma-backend-splunk`, its class `SplunkBackend`. **No engine of Splunk's was run**: no package
registry has one. The judge is siemc's own reader of SPL, made from Splunk's documentation, with its
`evaluate`; each case names the page that decides. Where the documentation leaves an answer open,
the reader says so (*open*), and no case rests on it. `rex` and `eval`, which the reader does not
take, are run in the form the backend writes, the expressions by PCRE2. Try a case on a Splunk of
your own before you report it.
""",
}


def trials(found: Sequence[Case], servers: Mapping[str, Server]) -> dict[str, Trial]:
    """Every case tried, by its name. Raises ``Missing`` where a stock package is not there."""
    engines: dict[str, Engine] = {"the SPL reader": reader}
    engines |= {name: running(server) for name, server in servers.items()}
    return {str(case): run(case, engines) for case in found}


def page(found: Sequence[Trial], versions: Mapping[str, str]) -> str:
    """The page, in Markdown."""
    return "\n".join(_page(found, versions)) + "\n"


def _page(found: Sequence[Trial], versions: Mapping[str, str]) -> Iterator[str]:
    yield HEAD
    yield f"{', '.join(f'{name} {number}' for name, number in versions.items())}.\n"
    for backend in BACKENDS:
        mine = [each for each in found if each.case.backend == backend]
        yield f"- [{backend.capitalize()}](#{backend}): {len(mine)} cases"
    for backend in BACKENDS:
        yield f"\n{ABOUT[backend].rstrip()}"
        for number, each in enumerate((e for e in found if e.case.backend == backend), 1):
            yield from _section(number, each)


def _section(number: int, found: Trial) -> Iterator[str]:
    """A case, as an issue would tell it."""
    case = found.case
    yield f"\n### {case.backend.capitalize()} {number}: {case.title}\n"
    yield f"{case.defect}\n"
    yield _fenced("yaml", case.rule)
    yield from _circumstances(case)
    if found.output.query is None:
        yield f"The conversion ends: `{found.output.error}`\n"
    else:
        yield "Output:\n\n" + _fenced("", found.output.query)
    yield from _table(found)
    if case.right is not None:
        yield "\nRight:\n\n" + _fenced("", case.right)
    else:
        yield f"\nRight: {case.instead}\n"
    yield from (f"- {each}" for each in case.decides)
    yield f"- Reported: {case.reported or 'no report was found'}."


def _circumstances(case: Case) -> Iterator[str]:
    said = []
    if case.pipeline:
        said.append(f"pipeline `{case.pipeline}`")
    elif case.names:
        pairs = ", ".join(f"`{mine}` to `{its}`" for mine, its in case.names.items())
        said.append(f"a pipeline that maps {pairs}")
    if case.mapping:
        said.append(f"index mapping `{json.dumps(case.mapping, ensure_ascii=False)}`")
    if said:
        yield f"With {'; '.join(said)}.\n"


def _table(found: Trial) -> Iterator[str]:
    """A row an event: the answer wanted, that to the output, and that to the right query."""
    yield "| event | wanted | output | right query |"
    yield "|-|-|-|-|"
    for at, example in enumerate(found.case.examples):
        cells = (_wanted(example), _cell(found.got, at), _cell(found.right, at))
        yield f"| {_code(_shown(example))} | {' | '.join(cells)} |"


def _shown(example: Example) -> str:
    return json.dumps(example.event, ensure_ascii=False)


def _wanted(example: Example) -> str:
    return WORDS[example.matches]


WORDS = {True: "found", False: "not found", None: "open"}


def _cell(answers: Mapping[str, Answers], at: int) -> str:
    """The answer of every engine, named where they differ."""
    words = {name: _word(each, at) for name, each in answers.items()}
    if not words:
        return "none"
    if len(set(words.values())) == 1:
        return next(iter(words.values()))
    return "; ".join(f"{name}: {word}" for name, word in words.items())


def _word(answers: Answers, at: int) -> str:
    if isinstance(answers, str):
        return f"refused: {_code(answers)}"
    return WORDS[answers[at]]


def _code(text: str) -> str:
    """Inline code in a table, whatever is in it."""
    mark = "``" if "`" in text else "`"
    return f"{mark}{text.replace('|', chr(92) + '|')}{mark}"


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{text.rstrip()}\n```\n"


def made() -> str:
    """The page of a run with servers of its own. Raises ``Missing``."""
    versions = stock.versions()
    servers: dict[str, Server] = {}
    try:
        for name in SERVERS:
            servers[name] = Server(name)
        found = trials(cases(), servers).values()
        return page(list(found), versions | {n: each.version for n, each in servers.items()})
    finally:
        for each in servers.values():
            each.stop()


def main(arguments: Iterable[str] | None = None) -> int:
    """Run the command; 1 where an engine or a stock package is not there."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--write", action="store_true", help=f"write docs/{PAGE.name}")
    asked = parser.parse_args(None if arguments is None else list(arguments))
    try:
        text = made()
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 1
    if asked.write:
        PAGE.write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
