"""Mapping: whatever a pipeline makes of a leaf, the leaf keeps the place it came from."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import siemc
from siemc.diagnostics import SiemcError
from siemc.formula import Atom, Formula, Glob, Opaque, Origin, atoms
from siemc.load import LoadedRule, load_text
from siemc.lower import Scope, leaves
from siemc.mapping import MappedRule, map_rule
from siemc.pipelines import combine, field_names, read_pipeline
from tests.cli import GOOD

RULE = r"""
title: t
logsource: {product: windows, category: process_creation}
detection:
  sel:
    Image|endswith:
      - '\a.exe'
      - '\b.exe'
    User: root
  filter:
    - CommandLine: x
    - Hashes|contains: ['MD5=00112233445566778899aabbccddeeff', 'SHA1=0123']
  condition: sel and not filter
"""


def rule(text: str = RULE) -> LoadedRule:
    (found,) = load_text(text).rules
    return found


def mapped(tmp_path: Path, *items: dict[str, Any], text: str = RULE, **top: Any) -> MappedRule:
    """The rule after a pipeline of these transformations."""
    path = tmp_path / "pipeline.yml"
    path.write_text(yaml.safe_dump({"transformations": list(items), **top}))
    return map_rule(rule(text), combine([read_pipeline(path)]), Scope())


def places(formula: Formula) -> dict[str, set[str]]:
    """For each field, the places its atoms came from."""
    found: dict[str, set[str]] = {}
    for atom in atoms(formula):
        found.setdefault(atom.field or "", set()).update(
            "/".join(map(str, origin.path[1:])) for origin in atom.origins
        )
    return found


def mapping(**names: Any) -> dict[str, Any]:
    return {"type": "field_name_mapping", "mapping": names}


def by_value(formula: Formula) -> Iterator[tuple[str, Atom]]:
    for atom in atoms(formula):
        if isinstance(atom.test, Glob):
            yield "".join(part for part in atom.test.parts if isinstance(part, str)), atom


def test_each_value_has_its_own_place(tmp_path: Path) -> None:
    found = mapped(tmp_path, mapping(Image="process.executable"))
    shown = {text: atom.origins[0].path for text, atom in by_value(found.formula)}
    assert shown["\\a.exe"] == ("detection", "sel", "Image|endswith", 0)
    assert shown["\\b.exe"] == ("detection", "sel", "Image|endswith", 1)
    assert shown["root"] == ("detection", "sel", "User")
    assert shown["SHA1=0123"] == ("detection", "filter", 1, "Hashes|contains", 1)
    assert found.lost == ()


def test_one_field_mapped_to_several_keeps_the_place_in_each(tmp_path: Path) -> None:
    found = mapped(tmp_path, mapping(Image=["one", "two"], User=["three", "four"]))
    values = {"sel/Image|endswith/0", "sel/Image|endswith/1"}
    assert places(found.formula)["one"] == places(found.formula)["two"] == values
    assert places(found.formula)["three"] == places(found.formula)["four"] == {"sel/User"}
    assert found.lost == ()


def test_value_mapping_keeps_the_place(tmp_path: Path) -> None:
    item = {"type": "map_string", "mapping": {"root": ["uid0", "toor"]}}
    found = mapped(tmp_path, item)
    shown = {text: atom.origins[0].path for text, atom in by_value(found.formula)}
    assert shown["uid0"] == shown["toor"] == ("detection", "sel", "User")
    assert found.lost == ()


def test_split_hashes_keep_the_place(tmp_path: Path) -> None:
    item = {
        "type": "hashes_fields",
        "valid_hash_algos": ["MD5", "SHA1"],
        "field_prefix": "hash.",
        "drop_algo_prefix": False,
    }
    text = RULE.replace("SHA1=0123", "SHA1=" + "ab" * 20)
    found = mapped(tmp_path, item, text=text)
    assert places(found.formula)["hash.MD5"] == {"filter/1/Hashes|contains/0"}
    assert places(found.formula)["hash.SHA1"] == {"filter/1/Hashes|contains/1"}
    assert found.lost == ()


def test_dropped_item_is_lost_each_value_of_it(tmp_path: Path) -> None:
    condition = {"type": "include_fields", "fields": ["Image"]}
    drop = {"type": "drop_detection_item", "field_name_conditions": [condition]}
    found = mapped(tmp_path, drop)
    assert found.lost == (
        Origin("sel", ("detection", "sel", "Image|endswith", 0)),
        Origin("sel", ("detection", "sel", "Image|endswith", 1)),
    )


def test_dropped_item_is_a_warning_at_its_place(tmp_path: Path) -> None:
    path = tmp_path / "drop.yml"
    condition = {"type": "include_fields", "fields": ["User"]}
    drop = {"type": "drop_detection_item", "field_name_conditions": [condition]}
    path.write_text(yaml.safe_dump({"transformations": [drop]}))
    (query,) = siemc.compile([rule()], ["spl"], ["none", path])
    (found,) = [each for each in query.diagnostics if each.code == "SC105"]
    assert found.place == ("detection", "sel", "User")
    assert query.status == "compiled"


ADD = {"type": "add_condition", "conditions": {"index": "main", "x": "$product-y"}}


def test_added_conditions_are_anded_and_templates_filled(tmp_path: Path) -> None:
    found = mapped(tmp_path, {**ADD, "template": True}, ADD)
    shown = {text: atom.field for text, atom in by_value(found.formula)}
    assert shown["windows-y"] == "x"
    assert shown["$product-y"] == "x"
    origins = {o.identifier for _, atom in by_value(found.formula) for o in atom.origins}
    assert origins == {"sel", "filter", "_cond_1", "_cond_2"}


def test_random_names_leave_no_trace_in_the_output(tmp_path: Path) -> None:
    (tmp_path / "rule.yml").write_text(RULE)
    items = [{**ADD, "conditions": {f"f{i}": ["a", "b"]}} for i in range(4)]
    (tmp_path / "add.yml").write_text(yaml.safe_dump({"transformations": items}))
    code = (
        "import siemc; [print(q) for q in "
        "siemc.compile(['rule.yml'], ['spl', 'dsl'], ['none', 'add.yml'])]"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1
    assert b"_cond_4" in runs.pop()


def test_placeholder_has_no_value_until_a_pipeline_gives_some(tmp_path: Path) -> None:
    text = RULE.replace("User: root", "User|expand: '%admins%'")
    (query,) = siemc.compile([rule(text)], ["spl"], ["none"])
    assert (query.status, query.diagnostics[0].code) == ("failed", "SC019")
    assert query.diagnostics[0].place == ("detection", "sel", "User|expand")
    item = {"type": "value_placeholders"}
    found = mapped(tmp_path, item, text=text, vars={"admins": ["ann", "bob"]})
    shown = {value: atom.origins[0].path for value, atom in by_value(found.formula)}
    assert shown["ann"] == shown["bob"] == ("detection", "sel", "User|expand")


def test_query_expression_is_opaque_and_never_exact(tmp_path: Path) -> None:
    text = RULE.replace("User: root", "User|expand: '%admins%'")
    item = {"type": "query_expression_placeholders", "expression": "{field} lookup {id}"}
    found = mapped(tmp_path, item, text=text)
    (opaque,) = [each for each in atoms(found.formula) if isinstance(each.test, Opaque)]
    assert opaque.test == Opaque("User lookup admins")
    assert opaque.origins[0].path == ("detection", "sel", "User|expand")


def test_rule_itself_is_never_changed(tmp_path: Path) -> None:
    loaded = rule()
    before = (repr(loaded.rule.detection.detections), leaves(loaded))
    path = tmp_path / "pipeline.yml"
    items = [mapping(Image="x"), {"type": "map_string", "mapping": {"root": "y"}}, ADD]
    path.write_text(yaml.safe_dump({"transformations": items}))
    for _ in range(2):
        map_rule(loaded, combine([read_pipeline(path)]), Scope())
    assert (repr(loaded.rule.detection.detections), leaves(loaded)) == before


def test_failure_of_the_pipelines_choice_is_a_diagnostic(tmp_path: Path) -> None:
    with pytest.raises(SiemcError) as caught:
        mapped(tmp_path, {"type": "rule_failure", "message": "not here"})
    found = caught.value.diagnostic
    assert found.code == "SC103"
    assert found.message == "The processing pipeline refuses this rule: not here."


def test_added_scope_compares_as_the_platform_and_the_rule_as_sigma() -> None:
    (query,) = siemc.compile([rule(GOOD)], ["dsl"], schemas={"dsl": "winlogbeat-9"})
    assert query.text is not None
    scope, test = json.loads(query.text)["bool"]["filter"][0], query.text
    assert scope == {"term": {"winlog.channel": "Microsoft-Windows-Sysmon/Operational"}}
    assert '"case_insensitive":true' in test


def test_field_names_of_a_pipeline(tmp_path: Path) -> None:
    path = tmp_path / "pipeline.yml"
    items = [mapping(Image="a", User=["b", "c"]), ADD]
    path.write_text(yaml.safe_dump({"transformations": items}))
    taken, written = field_names(read_pipeline(path))
    assert (sorted(taken), sorted(written)) == (["Image", "User"], ["a", "b", "c"])
