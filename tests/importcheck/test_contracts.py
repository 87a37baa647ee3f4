"""The generator of ``conf-keys.json``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.build_import_contracts import FILES, TARGET, build, kind, read_spec

SPEC = """#   Version 9.9.0
# [comment]
[<stanza name>]
* Words about it, key = value in them.

plain = <string>
switch = <boolean>
bit = [0 | 1]
* The only acceptable values for this setting are 0 and 1.
word = [auto | <unsigned integer>]
family.<name>.x = <integer>
"""


def test_names_and_kinds_of_a_spec_file() -> None:
    found = read_spec(SPEC)
    assert found["version"] == "9.9.0"
    assert found["stanzas"] == {
        "<stanza name>": {
            "plain": "text",
            "switch": "boolean",
            "bit": "bit",
            "word": ["auto", "<unsigned>"],
            "family.<name>.x": "integer",
        }
    }


@pytest.mark.parametrize(
    ("grammar", "expected"),
    [
        ("1 | 0", "boolean"),
        ("true|false", "boolean"),
        ("<boolean> | auto", ["<boolean>", "auto"]),
        ("{default|python3}", ["default", "python3"]),
        ("[<string>(, <string>)*]", "text"),
        ("number of events | always", ["number of events", "always"]),
    ],
)
def test_what_a_setting_takes(grammar: str, expected: str | list[str]) -> None:
    assert kind(grammar) == expected


def test_what_is_kept_by_hand_stays(tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / f"{name}.conf.spec").write_text(SPEC, encoding="utf-8")
    made, present = json.loads(build(tmp_path)), json.loads(TARGET.read_text(encoding="utf-8"))
    assert made["apps"] == present["apps"]
    assert set(made["files"]) == set(present["files"])
