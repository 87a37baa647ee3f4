"""Findings as SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0), for code scanning."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from siemc.diagnostics import Diagnostic, catalogue
from siemc.lint.findings import Finding

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def sarif(findings: Sequence[Finding], version: str) -> str:
    """The log of one run, with the description of each code that it has."""
    codes = sorted({each.diagnostic.code for each in findings})
    numbers = {code: number for number, code in enumerate(codes)}
    seen: Counter[str] = Counter()
    driver = {"name": "siemc", "version": version, "rules": [_rule(code) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, numbers, seen) for each in findings],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False)


def _rule(code: str) -> dict[str, Any]:
    entry = catalogue()[code]
    title = str(entry["title"]).rstrip(".") + "."
    return {
        "id": code,
        "shortDescription": {"text": title},
        "fullDescription": {"text": str(entry["what"])},
        "help": {"text": str(entry.get("fix") or entry["what"])},
        "defaultConfiguration": {"level": entry["severity"]},
    }


def _result(finding: Finding, numbers: dict[str, int], seen: Counter[str]) -> dict[str, Any]:
    said = finding.diagnostic
    result: dict[str, Any] = {
        "ruleId": said.code,
        "ruleIndex": numbers[said.code],
        "level": said.severity,
        "message": {"text": f"{said.message} {said.hint}".strip()},
        "partialFingerprints": {"siemc/v1": _fingerprint(finding, seen)},
    }
    if said.path is not None:
        result["locations"] = [{"physicalLocation": _location(said)}]
    return result


def _location(said: Diagnostic) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": {"uri": uri(str(said.path))}}
    if said.line is not None:
        columns = {} if said.column is None else {"startColumn": said.column}
        location["region"] = {"startLine": said.line, **columns}
    return location


def uri(path: str) -> str:
    """A path as a URI reference (RFC 3986): relative stays relative, absolute is a file's."""
    pure = PurePath(path)
    plain = quote(pure.as_posix(), safe="/", errors="surrogateescape")
    return f"file://{plain}" if pure.is_absolute() else plain


def _fingerprint(finding: Finding, seen: Counter[str]) -> str:
    """What a finding is known by when lines move: its rule, its code and its words."""
    said = finding.diagnostic
    text = "\n".join((finding.id or said.path or "", said.code, said.message))
    mark = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    seen[mark] += 1
    return f"{mark}:{seen[mark]}"
