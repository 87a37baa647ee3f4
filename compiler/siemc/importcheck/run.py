"""Checking what was named: folders of artifacts, apps, files of settings, files of rules."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from siemc.diagnostics import Diagnostic, UsageError
from siemc.importcheck import dist, keys
from siemc.importcheck.app import check_app
from siemc.importcheck.archive import read_archive
from siemc.importcheck.confs import check_conf, kind_of_conf
from siemc.importcheck.folder import ARCHIVES, is_app, is_artifact, read_file, read_folder, walk
from siemc.importcheck.macros import check_calls, check_macros
from siemc.importcheck.report import FILES, QUERIES, Place, Report
from siemc.importcheck.rules import MOST_READ, Import, check_rules, say_links
from siemc.importcheck.searches import check_searches
from siemc.importcheck.texts import BadJsonError, decoded, read_json

_RULES = (".ndjson", ".json")
_CONFS = (".conf", ".meta")


def check(paths: Sequence[str]) -> Report:
    """Check everything that is named. Raises ``UsageError`` where there is nothing to check."""
    report = Report()
    for path in paths:
        _check(path, report)
    return report


def _check(name: str, report: Report) -> None:
    path = Path(name)
    try:
        is_folder, is_there = path.is_dir(), os.path.lexists(path)
    except (OSError, ValueError):
        is_folder = is_there = False
    if not is_there:
        raise UsageError(Diagnostic("SC031", f"There is no {name}.", "Check the path."))
    if is_folder:
        _check_folder(path, name, report)
    elif not _check_file(path, name, report, Import(), alone=True):
        raise _nothing(name)


def _nothing(name: str) -> UsageError:
    message = f"There is nothing in {name} that Splunk or Kibana imports."
    hint = "Name a folder of siemc build, a Splunk app, a .conf file, or rules as .ndjson or .json."
    return UsageError(Diagnostic("SC320", message, hint))


def _check_folder(path: Path, name: str, report: Report) -> None:
    if is_app(path):
        check_app(read_folder(path, name, report), report)
    elif (path / dist.MANIFEST).is_file():
        _check_dist(path, name, report)
    elif not _check_files(path, name, report):
        raise _nothing(name)


def _check_dist(path: Path, name: str, report: Report) -> None:
    together = Import()
    for below, kind in dist.check_manifest(path, name, report):
        shown = f"{name.rstrip('/')}/{below}"
        if kind in {"query", "component-template"}:
            _check_plain(path / below, kind, Place(shown), report)
        elif kind or is_artifact(path / below):
            _check_file(path / below, shown, report, together)
    say_links(together, report)


def _check_plain(path: Path, kind: str, at: Place, report: Report) -> None:
    """A query or a template: text, and JSON where its name says so."""
    report.counts[QUERIES] += kind == "query"
    data = read_file(path, at, report)
    text = None if data is None else decoded(data, at, report)
    if text is None or not at.path.endswith(".json"):
        return
    try:
        read_json(text)
    except BadJsonError as error:
        place = at.at(error.line, error.column)
        report.say("SC321", f"This is no JSON: {error.why}.", "Correct it.", place)


def _check_files(path: Path, name: str, report: Report) -> bool:
    """Check the apps and files below a folder; whether there was any."""
    together, found = Import(), False
    apps: list[str] = []
    for below, file in walk(path, name, report):
        app = next(
            (str(each) for each in file.relative_to(path).parents if _is_app(path, each)), ""
        )
        shown = f"{name.rstrip('/')}/{app or below}"
        if app and app not in apps:
            apps.append(app)
            check_app(read_folder(path / app, shown, report), report)
        elif not app and is_artifact(file):
            found = _check_file(file, shown, report, together) or found
    say_links(together, report)
    return found or bool(apps)


def _is_app(root: Path, below: Path) -> bool:
    return below != Path() and is_app(root / below)


def _check_file(
    path: Path, name: str, report: Report, together: Import, alone: bool = False
) -> bool:
    """Check a file by its suffix; ``False`` where it is nothing that is imported."""
    lower, at = name.lower(), Place(name)
    if lower.endswith(ARCHIVES):
        for bundle in read_archive(path, name, report):
            check_app(bundle, report)
    elif lower.endswith(_CONFS):
        _check_conf(path, at, report)
    elif lower.endswith(_RULES):
        data = read_file(path, at, report, MOST_READ)
        if data is not None:
            check_rules(data, at, report, None if alone else together)
    else:
        return False
    return True


def _check_conf(path: Path, at: Place, report: Report) -> None:
    report.counts[FILES] += 1
    data = read_file(path, at, report)
    text = None if data is None else decoded(data, at, report)
    if text is None:
        return
    file = kind_of_conf(at.path, text)
    stanzas = check_conf(text, at, file, report)
    if file == keys.SAVED_SEARCHES:
        check_calls(check_searches(stanzas, at, report), None, report)
    elif file == keys.MACROS:
        check_calls(check_macros(stanzas, at, report), None, report)
