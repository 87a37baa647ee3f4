"""``siemc build``."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from siemc.cli.common import (
    PipelinesOption,
    SchemasOption,
    SourcesOption,
    say,
    usage_errors,
)

if TYPE_CHECKING:
    from siemc.diagnostics import Diagnostic
    from siemc.lint.findings import Finding
    from siemc.publish.baseline import Recorded, Step
    from siemc.publish.build import Built, Request
    from siemc.publish.junit import Place
    from siemc.publish.outputs import Output
    from siemc.publish.publisher import Published

NOT_ALL, WORSE = 1, 3


class Shape(StrEnum):
    """How it is said what was built."""

    TEXT = "text"
    JSON = "json"


def build_command(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH...", help="Rules: files, or folders of them.")
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="The folder to put the artifacts in.")
    ] = Path("dist"),
    target: Annotated[
        list[str] | None,
        typer.Option("-t", "--target", help="Targets of the query files [default: all four]."),
    ] = None,
    pipeline: PipelinesOption = None,
    schema: SchemasOption = None,
    source: SourcesOption = None,
    es: Annotated[
        bool | None,
        typer.Option("--es/--no-es", help="Saved searches as Enterprise Security's detections."),
    ] = None,
    lucene: Annotated[
        bool | None,
        typer.Option("--lucene/--kuery", help="Detection rules in Lucene, or in KQL and filters."),
    ] = None,
    live: Annotated[
        Path | None,
        typer.Option("--live", metavar="EXPORT", help="Kibana's export: keep what was set there."),
    ] = None,
    only_changed: Annotated[
        str | None,
        typer.Option(
            "--only-changed", metavar="REV", help="Queries and detection rules changed since REV."
        ),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", metavar="FILE", help="Exit 3 for what is worse, else 0."),
    ] = None,
    app_version: Annotated[
        str | None, typer.Option("--app-version", metavar="X.Y.Z", help="The Splunk app's version.")
    ] = None,
    junit: Annotated[
        Path | None, typer.Option("--junit", metavar="FILE", help="Write a JUnit report.")
    ] = None,
    sarif: Annotated[
        Path | None, typer.Option("--sarif", metavar="FILE", help="Write what is wrong as SARIF.")
    ] = None,
    shape: Annotated[
        Shape, typer.Option("--format", help="List the artifacts, or print the manifest.")
    ] = Shape.TEXT,
) -> None:
    """Build what Splunk and Elastic import; exit 0 if all is in it, 1 if not, 2 on misuse."""
    from siemc.cli.publishing import Wanted, recorded_in, request
    from siemc.publish.build import write

    wanted = Wanted(
        paths=tuple(paths),
        targets=tuple(target or ()),
        pipelines=tuple(pipeline or ()),
        schemas=tuple(schema or ()),
        sources=tuple(source or ()),
        es=es,
        language=None if lucene is None else "lucene" if lucene else "kuery",
        version=app_version,
        live=live,
        since=only_changed,
    )
    with usage_errors():
        asked = request(wanted)
        recorded = recorded_in(baseline)
        built = made(asked)
        _reports(built, recorded, junit, sarif)
        write(built, output)
    _say(built, recorded)
    _say_of_deployment(asked)
    _print(built, output, shape)
    raise typer.Exit(_exit(built, recorded))


def made(asked: Request) -> Built:
    """Build in memory, with a progress bar on a terminal."""
    from siemc.cli.report import progress
    from siemc.publish.build import build

    with progress(asked.loaded.size, quiet=True) as step:
        return build(asked, step)


def _reports(
    built: Built, recorded: Recorded | None, junit: Path | None, sarif: Path | None
) -> None:
    from siemc import __version__
    from siemc.lint.sarif import sarif as sarif_log
    from siemc.publish.junit import junit as junit_report

    if junit is not None:
        texts = dict(_reasons(built))
        write_text(junit, junit_report(built.manifest, texts, set(_known(built, recorded))))
    if sarif is not None:
        write_text(sarif, sarif_log(list(_findings(built)), __version__) + "\n")


def _reasons(built: Built) -> Iterator[tuple[Place, list[str]]]:
    """Why an output is not published, for each that is not."""
    from siemc.locate import locate_all
    from siemc.render import diagnostic_text

    for each in built.published:
        for output in each.outputs:
            if output.text is None:
                told = [d for d in output.diagnostics if d.severity == "error"]
                yield _place(built, each, output), list(map(diagnostic_text, locate_all(told)))


def _known(built: Built, recorded: Recorded | None) -> Iterator[Place]:
    """The outputs that are no worse than the baseline, if there is one."""
    from siemc.publish.baseline import worse

    if recorded is None:
        return
    wrong = {id(step.output) for step in worse(recorded, built.published, built.names)}
    for each in built.published:
        for output in each.outputs:
            if id(output) not in wrong:
                yield _place(built, each, output)


def _place(built: Built, published: Published, output: Output) -> Place:
    rule = published.rule
    return built.names.place(rule), rule.document, output.kind, output.target


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all. Raises ``UsageError`` where it cannot be written."""
    from siemc.diagnostics import Diagnostic, UsageError
    from siemc.writer import write_whole

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
    except OSError as error:
        message = f"The file cannot be written: {error.strerror or type(error).__name__}."
        hint = "Name a file that can be written to."
        raise UsageError(Diagnostic("SC307", message, hint, str(path))) from None


