"""A folder that ``siemc build`` made: its manifest, and each artifact as the manifest has it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from siemc.importcheck.folder import read_file, walk
from siemc.importcheck.report import Place, Report
from siemc.importcheck.texts import BadJsonError, decoded, read_json
from siemc.lint.findings import shown

MANIFEST = "manifest.json"
CONTRACT = 1
MOST_ARTIFACT = 256 * 1024 * 1024


def check_manifest(root: Path, name: str, report: Report) -> list[tuple[str, str]]:
    """Check the manifest of a folder against its files; the artifacts' paths with their kinds."""
    at = Place(f"{name.rstrip('/')}/{MANIFEST}")
    data = read_file(root / MANIFEST, at, report)
    text = None if data is None else decoded(data, at, report)
    if text is None:
        return []
    try:
        manifest, _ = read_json(text)
    except BadJsonError as error:
        _say(f"The manifest is no JSON: {error.why}.", at.at(error.line, error.column), report)
        return []
    if not isinstance(manifest, dict) or manifest.get("contract") != CONTRACT:
        _say(f"The manifest is not of contract {CONTRACT}.", at, report)
        return []
    listed = dict(_artifacts(manifest, at, report))
    _check_outputs(manifest, listed, at, report)
    present = _present(root, name, report)
    return [
        (path, str(entry.get("kind")))
        for path, entry in listed.items()
        if _check_artifact(root, (path, entry), at, report)
    ] + list(_unlisted(present, listed, at, report))


def _say(message: str, at: Place, report: Report) -> None:
    report.say("SC335", message, "Build the folder again with siemc build.", at)


def _artifacts(
    manifest: Mapping[str, Any], at: Place, report: Report
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    entries = manifest.get("artifacts")
    if not isinstance(entries, list):
        _say("The manifest lists no artifacts.", at, report)
        return
    seen: set[str] = set()
    for number, entry in enumerate(entries):
        path = entry.get("path") if isinstance(entry, dict) else None
        if not isinstance(path, str) or not path:
            _say(f"artifacts[{number}] has no path.", at, report)
        elif _leads_out(path):
            _say(f"The artifact {shown(path)} is outside the folder.", at, report)
        elif path in seen:
            _say(f"The artifact {shown(path)} is listed twice.", at, report)
        else:
            seen.add(path)
            yield path, entry


def _leads_out(path: str) -> bool:
    pure = PurePosixPath(path)
    return pure.is_absolute() or ".." in pure.parts or "\\" in path or "\0" in path


def _check_artifact(
    root: Path, artifact: tuple[str, Mapping[str, Any]], at: Place, report: Report
) -> bool:
    """Whether the artifact is there, with the bytes that the manifest says or others."""
    path, entry = artifact
    file = root / path
    if not file.resolve().is_relative_to(root.resolve()):
        _say(f"The artifact {shown(path)} is a link out of the folder.", at, report)
        return False
    if not file.is_file():
        _say(f"The artifact {shown(path)} is not there.", at, report)
        return False
    data = read_file(file, Place(f"{_folder(at)}{path}"), report, MOST_ARTIFACT)
    if data is None:
        return False
    found = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    for key, value in found.items():
        if entry.get(key) != value:
            told = entry.get(key, "not there")
            message = f"The {key} of {shown(path)} is {value}; in the manifest it is {told}."
            _say(message, at, report)
    return True


def _folder(at: Place) -> str:
    return at.path.removesuffix(MANIFEST)


def _check_outputs(
    manifest: Mapping[str, Any], listed: Mapping[str, Any], at: Place, report: Report
) -> None:
    """Each output of a rule that is in an artifact is in one that is listed."""
    missing: set[str] = set()
    rules = manifest.get("rules")
    for rule in rules if isinstance(rules, list) else ():
        outputs = rule.get("outputs") if isinstance(rule, dict) else None
        for output in outputs if isinstance(outputs, list) else ():
            path = output.get("artifact") if isinstance(output, dict) else None
            if isinstance(path, str) and path not in listed:
                missing.add(path)
    for path in sorted(missing):
        _say(f"A rule is in the artifact {shown(path)}, which is not listed.", at, report)


def _present(root: Path, name: str, report: Report) -> list[str]:
    return [path for path, _ in walk(root, name, report) if path != MANIFEST]


def _unlisted(
    present: list[str], listed: Mapping[str, Any], at: Place, report: Report
) -> Iterator[tuple[str, str]]:
    for path in present:
        if path not in listed:
            _say(f"The file {shown(path)} is not in the manifest.", at, report)
            yield path, ""
