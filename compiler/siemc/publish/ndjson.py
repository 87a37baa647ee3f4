"""Files of detection rules: an object a line, split where Kibana's import would not take them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

# Kibana's defaults: xpack.securitySolution.maxRuleImportPayloadBytes is 10 MiB, of which the rest
# of the request takes a part; xpack.securitySolution.maxRuleImportExportSize is 10,000, and the
# stream that counts them (create_stream_from_ndjson.ts) ends in an error on the last of these
MAX_BYTES = 9 * 1024 * 1024
MAX_RULES = 9_999


# Line breaks to some readers of lines, and not to JSON
_BREAKS = {ord(char): f"\\u{ord(char):04x}" for char in "\x85\u2028\u2029"}


def line(rule: Mapping[str, Any]) -> str:
    """A rule as a line; what is no character of UTF-8, or breaks lines elsewhere, as an escape."""
    text = json.dumps(rule, ensure_ascii=False, separators=(",", ":")).translate(_BREAKS)
    return text.encode("utf-8", "backslashreplace").decode() + "\n"


def parts(
    lines: Iterable[str], max_bytes: int = MAX_BYTES, max_rules: int = MAX_RULES
) -> Iterator[list[str]]:
    """The lines in as few files as an import takes; a line is never split."""
    part: list[str] = []
    size = 0
    for each in lines:
        length = len(each.encode())
        if part and (size + length > max_bytes or len(part) == max_rules):
            yield part
            part, size = [], 0
        part.append(each)
        size += length
    if part:
        yield part
