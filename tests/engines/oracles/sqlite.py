"""pySigma's SQLite backend (LGPL-3.0), its SQL run by Python's own SQLite.

The table is as the backend wants it (pySigma-backend-sqlite, ``sqlite.py``, on ``collate_nocase``
and ``bool_values``, and ``runtime.py``, ``ensure_fields``): a column ``TEXT COLLATE NOCASE`` for a
text, a truth value as ``'true'`` or ``'false'``, no value for an absent field. ``REGEXP`` is a
function that the user of SQLite gives (https://www.sqlite.org/lang_expr.html, "The LIKE, GLOB,
REGEXP, MATCH, and extract operators"): here Python's ``re``.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping
from functools import cache

from sigma.collection import SigmaCollection

from siemc.evaluate import Event, Value, text_of
from tests.engines.oracles.oracle import Answer, Refused, data, one_value, package

Column = tuple[str, int | float | str | None]
"""The declared type of a column, and its value."""


class Sqlite:
    """The backend and an empty database. Raises ``Missing`` where it is not installed."""

    name = "pySigma-backend-sqlite"

    def __init__(self) -> None:
        module, self.version = package("sigma.backends.sqlite", "pysigma-backend-sqlite")
        self._backend = module.sqliteBackend
        self._database = sqlite3.connect(":memory:", isolation_level=None)
        self._database.create_function("REGEXP", 2, _regexp, deterministic=True)

    def read(self, rule: str) -> Answer:
        """The rule of this YAML text; any of its queries. Raises ``Refused``."""
        backend = self._backend()
        try:
            collection = SigmaCollection.from_dicts([data(rule)])
            queries: list[str] = backend.convert(collection)
            (parsed,) = collection.rules
            fields: list[str] = backend.required_fields(parsed)
        except Exception as error:  # whatever it raises is a refusal
            raise _refusal(error) from error
        return lambda event: self._answer(queries, fields, event)

    def matches(self, rule: str, event: Event) -> bool:
        """Whether the rule of this YAML text matches the event. Raises ``Refused``."""
        return self.read(rule)(event)

    def _answer(self, queries: Iterable[str], fields: Iterable[str], event: Event) -> bool:
        self._fill(_columns(fields, one_value(event)))
        try:
            return any(self._database.execute(query).fetchone() for query in queries)
        except sqlite3.Error as error:
            raise _refusal(error) from error

    def _fill(self, columns: Mapping[str, Column]) -> None:
        """The table of one event."""
        shown = {name.replace('"', '""'): column for name, column in columns.items()}
        declared = ", ".join(f'"{name}" {kind}' for name, (kind, _) in shown.items())
        marks = ", ".join("?" for _ in shown)
        self._database.execute("DROP TABLE IF EXISTS logs")
        self._database.execute(f"CREATE TABLE logs ({declared or 'nothing'})")
        values = [value for _, value in shown.values()]
        self._database.execute(f"INSERT INTO logs VALUES ({marks or 'NULL'})", values)


def _columns(fields: Iterable[str], row: Mapping[str, Value]) -> Mapping[str, Column]:
    """The columns that a rule asks for and those of an event: a name has no case in SQLite."""
    made = {name.lower(): _column(None) for name in fields}
    found = {name.lower(): _column(value) for name, value in row.items()}
    if len(found) < len(row):
        raise Refused("two fields are one column")
    return made | found


def _column(value: Value | None) -> Column:
    """A number keeps its kind; all else is text."""
    if value is None:
        return "TEXT COLLATE NOCASE", None
    if isinstance(value, int | float) and not isinstance(value, bool):
        whole = float(value).is_integer()
        return ("INTEGER", int(value)) if whole else ("REAL", value)
    return "TEXT COLLATE NOCASE", text_of(value)


def _regexp(pattern: str, value: Value | None) -> bool | None:
    return None if value is None else _compiled(pattern).search(text_of(value)) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


def _refusal(error: Exception) -> Refused:
    return Refused(f"{type(error).__name__}: {error}")
