"""Metadata, tags and fields: what is found, where, and what is suggested."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lint import CLEAN, clean, codes, found, only, place


@pytest.mark.parametrize(
    ("changed", "code", "at"),
    [
        ({"level": None}, "SC413", None),
        ({"status": None}, "SC414", None),
        ({"id": None}, "SC412", None),
        ({"author": None}, "SC467", None),
        ({"description": None}, "SC464", None),
        ({"date": None}, "SC468", None),
        ({"description": "brief"}, "SC465", "description"),
        ({"date": "2024/5/9"}, "SC415", "date"),
        ({"modified": "2024-05-18"}, "SC469", "modified"),
        ({"modified": "2024-05-19"}, "SC471", "modified"),
        ({"title": "Detects A Tool"}, "SC461", "title"),
        ({"title": "A Tool."}, "SC462", "title"),
        ({"title": "A tool"}, "SC463", "title"),
        ({"title": "A " + "Long " * 30 + "One"}, "SC460", "title"),
        ({"falsepositives": "[Pentest]"}, "SC473", "[Pentest]"),
        ({"falsepositives": "[unknown]"}, "SC472", "[unknown]"),
        ({"falsepositives": "[Unkown]"}, "SC474", "[Unkown]"),
        ({"fields": "[Image]"}, "SC475", "fields"),
        ({"realted": "[]"}, "SC424", None),
        ({"mine": "1"}, "SC476", None),
        ({"status": "deprecated"}, "SC478", "status"),
        ({"references": "['https://github.com/a/b/blob/main/c.py']"}, "SC479", "['https"),
        ({"references": "['https://attack.mitre.org/techniques/T1105/']"}, "SC480", "['https"),
    ],
)
def test_metadata_that_is_missing_or_odd(
    tmp_path: Path, changed: dict[str, str | None], code: str, at: str | None
) -> None:
    text = clean(**changed)
    said = only(found(tmp_path, text), code).diagnostic
    line, column = place(text, at) if at else (1, 1)
    assert (said.line, said.column) == (line, column + (at or "").startswith("["))


@pytest.mark.parametrize("key", ["status", "level", "date"])
def test_what_the_loader_says_of_a_wrong_value_is_not_said_again(tmp_path: Path, key: str) -> None:
    assert codes(found(tmp_path, clean(**{key: "sometimes"}))) == ["SC024"]


@pytest.mark.parametrize(
    ("tag", "code", "hint"),
    [
        ("attack.t1086", "SC417", "T1059.001 took its place"),
        ("attack.t9999", "SC416", "Correct"),
        ("attack.exekution", "SC416", "Did you mean attack.execution?"),
        ("attack.defense-evasion", "SC417", "attack.stealth or attack.defense-impairment"),
        ("attack.Lateral_Movement", "SC419", "attack.lateral-movement"),
        ("attack.t1041", "SC418", "attack.exfiltration"),
        ("attack.execution", "SC422", "Remove"),
        ("cve.2021", "SC421", "cve.2021-44228"),
        ("tlp.blue", "SC421", "clear"),
        ("colour.blue", "SC420", "Namespaces"),
        ("detection.guess", "SC421", "detection.dfir"),
    ],
)
def test_a_tag_that_is_wrong(tmp_path: Path, tag: str, code: str, hint: str) -> None:
    text = CLEAN.replace("t1204.002\n", f"t1204.002\n    - {tag}\n")
    said = only(found(tmp_path, text), code).diagnostic
    line = place(text, "attack.t1204.002")[0] + 1
    assert (said.line, said.column) == (line, 7)
    assert hint in said.hint


@pytest.mark.parametrize(
    "tag", ["attack.g0032", "attack.s0002", "attack.ta0002", "attack.ds0009", "cve.2021-44228"]
)
def test_a_tag_of_another_kind_is_right(tmp_path: Path, tag: str) -> None:
    text = CLEAN.replace("t1204.002\n", f"t1204.002\n    - {tag}\n")
    assert codes(found(tmp_path, text)) == []


def test_a_field_that_no_schema_has_is_told_with_the_near_one(tmp_path: Path) -> None:
    text = CLEAN.replace("Image|endswith", "Imagge|endswith")
    said = only(found(tmp_path, text), "SC408").diagnostic
    assert (said.line, said.column) == place(text, "Imagge")
    assert "windows/process_creation" in said.message
    assert "Did you mean" in said.hint


def test_a_log_source_that_no_schema_maps_says_nothing_of_fields(tmp_path: Path) -> None:
    text = CLEAN.replace("product: windows", "product: toaster").replace("Image|", "Imagge|")
    assert codes(found(tmp_path, text)) == []


@pytest.mark.parametrize(
    ("old", "new", "code", "at"),
    [
        ("Image|endswith: '\\tool", "Image|contains: 'x\\*tool", "SC434", "'x\\*tool.exe'"),
        ("Image|endswith: '\\tool.exe'", "ProcessId: '12'", "SC431", "'12'"),
        ("Image|endswith: '\\tool", 'Image|endswith: "\\tool', "SC432", None),
        ("Image|endswith: '\\tool", "Image: '*\\tool", "SC433", "Image:"),
        ("condition: selection", "condition: 1 of them", "SC440", "condition"),
        ("condition: selection", "condition: all of them", "SC441", "condition"),
        ("condition: selection", "condition: 1 of selection", "SC443", "condition"),
        ("Image|endswith: '\\tool.exe'", "Hashes|contains: 'MD5=12'", "SC447", "Hashes"),
        ("Image|endswith: '\\tool.exe'", "Image|re: '(?=a)b'", "SC444", "Image|re"),
        ("Image|endswith: '\\tool.exe'", "User: 'AUTORITE NT'", "SC446", "User:"),
        ("Image|endswith", "Image|contains|all", "SC439", "Image|contains|all"),
        ("product: windows", "vendor: x\n    product: windows", "SC425", "logsource"),
    ],
)
def test_an_odd_detection_is_told_at_its_item_or_value(
    tmp_path: Path, old: str, new: str, code: str, at: str | None
) -> None:
    text = CLEAN.replace(old, new)
    assert text != CLEAN
    text = text.replace("\\tool.exe'", '\\tool.exe"') if '"\\tool' in text else text
    said = only(found(tmp_path, text), code).diagnostic
    if at is not None:
        assert said.line == place(text, at)[0]


def test_what_the_loader_says_comes_with_the_rest_and_is_not_doubled(tmp_path: Path) -> None:
    text = CLEAN.replace("    condition:", "    unused:\n        Image: a\n    condition:")
    assert codes(found(tmp_path, text)) == ["SC025"]


def test_a_broken_file_is_told_beside_the_others(tmp_path: Path) -> None:
    findings = found(tmp_path, "title: [unfinished\n", clean(level=None))
    assert codes(findings) == ["SC004", "SC413"]
