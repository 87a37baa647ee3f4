"""Permalinks: by id, else by path; the same whatever else is there."""

from __future__ import annotations

import os
from pathlib import Path

from siemc.catalog.permalinks import permalinks, root_of, shown_path
from siemc.query import RuleRef

ID = "11111111-1111-4111-8111-111111111111"


def links(*rules: tuple[str | None, str]) -> list[str]:
    """The addresses of rules given by id and path, all below one folder."""
    refs = [RuleRef(id_, "title", path) for id_, path in rules]
    found = permalinks(["rules/"], refs)
    return [found[ref.path, ref.document] for ref in refs]


def test_a_rule_is_at_its_id(tmp_path: Path) -> None:
    assert links((ID, "rules/a.yml")) == [f"rule/{ID}.html"]


def test_without_an_id_it_is_at_its_path() -> None:
    refs = [RuleRef(None, None, "here/win dows/A+b.yml", 0), RuleRef(None, None, "here/c.yml", 1)]
    found = permalinks([os.path.abspath("here/x.yml")], refs)
    assert list(found.values()) == ["rule/win-dows-a-b.html", "rule/c-2.html"]


def test_rules_of_one_id_all_have_a_mark_of_their_own() -> None:
    first, second, other = links((ID, "rules/a.yml"), (ID, "rules/b.yml"), (None, "rules/c.yml"))
    assert len({first, second, other}) == 3
    assert first.startswith(f"rule/{ID}-")
    again, _ = links((ID, "rules/a.yml"), (ID, "rules/z.yml"))
    assert again == first


def test_names_that_differ_in_case_alone_do_not_share_a_file() -> None:
    found = links((None, "rules/A.yml"), (None, "rules/a.yml"), (None, "rules/a.yaml"))
    assert len({each.casefold() for each in found}) == 3


def test_a_name_of_other_letters_still_has_an_address() -> None:
    (found,) = links((None, "rules/规则.yml"))
    assert found.isascii()
    assert len(found) > len("rule/.html")


def test_a_long_path_becomes_a_short_name() -> None:
    first, second = links((None, f"rules/{'x' * 190}.yml"), (None, f"rules/{'x' * 190}y.yml"))
    assert first != second
    assert len(first) < 160


def test_the_paths_that_are_shown_are_below_what_was_named(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    (rules / "win").mkdir(parents=True)
    assert shown_path(str(rules / "win" / "a.yml"), root_of([str(rules)])) == "win/a.yml"
    files = [str(rules / "win" / "a.yml"), str(rules / "b.yml")]
    assert shown_path(files[1], root_of(files)) == "b.yml"
    assert shown_path("/elsewhere/c.yml", root_of(files)) == "c.yml"
