"""JUnit: a build's manifest as the report of tests that CI servers show.

The form is what Jenkins' xUnit plugin checks (its ``junit-10.xsd``) and what other readers of it
take: ``testsuites``, ``testsuite``, ``testcase``, and of these ``name``, ``classname`` and counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from siemc.diagnostics import catalogue
from siemc.publish.recorded import Recorded, RecordedOutput, RecordedRule, recorded
from siemc.render import visible

# Which output: the rule's path and document, then the output's kind and target
Place = tuple[str, int, str, str]
PUBLISHED = frozenset({"compiled", "labelled"})
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def junit(
    manifest: Mapping[str, Any],
    texts: Mapping[Place, Sequence[str]] | None = None,
    known: Collection[Place] = (),
) -> str:
    """A manifest as JUnit's XML: a suite per kind and target, a case per rule.

    A rule that was refused or failed is a failure, with its codes and what ``texts`` say of it, or
    else the codes' titles; one that is ``known``, as in a baseline, is skipped. Raises
    ``UsageError`` where the object is no manifest.
    """
    suites = _suites(recorded(manifest))
    root = ElementTree.Element("testsuites", {"name": "siemc"})
    for name, cases in suites.items():
        root.append(_suite(name, cases, texts or {}, known))
    _count(root, root.iter("testcase"))
    del root.attrib["skipped"]  # which the schema has for a suite alone
    ElementTree.indent(root, " ")
    return f"{HEAD}{ElementTree.tostring(root, encoding='unicode')}\n"


Cases = list[tuple[RecordedRule, RecordedOutput]]


def _suites(found: Recorded) -> dict[str, Cases]:
    suites: dict[str, Cases] = {}
    for rule in found.rules:
        for each in rule.outputs:
            name = f"{each.kind} in {each.target} on {each.schema}"
            suites.setdefault(name, []).append((rule, each))
    return suites


def _suite(
    name: str, cases: Cases, texts: Mapping[Place, Sequence[str]], known: Collection[Place]
) -> ElementTree.Element:
    suite = ElementTree.Element("testsuite", {"name": visible(name)})
    for rule, output in cases:
        place = (rule.path, rule.document, output.kind, output.target)
        suite.append(_case(rule, output, texts.get(place, ()), place in known))
    _count(suite, suite.iter("testcase"))
    return suite


def _count(element: ElementTree.Element, cases: Iterable[ElementTree.Element]) -> None:
    found = list(cases)
    element.set("tests", str(len(found)))
    element.set("failures", str(sum(each.find("failure") is not None for each in found)))
    element.set("errors", "0")
    element.set("skipped", str(sum(each.find("skipped") is not None for each in found)))


def _case(
    rule: RecordedRule, output: RecordedOutput, texts: Sequence[str], known: bool
) -> ElementTree.Element:
    """One rule; its file is the class, since that is how readers group cases."""
    number = f" #{rule.document + 1}" if rule.document else ""
    names = {
        "classname": visible(f"{rule.path}{number}"),
        "name": visible(rule.title or "untitled rule"),
    }
    case = ElementTree.Element("testcase", names)
    if output.status in PUBLISHED:
        said = _published(output)
        if said:
            ElementTree.SubElement(case, "system-out").text = said
        return case
    codes = ", ".join(output.codes)
    message = visible(f"{output.status}: {codes}" if codes else output.status)
    if known:
        ElementTree.SubElement(case, "skipped", {"message": f"in the baseline: {message}"})
        return case
    failure = ElementTree.SubElement(
        case, "failure", {"message": message, "type": visible(output.status)}
    )
    failure.text = "\n".join(visible(line) for line in _reasons(output, texts))
    return case


def _published(output: RecordedOutput) -> str:
    """What a reader should know of a query that is not plainly exact."""
    said = [f"rests on {', '.join(output.assumptions)}"] if output.assumptions else []
    if output.verdict != "exact":
        said.append(f"{output.verdict}, and allowed: {output.allowed or 'no reason is given'}")
    return visible("; ".join(said))


def _reasons(output: RecordedOutput, texts: Sequence[str]) -> Iterator[str]:
    if texts:
        for text in texts:
            yield from text.splitlines()
        return
    for code in output.codes:
        title = catalogue().get(code, {}).get("title", "a code that this siemc does not know")
        yield f"{code}: {title}"
