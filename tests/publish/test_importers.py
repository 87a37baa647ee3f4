"""The public rules as artifacts: what the importers' own checkers say of them."""

from __future__ import annotations

import gzip
import importlib.util
import json
import os
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from siemc.publish.build import Built
from tests.publish import RULES, artifact, built_of, conf, rules_of

CORPUS = os.environ.get("SIEMC_CORPUS")
# The authors' contract of Elastic's detection rules, where it lies beside the public rules
SCHEMA = Path(CORPUS or ".").parent / "schemas" / "elastic" / "detection-rule-9.5.query.schema.json"
PROFILES = ("agent-windows", "defend")

pytestmark = pytest.mark.corpus
needs_rules = pytest.mark.skipif(not CORPUS, reason="SIEMC_CORPUS does not name the public rules")
needs_schema = pytest.mark.skipif(
    not SCHEMA.is_file(), reason="Elastic's schema of detection rules is not beside the rules"
)


def _lacks_appinspect() -> str | None:
    if importlib.util.find_spec("splunk_appinspect") is None:
        return "splunk-appinspect is not installed (pip install '.[appinspect]')"
    command = [sys.executable, "-c", "import magic"]
    found = subprocess.run(command, capture_output=True, check=False)
    return None if found.returncode == 0 else "the system has no libmagic, which AppInspect wants"


needs_appinspect = pytest.mark.skipif(
    (lack := _lacks_appinspect()) is not None, reason=lack or "it is there"
)


@cache
def corpus(profile: str) -> Built:
    """Every public rule on a profile, with the keys of Enterprise Security."""
    schemas = {"spl": "splunk-sysmon", **dict.fromkeys(("kql", "lucene", "dsl"), profile)}
    return built_of(Path(CORPUS or "") / "sigmahq" / "rules", schemas, plain=(), build={"es": True})


@needs_rules
@pytest.mark.parametrize("profile", PROFILES)
def test_what_is_published_is_exact(profile: str) -> None:
    outputs = [output for each in corpus(profile).published for output in each.outputs]
    published = Counter(each.kind for each in outputs if each.text is not None)
    assert published["saved-search"] > 2300
    assert published["detection-rule"] > 1600
    assert {each.verdict for each in outputs if each.text is not None} == {"exact"}
    assert {each.status for each in outputs} == {"compiled", "refused"}


@needs_rules
@pytest.mark.parametrize("profile", PROFILES)
def test_every_stanza_and_every_rule_is_there_once(profile: str) -> None:
    found = corpus(profile)
    stanzas = conf(found, "savedsearches")
    assert max(map(len, stanzas)) <= 81
    ids = [each["rule_id"] for each in rules_of(found)]
    assert len(ids) == len(set(ids))
    files = [each for each in found.artifacts if each.kind == "detection-rules"]
    assert max(len(each.data) for each in files) <= 9 * 1024 * 1024


@needs_rules
@needs_schema
@pytest.mark.parametrize("profile", PROFILES)
def test_every_line_is_valid_by_elastics_own_schema(profile: str) -> None:
    check(rules_of(corpus(profile)))


@needs_schema
def test_the_shipped_rules_are_valid_by_elastics_own_schema() -> None:
    check(rules_of(built_of(RULES)))


def check(rules: list[dict[str, Any]]) -> None:
    validator = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    wrong = Counter(
        (".".join(map(str, error.absolute_path)), error.message[:200])
        for each in rules
        for error in validator.iter_errors(each)
    )
    assert rules
    assert not wrong, wrong.most_common(5)


@needs_appinspect
@pytest.mark.parametrize("es", [False, True])
def test_appinspect_has_nothing_to_say_of_the_shipped_rules(tmp_path: Path, es: bool) -> None:
    inspect(built_of(RULES, build={"es": es}), tmp_path)


@needs_rules
@needs_appinspect
def test_appinspect_has_nothing_to_say_of_the_public_rules(tmp_path: Path) -> None:
    inspect(corpus("agent-windows"), tmp_path)


def inspect(found: Built, folder: Path) -> None:
    app, report = folder / "siemc.tgz", folder / "report.json"
    app.write_bytes(artifact(found, ".tgz"))
    assert gzip.decompress(app.read_bytes())
    command = [sys.executable, "-m", "splunk_appinspect.main", "inspect", str(app)]
    options = ["--mode", "precert", "--data-format", "json", "--output-file", str(report)]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert report.is_file(), done.stdout[-2000:] + done.stderr[-2000:]
    summary = json.loads(report.read_text(encoding="utf-8"))["summary"]
    assert summary["success"] > 50
    wrong = {key: summary[key] for key in ("error", "failure", "future_failure", "warning")}
    assert not any(wrong.values()), wrong
