"""Writing queries to files: one per rule and target, whole or not at all."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePath

from siemc.backend import backends
from siemc.diagnostics import Diagnostic, UsageError
from siemc.query import Query


def write_query(query: Query, folder: Path) -> Iterator[Diagnostic]:
    """Write a query that has a text, under the rule's file name; yield what is noteworthy.

    The name is stable: the rule file's path below the folder it was found in, the document's
    number if it is not the first, and the target's suffix. Raises ``UsageError`` where the folder
    cannot be written to.
    """
    path = folder / file_name(query)
    if query.text is None:
        if path.is_file():
            yield _stale(query, path)
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(path, query.text + "\n")
    except OSError as error:
        hint = "Name a folder that can be written to with -o."
        message = f"The query cannot be written: {error.strerror}."
        raise UsageError(Diagnostic("SC307", message, hint, str(path))) from None


def file_name(query: Query) -> PurePath:
    """The file of a query, relative to the output folder."""
    rule = PurePath(query.rule.path)
    parts = [part for part in rule.with_suffix("").parts if part not in {rule.anchor, "..", "."}]
    if query.rule.document:
        parts[-1] += f"-{query.rule.document + 1}"
    safe = [re.sub(r"[^\w.+-]", "_", part) for part in parts]
    suffix = backends()[query.target].suffix
    return PurePath(*safe[:-1], safe[-1] + suffix)


def _write_whole(path: Path, text: str) -> None:
    """Write beside, then rename: a reader sees the old file or the new one, never half."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".siemc-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _stale(query: Query, path: Path) -> Diagnostic:
    message = (
        f"This file holds an earlier query of a rule that is now {query.status} in {query.target}."
    )
    return Diagnostic("SC308", message, "Delete it, or mend the rule.", str(path))
