"""The pages of the shipped rules: ``golden/<rule>.json``, each read and found right by a person.

Left out are the text of the rule, its tree and its queries, which other tests hold.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from siemc.explain.indicators import index
from siemc.explain.objects import page_object
from siemc.explain.page import explain
from siemc.load import LoadedRule, load

GOLDEN = Path(__file__).parent / "golden"
RULES = {Path(rule.path).stem: rule for rule in load([Path(__file__).parents[2] / "rules"]).rules}
LEFT_OUT = {"body", "tree", "queries", "contract", "rule", "diagnostics"}


def shown(loaded: LoadedRule) -> dict[str, Any]:
    page = page_object(explain(loaded, catalogue=index(RULES.values())))
    stages = [
        {**each, "searches": [search["name"] for search in each["searches"]]}
        for each in page["stages"]
    ]
    return {**{key: page[key] for key in page.keys() - LEFT_OUT}, "stages": stages}


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_a_shipped_rule_has_its_page(path: Path) -> None:
    assert shown(RULES[path.stem]) == json.loads(path.read_text(encoding="utf-8"))


def test_there_are_enough_of_them() -> None:
    assert len(list(GOLDEN.glob("*.json"))) >= 10
