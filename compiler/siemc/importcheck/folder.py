"""Reading an app's folder, and finding the artifacts in a folder of them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from siemc.importcheck.app import MOST_FILES, MOST_TEXT, Bundle, is_read
from siemc.importcheck.report import Place, Report

ARCHIVES = (".tgz", ".tar.gz", ".spl")
_APP_PARTS = ("default", "local", "app.manifest")


def is_artifact(file: Path) -> bool:
    """Whether a file that nobody named is one to check; ``.spl`` is a query's suffix as well."""
    name = file.name.lower()
    if name.endswith(".spl"):
        return file.is_file() and _begins_gzip(file)
    return name.endswith((*ARCHIVES, ".conf", ".meta", ".ndjson"))


def _begins_gzip(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return opened.read(2) == b"\x1f\x8b"
    except OSError:
        return False


def is_app(path: Path) -> bool:
    """Whether a folder looks like a Splunk app."""
    return any((path / each).exists() for each in _APP_PARTS)


def read_folder(path: Path, name: str, report: Report) -> Bundle:
    """The app in a folder. Links that lead out of it are said and not followed."""
    root = Path(os.path.realpath(path))
    bundle = Bundle(name, f"{name.rstrip('/')}/", root.name)
    for below, file in walk(root, name, report):
        if file.is_symlink() and not file.resolve().is_relative_to(root):
            hint = "Put the file itself there."
            report.say("SC323", "The file is a link out of the app.", hint, bundle.at(below))
            continue
        bundle.names.append(below)
        if is_read(below):
            data = read_file(file, bundle.at(below), report)
            if data is not None:
                bundle.texts[below] = data
    return bundle


def walk(root: Path, name: str, report: Report) -> Iterator[tuple[str, Path]]:
    """The files below a folder, by their names; links to folders are files, and not followed."""
    count = 0
    for folder, folders, files in os.walk(root):
        folders.sort()
        linked = [each for each in folders if os.path.islink(os.path.join(folder, each))]
        for each in sorted([*files, *linked]):
            count += 1
            if count > MOST_FILES:
                message = f"The folder has more than {MOST_FILES:,} files."
                report.say("SC322", message, "Leave out what is not to be imported.", Place(name))
                return
            file = Path(folder, each)
            yield file.relative_to(root).as_posix(), file


def read_file(file: Path, at: Place, report: Report, most: int = MOST_TEXT) -> bytes | None:
    """The bytes of a plain file of up to ``most`` bytes, or ``None`` and a finding."""
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            report.say("SC321", "This is no plain file.", "Put the file itself there.", at)
            return None
        with file.open("rb") as opened:
            data = opened.read(most + 1)
    except OSError as error:
        message = f"The file cannot be read: {error.strerror or type(error).__name__}."
        report.say("SC321", message, "Check the path and its permissions.", at)
        return None
    if len(data) > most:
        report.say("SC322", f"The file has more than {most:,} bytes.", "Split it.", at)
        return None
    return data
