"""Writing queries to files: one per rule and target, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePath

from siemc.backend import backends
from siemc.diagnostics import Diagnostic, UsageError
from siemc.load import BrokenRule, LoadedRule
from siemc.query import Query

# In bytes. File systems take 255, and a target's suffix follows.
MAX_NAME = 200


Key = tuple[str, int]


class Writer:
    """Writes the queries of one run below a folder."""

    def __init__(
        self, folder: Path, named: Sequence[str], rules: Iterable[LoadedRule | BrokenRule]
    ) -> None:
        self.folder = folder
        self.names = file_names(named, [(rule.path, rule.document) for rule in rules])

    def write(self, query: Query) -> Iterator[Diagnostic]:
        """Write a query that has a text; yield what is noteworthy.

        Raises ``UsageError`` where the folder cannot be written to.
        """
        name = self.names[query.rule.path, query.rule.document]
        path = self.folder / f"{name}{backends()[query.target].suffix}"
        if query.text is None:
            if path.is_file():
                yield _stale(query, path)
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, query.text + "\n")
        except OSError as error:
            hint = "Name a folder that can be written to with -o."
            message = f"The query cannot be written: {error.strerror}."
            raise UsageError(Diagnostic("SC307", message, hint, str(path))) from None


def file_names(named: Sequence[str], rules: Iterable[Key]) -> dict[Key, PurePath]:
    """The name of each rule's files, without the target's suffix, below the output folder.

    It is the rule file's path below the folder that was named, or below the one that holds all that
    was named, and the document's number if it is not the first. Rules that would share a name, as
    ``a.yml`` and ``a.yaml`` would, all get a mark made of their path: so a name never depends on
    what else is compiled before it.
    """
    root = root_of(named)
    names = {(path, document): _name(path, document, root) for path, document in rules}
    uses = Counter(str(name).casefold() for name in names.values())
    return {
        key: name
        if uses[str(name).casefold()] == 1 and len(os.fsencode(name.name)) <= MAX_NAME
        else _marked(name, key, root)
        for key, name in names.items()
    }


def root_of(named: Sequence[str]) -> str:
    """The folder that was named, or the one that holds all that was."""
    folders = [path if os.path.isdir(path) else os.path.dirname(path) for path in named]
    return os.path.commonpath([os.path.abspath(folder) for folder in folders])


def _name(path: str, document: int, root: str) -> PurePath:
    parts = list(PurePath(os.path.relpath(path, root)).parts)
    parts[-1] = re.sub(r"(?<=[\s\S])\.ya?ml\Z", "", parts[-1])
    if document:
        parts[-1] += f"-{document + 1}"
    return PurePath(*(re.sub(r"[^\w.+-]", "_", part) for part in parts))


def _marked(name: PurePath, key: Key, root: str) -> PurePath:
    path, document = key
    text = f"{os.path.relpath(path, root)}\n{document}"
    mark = hashlib.sha256(os.fsencode(text)).hexdigest()[:8]
    short = os.fsencode(name.name)[: MAX_NAME - len(mark) - 1].decode("utf-8", "ignore")
    return name.with_name(f"{short}-{mark}")


def write_whole(path: Path, text: str) -> None:
    """Write beside, then rename: a reader sees the old file or the new one, never half.

    The name of the file beside is known before it is made: Ctrl-C at any moment leaves none behind.
    """
    part = path.with_name(f".siemc-{os.getpid()}")
    try:
        part.unlink(missing_ok=True)
        with part.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _stale(query: Query, path: Path) -> Diagnostic:
    message = (
        f"This file holds an earlier query of a rule that is now {query.status} in {query.target}."
    )
    return Diagnostic("SC308", message, "Delete it, or mend the rule.", str(path))
