"""A hostile text in a rule is read back as that text on that field, or the rule is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siemc.backend import Layout, backends
from siemc.compiler import Compiler, Options
from siemc.formula import ONE, RUN, And, Atom, Formula, Glob, Not, Or, Regex, Test, atoms
from siemc.load import BrokenRule, LoadedRule, load
from siemc.prove.proof import prove
from tests.elastic.test_hostile import HOSTILE as ELASTIC
from tests.splunk.test_injection import HOSTILE as SPLUNK

TARGETS: tuple[tuple[str, str], ...] = (
    ("spl", "raw"),
    ("kql", "raw"),
    ("lucene", "raw"),
    ("lucene", "raw-cased"),
)
TARGETS += (("dsl", "raw"), ("dsl", "raw-cased"))
MORE = [
    "a\\",
    "]",
    "[search",
    '"}},{"match_all":{}}',
    "\\u0022",
    "_exists_",
    "_exists_:x",
    "@kuery-wildcard@",
    "${jndi:ldap://x}",
    "\u202eexe.\u2066cod",
    "a\x00b",
    "\udc80",
    "*:*",
    "a*b?c",
    "a && b || !c",
    "a~2^3",
    "<1-9>",
    "@&~#",
    "''",
    "a,b",
    "TO",
    "null",
    "true",
    "False",
    "eventtype",
    "tag::x",
    "_id",
    "`macro`",
    "```note```",
    "$token$",
    "\u2003x\u3000",
    "-x",
    "+x",
    "\t",
    " a ",
    "",
]
HOSTILE = list(dict.fromkeys([*MORE, *SPLUNK, *ELASTIC]))


def check(target: str, name: str, formula: Formula) -> bool:
    """Whether the formula has a query, which then must be proved to be it, on its own fields."""
    backend = backends()[target]
    schema = backend.platform.schema(name)
    emission = backend.emit(formula, schema, Layout())
    for problem in emission.problems:
        assert f"{problem.message} {problem.hint}".encode()
    if emission.text is None or emission.problems:
        return False
    proof = prove(formula, emission.text, backend, schema)
    assert proof.unread is None, (proof.unread, emission.text)
    assert proof.verdict.relation == "exact", (formula, emission.text, proof.verdict)
    fields = {atom.field for atom in atoms(formula)}
    for reading in backend.read(emission.text, schema):
        strange = {a.field for a in atoms(reading.formula)} - fields - {schema.whole_event}
        assert not strange, (strange, emission.text)
    return True


def around(leaf: Formula) -> Formula:
    """The leaf beside others, so that what leaves it shows."""
    return And((Atom("a", Glob(("1",))), Not(Or((leaf, Atom("b", Glob(("2",))))))))


@pytest.mark.parametrize(("target", "schema"), TARGETS)
def test_a_hostile_value_is_read_back_as_itself(target: str, schema: str) -> None:
    printed = 0
    for value in HOSTILE:
        text = (value,) if value else ()
        for parts in (text, (RUN, *text), (*text, RUN), (RUN, *text, RUN), (*text, ONE)):
            for cased in (False, True):
                test = Glob(parts if parts != (RUN, RUN) else (RUN,), cased)
                printed += check(target, schema, around(Atom("f", test)))
    assert printed > len(HOSTILE)


@pytest.mark.parametrize(("target", "schema"), TARGETS)
def test_a_hostile_field_is_read_back_as_itself(target: str, schema: str) -> None:
    for name in HOSTILE:
        check(target, schema, around(Atom(name, Glob(("x", RUN)))))


texts = st.one_of(
    st.sampled_from([each for each in HOSTILE if each]),
    st.text(st.characters(), min_size=1, max_size=6),
    st.lists(st.sampled_from([each for each in HOSTILE if each]), min_size=1, max_size=3).map(
        "".join
    ),
)


def _glob(parts: list[object], cased: bool) -> Glob:
    from siemc.formula import glob

    return glob(parts, cased)  # type: ignore[arg-type]


tests_: st.SearchStrategy[Test] = st.builds(
    _glob, st.lists(st.one_of(texts, st.sampled_from([RUN, ONE])), max_size=4), st.booleans()
)
leaves: st.SearchStrategy[Formula] = st.builds(
    Atom, st.one_of(st.sampled_from(["f", "g.h"]), texts), tests_
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(TARGETS), st.lists(leaves, min_size=1, max_size=3), st.booleans())
def test_made_texts_are_read_back_as_themselves(
    target: tuple[str, str], found: list[Formula], negated: bool
) -> None:
    inner = Or(tuple(found)) if len(found) > 1 else found[0]
    check(*target, around(inner) if negated else inner)


@pytest.mark.parametrize("source", ['a"b', "a/b", "a\\\\$", '[\\]"/]', "a`b", "\\x00", "a|search"])
@pytest.mark.parametrize(("target", "schema"), TARGETS)
def test_a_hostile_expression_is_read_back_as_itself(target: str, schema: str, source: str) -> None:
    check(target, schema, around(Atom("f", Regex(source))))


@pytest.mark.parametrize("value", [v for v in HOSTILE if v and not set(v) & {"\ud800"}])
def test_a_hostile_rule_is_compiled_exactly_or_refused(tmp_path: Path, value: str) -> None:
    rule = {
        "title": value,
        "id": "c3dbbc9f-ef1d-470a-a90a-d343448d5875",
        "logsource": {"category": "any"},
        "detection": {
            "sel": {"a": value, "b|contains": value},
            "filter_x": {"c|endswith": [value, "ok"]},
            "condition": "sel and not filter_x",
        },
    }
    path = tmp_path / "rule.yml"
    path.write_text(json.dumps(rule), encoding="utf-8")
    targets = ("spl", "kql", "lucene", "dsl")
    compiler = Compiler(Options(targets=targets, pipelines=("none",)))
    loaded = load([path])
    found: list[LoadedRule | BrokenRule] = [*loaded.rules, *loaded.broken]
    for each in found:
        for query in compiler.compile(each):
            assert query.verdict == "exact" or query.status in {"refused", "failed"}, query
            assert value.strip() == "" or query.text is None or query.verdict == "exact"
