"""What the tests of ``siemc import-check`` share: apps, rules, and what is said of them.

What is right and wrong is from Splunk's ``.conf.spec`` files and elastic/kibana, as the modules
under test name them, never from a run.
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Mapping
from typing import Any

from siemc.importcheck.report import Report

ID = "11111111-1111-4111-8111-111111111111"

APP_CONF = """[launcher]
version = 1.2.0

[package]
id = myapp

[ui]
label = My app
"""
SEARCHES = """[My search]
search = index=main `mine` | stats count
cron_schedule = 5 * * * *
enableSched = 1
dispatch.earliest_time = -70m@m
dispatch.latest_time = now
alert.severity = 4
"""
MACROS = """[mine]
definition = sourcetype=x
"""
APP: Mapping[str, str] = {
    "default/app.conf": APP_CONF,
    "default/savedsearches.conf": SEARCHES,
    "default/macros.conf": MACROS,
    "metadata/default.meta": "[]\nexport = system\n",
    "README.md": "An app.\n",
}


def rule(**parts: Any) -> dict[str, Any]:
    """A rule that Kibana imports; ``parts`` take the place of its own, ``None`` takes one out."""
    made = {
        "rule_id": ID,
        "name": "A rule",
        "description": "Finds something.",
        "risk_score": 47,
        "severity": "medium",
        "type": "query",
        "language": "kuery",
        "query": 'process.name: "x.exe"',
        "index": ["logs-*"],
        "exceptions_list": [],
        "actions": [],
    }
    return {key: value for key, value in {**made, **parts}.items() if value is not None}


def ndjson(*rules: Any) -> str:
    return "".join(json.dumps(each) + "\n" for each in rules)


def member(name: str, data: bytes | str = b"", **parts: Any) -> tuple[tarfile.TarInfo, bytes]:
    """A member of an archive; ``parts`` are attributes of its header."""
    content = data.encode() if isinstance(data, str) else data
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for key, value in parts.items():
        setattr(info, key, value)
    return info, content


def archive(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as made:
        for info, data in members:
            made.addfile(info, io.BytesIO(data))
    return gzip.compress(buffer.getvalue(), 1)


def app_members(top: str = "myapp") -> list[tuple[tarfile.TarInfo, bytes]]:
    return [member(f"{top}/{name}", text) for name, text in APP.items()]


def codes(report: Report) -> list[str]:
    return [each.diagnostic.code for each in report.findings]


def said(report: Report) -> list[tuple[str, int | None, str]]:
    """Code, line and message of each finding."""
    found = (each.diagnostic for each in report.findings)
    return [(each.code, each.line, each.message) for each in found]
