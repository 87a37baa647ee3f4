"""``siemc selftest``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from siemc.cli.common import (
    PipelinesOption,
    SchemasOption,
    SourcesOption,
    compiler_for,
    say,
    usage_errors,
)

if TYPE_CHECKING:
    from siemc.backend import SelfTesting
    from siemc.compiler import Compiler
    from siemc.diagnostics import Diagnostic
    from siemc.load import LoadedRule

NOT_ALL = 1


def selftest_command(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH...", help="Rules: files, or folders of them.")
    ],
    target: Annotated[str, typer.Option("-t", "--target", help="The target.")] = "spl",
    pipeline: PipelinesOption = None,
    schema: SchemasOption = None,
    source: SourcesOption = None,
) -> None:
    """Print, for each rule, a search that tries its query in your own system; run it there."""
    from siemc.api import no_rules
    from siemc.load import load

    with usage_errors():
        tester = _tester(target)
        compiler = compiler_for([target], pipeline or [], schema or [], source or [])
        loaded = load(paths)
        for note in loaded.diagnostics:
            say(note)
        if loaded.empty:
            raise no_rules(paths)
    left = [each for broken in loaded.broken for each in broken.diagnostics]
    for rule in loaded.rules:
        search = _search(compiler, rule, target, tester)
        if isinstance(search, str):
            print(search, flush=True)
        else:
            left += search
    for each in left:
        say(each)
    raise typer.Exit(NOT_ALL if left else 0)


def _tester(target: str) -> SelfTesting:
    from siemc.backend import SelfTesting, backends
    from siemc.diagnostics import Diagnostic, UsageError, did_you_mean

    known = backends()
    able = [name for name in known if isinstance(known[name], SelfTesting)]
    backend = known[target] if target in able else None
    if not isinstance(backend, SelfTesting):
        message = f"There is no self-test for {target}."
        hint = f"{did_you_mean(target, able)}There is one for: {', '.join(able)}."
        raise UsageError(Diagnostic("SC302", message, hint))
    return backend


def _search(
    compiler: Compiler, rule: LoadedRule, target: str, tester: SelfTesting
) -> str | list[Diagnostic]:
    """The search, or why there is none."""
    from siemc.cases import cases
    from siemc.diagnostics import Diagnostic

    compilation = compiler.of(rule)
    (query,) = compilation.queries([target])
    if query.text is None:
        return [each for each in query.diagnostics if each.severity == "error"]
    plan = compilation.plan(target)
    events = cases(plan.formula, plan.schema)
    found = tester.selftest(query.text, rule.rule.title or rule.path, events)
    if found is None:
        message = "No event for the rule can be written in a search."
        hint = "Try the query on events of your own."
        return [Diagnostic("SC318", message, hint, rule.path, place=(), document=rule.document)]
    return found
