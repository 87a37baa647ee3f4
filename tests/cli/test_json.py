"""The JSON contract, version 1, held against the table of ``docs/json.md`` by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cli import BROKEN, GOOD, RULES, TYPO, Run

Siemc = Callable[..., Run]
NoneType = type(None)
TEXT, MAYBE = (str,), (str, NoneType)
KEYS: dict[str, tuple[type, ...]] = {
    "contract": (int,),
    "rule": (dict,),
    "target": TEXT,
    "schema": TEXT,
    "sources": (list,),
    "status": TEXT,
    "query": MAYBE,
    "nearest": MAYBE,
    "verdict": TEXT,
    "proof": (dict, NoneType),
    "assumptions": (list,),
    "diagnostics": (list,),
}
RULE = {"id": MAYBE, "title": MAYBE, "path": TEXT}
SOURCE: dict[str, tuple[type, ...]] = {"id": TEXT, "used": (bool,), "lacks": (list,)}
ASSUMPTION = {"code": TEXT, "text": TEXT}
NUMBER = (int, NoneType)
DIAGNOSTIC: dict[str, tuple[type, ...]] = {
    "code": TEXT,
    "severity": TEXT,
    "message": TEXT,
    "hint": TEXT,
    "path": MAYBE,
    "line": NUMBER,
    "column": NUMBER,
}


PROOF: dict[str, tuple[type, ...]] = {
    "misses": TEXT,
    "extra": TEXT,
    "witnesses": (list,),
    "opaque": (list,),
    "indices": (list,),
    "unread": MAYBE,
    "exclusions": (list,),
}
WITNESS: dict[str, tuple[type, ...]] = {"event": (dict,), "rule": (bool,), "query": (bool,)}
EXCLUSION: dict[str, tuple[type, ...]] = {
    "name": TEXT,
    "place": MAYBE,
    "effect": TEXT,
    "event": (dict, NoneType),
    "implied_by": (list,),
    "spans": (list,),
}
VERDICTS = {
    ("no", "no"): "exact",
    ("no", "yes"): "wider",
    ("yes", "no"): "narrower",
    ("yes", "yes"): "different",
}


def check(found: dict[str, Any], keys: Mapping[str, tuple[type, ...]]) -> None:
    """The object has these keys in this order, each of one of its types."""
    assert list(found) == list(keys)
    for key, kinds in keys.items():
        assert type(found[key]) in kinds, key


def check_query(found: dict[str, Any]) -> None:
    check(found, KEYS)
    assert found["contract"] == 1
    check_proof(found)
    check(found["rule"], RULE)
    for source in found["sources"]:
        check(source, SOURCE)
    for assumption in found["assumptions"]:
        check(assumption, ASSUMPTION)
        assert assumption["code"].startswith("SA")
    for diagnostic in found["diagnostics"]:
        check(diagnostic, DIAGNOSTIC)
        assert diagnostic["severity"] in {"error", "warning", "note"}
        assert (diagnostic["line"] is None) == (diagnostic["column"] is None)
    check_nulls(found)


def check_proof(found: dict[str, Any]) -> None:
    """There is a proof where there is a query, or one near it."""
    proof = found["proof"]
    if (found["query"] or found["nearest"]) is None:
        assert (found["verdict"], proof) == ("unproved", None)
        return
    check(proof, PROOF)
    assert found["verdict"] == VERDICTS.get((proof["misses"], proof["extra"]), "unknown")
    assert (found["status"] == "compiled") <= (found["verdict"] == "exact")
    for witness in proof["witnesses"]:
        check(witness, WITNESS)
        assert witness["rule"] is not witness["query"]
    shown = {witness["rule"] for witness in proof["witnesses"]}
    assert shown == {
        rule for rule, key in ((True, "misses"), (False, "extra")) if proof[key] == "yes"
    }
    for exclusion in proof["exclusions"]:
        check(exclusion, EXCLUSION)
        assert exclusion["effect"] in {"matters", "never", "silences", "unknown"}


def check_nulls(found: dict[str, Any]) -> None:
    """``query`` is there if and only if it may be used; ``nearest`` only where it may not."""
    errors = [each for each in found["diagnostics"] if each["severity"] == "error"]
    match found["status"]:
        case "compiled":
            assert (found["query"] is not None, found["nearest"], errors) == (True, None, [])
        case "labelled":
            assert found["query"] is not None
            assert found["nearest"] is None
            assert errors
        case "refused":
            assert found["query"] is None
            assert errors
        case "failed":
            assert (found["query"], found["nearest"]) == (None, None)
            assert errors
        case other:
            pytest.fail(f"no such status: {other}")


@pytest.mark.parametrize("options", [[], ["--inexact", "label"], ["-p", "none"]])
def test_every_object_keeps_the_contract(folder: Path, siemc: Siemc, options: list[str]) -> None:
    (folder / "broken.yml").write_text(BROKEN)
    (folder / "typo.yml").write_text(TYPO)
    targets = [arg for name in ("spl", "kql", "lucene", "dsl") for arg in ("-t", name)]
    run = siemc("compile", RULES, ".", "--format", "json", *targets, *options)
    found = run.objects()
    assert len(found) == (13 + 3) * 4
    for each in found:
        check_query(each)


def test_order_is_rules_then_targets(folder: Path, siemc: Siemc) -> None:
    (folder / "two.yml").write_text(GOOD.replace("Good", "A") + "---" + GOOD.replace("Good", "B"))
    run = siemc("compile", "two.yml", "-t", "lucene", "-t", "spl", "--format", "json")
    shown = [(each["rule"]["title"], each["target"]) for each in run.objects()]
    assert shown == [("A", "lucene"), ("A", "spl"), ("B", "lucene"), ("B", "spl")]


def test_compiled_rule(siemc: Siemc) -> None:
    run = siemc("compile", "good.yml", "-t", "spl", "--format", "json")
    found = run.object()
    assert run.code == 0
    assert found["rule"] == {
        "id": "11111111-1111-4111-8111-111111111111",
        "title": "Good",
        "path": "good.yml",
    }
    assert (found["target"], found["schema"], found["status"]) == (
        "spl",
        "splunk-sysmon",
        "compiled",
    )
    assert found["sources"] == [
        {"id": "sysmon", "used": True, "lacks": []},
        {"id": "security", "used": False, "lacks": []},
    ]
    assert found["query"].endswith('Image="*\\\\evil.exe"')


def test_refused_rule_has_the_nearest_query_and_a_place(siemc: Siemc) -> None:
    found = siemc("compile", "good.yml", "-t", "kql", "--format", "json").object()
    assert (found["status"], found["query"]) == ("refused", None)
    assert found["nearest"].endswith("process.executable: *\\\\evil.exe")
    (problem,) = found["diagnostics"]
    assert (problem["code"], problem["severity"]) == ("SC201", "error")
    assert (problem["path"], problem["line"], problem["column"]) == ("good.yml", 7, 5)
    assert problem["hint"]


def test_failed_rule_keeps_what_could_be_read(folder: Path, siemc: Siemc) -> None:
    (folder / "bad.yml").write_text(GOOD.replace("condition: selection", "condition: selektion"))
    found = siemc("compile", "bad.yml", "-t", "spl", "--format", "json").object()
    assert (found["status"], found["rule"]["title"]) == ("failed", "Good")
    (problem,) = found["diagnostics"]
    assert (problem["code"], problem["line"], problem["column"]) == ("SC015", 8, 14)


def test_rule_without_id_and_unreadable_file_have_nulls(folder: Path, siemc: Siemc) -> None:
    (folder / "broken.yml").write_text(BROKEN)
    found = siemc("compile", "broken.yml", "-t", "spl", "--format", "json").object()
    assert (found["rule"]["id"], found["rule"]["path"]) == (None, "broken.yml")


def test_stdout_is_json_and_nothing_else_even_with_output(folder: Path, siemc: Siemc) -> None:
    run = siemc("compile", "good.yml", "-t", "spl", "--format", "json", "-o", "out")
    check_query(run.object())
    assert (folder / "out" / "good.spl").read_text() == run.object()["query"] + "\n"
