"""Each exclusion of a rule is listed, carried by the query, and shown to matter or not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from time import thread_time
from typing import Any

import pytest
import yaml

from siemc.backend import Layout, backends
from siemc.compiler import Compiler, Options
from siemc.evaluate import evaluate
from siemc.formula import FALSE, RUN, And, Atom, Formula, Not, Or, Origin, atoms, glob
from siemc.load import LoadedRule, load
from siemc.lower import lower
from siemc.plans import Plan
from siemc.prove.compare import compare
from siemc.prove.exclusions import Exclusion, belongs_to, judge, located, without
from siemc.prove.world import World
from siemc.verify import lost_exclusions

RULES = Path(__file__).parents[2] / "rules"
TARGETS = {"spl": None, "kql": "ecs-caseless", "lucene": "agent-windows", "dsl": "agent-windows"}


def dropped(formula: Formula, name: str, denied: bool = False) -> Formula:
    """The rule with every leaf of an identifier that stands under a ``not`` false.

    Independent of the prover's own: it looks at leaves, not at the largest parts.
    """
    match formula:
        case Atom(origins=origins):
            return FALSE if denied and {o.identifier for o in origins} == {name} else formula
        case Not(item):
            return Not(dropped(item, name, denied=True))
        case And(items):
            return And(tuple(dropped(item, name, denied) for item in items))
        case Or(items):
            return Or(tuple(dropped(item, name, denied) for item in items))
        case _:
            return formula


def denied_names(formula: Formula, denied: bool = False) -> Iterator[str]:
    """The identifiers of leaves under a ``not``."""
    match formula:
        case Atom(origins=origins) if denied:
            yield from (origin.identifier for origin in origins)
        case Not(item):
            yield from denied_names(item, denied=True)
        case And(items) | Or(items):
            for item in items:
                yield from denied_names(item, denied)


def planned(target: str) -> Iterator[tuple[LoadedRule, Plan]]:
    schema = TARGETS[target]
    schemas = {target: schema} if schema else {}
    compiler = Compiler(Options(targets=(target,), schemas=schemas, prove=False))
    for rule in load([RULES]).rules:
        plan = compiler.plan(rule, target)
        if not plan.refused:
            yield rule, plan


@pytest.mark.parametrize("target", TARGETS)
def test_every_exclusion_of_a_shipped_rule_is_listed_and_has_a_true_witness(target: str) -> None:
    seen = 0
    for rule, plan in planned(target):
        found = judge(plan.formula, plan.schema)
        whole = [each for each in found if each.place is None]
        assert {each.name for each in whole} == set(denied_names(plan.formula)), rule.path
        placed = World(plan.schema).place
        for each in whole:
            assert each.effect in {"matters", "never"}, (rule.path, each)
            if each.witness is not None:
                without = dropped(plan.formula, each.name)
                assert evaluate(placed(without), each.witness.event), (rule.path, each)
                assert not evaluate(placed(plan.formula), each.witness.event), (rule.path, each)
                seen += 1
    assert seen > 20


@pytest.mark.parametrize("target", TARGETS)
def test_the_query_carries_each_leaf_and_is_wider_without_the_exclusion(target: str) -> None:
    backend = backends()[target]
    for rule, plan in planned(target):
        emission = backend.emit(plan.formula, plan.schema, Layout())
        if emission.text is None or emission.problems:
            continue
        for each in located(judge(plan.formula, plan.schema), emission.spans):
            assert each.spans, (rule.path, each.name, each.place)
            if each.place is None and each.effect == "matters":
                less = backend.emit(dropped(plan.formula, each.name), plan.schema, Layout())
                assert less.text is not None
                reading = backend.read(less.text, plan.schema)[0]
                here = plan.schema.within(reading.indices) if reading.indices else plan.schema
                verdict = compare(plan.formula, reading.formula, here)
                assert verdict.relation == "wider", (rule.path, each.name, verdict)


@pytest.mark.parametrize("target", ["spl", "kql"])
def test_a_leafs_span_holds_its_value(target: str) -> None:
    backend = backends()[target]
    checked = 0
    for _, plan in planned(target):
        emission = backend.emit(plan.formula, plan.schema, Layout())
        if emission.text is None or emission.problems:
            continue
        carried: dict[Origin, list[str]] = {}
        for span in emission.spans:
            for origin in span.origins:
                carried.setdefault(origin, []).append(_bare(emission.text[span.start : span.end]))
        for leaf in atoms(plan.formula):
            parts = getattr(leaf.test, "parts", ())
            for part in parts:
                for origin in leaf.origins if isinstance(part, str) else ():
                    text = "".join(carried[origin])
                    if "match(" not in text:
                        assert _bare(part) in text, (part, text)
                        checked += 1
    assert checked > 100


def _bare(text: str) -> str:
    """In lower case, without backslashes: those of escapes and those of values."""
    return text.replace("\\", "").lower()


def formula_of(tmp_path: Path, condition: str, **searches: Any) -> Formula:
    rule = {
        "title": "A rule",
        "logsource": {"category": "process_creation", "product": "windows"},
        "detection": {**searches, "condition": condition},
    }
    path = tmp_path / "rule.yml"
    path.write_text(yaml.safe_dump(rule, sort_keys=False), encoding="utf-8")
    (loaded,) = load([path]).rules
    return lower(loaded).formula


def judged(formula: Formula) -> dict[str, Exclusion]:
    found = {each.name: each for each in judge(formula, None) if each.place is None}
    for each in found.values():
        if each.witness is not None:
            assert not evaluate(formula, each.witness.event), each
    return found


def assert_equal(one: Formula, other: Formula) -> None:
    assert compare(one, other).relation == "exact", (one, other)


SEL = {"a": "x"}


def test_one_of_many_lists_each(tmp_path: Path) -> None:
    formula = formula_of(
        tmp_path, "sel and not 1 of filter_*", sel=SEL, filter_1={"b": "y"}, filter_2={"c": "z"}
    )
    found = judged(formula)
    assert {name: each.effect for name, each in found.items()} == {
        "filter_1": "matters",
        "filter_2": "matters",
    }


def test_two_that_exclude_only_together_both_matter(tmp_path: Path) -> None:
    found = judged(
        formula_of(tmp_path, "sel and not (f1 and f2)", sel=SEL, f1={"b": "y"}, f2={"c": "z"})
    )
    assert {each.effect for each in found.values()} == {"matters"}


def test_an_exclusion_within_another_never_matters_and_names_it(tmp_path: Path) -> None:
    found = judged(
        formula_of(
            tmp_path,
            "sel and not f1 and not f2",
            sel=SEL,
            f1={"b|endswith": "\\edge.exe"},
            f2={"b|endswith": "\\msft\\edge.exe"},
        )
    )
    assert found["f1"].effect == "matters"
    assert (found["f2"].effect, found["f2"].implied_by) == ("never", ("f1",))


def test_two_that_share_a_value_each_imply_the_other(tmp_path: Path) -> None:
    found = judged(
        formula_of(tmp_path, "sel and not f1 and not f2", sel=SEL, f1={"b": "y"}, f2={"b": "Y"})
    )
    assert (found["f1"].effect, found["f1"].implied_by) == ("never", ("f2",))
    assert (found["f2"].effect, found["f2"].implied_by) == ("never", ("f1",))


def test_a_filter_that_covers_the_selection_silences(tmp_path: Path) -> None:
    found = judged(
        formula_of(
            tmp_path, "sel and not f1", sel={"a|endswith": "\\x.exe"}, f1={"a|contains": "x.exe"}
        )
    )
    assert found["f1"].effect == "silences"


def test_a_filter_on_null_matters_where_the_field_is_absent(tmp_path: Path) -> None:
    found = judged(formula_of(tmp_path, "sel and not f1", sel=SEL, f1={"b": None}))
    assert found["f1"].effect == "matters"
    assert found["f1"].witness is not None
    assert set(found["f1"].witness.event.get("b", [""])) == {""}


def test_a_filter_of_a_list_of_maps_is_judged_leaf_by_leaf(tmp_path: Path) -> None:
    formula = formula_of(
        tmp_path,
        "sel and not f1",
        sel=SEL,
        f1=[{"b": "y"}, {"c": ["z", "w"]}, {"b": "y", "d": "v"}],
    )
    found = [each for each in judge(formula, None) if each.place is not None]
    effects = [each.effect for each in found]
    # b=y and d=v lies within b=y, so neither leaf of it matters
    assert effects == ["matters", "matters", "matters", "never", "never"]


def test_exclusions_of_each_source_are_found_under_or(tmp_path: Path) -> None:
    found = judged(
        formula_of(
            tmp_path,
            "(s1 and not f1) or (s2 and not f2)",
            s1={"a": "x"},
            f1={"b": "y"},
            s2={"c": "x"},
            f2={"d": "y"},
        )
    )
    assert {name: each.effect for name, each in found.items()} == {
        "f1": "matters",
        "f2": "matters",
    }


def test_neq_is_an_exclusion_of_its_selection(tmp_path: Path) -> None:
    found = judged(formula_of(tmp_path, "sel", sel={"a": "x", "b|neq": "y"}))
    assert {name: each.effect for name, each in found.items()} == {"sel": "matters"}


def test_an_exception_to_an_exclusion_goes_with_it_and_is_none_itself(tmp_path: Path) -> None:
    formula = formula_of(
        tmp_path, "sel and not (f1 and not e1)", sel=SEL, f1={"b": "y"}, e1={"c": "z"}
    )
    found = judged(formula)
    assert {name: each.effect for name, each in found.items()} == {"f1": "matters"}
    assert_equal(without(formula, belongs_to("f1", None)), formula_of(tmp_path, "sel", sel=SEL))


def test_what_is_excluded_from_an_exception_is_an_exclusion(tmp_path: Path) -> None:
    searches = {"sel": SEL, "f1": {"b": "y"}, "e1": {"c": "z"}, "g1": {"d": "v"}}
    formula = formula_of(tmp_path, "sel and not (f1 and not (e1 and not g1))", **searches)
    assert set(judged(formula)) == {"f1", "g1"}
    less = formula_of(tmp_path, "sel and not (f1 and not e1)", **searches)
    assert_equal(without(formula, belongs_to("g1", None)), less)


def test_a_value_that_a_filter_spares_is_its_exception(tmp_path: Path) -> None:
    formula = formula_of(tmp_path, "sel and not f1", sel=SEL, f1={"b": "y", "c|neq": "z"})
    (found,) = judge(formula, None)
    assert (found.name, found.effect, len(found.places)) == ("f1", "matters", 1)


def test_a_filter_of_all_but_a_value_is_an_exclusion(tmp_path: Path) -> None:
    formula = formula_of(tmp_path, "sel and not f1", sel=SEL, f1={"b|neq": ["y", "w"]})
    (found,) = judge(formula, None)
    assert (found.name, found.effect, len(found.places)) == ("f1", "matters", 2)
    assert_equal(without(formula, belongs_to("f1", None)), formula_of(tmp_path, "sel", sel=SEL))


def test_one_of_several_that_share_a_value_names_a_single_other(tmp_path: Path) -> None:
    filters = {f"f{number}": {"b": "y"} for number in range(3)}
    found = judged(formula_of(tmp_path, "sel and not 1 of f*", sel=SEL, **filters))
    for each in found.values():
        assert each.effect == "never"
        assert len(each.implied_by) == 1, each
        assert each.name not in each.implied_by


def test_an_exclusion_within_others_together_names_them_all(tmp_path: Path) -> None:
    formula = formula_of(
        tmp_path,
        "sel and not f0 and not (f1 and f3) and not (f2 and f3) and not f4",
        sel=SEL,
        f0={"b": "y"},
        f1={"c": "?*"},
        f2={"c": None},
        f3={"d|endswith": "z"},
        f4={"d": "xz"},
    )
    found = judged(formula)
    assert found["f4"].effect == "never"
    assert set(found["f4"].implied_by) == {"f1", "f2", "f3"}


def test_one_excluded_only_with_another_is_implied_by_a_third_not_by_that(tmp_path: Path) -> None:
    formula = formula_of(
        tmp_path,
        "sel and not (f1 and f2) and not f3",
        sel=SEL,
        f1={"b|endswith": "xy"},
        f2={"c": "z"},
        f3={"b|endswith": "y"},
    )
    found = judged(formula)
    assert (found["f1"].effect, found["f1"].implied_by) == ("never", ("f3",))
    assert (found["f2"].effect, found["f2"].implied_by) == ("never", ("f3",))


def test_a_leaf_within_another_of_its_filter_names_the_filter(tmp_path: Path) -> None:
    formula = formula_of(tmp_path, "sel and not f1", sel=SEL, f1={"b|contains": ["y", "xyz"]})
    _, wide, narrow = judge(formula, None)
    assert (wide.effect, narrow.effect, narrow.implied_by) == ("matters", "never", ("f1",))


def of_filters(texts: list[str]) -> Formula:
    """One selection, and a filter of its own for each text."""

    def leaf(name: str, field: str, text: str) -> Atom:
        return Atom(field, glob((RUN, text, RUN)), (Origin(name, ("detection", name, field)),))

    filters = [leaf(f"f{number}", "b", text) for number, text in enumerate(texts)]
    return And((leaf("sel", "a", "x"), *map(Not, filters)))


@pytest.mark.parametrize(
    "texts",
    [
        [f"v{number:03}x" for number in range(500)],
        ["v", *(f"v{number:03}x" for number in range(250))],
        ["v"] * 250,
    ],
    ids=["each its own", "all implied by one", "all the same"],
)
def test_many_exclusions_keep_to_the_time_there_is(texts: list[str]) -> None:
    formula = of_filters(texts)
    started = thread_time()
    found = judge(formula, None, 0.2)
    # reading the formula once is not part of it; a shared machine takes twice as long
    assert thread_time() - started < 1
    assert len(found) == len(texts)
    assert {each.effect for each in found} <= {"matters", "never", "unknown"}
    assert found[0].effect != "unknown"


def test_sixty_implied_by_one_are_all_settled_and_name_it() -> None:
    first, *others = judge(of_filters(["v", *(f"v{number:03}x" for number in range(60))]), None, 5)
    assert first.effect == "matters"
    assert {(each.effect, each.implied_by) for each in others} == {("never", ("f0",))}


NO_VALUE, NO_ADDRESS = "qqz", "192.0.2.1"
ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+|[0-9a-f]*::")
CLAUSE = re.compile(r'((?:[\w.]+(?:=|: ?))?)("(?:\\.|[^"\\])*"|(?:\\.|[^\s"()\\=:])+)', re.DOTALL)


def put_out(target: str, text: str, spans: tuple[tuple[int, int], ...]) -> str | None:
    """The query with another value for each at the spans; ``None`` if one is no plain value."""
    for start, end in sorted(spans, reverse=True):
        there = text[start:end]
        other = NO_ADDRESS if ADDRESS.search(there) else NO_VALUE
        found = CLAUSE.fullmatch(there)
        if target == "dsl" and there.startswith("{"):
            ((kind, body),) = json.loads(there).items()
            if kind not in ("term", "wildcard", "match_phrase"):
                return None
            new = json.dumps({"term": {field: {"value": other} for field in body}})
        elif found is not None:
            new = f'{found[1]}"{other}"'
        else:
            return None
        text = text[:start] + new + text[end:]
    return text


@pytest.mark.parametrize("target", TARGETS)
def test_the_text_at_its_spans_put_out_of_a_query_makes_it_wider(target: str) -> None:
    """Each value under the exclusion becomes one that no event of it has: it excludes others."""
    backend = backends()[target]
    checked = 0
    for rule, plan in planned(target):
        emission = backend.emit(plan.formula, plan.schema, Layout())
        if emission.text is None or emission.problems:
            continue
        for each in located(judge(plan.formula, plan.schema), emission.spans):
            if each.effect != "matters" or each.place is None:
                continue
            mutant = put_out(target, emission.text, each.spans)
            if mutant is None:
                continue
            reading = backend.read(mutant, plan.schema)[0]
            here = plan.schema.within(reading.indices) if reading.indices else plan.schema
            verdict = compare(plan.formula, reading.formula, here)
            shown = rule.path, each.place, mutant
            assert verdict.extra == "yes", (shown, verdict)
            lost = lost_exclusions(plan.formula, reading.formula, here, 2)
            assert any(one.name == each.name and one.place in (None, each.place) for one in lost), (
                shown
            )
            checked += 1
    assert checked > 20
