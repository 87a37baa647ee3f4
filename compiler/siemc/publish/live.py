"""Live rules: what Kibana exported, for what analysts have set there.

``POST /api/detection_engine/rules/_export`` answers with a line for each rule, one for each
exception list and its items and for each connector, and a last one that counts them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from siemc.diagnostics import Diagnostic, UsageError

CARRIED = ("actions", "exceptions_list", "response_actions")
ENABLED = "enabled"


def read_export(path: Path) -> dict[str, Mapping[str, Any]]:
    """The rules of an export by their ``rule_id``, in lower case.

    Raises ``UsageError`` for a file that is no export, at the line that is none.
    """
    found: dict[str, Mapping[str, Any]] = {}
    for number, text in enumerate(_text(path).split("\n"), 1):
        if not text.strip():
            continue
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            raise _wrong(path, number, "This line is no JSON.") from None
        if not isinstance(data, dict):
            raise _wrong(path, number, "This line is no JSON object.")
        if isinstance(data.get("rule_id"), str) and "type" in data and "list_id" not in data:
            _check(data, path, number)
            found[data["rule_id"].lower()] = data
    if not found:
        raise _wrong(path, 1, "There is no detection rule in this file.")
    return found


def _check(data: Mapping[str, Any], path: Path, line: int) -> None:
    """Raise ``UsageError`` where what would be carried over is not what Kibana writes."""
    for key in CARRIED:
        value = data.get(key)
        if value is not None and not (isinstance(value, list) and all(map(_is_object, value))):
            raise _wrong(path, line, f"{key} of this rule is no list of objects.")
    if not isinstance(data.get(ENABLED, False), bool):
        raise _wrong(path, line, f"{ENABLED} of this rule is neither true nor false.")


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def merged(rule: Mapping[str, Any], live: Mapping[str, Any]) -> dict[str, Any]:
    """The rule with what analysts have set on the live one, which an import would take away."""
    kept = {key: live[key] for key in CARRIED if live.get(key)}
    if ENABLED in live:
        kept[ENABLED] = live[ENABLED]
    made = {**rule, **kept}
    return {key: made[key] for key in sorted(made)}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        said = error.strerror or type(error).__name__
        raise _wrong(path, None, f"The export cannot be read: {said}.") from None
    except UnicodeDecodeError:
        raise _wrong(path, None, "The export is not UTF-8.") from None


def _wrong(path: Path, line: int | None, message: str) -> UsageError:
    hint = "Export the rules from Kibana (Rules, Bulk actions, Export) and name that file."
    return UsageError(Diagnostic("SC313", message, hint, str(path), line=line))