def _findings(built: Built, known: Collection[Place] = ()) -> Iterator[Finding]:
    """What there is to say of the outputs but the ``known``, each thing once, with its place."""
    from siemc.lint.findings import Finding
    from siemc.locate import locate_all

    seen: set[Diagnostic] = set()
    for each in built.published:
        outputs = (o for o in each.outputs if _place(built, each, o) not in known)
        told = dict.fromkeys(d for output in outputs for d in output.diagnostics)
        for said in locate_all(told):
            if said not in seen:
                seen.add(said)
                yield Finding(said, each.rule.id, each.rule.title)


def _say(built: Built, recorded: Recorded | None) -> None:
    """What there is to say of the rules; beside a baseline, only of what is new or worse."""
    known = set(_known(built, recorded))
    for each in _findings(built, known):
        say(each.diagnostic)


def _say_of_deployment(asked: Request) -> None:
    """What there is to say of how the rules will run."""
    from siemc.diagnostics import Diagnostic

    settings = asked.deployments.path
    for each in asked.deployments.unused():
        message = f"No rule of this build is selected by the [[deploy]] with {each}."
        hint = "Correct it, or remove it."
        say(Diagnostic("SC315", message, hint, None if settings is None else str(settings)))
    if not asked.live:
        message = "An import that overwrites unlinks exception lists and actions of live rules."
        hint = "Name Kibana's export of them with --live to carry over what analysts set."
        say(Diagnostic("SC316", message, hint))


def _print(built: Built, output: Path, shape: Shape) -> None:
    from siemc.publish.manifest import text_of
    from siemc.render import visible

    if shape is Shape.JSON:
        sys.stdout.write(text_of(built.manifest))
        return
    many = [each for each in built.artifacts if each.kind != "query"]
    for each in many:
        held = f"  {len(each.outputs)} rules" if each.outputs else ""
        print(f"{visible(str(output / each.path))}{held}")
    queries = len(built.artifacts) - len(many)
    if queries:
        print(f"{visible(str(output / 'queries'))}  {queries} queries")


def summary(outputs: Iterable[Output]) -> Iterator[str]:
    """How many of each kind became what, a line a kind."""
    counts: dict[str, Counter[str]] = {}
    for each in outputs:
        name = f"query {each.target}" if each.kind == "query" else each.kind
        counts.setdefault(name, Counter())[each.status] += 1
    for name, found in counts.items():
        told = ", ".join(f"{number} {status}" for status, number in sorted(found.items()))
        yield f"{name}: {told}"


def say_steps(steps: Iterable[Step], what: str) -> int:
    """Say which outputs are worse, or better, than recorded; how many."""
    from siemc.render import visible

    found = list(steps)
    for each in found:
        was = "not recorded" if each.was is None else f"was {each.was}"
        codes = f" ({', '.join(each.output.codes)})" if each.output.codes else ""
        name = visible(each.rule.title or each.rule.path)
        kind = f"{each.output.kind}/{each.output.target}"
        print(f"siemc: {what}: {name}: {kind} is {each.now}{codes}, {was}", file=sys.stderr)
    return len(found)


def _exit(built: Built, recorded: Recorded | None) -> int:
    from siemc.publish.baseline import better, worse

    outputs = [output for each in built.published for output in each.outputs]
    for line in summary(outputs):
        print(f"siemc: {line}", file=sys.stderr)
    if recorded is None:
        return NOT_ALL if any(each.text is None for each in outputs) else 0
    wrong = say_steps(worse(recorded, built.published, built.names), "new or worse")
    ahead = len(list(better(recorded, built.published, built.names)))
    if ahead:
        again = "record it again with siemc baseline to hold on to that"
        print(f"siemc: {ahead} better than the baseline; {again}", file=sys.stderr)
    return WORSE if wrong else 0
