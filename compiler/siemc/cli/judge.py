"""``siemc verify``, ``siemc equiv`` and ``siemc diff``."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from siemc.cli.common import (
    PipelinesOption,
    SchemasOption,
    SourcesOption,
    about,
    compiler_for,
    one_rule,
    say,
    schemas_by_target,
    settings,
    settings_schemas,
    usage_errors,
)
from siemc.cli.streams import answer

if TYPE_CHECKING:
    from siemc.prove.verdict import Verdict
    from siemc.publish.drift import Drift
    from siemc.querytext import QueryText
    from siemc.schema import Schema

DIFFERS = 1
UNKNOWN = 3


class Shape(StrEnum):
    """How an answer is printed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


ShapeOption = Annotated[Shape, typer.Option("--format", help="How to print the answer.")]


def verify_command(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="The file of a Sigma rule.")],
    query: Annotated[str, typer.Option("--query", metavar="FILE|-", help="The query to judge.")],
    language: Annotated[
        str | None,
        typer.Option("-l", "--language", help="spl, kql, lucene, dsl [default: by the suffix]."),
    ] = None,
    pipeline: PipelinesOption = None,
    schema: SchemasOption = None,
    source: SourcesOption = None,
    shape: ShapeOption = Shape.TEXT,
) -> None:
    """Is this query still that rule? Exit 0 if it is, 1 if not, 3 if it was not settled."""
    from siemc import judgement
    from siemc.verify import verify

    with usage_errors():
        text = _query(query, language)
        compiler = compiler_for([text.target], pipeline or [], schema or [], source or [])
        loaded = one_rule(rule)
        with about(loaded):
            found = verify(compiler, loaded, text)
    for note in found.notes:
        say(note)
    shown = {
        Shape.TEXT: lambda: judgement.verification_text(found, text.text),
        Shape.JSON: lambda: judgement.verification_json(found),
        Shape.MARKDOWN: lambda: judgement.verification_markdown(found, text.text),
    }[shape]()
    answer(shown, _exit(found.verdict))


def equiv_command(
    first: Annotated[str, typer.Argument(metavar="A", help="A query: a file, or -.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another query.")],
    language: Annotated[
        list[str] | None,
        typer.Option("-l", "--language", help="Of both, or of A and of B [default: by suffix]."),
    ] = None,
    schema: SchemasOption = None,
    shape: ShapeOption = Shape.TEXT,
) -> None:
    """Do two queries match the same events? Exit 0 if so, 1 if not, 3 if it was not settled."""
    from siemc import judgement
    from siemc.equivalence import equivalent

    with usage_errors():
        _check_two(language or [], first, second)
        named = (language or []) * (2 if len(language or []) == 1 else 1)
        one = _query(first, named[0] if named else None)
        other = _query(second, named[1] if len(named) > 1 else None)
        chosen = _schemas([one.target, other.target], schema or [])
        found = equivalent(one, other, chosen[one.target], chosen[other.target])
    for note in found.notes:
        say(note)
    verdict = found.verdict
    names = (first, second)
    shown = {
        Shape.TEXT: lambda: judgement.verdict_text(verdict, names),
        Shape.JSON: lambda: judgement.verdict_json(verdict, names),
        Shape.MARKDOWN: lambda: judgement.verdict_markdown(verdict, names),
    }[shape]()
    answer(shown, _exit(verdict))


def diff_command(
    old: Annotated[str, typer.Argument(metavar="OLD", help="Rules: a path, or REVISION:PATH.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The same, later.")],
    artifacts: Annotated[
        tuple[str, str] | None,
        typer.Option("--artifacts", metavar="OLD NEW", help="Builds of both, compared as well."),
    ] = None,
    shape: ShapeOption = Shape.TEXT,
) -> None:
    """What does a change of rules change? Exit 0 if nothing, 1 if something, 3 if not settled."""
    from siemc import judgement
    from siemc.changes import changes, version

    with usage_errors(), version(old) as before, version(new) as after:
        drifted = _drift(artifacts)
        for each in (before, after):
            for note in each.told(each.loaded.diagnostics):
                say(note)
        found = list(changes(before, after))
    shown = {
        Shape.TEXT: lambda: judgement.changes_text(found),
        Shape.JSON: lambda: "\n".join(map(judgement.change_json, found)),
        Shape.MARKDOWN: lambda: judgement.changes_markdown(found),
    }[shape]()
    kinds = {each.kind for each in found}
    proofs = [each.verdict for each in found if each.verdict is not None]
    differs = kinds - {"same", "unknown"} or DIFFERS in map(_exit, proofs)
    if drifted is not None:
        shown = _with_drift(shown, drifted, shape)
        differs = differs or drifted.differs
    answer(shown, DIFFERS if differs else UNKNOWN if kinds - {"same"} else 0)


