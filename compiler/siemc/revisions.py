"""Revisions: the rule files that a git repository held at one of its revisions."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from siemc.diagnostics import Diagnostic, UsageError
from siemc.rulefiles import ENDINGS

HINT = "Name a file or folder of rules, or REVISION:PATH of the git repository you are in."
LINK = b"120000"


def check_out(revision: str, path: str, folder: Path) -> Path:
    """Write the rule files at a path of a revision below ``folder``, and say where they are.

    The path is one from the root of the repository, or from the current folder if it starts with
    ``./`` or ``../``, as git has it (gitrevisions, ``<rev>:<path>``). Not ``git archive``, which
    leaves out what ``.gitattributes`` tells it to. Raises ``UsageError`` where there is nothing.
    """
    if not revision or revision.startswith("-"):
        raise no_revision(f"'{revision}' is no revision")
    at = _tree_path(path)
    shown = at or "."
    commit = _git(["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{tree}}"])
    if commit is None:
        raise no_revision(f"there is no revision {revision}")
    entries = list(_entries(commit.decode().strip(), at))
    if not entries:
        there = f"{revision}:./{path}" if _entries_exist(commit, path) else ""
        hint = f"Did you mean {there}? {HINT}" if there else HINT
        raise no_revision(f"{revision} has no {shown}", hint)
    wanted = [each for each in entries if each[2].endswith(ENDINGS) or each[2] == at]
    _write(wanted, folder)
    target = folder / at
    if not target.exists() and not target.is_symlink():
        target.mkdir(parents=True)
    return target


def _tree_path(path: str) -> str:
    """The path from the root of the repository."""
    relative = path in {".", ".."} or path.startswith(("./", "../"))
    prefix = _need(["rev-parse", "--show-prefix"]).decode("utf-8", "surrogateescape").strip("\n")
    joined = os.path.normpath(os.path.join(prefix if relative else "", path or "."))
    if joined.startswith("..") or os.path.isabs(joined):
        raise no_revision(f"{path} is outside the repository")
    return "" if joined == "." else joined


def _entries_exist(commit: bytes, path: str) -> bool:
    """Whether the path would be there if it were meant from the current folder."""
    if not path or path.startswith(".") or os.path.isabs(path):
        return False
    return next(_entries(commit.decode().strip(), _tree_path(f"./{path}")), None) is not None


def _entries(commit: str, path: str) -> Iterator[tuple[bytes, str, str]]:
    """Mode, object and path of each file at a path; submodules are none."""
    where = ["--", path] if path else []
    found = _need(["ls-tree", "-r", "-z", "--full-tree", commit, *where])
    for entry in found.split(b"\0"):
        head, _, name = entry.partition(b"\t")
        if name and b" blob " in head:
            mode, _, identity = head.split(b" ", 2)
            yield mode, identity.decode(), name.decode("utf-8", "surrogateescape")


def _write(entries: Sequence[tuple[bytes, str, str]], folder: Path) -> None:
    asked = "".join(f"{identity}\n" for _, identity, _ in entries).encode()
    data = _need(["cat-file", "--batch"], asked)
    at = 0
    for mode, _, name in entries:
        end = data.index(b"\n", at)
        size = int(data[at:end].rsplit(b" ", 1)[1])
        content = data[end + 1 : end + 1 + size]
        at = end + size + 2
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if mode == LINK:
            _link(file, content.decode("utf-8", "surrogateescape"), folder)
        else:
            file.write_bytes(content)


def _link(file: Path, target: str, folder: Path) -> None:
    """A link within the revision; one that leads out of it leads nowhere, and is told as such."""
    there = os.path.normpath(file.parent / target)
    inside = not os.path.isabs(target) and there.startswith(f"{folder}{os.sep}")
    file.symlink_to(target if inside else "outside-the-revision")


def _need(arguments: Sequence[str], asked: bytes | None = None) -> bytes:
    done = _run(arguments, asked)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        told = next((line for line in said if line.startswith("fatal:")), "git failed")
        raise no_revision(told.removeprefix("fatal: ").rstrip("."))
    return done.stdout


def _git(arguments: Sequence[str]) -> bytes | None:
    done = _run(arguments, None)
    return None if done.returncode else done.stdout


def _run(arguments: Sequence[str], asked: bytes | None) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["git", *arguments],
            capture_output=True,
            check=False,
            input=asked or b"",
            env={**os.environ, "LC_ALL": "C"},
        )
    except OSError:
        raise no_revision("git cannot be run") from None
    except ValueError:
        raise no_revision("a name holds a NUL") from None


def no_revision(why: str, hint: str = HINT) -> UsageError:
    """That there are no rules to be had from git, and why."""
    return UsageError(Diagnostic("SC031", f"The revision cannot be read: {why}.", hint))


def changed_files(revision: str, paths: Sequence[str]) -> set[str]:
    """The files at or below these paths that are not what they were at a revision.

    As absolute paths; what is new is among them, tracked or not, and so is what is gone. Raises
    ``UsageError`` where there is no such revision.
    """
    if not revision or revision.startswith("-"):
        raise no_revision(f"'{revision}' is no revision", _SINCE)
    at = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]
    commit = _git(at)
    if commit is None:
        raise no_revision(f"there is no revision {revision}", _SINCE)
    root = _need(["rev-parse", "--show-toplevel"]).decode("utf-8", "surrogateescape").strip("\n")
    where = ["--", *(f":(literal){path}" for path in paths)]
    known = _need(["diff", "--name-only", "-z", "--no-renames", commit.decode().strip(), *where])
    new = _need(["ls-files", "--others", "-z", "--full-name", *where])
    names = [*known.split(b"\0"), *new.split(b"\0")]
    return {os.path.join(root, os.fsdecode(name)) for name in names if name}


def text_at(revision: str, path: str) -> str:
    """The text of a file at a revision; empty where there was none."""
    folder, name = os.path.split(path)
    while folder and not os.path.isdir(folder):  # the folder may be gone as well
        folder, parent = os.path.split(folder)
        name = os.path.join(parent, name)
    found = _git(["-C", folder or os.curdir, "show", f"{revision}:./{name}"])
    return "" if found is None else found.decode("utf-8", "replace")


_SINCE = "Name a commit, a branch or a tag of the git repository you are in."
