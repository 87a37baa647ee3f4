"""One query per construct and target, derived by hand from the languages' documentation.

``<folder>/<case>.<suffix>`` is the expected query of a case, ``<folder>/<case>.refused`` the codes
of the reasons why there is none and, on the next line, the nearest query. A case's rule and events
are in ``rules/`` here, or else in ``tests/formula/modifiers``. Rules are compiled without a
mapping; ``<case>.pipeline.yml`` beside a rule is applied to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from sigma.processing.pipeline import ProcessingPipeline

import siemc
from siemc.evaluate import evaluate, text_of
from siemc.formula import Formula
from siemc.load import load
from siemc.lower import Scope
from siemc.mapping import map_rule
from siemc.query import Query
from tests.elastic import dsl_reader, kql_reader
from tests.engines.lucene import Lucene, start
from tests.formula.event_cases import EventCase, event_cases, formula_of
from tests.formula.test_modifiers import MODIFIERS
from tests.splunk import spl_model

HERE = Path(__file__).parent
OWN = HERE / "rules"
MODIFIER_RULES = HERE.parent / "formula" / "modifiers"
REFUSED = ".refused"

TextEvent = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Folder:
    """The expectations of one target on one schema."""

    name: str
    target: str
    schema: str
    suffix: str


FOLDERS = {
    "spl": Folder("spl", "spl", "raw", ".spl"),
    "kql": Folder("kql", "kql", "raw", ".kql"),
    "lucene": Folder("lucene", "lucene", "raw", ".lucene"),
    "lucene-cased": Folder("lucene-cased", "lucene", "raw-cased", ".lucene"),
    "dsl": Folder("dsl", "dsl", "raw-cased", ".dsl.json"),
}


@dataclass(frozen=True)
class Golden:
    """One expectation: the folder, the case and its file."""

    folder: Folder
    case: str
    path: Path

    def __str__(self) -> str:
        return f"{self.folder.name}-{self.case}"

    @property
    def text(self) -> str:
        """The expected query, or the codes and the nearest query."""
        return self.path.read_text(encoding="utf-8").removesuffix("\n")


def golden(suffix: str | None = None) -> list[Golden]:
    """Every expectation with this suffix; the queries of each folder if none is given."""
    return [
        Golden(folder, path.name.removesuffix(suffix or folder.suffix), path)
        for folder in FOLDERS.values()
        for path in sorted((HERE / folder.name).glob(f"*{suffix or folder.suffix}"))
    ]


QUERIES, REFUSALS = golden(), golden(REFUSED)

# Where the emitter says something else than the documentation does, until it is mended.
DISAGREEMENTS: dict[str, str] = {}


def compared(found: list[Golden]) -> list[object]:
    """The expectations as parameters; a known disagreement must fail until it is mended."""
    return [
        pytest.param(
            each,
            id=str(each),
            marks=[pytest.mark.xfail(reason=DISAGREEMENTS[str(each)], strict=True)]
            if str(each) in DISAGREEMENTS
            else [],
        )
        for each in found
    ]


def rule_of(case: str) -> Path:
    own = OWN / f"{case}.yml"
    return own if own.exists() else MODIFIER_RULES / f"{case}.yml"


def pipeline_of(case: str) -> Path | None:
    path = OWN / f"{case}.pipeline.yml"
    return path if path.exists() else None


@cache
def compiled(folder: Folder, case: str) -> Query:
    """What the compiler makes of the case, by the entry point that the command line has too."""
    own = pipeline_of(case)
    (query,) = siemc.compile(
        [rule_of(case)],
        targets=[folder.target],
        pipelines=["none", own] if own else ["none"],
        schemas={folder.target: folder.schema},
    )
    return query


def expected_formula(case: str) -> Formula:
    own = pipeline_of(case)
    if own is None:
        return formula_of(rule_of(case))
    (loaded,) = load([rule_of(case)]).rules
    pipeline = ProcessingPipeline.from_yaml(own.read_text(encoding="utf-8"))
    return map_rule(loaded, pipeline, Scope()).formula


def events_of(case: str) -> list[EventCase]:
    rule = rule_of(case)
    return event_cases(rule, rule.with_suffix(".events.json"))


@pytest.mark.parametrize("each", compared(QUERIES))
def test_a_case_becomes_the_query_derived_by_hand(each: Golden) -> None:
    query = compiled(each.folder, each.case)
    assert (query.text, query.status) == (each.text, "compiled")


@pytest.mark.parametrize("each", compared(REFUSALS))
def test_a_case_without_an_exact_form_is_refused_with_its_reasons(each: Golden) -> None:
    codes, _, nearest = each.text.partition("\n")
    query = compiled(each.folder, each.case)
    errors = [found.code for found in query.diagnostics if found.severity == "error"]
    assert (query.status, query.text) == ("refused", None)
    assert (errors, query.nearest or "") == (codes.split(), nearest)


def test_every_case_has_an_expectation_in_every_target() -> None:
    cases = {
        name: {each.case for each in QUERIES + REFUSALS if each.folder.name == name}
        for name in FOLDERS
    }
    assert all(found == cases["spl"] for found in cases.values())
    assert {str(each) for each in QUERIES} & {str(each) for each in REFUSALS} == set()
    assert all(rule_of(case).exists() for case in cases["spl"])
    assert {rule.stem for rule in OWN.glob("*.yml") if ".pipeline" not in rule.name} <= cases["spl"]


def test_every_modifier_of_the_specification_has_a_golden_case() -> None:
    keys = {
        modifier
        for case in {each.case for each in QUERIES + REFUSALS}
        for line in rule_of(case).read_text(encoding="utf-8").splitlines()
        for modifier in line.partition(":")[0].strip(" -'").split("|")[1:]
    }
    assert keys >= MODIFIERS


def test_every_disagreement_is_about_an_expectation() -> None:
    assert DISAGREEMENTS.keys() <= {str(each) for each in QUERIES + REFUSALS}


@pytest.mark.parametrize("case", sorted({each.case for each in QUERIES + REFUSALS}))
def test_the_events_of_a_case_are_judged_as_by_hand(case: str) -> None:
    formula, found = expected_formula(case), events_of(case)
    assert {each.matches for each in found} == {True, False}
    for each in found:
        assert evaluate(formula, each.event) is each.matches, each.why


def admitted(found: list[EventCase], query: Query) -> list[EventCase]:
    """The events that the query's assumptions allow."""
    assumed = {each.code for each in query.assumptions}
    kept = []
    for each in found:
        texts = [text_of(value) for values in each.event.values() for value in values]
        chars = {char for text in texts for char in text}
        broken = "SA05" in assumed and "\n" in chars
        controls = "SA06" in assumed and any(char < " " and char != "\t" for char in chars)
        several = "SA09" in assumed and any(len(values) > 1 for values in each.event.values())
        if not (broken or controls or several):
            kept.append(each)
    return kept


