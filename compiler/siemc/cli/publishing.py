"""What ``siemc build`` and ``siemc baseline`` share: from options and settings to a request."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from siemc.cli.common import say, schemas_by_target, settings, settings_schemas

if TYPE_CHECKING:
    from siemc.compiler import Options
    from siemc.config import Settings
    from siemc.load import Loaded
    from siemc.publish.baseline import Recorded
    from siemc.publish.build import Request
    from siemc.publish.deployment import Deployments

PLAIN = ("spl", "kql", "lucene", "dsl")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for; ``None`` and empty where it says nothing."""

    paths: tuple[str, ...]
    targets: tuple[str, ...] = ()
    pipelines: tuple[str, ...] = ()
    schemas: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    es: bool | None = None
    language: str | None = None
    version: str | None = None
    live: Path | None = None
    since: str | None = None


def request(wanted: Wanted) -> Request:
    """What is to be built. Raises ``UsageError`` where options, settings or rules are wrong."""
    from siemc.api import no_rules
    from siemc.compiler import Compiler
    from siemc.load import load
    from siemc.publish.build import Request
    from siemc.publish.live import read_export

    found = settings()
    deployments = _deployments(found, wanted)
    compiler = Compiler(_options(found, wanted, deployments))
    live = {} if wanted.live is None else read_export(wanted.live)
    loaded = load(wanted.paths)
    for note in loaded.diagnostics:
        say(note)
    if loaded.empty:
        raise no_rules(wanted.paths)
    return Request(
        loaded=loaded,
        named=wanted.paths,
        compiler=compiler,
        deployments=deployments,
        plain=wanted.targets or found.targets or PLAIN,
        live=live,
        since=wanted.since,
        changed=None if wanted.since is None else _changed(wanted, found, loaded),
    )


def _deployments(found: Settings, wanted: Wanted) -> Deployments:
    from siemc.publish.deployment import Deployments

    flags = {"es": wanted.es, "language": wanted.language, "version": wanted.version}
    table = {**found.build, **{key: value for key, value in flags.items() if value is not None}}
    return Deployments(replace(found, build=table))


def _options(found: Settings, wanted: Wanted, deployments: Deployments) -> Options:
    from siemc.compiler import NO_MAPPING, Options
    from siemc.publish.publisher import NEEDED

    plain = wanted.targets or found.targets or PLAIN
    targets = tuple(dict.fromkeys([*plain, *NEEDED]))
    chosen = {} if NO_MAPPING in wanted.pipelines else settings_schemas(found, targets)
    chosen |= schemas_by_target(wanted.schemas, targets)
    return Options(
        targets=targets,
        pipelines=wanted.pipelines or found.pipelines,
        schemas=_with_rules(chosen),
        sources=wanted.sources or found.sources,
        strict=bool(found.strict),
        nearest=any("allow" in each for each in deployments.entries),
    )


def _with_rules(schemas: Mapping[str, str]) -> dict[str, str]:
    """The schemas; the detection rules' is that of ``dsl``, else of ``kql``, else of ``lucene``."""
    named = next((schemas[each] for each in ("dsl", "kql", "lucene") if each in schemas), None)
    return dict(schemas) if named is None else {"dsl": named, **schemas}


def _changed(wanted: Wanted, found: Settings, loaded: Loaded) -> set[str] | None:
    """The rule files changed since the revision; ``None`` if what changed concerns all rules.

    That is the settings, a pipeline or a schema of the user's, or a file that holds something else
    than rules, such as filters.
    """
    from siemc.revisions import changed_files

    paths = dict.fromkeys([e.path for e in loaded.rules] + [e.path for e in loaded.broken])
    rules = {path: os.path.realpath(path) for path in paths}
    files = _files_of(wanted, found)
    since = wanted.since or ""
    own = [os.path.abspath(name) for name in ("siemc.toml", "pyproject.toml")]
    changed = changed_files(since, [*wanted.paths, *files, *own])
    there = {os.path.realpath(path) for path in changed}
    others = {path for path in there if path.endswith((".yml", ".yaml"))} - set(rules.values())
    known = {os.path.realpath(each) for each in [*files, *own]}
    if others or there & known or any(_has_filter(since, path) for path in there):
        return None
    return {path for path, real in rules.items() if real in there}


_FILTER = re.compile(r"^filter\s*:", re.MULTILINE)


def _has_filter(since: str, path: str) -> bool:
    """Whether a file holds a filter, which is about other rules, or did at the revision."""
    from siemc.revisions import text_at

    try:
        now = Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        now = ""
    return any(_FILTER.search(each) for each in (now, text_at(since, path)))


def _files_of(wanted: Wanted, found: Settings) -> list[str]:
    """The files beside the rules that decide what is built: settings, pipelines, schemas."""
    schemas = [each.partition("=")[2] or each for each in wanted.schemas]
    named = [*wanted.pipelines, *found.pipelines, *found.schema.values(), *schemas]
    return [each for each in (*named, str(found.path or "")) if os.path.isfile(each)]


def recorded_in(option: Path | None) -> Recorded | None:
    """The baseline of the command line, else that of the settings or of this folder, if any."""
    from siemc.publish.baseline import NAME, read_baseline

    if option is not None:
        return read_baseline(option)
    named = settings().baseline or NAME
    return read_baseline(Path(named)) if os.path.isfile(named) else None
