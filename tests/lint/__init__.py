"""What the tests of lint share: rules by their parts, and what is found in them."""

from __future__ import annotations

from pathlib import Path

from siemc.lint.findings import Finding
from siemc.lint.run import Codes, lint
from siemc.load import load

CLEAN = r"""title: Tool Started From A Folder Of The User
id: 9d1f1d3c-3a56-4a54-9d80-6a3c1f6f3b11
status: test
description: Somebody starts the tool from a folder that any user can write to.
references:
    - https://tool.example/use
author: A. Uthor
date: 2024-05-19
tags:
    - attack.execution
    - attack.t1204.002
logsource:
    product: windows
    category: process_creation
detection:
    selection:
        Image|endswith: '\tool.exe'
    condition: selection
falsepositives:
    - Unknown
level: medium
"""


def rule(detection: str, **changed: str | None) -> str:
    """The clean rule with another detection, and other keys; ``None`` takes one out."""
    head, rest = CLEAN.split("detection:\n")
    tail = rest.partition("falsepositives:")
    body = "".join(f"    {line}\n" for line in detection.strip("\n").splitlines())
    text = f"{head}detection:\n{body}falsepositives:{tail[2]}"
    for key, value in changed.items():
        text = with_key(text, key, value)
    return text


def clean(**changed: str | None) -> str:
    """The clean rule with other keys; ``None`` takes one out."""
    text = CLEAN
    for key, value in changed.items():
        text = with_key(text, key, value)
    return text


def with_key(text: str, key: str, value: str | None) -> str:
    """The text with the block of a top-level key changed, added at the end, or taken out."""
    lines = text.splitlines(keepends=True)
    start = next((i for i, each in enumerate(lines) if each.startswith(f"{key}:")), len(lines))
    end = start + 1
    while end < len(lines) and lines[end].startswith(" "):
        end += 1
    new = [] if value is None else [f"{key}: {value}\n"]
    return "".join([*lines[:start], *new, *lines[end:]])


def found(folder: Path, *texts: str, codes: Codes | None = None) -> list[Finding]:
    """What is found in rules, written to ``rule_file_0.yml`` and on."""
    for number, text in enumerate(texts):
        (folder / f"rule_file_{number}.yml").write_text(text, encoding="utf-8", newline="")
    return lint(load([folder]), codes)


def codes(findings: list[Finding]) -> list[str]:
    """The codes of the findings, in order."""
    return [each.diagnostic.code for each in findings]


def only(findings: list[Finding], code: str) -> Finding:
    """The one finding of this code."""
    (one,) = [each for each in findings if each.diagnostic.code == code]
    return one


def place(text: str, needle: str) -> tuple[int, int]:
    """Line and column, from 1, of the only occurrence of some text."""
    assert text.count(needle) == 1, needle
    before = text[: text.index(needle)]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
