"""The tables over all rules: facets, matrix, shared indicators, exclusions and problems."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from siemc.catalog.entries import Entry
from siemc.catalog.index import search_data
from siemc.catalog.matrix import Column, columns, navigator_layer
from siemc.catalog.shared import shared
from siemc.catalog.suppressed import lacks, process_name, processes, siblings
from tests.catalog import RULES, entries, made, parse, rule, site, write_rules


def data(found: list[Entry]) -> dict[str, Any]:
    text = search_data(found)
    loaded: dict[str, Any] = json.loads(text.partition("CATALOGUE = ")[2].rstrip().rstrip(";"))
    return loaded


def facet(found: list[Entry], key: str) -> list[list[str]]:
    """The values of each rule in this facet, by their names in the address."""
    (one,) = [each for each in data(found)["facets"] if each["key"] == key]
    return [[one["values"][number][0] for number in numbers] for numbers in one["rules"]]


def test_each_facet_has_the_values_of_each_rule(tmp_path: Path) -> None:
    rules = {
        "a.yml": rule("A", tags="attack.execution, attack.t1059.001") + "author: Ann, Bob\n",
        "b.yml": rule("B", category="dns_query"),
    }
    found = list(entries(tmp_path, rules).values())
    assert facet(found, "level") == [["medium"], ["medium"]]
    assert facet(found, "status") == [["test"], ["test"]]
    assert facet(found, "tactic") == [["execution"], [""]]
    assert facet(found, "technique") == [["T1059", "T1059.001"], []]
    assert facet(found, "logsource") == [["windows / process_creation"], ["windows / dns_query"]]
    assert facet(found, "author") == [["Ann", "Bob"], [""]]


def test_fidelity_is_the_worst_verdict(tmp_path: Path) -> None:
    from siemc.catalog.view import FIDELITIES, fidelity
    from siemc.compiler import Compiler, Options
    from siemc.explain.page import explain
    from siemc.load import load

    write_rules(tmp_path, {"a.yml": rule("A")})
    loaded = load([tmp_path]).rules[0]
    alone = {
        target: fidelity(explain(loaded, Compiler(Options(targets=(target,)))))
        for target in ("spl", "kql", "lucene")
    }
    together = fidelity(explain(loaded, Compiler(Options(targets=tuple(alone)))))
    assert len(set(alone.values())) > 1
    assert together == max(alone.values(), key=FIDELITIES.index)


def test_what_is_refused_is_not_exact_whatever_its_text_says(tmp_path: Path) -> None:
    """The target has no such field, so that the query would find nothing."""
    text = rule("A", selection="{NoSuchField: x}")
    (found,) = entries(tmp_path, {"a.yml": text}).values()
    (query,) = found.page.queries
    assert (query.text, query.verdict, found.fidelity) == (None, "exact", "refused")


def test_a_search_finds_a_rule_by_what_it_says_and_looks_for(tmp_path: Path) -> None:
    text = rule("A", selection=r"{Image|endswith: '\Evil.exe'}", tags="cve.2021-44228")
    found = entries(tmp_path, {"a.yml": text + "description: of the\n  Lost Ark\nauthor: Ann\n"})
    (said,) = data(list(found.values()))["text"]
    for each in ("of the Lost Ark", "Ann", "Image", r"\Evil.exe", "cve.2021-44228"):
        assert each in said.split("\n")


def column(found: list[Column], slug: str) -> dict[str, int]:
    (one,) = [each for each in found if each.slug == slug]
    cells = {each.id: each.count for each in one.cells}
    return cells | {sub.id: sub.count for each in one.cells for sub in each.below}


def test_a_cell_counts_the_rules_of_its_sub_techniques_each_once(tmp_path: Path) -> None:
    rules = {
        "a.yml": rule("A", tags="attack.t1059, attack.t1059.001"),
        "b.yml": rule("B", tags="attack.t1059.003"),
        "c.yml": rule("C", tags="attack.t1105"),
    }
    found = columns(list(entries(tmp_path, rules).values()))
    execution = column(found, "execution")
    assert (execution["T1059"], execution["T1059.001"], execution["T1059.003"]) == (2, 1, 1)
    assert execution["T1106"] == 0
    assert column(found, "command-and-control")["T1105"] == 1
    assert {each.slug: each.count for each in found}["execution"] == 2


def test_the_layer_scores_what_is_tagged(tmp_path: Path) -> None:
    rules = {
        "a.yml": rule("A", tags="attack.t1059.001"),
        "b.yml": rule("B", tags="attack.t1059.001, attack.t1105"),
    }
    layer = json.loads(navigator_layer(list(entries(tmp_path, rules).values()), "x", "19.1"))
    assert layer["domain"] == "enterprise-attack"
    assert layer["versions"]["attack"] == "19"
    assert {each["techniqueID"]: each["score"] for each in layer["techniques"]} == {
        "T1059.001": 2,
        "T1105": 1,
    }
    assert layer["gradient"]["maxValue"] == 2


def test_an_indicator_is_shared_whatever_its_case(tmp_path: Path) -> None:
    rules = {
        "a.yml": rule("A", selection=r"{Image|endswith: '\EVIL.exe'}"),
        "b.yml": rule("B", selection=r"{Image: '*\evil.exe'}"),
        "c.yml": rule("C", selection=r"{ParentImage|endswith: '\evil.exe'}"),
    }
    (found,) = shared(list(entries(tmp_path, rules).values())).values()
    assert [each.title for each in found.rules] == ["A", "B"]
    assert found.predicate.value == r"\EVIL.exe"


def test_indicators_that_only_look_the_same_have_places_of_their_own(tmp_path: Path) -> None:
    rules = {f"{name}.yml": rule(name, selection="{User: [ß, SS]}") for name in ("A", "B")}
    found = shared(list(entries(tmp_path, rules).values())).values()
    assert [each.predicate.value for each in found] == ["SS", "ß"]
    assert len({each.id for each in found}) == 2


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (r"C:\Windows\System32\Svchost.exe", "svchost.exe"),
        (r"\chrome.exe", "chrome.exe"),
        ("/usr/bin/apt", "apt"),
        ("C:\\Program Files\\", "c:\\program files\\"),
        ("chrome", "chrome"),
    ],
)
def test_a_process_goes_by_its_file_or_its_folder(value: str, name: str) -> None:
    assert process_name(value) == name


def test_processes_are_found_with_what_excludes_them(tmp_path: Path) -> None:
    rules = {
        "a.yml": rule("A", filter=r"{Image|endswith: '\chrome.exe'}"),
        "b.yml": rule("B", filter=r"{Image: 'C:\x\Chrome.exe', User: me}"),
        "c.yml": rule("C", filter=r"{CommandLine: '\chrome.exe'}"),
    }
    (found,) = processes(entries(tmp_path, rules).values())
    assert (found.name, found.size) == ("chrome.exe", 2)
    uses = {
        use.predicate.kind: (use.alone, [each.title for each in use.rules]) for use in found.uses
    }
    assert uses == {"ends_with": (True, ["A"]), "eq": (False, ["B"])}


def beside(found: dict[str, Entry]) -> dict[str, set[str]]:
    titles = {each.href: title for title, each in found.items()}
    pairs = siblings(list(found.values()))
    return {titles[href]: {each.title for each in others} for href, others in pairs.items()}


def test_siblings_share_a_technique_or_half_of_the_indicators(tmp_path: Path) -> None:
    def images(*names: str) -> str:
        return f"{{Image: [{', '.join(names)}]}}"

    rules = {
        "a.yml": rule("A", tags="attack.t1105", selection=images("a", "b")),
        "b.yml": rule("B", tags="attack.t1105", selection=images("x")),
        "c.yml": rule("C", selection=images("a", "q")),
        "d.yml": rule("D", selection=images("a", "b", "r", "s", "t")),
        "e.yml": rule("E", tags="attack.t1105", category="dns_query", selection=images("a", "b")),
    }
    found = beside(entries(tmp_path, rules))
    assert found == {"A": {"B", "C"}, "B": {"A"}, "C": {"A"}}


def test_a_rule_lacks_what_most_of_its_siblings_exclude(tmp_path: Path) -> None:
    chrome, joint = r"{Image|endswith: '\chrome.exe'}", r"{Image|endswith: '\chrome.exe', User: me}"
    filters = {"A": joint, "B": joint, "C": chrome, "D": r"{Image|endswith: '\opera.exe'}"}
    rules = {
        f"{name}.yml": rule(name, tags="attack.t1105", selection=f"{{User: {name}}}", filter=text)
        for name, text in filters.items()
    }
    found = entries(tmp_path, rules)
    lacking = lacks(found.values(), siblings(list(found.values())))
    assert [entry.title for entry, _ in lacking] == ["D"]
    ((_, (lack,)),) = lacking
    assert [each.value for each in lack.exclusion.alternative.predicates] == [r"\chrome.exe", "me"]
    assert ([each.title for each in lack.have], lack.siblings) == (["A", "B"], 3)


def test_broken_rules_are_listed_and_the_others_have_pages(tmp_path: Path) -> None:
    rules = {
        "sub/bad.yml": "title: Bad\ndetection: [unfinished\n",
        "empty.yml": rule("Odd").replace("condition: selection", "condition: nowhere"),
        "warned.yml": rule("Warned", id="not-a-uuid"),
        "good.yml": rule("Good"),
        "other.yml": "a: 1\n",
    }
    folder = site(write_rules(tmp_path / "rules", rules), tmp_path / "site")
    assert {path.name for path in (folder / "rule").iterdir()} == {"not-a-uuid.html", "good.html"}
    text = parse((folder / "problems.html").read_text(encoding="utf-8")).by_id("main").text
    for said in ("sub/bad.yml", "SC004", "line 3", "SC015", "nowhere", "Warned", "SC024", "SC009"):
        assert said in text
    assert str(tmp_path) not in text


def test_without_problems_there_is_no_page_of_them(tmp_path: Path) -> None:
    folder = site(write_rules(tmp_path / "rules", {"a.yml": rule("A")}), tmp_path / "site")
    assert not (folder / "problems.html").exists()
    assert "problems.html" not in (folder / "index.html").read_text(encoding="utf-8")


def test_the_index_lists_every_rule_by_title(tmp_path: Path) -> None:
    folder = site(RULES, tmp_path / "site")
    document = parse((folder / "index.html").read_text(encoding="utf-8"))
    rows = document.by_id("rules").text.strip().split("\n")
    titles = [each.title for each in made(RULES).entries]
    assert len(titles) == 13
    assert [next(t for t in titles if row.startswith(t)) for row in rows] == titles
    assert titles == sorted(titles, key=str.casefold)
