"""JUnit reports of builds."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siemc.publish.junit import junit
from tests.ci.manifests import manifest, output, refused, rule

# What Jenkins' xUnit plugin takes at most (src/main/resources/.../junit-10.xsd)
ALLOWED = {
    "testsuites": {"name", "time", "tests", "failures", "disabled", "errors"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "id"},
    "testcase": {"name", "classname", "time", "file", "line", "assertions", "status"},
    "failure": {"message", "type"},
    "skipped": {"message", "type"},
    "system-out": set(),
}
PLACE = ("windows/good.yml", 0, "detection-rule", "kql")


def cases(text: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(text).iter("testcase"))


def test_a_suite_per_kind_and_target_and_a_case_per_rule() -> None:
    spl = output(kind="saved-search", target="spl", schema="splunk-sysmon")
    found = manifest([rule(spl, output()), rule(output(), path="b.yml", title="B")])
    root = ElementTree.fromstring(junit(found))
    assert [each.get("name") for each in root] == [
        "saved-search in spl on splunk-sysmon",
        "detection-rule in kql on agent-windows",
    ]
    assert [(each.get("classname"), each.get("name")) for each in root[1]] == [
        ("windows/good.yml", "Good"),
        ("b.yml", "B"),
    ]
    assert (root.get("tests"), root[1].get("tests"), root.get("failures")) == ("3", "2", "0")


def test_a_refused_rule_is_a_failure_with_its_codes_and_why() -> None:
    (case,) = cases(junit(manifest([rule(refused(codes=["SC201", "SC999"]))])))
    failure = case.find("failure")
    assert failure is not None
    assert (failure.get("type"), failure.get("message")) == ("refused", "refused: SC201, SC999")
    first, second = (failure.text or "").splitlines()
    assert first.startswith("SC201: ")
    assert second == "SC999: a code that this siemc does not know"


def test_a_failure_has_the_diagnostics_where_they_are_given() -> None:
    texts = {PLACE: ["good.yml:3:1: error SC201: No.\n    Do this."]}
    (case,) = cases(junit(manifest([rule(refused())]), texts))
    assert case.findtext("failure") == "good.yml:3:1: error SC201: No.\n    Do this."


def test_what_is_in_the_baseline_is_skipped() -> None:
    text = junit(manifest([rule(refused())]), known={PLACE})
    (case,) = cases(text)
    assert case.find("failure") is None
    assert case.find("skipped") is not None
    suite = ElementTree.fromstring(text)[0]
    assert (suite.get("failures"), suite.get("skipped")) == ("0", "1")


def test_a_query_that_is_not_plainly_exact_says_so() -> None:
    one = output(assumptions=["SA01", "SA02"])
    other = output(status="labelled", verdict="wider", allowed="known", target="spl")
    said = [each.findtext("system-out") for each in cases(junit(manifest([rule(one, other)])))]
    assert said == ["rests on SA01, SA02", "wider, and allowed: known"]


def test_a_second_document_is_a_class_of_its_own() -> None:
    (case,) = cases(junit(manifest([rule(output(), document=1, title=None)])))
    assert (case.get("classname"), case.get("name")) == ("windows/good.yml #2", "untitled rule")


def test_nothing_is_a_report_too() -> None:
    assert ElementTree.fromstring(junit(manifest([]))).get("tests") == "0"


@pytest.mark.parametrize(
    "title", ["\x00\x1b[2J", "\ud800", "\ufffe\uffff", "]]>", "<&\"'>", "a\nb"]
)
def test_any_title_is_valid_xml(title: str) -> None:
    text = junit(manifest([rule(output(), refused(target="spl"), title=title, path=title)]))
    assert len(cases(text)) == 2
    text.encode("utf-8")


@given(st.text(st.characters(exclude_categories=())), st.text(st.characters(exclude_categories=())))
def test_any_text_is_valid_xml(title: str, reason: str) -> None:
    bad = refused(codes=[reason], status=title)
    text = junit(
        manifest([rule(bad, title=title, path=title)]),
        {(title, 0, "detection-rule", "kql"): [reason]},
    )
    assert len(cases(text.encode("utf-8").decode("utf-8"))) == 1


def test_the_report_has_only_what_readers_take() -> None:
    found: dict[str, Any] = manifest([rule(output(assumptions=["SA01"]), refused(target="spl"))])
    known = {("windows/good.yml", 0, "detection-rule", "spl")}
    for text in (junit(found), junit(found, known=known)):
        for element in ElementTree.fromstring(text).iter():
            assert set(element.attrib) <= ALLOWED[element.tag]
