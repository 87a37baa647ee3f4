"""Reading what somebody else made: bytes as UTF-8, text as the JSON that an importer takes."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, NoReturn

from siemc.importcheck.report import Place, Report

MOST_LEVELS = 200
MOST_LINES = 1_000_000


class BadJsonError(ValueError):
    """Text that is no JSON: why, and where in it, from 1."""

    def __init__(self, why: str, line: int = 1, column: int | None = None) -> None:
        super().__init__(why)
        self.why, self.line, self.column = why, line, column


def decoded(data: bytes, at: Place, report: Report) -> str | None:
    """The text of a file, or ``None`` and a finding where it is not UTF-8, or endless."""
    lines = data.count(b"\n")
    if lines > MOST_LINES:
        message = f"The file has {lines:,} lines; {MOST_LINES:,} are read."
        report.say("SC322", message, "Split it.", at)
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        column = error.start - before.rfind(b"\n")
        message = f"The file is not UTF-8 (byte {error.start + 1})."
        place = at.at(before.count(b"\n") + 1, column)
        report.say("SC321", message, "Save it as UTF-8.", place)
        return None


def read_json(text: str) -> tuple[Any, list[str]]:
    """The data of a JSON text, and the keys that an object of it has twice.

    As JavaScript's ``JSON.parse`` (ECMA-262, 25.5.1): no ``NaN``, no ``Infinity``, no byte order
    mark, and of a key given twice the last. Raises ``BadJsonError``.
    """
    twice: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) < len(items):
            counts = Counter(key for key, _ in items)
            twice.extend(key for key in found if counts[key] > 1)
        return found

    if text.startswith("\ufeff"):
        raise BadJsonError("it begins with a byte order mark", 1, 1)
    try:
        return json.loads(text, object_pairs_hook=pairs, parse_constant=_no_constant), twice
    except json.JSONDecodeError as error:
        raise BadJsonError(
            error.msg[:1].lower() + error.msg[1:], error.lineno, error.colno
        ) from None
    except RecursionError:
        raise BadJsonError("it is nested too deeply") from None
    except ValueError as error:  # a constant, or a number of thousands of digits
        raise BadJsonError(str(error).partition(";")[0]) from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def is_deep(data: Any) -> bool:
    """Whether lists and objects are within each other more than ``MOST_LEVELS`` deep."""
    level = [data]
    for _ in range(MOST_LEVELS):
        inner = [v for each in level if isinstance(each, dict) for v in each.values()]
        inner += [v for each in level if isinstance(each, list) for v in each]
        level = [each for each in inner if isinstance(each, dict | list)]
        if not level:
            return False
    return True
