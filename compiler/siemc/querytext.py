"""The text of a query that somebody wrote, and how it is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from siemc.backend import backends
from siemc.diagnostics import Diagnostic, UsageError, did_you_mean
from siemc.reading import ReadError, Reading
from siemc.schema import Schema

SECONDS = 10.0  # someone waits for this one answer, and for a true one


@dataclass(frozen=True, slots=True)
class QueryText:
    """A query in the language of a target, and the file it came from."""

    target: str
    text: str
    path: str

    def place(self, position: int) -> tuple[int, int]:
        """Line and column, from 1, of a character of the text."""
        before = self.text[:position]
        return before.count("\n") + 1, position - before.rfind("\n")


def read(query: QueryText, schema: Schema) -> tuple[Reading, ...]:
    """The query's readings; ``UsageError`` with line and column where it has none."""
    backend = backends()[query.target]
    try:
        return backend.read(query.text, schema)
    except ReadError as error:
        message = f"This is not read as {backend.title}: {error.message}"
        hint = "Correct the query at the place shown, or name its language with --language."
        place = query.place(error.start)
        raise UsageError(Diagnostic("SC311", message, hint, query.path, *place)) from None


def unlisted(
    query: QueryText, schema: Schema, readings: Iterable[Reading]
) -> tuple[Diagnostic, ...]:
    """A warning for each field that the query tests and the schema does not have."""
    found: dict[str, tuple[int, int]] = {}
    for each in readings:
        found = {**each.unlisted, **found}
    return tuple(_unlisted(query, schema, name, start) for name, (start, _) in found.items())


def _unlisted(query: QueryText, schema: Schema, name: str, start: int) -> Diagnostic:
    message = f"The query tests {name}, which schema {schema.name} does not have."
    near = did_you_mean(name, schema.field_names)
    hint = f"{near}Correct the name, or give the index's own mapping with --schema FILE."
    return Diagnostic("SC312", message, hint, query.path, *query.place(start))