def _drift(folders: tuple[str, str] | None) -> Drift | None:
    """What differs between two builds. Raises ``UsageError`` where one is none."""
    if folders is None:
        return None
    from siemc.publish.drift import drift
    from siemc.publish.recorded import read_manifest

    return drift(*map(read_manifest, folders))


def _with_drift(shown: str, drifted: Drift, shape: Shape) -> str:
    from siemc.publish import drifttext

    if shape is Shape.MARKDOWN:
        return f"{shown}\n\n{drifttext.drift_markdown(drifted)}"
    said = drifttext.drift_json if shape is Shape.JSON else drifttext.drift_text
    return f"{shown}\n{said(drifted)}"


def _exit(verdict: Verdict) -> int:
    """A difference that is shown is one, whatever else is not settled."""
    if "yes" in (verdict.misses, verdict.extra):
        return DIFFERS
    return 0 if verdict.relation == "exact" else UNKNOWN


def _check_two(languages: list[str], first: str, second: str) -> None:
    from siemc.diagnostics import Diagnostic, UsageError

    if len(languages) > 2:
        hint = "Name one for both queries, or one for each."
        raise UsageError(Diagnostic("SC302", "More than two languages are named.", hint))
    if first == second == "-":
        message = "Only one of the two queries can come from standard input."
        raise UsageError(Diagnostic("SC031", message, "Name a file for the other."))


def _query(name: str, language: str | None) -> QueryText:
    """The query of a file or of standard input, in the language named or that of its suffix."""
    from siemc.backend import backends
    from siemc.diagnostics import Diagnostic, UsageError, did_you_mean
    from siemc.querytext import QueryText

    known = backends()
    suffixes = {f".{each}": each for each in known} | {known[each].suffix: each for each in known}
    suffixes[".json"] = "dsl"
    target = language or next((suffixes[end] for end in suffixes if name.endswith(end)), None)
    if target is None or target not in known:
        near = did_you_mean(target, known) if target else ""
        what = "the query" if name == "-" else name
        message = f"There is no language {target}." if target else f"In which language is {what}?"
        hint = f"{near}Name it with --language: {', '.join(known)}."
        raise UsageError(Diagnostic("SC302", message, hint))
    return QueryText(target, _text(name), name)


def _text(name: str) -> str:
    from siemc.diagnostics import Diagnostic, UsageError

    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        # Line ends are the file's; a space may be the query's, as after a backslash in Lucene
        return data.decode("utf-8-sig").rstrip("\r\n")
    except OSError as error:
        message = f"The query {name} cannot be read: {error.strerror or error}."
        hint = "Name a file that holds the query, or - for standard input."
        raise UsageError(Diagnostic("SC031", message, hint)) from None
    except UnicodeDecodeError as error:
        message = f"The query is not UTF-8 (byte {error.start + 1})."
        raise UsageError(Diagnostic("SC311", message, "Save it as UTF-8.", name)) from None


def _schemas(targets: list[str], options: list[str]) -> dict[str, Schema]:
    """The schema of each target: as named, as set, else the platform's own."""
    from siemc.backend import backends
    from siemc.schemas import find_schema

    chosen = {**settings_schemas(settings(), targets), **schemas_by_target(options, targets)}
    known = backends()
    return {
        each: find_schema(
            chosen.get(each, known[each].platform.default_schema), known[each].platform
        )
        for each in targets
    }
