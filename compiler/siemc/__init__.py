"""siemc: Sigma rules in, equivalent SPL, KQL, Lucene and Query DSL out.

>>> import siemc
>>> queries = siemc.compile(["rules/"], targets=["spl"])
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pathlib import Path

    from siemc.load import LoadedRule
    from siemc.query import Query

__version__ = "0.1.0"
__all__ = ["__version__", "compile"]


def compile(  # the API's name, as in re.compile
    rules: str | Path | Iterable[str | Path | LoadedRule],
    targets: Sequence[str] = ("spl", "kql", "lucene"),
    pipelines: Sequence[str | Path] = (),
    schemas: Mapping[str, str] | None = None,
    *,
    sources: Sequence[str] = (),
    inexact: Literal["refuse", "label"] = "refuse",
    scope: Literal["source", "macro"] = "source",
    pretty: bool = False,
    prove: bool = True,
    exclusions: bool = False,
    strict: bool = False,
) -> list[Query]:
    """Compile rules: one ``Query`` per rule and target, in the order of the rules.

    ``rules`` is a file or folder, or several of them, or rules that ``siemc.load`` has loaded.
    ``pipelines`` are files of processing pipelines, and ``"none"`` to leave out the shipped ones.
    ``schemas`` names a schema, or the file of a profile, by target. The other options are those of
    ``siemc compile``; ``exclusions`` adds to each ``Query.proof`` what each exclusion of the rule
    does.

    A rule that is broken or refused is a ``Query`` too, with its ``status`` and ``diagnostics``.
    Raises ``siemc.diagnostics.UsageError`` where an option is wrong or there is no rule at all.
    """
    from siemc.api import compile_all
    from siemc.compiler import Options

    options = Options(
        targets=tuple(targets),
        pipelines=tuple(pipelines),
        schemas=dict(schemas or {}),
        sources=tuple(sources),
        inexact=inexact,
        scope=scope,
        pretty=pretty,
        prove=prove,
        exclusions=exclusions,
        strict=strict,
    )
    return compile_all(rules, options)


def __getattr__(name: str) -> Any:
    """The result types, without importing them before they are asked for."""
    if name in {"Query", "RuleRef", "SourceUse"}:
        from siemc import query

        return getattr(query, name)
    if name in {"SiemcError", "UsageError", "Diagnostic", "Assumption"}:
        from siemc import diagnostics

        return getattr(diagnostics, name)
    raise AttributeError(f"module 'siemc' has no attribute {name!r}")
