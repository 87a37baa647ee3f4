"""Output folders: written aside, then put in their place as a whole.

A reader, and whoever kills the program at any moment, finds the old folder or the new one.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from siemc.diagnostics import Diagnostic, UsageError

# linux/fs.h RENAME_EXCHANGE and sys/stdio.h RENAME_SWAP: both are 2
_EXCHANGE = 2
_AT_FDCWD = -100


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of folder: the file by which siemc knows that it made one, and what it is called.

    ``stranger`` finds something in such a folder that siemc did not make, if there is any; the mark
    may be a name that others use too.
    """

    mark: str
    name: str
    stranger: Callable[[Path], str | None] = lambda _: None


@contextmanager
def replacing(target: Path, kind: Kind) -> Iterator[Path]:
    """A new folder to write into; in the end it takes the place of ``target``.

    If anything goes wrong, or Ctrl-C comes, ``target`` is what it was. Raises ``UsageError`` where
    there is something that siemc did not make, or nothing can be written.
    """
    place = Path(os.path.realpath(target))
    _check(place, target, kind)
    aside = place.with_name(f".{place.name}.siemc-{os.getpid()}")
    with _problems(target, kind):
        _remove_leftovers(place)
        shutil.rmtree(aside, ignore_errors=True)
        try:
            aside.mkdir(parents=True)
            (aside / kind.mark).touch()
            yield aside
            _swap(aside, place)
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def write(folder: Path, name: str, text: str) -> None:
    """Write a file of a folder, with ``\\n`` as its line ends everywhere."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")


def _check(place: Path, target: Path, kind: Kind) -> None:
    if not os.path.lexists(place) or (place.is_dir() and not any(place.iterdir())):
        return
    message = f"There is something already that is no {kind.name} of siemc's."
    mark = place / kind.mark
    if mark.is_file() and not mark.is_symlink():
        stranger = kind.stranger(place)
        if stranger is None:
            return
        message = f"There is something in it that siemc did not make: {stranger}."
    hint = "Name a new folder with -o, or remove what is there."
    raise UsageError(Diagnostic("SC307", message, hint, str(target)))


def _remove_leftovers(place: Path) -> None:
    """Remove what earlier runs left beside the place when they were killed."""
    for each in place.parent.glob(f".{place.name}.siemc-*"):
        number = each.name.rpartition("-")[2]
        if number.isdecimal() and not _is_running(int(number)):
            shutil.rmtree(each, ignore_errors=True)


def _is_running(process: int) -> bool:
    if sys.platform == "win32":
        return True  # os.kill would end it
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _swap(aside: Path, place: Path) -> None:
    """Put the new folder in the place of the old one, which is in ``aside`` then, if anywhere."""
    if not place.exists():
        os.rename(aside, place)
        return
    if exchange(aside, place):
        return
    # No file system call puts one folder in another's place here: a moment without either is left
    old = aside.with_name(f"{aside.name}-old")
    os.rename(place, old)
    try:
        os.rename(aside, place)
    except BaseException:
        os.rename(old, place)
        raise
    shutil.rmtree(old, ignore_errors=True)


def exchange(one: Path, other: Path) -> bool:
    """Let two names change places in one step; ``False`` where the system cannot.

    On Linux by ``renameat2`` with ``RENAME_EXCHANGE`` (rename(2), glibc 2.28 or newer), on macOS by
    ``renamex_np`` with ``RENAME_SWAP``. Python has neither.
    """
    if os.name != "posix":
        return False
    library = ctypes.CDLL(None)
    first, second = os.fsencode(one), os.fsencode(other)
    if hasattr(library, "renameat2"):
        done = library.renameat2(_AT_FDCWD, first, _AT_FDCWD, second, ctypes.c_uint(_EXCHANGE))
    elif hasattr(library, "renamex_np"):
        done = library.renamex_np(first, second, ctypes.c_uint(_EXCHANGE))
    else:
        return False
    return bool(done == 0)


@contextmanager
def _problems(target: Path, kind: Kind) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        hint = "Name a folder that can be written to with -o."
        what = f"The {kind.name} cannot be written"
        message = f"{what}: {error.strerror or type(error).__name__}."
        raise UsageError(Diagnostic("SC307", message, hint, str(target))) from None
