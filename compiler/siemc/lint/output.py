"""How findings are printed: text for people, JSON for programs, GitHub's annotations.

GitHub's workflow commands and what they escape: docs.github.com/actions/reference/
workflow-commands-for-github-actions, and ``toolkit/packages/core/src/command.ts``, which escapes
``%``, carriage return and line feed in the message, and ``:`` and ``,`` in a property as well.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from siemc.diagnostics import Diagnostic, Severity
from siemc.lint.findings import Finding
from siemc.render import diagnostic_object, diagnostic_text

GITHUB = {"error": "error", "warning": "warning", "note": "notice"}
IN_MESSAGE = {"%": "%25", "\r": "%0D", "\n": "%0A"}
IN_PROPERTY = {**IN_MESSAGE, ":": "%3A", ",": "%2C"}


def text(findings: Iterable[Finding]) -> Iterator[str]:
    """Each finding as ``path:line:column``, what is wrong, and what to do."""
    for each in findings:
        yield diagnostic_text(each.diagnostic)


def json_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """Each finding as a line of JSON; ``docs/lint.md`` describes the keys."""
    for each in findings:
        yield json.dumps(finding_object(each), ensure_ascii=False)


def finding_object(finding: Finding) -> Mapping[str, Any]:
    """A finding as the object of the JSON format."""
    return {
        **diagnostic_object(finding.diagnostic),
        "rule": {"id": finding.id, "title": finding.title},
        "fixable": bool(finding.fixes),
    }


def github(findings: Iterable[Finding]) -> Iterator[str]:
    """Each finding as a workflow command, which GitHub shows beside the line."""
    for each in findings:
        yield _command(each.diagnostic)


def _command(said: Diagnostic) -> str:
    given = {"file": said.path, "line": said.line, "col": said.column, "title": said.code}
    named = ",".join(
        f"{key}={_escaped(str(value), IN_PROPERTY)}"
        for key, value in given.items()
        if value is not None
    )
    message = f"{said.message} {said.hint}".strip()
    return f"::{GITHUB[said.severity]} {named}::{_escaped(message, IN_MESSAGE)}"


def _escaped(text: str, table: Mapping[str, str]) -> str:
    return "".join(table.get(char, char) for char in text)


def summary(findings: Sequence[Finding], rules: int) -> str:
    """How many findings there are, in one line."""
    counts = Counter(each.diagnostic.severity for each in findings)
    kinds: tuple[Severity, ...] = ("error", "warning", "note")
    said = [f"{counts[kind]} {kind}{'s' * (counts[kind] != 1)}" for kind in kinds if counts[kind]]
    fixable = sum(bool(each.fixes) for each in findings)
    tail = f" ({fixable} may be settled by --fix)" if fixable else ""
    return f"{rules} rule{'s' * (rules != 1)}: {', '.join(said) or 'nothing found'}{tail}"