def as_indexed(each: EventCase, whole: str) -> TextEvent:
    """The event as the index holds it: texts, and all of them in the whole-event field."""
    event = {name: [text_of(value) for value in values] for name, values in each.event.items()}
    texts = [text for values in event.values() for text in values]
    return {**event, whole: [" ".join(texts)]} if texts else event


def assert_found(each: Golden, found: list[EventCase], verdicts: list[bool]) -> None:
    wrong = [
        case.why
        for case, verdict in zip(found, verdicts, strict=True)
        if verdict is not case.matches
    ]
    assert not wrong, (each.text, wrong)
    assert {case.matches for case in found} == {True, False}


def read_spl(text: str) -> Callable[[TextEvent], bool]:
    return lambda event: spl_model.holds(text, event)


def read_dsl(text: str) -> Callable[[TextEvent], bool]:
    try:
        return dsl_reader.read(text, normalized=False)
    except dsl_reader.HasExpression:
        pytest.skip("the reader of the Query DSL leaves expressions to the engine")


READERS: dict[str, tuple[Callable[[str], Callable[[TextEvent], bool]], str]] = {
    "spl": (read_spl, "_raw"),
    "kql": (kql_reader.read, "event.original"),
    "dsl": (read_dsl, "event.original"),
}


@pytest.mark.parametrize("each", [q for q in QUERIES if q.folder.name in READERS], ids=str)
def test_a_query_derived_by_hand_finds_the_events_of_its_case(each: Golden) -> None:
    if each.folder.name != "spl" and each.case.startswith("cidr"):
        pytest.skip("the readers for Elastic know no addresses")
    reader, whole = READERS[each.folder.name]
    holds = reader(each.text)
    found = admitted(events_of(each.case), compiled(each.folder, each.case))
    assert_found(each, found, [holds(as_indexed(case, whole)) for case in found])


@pytest.fixture(scope="module")
def engines() -> dict[str, Lucene]:
    """Lucene with each folder's kind of field."""
    return {name: start(normalized=name == "lucene") for name in ("lucene", "lucene-cased")}


@pytest.mark.engines
@pytest.mark.parametrize("each", [q for q in QUERIES if q.folder.target == "lucene"], ids=str)
def test_lucene_finds_the_events_of_the_case(each: Golden, engines: dict[str, Lucene]) -> None:
    if each.case.startswith("cidr"):
        pytest.skip("the engine's fields hold no addresses")
    found = admitted(events_of(each.case), compiled(each.folder, each.case))
    if "_exists_" in each.text:
        # the classic parser normalizes the name there, as Elasticsearch does not
        found = [case for case in found if not any(name.islower() for name in case.event)]
    indexed = [as_indexed(case, "event.original") for case in found]
    assert_found(each, found, engines[each.folder.name].hits(each.text, indexed))
