"""The site's folder: written aside, then put in its place as a whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from siemc.diagnostics import Diagnostic, UsageError

MARK = ".siemc-catalogue"
"""The file by which siemc knows a folder as a site that it made, and may replace."""


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A new folder to write the site into; in the end it takes the place of ``target``.

    If anything goes wrong, or Ctrl-C comes, ``target`` is what it was. Raises ``UsageError`` where
    there is something that siemc did not make, or nothing can be written.
    """
    place = Path(os.path.realpath(target))
    _check(place, target)
    aside = place.with_name(f".{place.name}.siemc-{os.getpid()}")
    with _problems(target):
        shutil.rmtree(aside, ignore_errors=True)
        try:
            aside.mkdir(parents=True)
            (aside / MARK).touch()
            yield aside
            _swap(aside, place)
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def write(folder: Path, name: str, text: str) -> None:
    """Write a file of the site, with ``\\n`` as its line ends everywhere."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")


def _check(place: Path, target: Path) -> None:
    if not place.exists() or (place / MARK).is_file():
        return
    if place.is_dir() and not any(place.iterdir()):
        return
    message = "There is something already that is no site of siemc's."
    hint = "Name a new folder with -o, or remove what is there."
    raise UsageError(Diagnostic("SC307", message, hint, str(target)))


def _swap(aside: Path, place: Path) -> None:
    old = aside.with_name(f"{aside.name}-old")
    try:
        if place.exists():
            os.rename(place, old)
        os.rename(aside, place)
    except BaseException:
        if old.exists() and not place.exists():
            os.rename(old, place)
        raise
    finally:
        if place.exists():
            shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _problems(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        hint = "Name a folder that can be written to with -o."
        message = f"The site cannot be written: {error.strerror or type(error).__name__}."
        raise UsageError(Diagnostic("SC307", message, hint, str(target))) from None
