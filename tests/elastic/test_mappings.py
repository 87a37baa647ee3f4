"""A user's own mapping: what is read of it, what is not claimed, and what that does to a rule."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from siemc.backend import backends
from siemc.compiler import Compiler, Options
from siemc.diagnostics import Diagnostic, UsageError
from siemc.load import LoadedRule, load
from siemc.prove.proof import prove
from siemc.query import Query
from siemc.schema import FieldType, Schema
from siemc.schemas import find_schema, schema_file
from siemc_backends.elastic.mappings import UNMAPPED
from siemc_backends.elastic.platform import ELASTIC
from siemc_backends.splunk import SPLUNK

RULES = Path(__file__).parents[2] / "rules"
TELEGRAM = RULES / "net_connection_win_domain_telegram_api_non_browser_access.yml"
TARGETS = ("lucene", "dsl")
ONE, TWO = ".ds-logs-x-default-2026.11.23-000001", ".ds-logs-x-default-2026.11.24-000002"
KEYWORD = {"type": "keyword", "ignore_above": 1024}

Spec = dict[str, Any]


def mapping(properties: Spec, **more: Any) -> Spec:
    """What ``_mapping`` answers for one index."""
    return {"mappings": {"properties": properties, **more}}


def schema(tmp_path: Path, *indices: Spec) -> Schema:
    """The schema of these indices, through the file a user has."""
    path = tmp_path / "own.json"
    path.write_text(json.dumps(dict(zip((ONE, TWO), indices, strict=False)), indent=1))
    return find_schema(str(path), ELASTIC)


def only(tmp_path: Path, spec: Spec, **more: Any) -> FieldType:
    """The one type of a field with this mapping."""
    (found,) = schema(tmp_path, mapping({"f": spec}, **more)).types("f")
    return found


def refusal(tmp_path: Path, text: str) -> Diagnostic:
    """What is said of a file that is not understood."""
    path = tmp_path / "own.json"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        schema_file(path)
    assert caught.value.diagnostic.path == str(path)
    return caught.value.diagnostic


# What is read


def test_backing_indices_of_one_data_stream_stay_apart(tmp_path: Path) -> None:
    found = schema(tmp_path, mapping({"f": KEYWORD}), mapping({"f": {"type": "text"}}))
    assert found.patterns == (ONE, TWO)
    assert found.types("f") == (FieldType("keyword", ignore_above=1024), FieldType("text"))
    assert (found.name, found.platform, found.own, found.closed) == ("own", "elastic", True, True)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"type": "keyword"}, FieldType("keyword")),
        (KEYWORD, FieldType("keyword", ignore_above=1024)),
        (
            {"type": "keyword", "normalizer": "lowercase"},
            FieldType("keyword", normalizer="lowercase"),
        ),
        ({"type": "keyword", "index": False}, FieldType("keyword", searchable=False)),
        ({"type": "keyword", "doc_values": False}, FieldType("keyword")),
        (
            {"type": "text", "fields": {"keyword": KEYWORD}},
            FieldType("text", subfields=(("keyword", FieldType("keyword", 1024)),)),
        ),
        ({"type": "long", "coerce": False}, FieldType("long")),
        ({"type": "constant_keyword", "value": "x"}, FieldType("constant_keyword")),
        (
            {"type": "keyword", "fields": {"ip": {"type": "ip", "ignore_malformed": True}}},
            FieldType("keyword", subfields=(("ip", FieldType("ip")),)),
        ),
    ],
    ids=str,
)
def test_type_is_read_from_its_parameters(tmp_path: Path, spec: Spec, expected: FieldType) -> None:
    assert only(tmp_path, spec) == expected


def test_fields_of_objects_have_dotted_names(tmp_path: Path) -> None:
    inner: Spec = {"a": {"properties": {"b": KEYWORD}}, "c.d": KEYWORD, "n": {"type": "nested"}}
    inner["n"]["properties"] = {"x": KEYWORD}
    found = schema(tmp_path, mapping(inner))
    assert found.field_names == ("a.b", "c.d", "n", "n.x")


def test_alias_has_the_type_of_its_target_or_its_multi_field(tmp_path: Path) -> None:
    text = {"type": "text", "fields": {"raw": KEYWORD}}
    fields = {"t": text, "u": {"type": "alias", "path": "t.raw"}}
    assert schema(tmp_path, mapping(fields)).types("u") == (FieldType("keyword", 1024),)


# What nothing is claimed of


@pytest.mark.parametrize(
    ("spec", "shown"),
    [
        ({**KEYWORD, "normalizer": "mine"}, "keyword with the normalizer mine"),
        ({**KEYWORD, "normalizer": "Lowercase"}, "keyword with the normalizer Lowercase"),
        ({**KEYWORD, "null_value": "-"}, "keyword with null_value"),
        ({"type": "ip", "ignore_malformed": True}, "ip with ignore_malformed"),
        ({"type": "long", "ignore_malformed": "true"}, "long with ignore_malformed"),
        ({**KEYWORD, "split_queries_on_whitespace": True}, "split_queries_on_whitespace"),
        ({**KEYWORD, "script": {"source": "emit('x')"}}, "keyword with script"),
        ({**KEYWORD, "of_a_plugin": 1}, "keyword with of_a_plugin"),
    ],
)
def test_type_that_cannot_be_claimed_is_named_after_why(
    tmp_path: Path, spec: Spec, shown: str
) -> None:
    found = only(tmp_path, spec)
    assert found.type.endswith(shown)
    assert (found.is_term, found.is_number, found.normalizer) == (False, False, None)


def test_target_of_copy_to_holds_values_that_no_event_has_there(tmp_path: Path) -> None:
    fields = {"a": {**KEYWORD, "copy_to": "f"}, "f": {**KEYWORD, "fields": {"k": KEYWORD}}}
    found = schema(tmp_path, mapping(fields))
    assert found.types("a") == (FieldType("keyword", 1024),)
    assert not any(kind.is_term for name in ("f", "f.k") for kind in found.types(name))


def test_runtime_field_hides_the_field_of_its_name(tmp_path: Path) -> None:
    runtime: Spec = {"f": {"type": "keyword"}, "g": {"type": "composite", "fields": {"h": {}}}}
    runtime["e.size"] = {"type": "long"}
    found = schema(tmp_path, mapping({"f": KEYWORD, "e": KEYWORD}, runtime=runtime))
    for name in ("f", "g", "g.h", "e.size"):
        assert [kind.searchable for kind in found.types(name)] == [False]


@pytest.mark.parametrize(
    "spec", [{"type": "object", "enabled": False}, {"type": "flattened"}, {"dynamic": False}]
)
def test_keys_below_are_there_and_are_no_keywords(tmp_path: Path, spec: Spec) -> None:
    nested = {"type": "nested", "properties": {"o": spec}}
    found = schema(tmp_path, mapping({"o": spec, "n": nested}))
    for name in ("o.x", "o.x.y", "n.o.x", "n.o.x.y"):
        assert [kind.is_term for kind in found.types(name)] == [False], name


# A field that one index has and another lacks


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({"dynamic": "strict"}, None),
        ({"dynamic": "false"}, UNMAPPED),
        ({"dynamic": False}, UNMAPPED),
        ({"dynamic": "true"}, None),
        (
            {"dynamic_templates": [{"t": {"match_mapping_type": "string", "mapping": KEYWORD}}]},
            FieldType("keyword", 1024),
        ),
        ({"dynamic_templates": [{"t": {"match_mapping_type": "long", "mapping": KEYWORD}}]}, None),
        ({"dynamic_templates": [{"t": {"unmatch": "f*", "mapping": KEYWORD}}]}, None),
    ],
    ids=str,
)
def test_missing_field_is_what_the_index_makes_of_it(
    tmp_path: Path, other: Spec, expected: FieldType | None
) -> None:
    found = schema(tmp_path, mapping({"o": {"properties": {"f": KEYWORD}}}), mapping({}, **other))
    assert found.indices[1].lookup("o.f") == expected
    assert found.types("o.nowhere") == ()


# Dynamic templates


def made(tmp_path: Path, *templates: Spec) -> Schema:
    """An index with these templates, named by their number."""
    named = [{f"t{i}": each} for i, each in enumerate(templates)]
    return schema(tmp_path, mapping({}, dynamic_templates=named))


@pytest.mark.parametrize(
    ("template", "names", "others"),
    [
        ({"path_match": "a.*"}, ["a.b", "a.b.c"], ["b", "ab"]),
        ({"path_match": ["a.*", "*.k"]}, ["a.b", "z.k"], ["k"]),
        ({"match": "k"}, ["k", "a.k"], ["kk", "k.a"]),
    ],
)
def test_template_for_a_known_place_makes_fields_there(
    tmp_path: Path, template: Spec, names: list[str], others: list[str]
) -> None:
    found = made(tmp_path, {**template, "mapping": KEYWORD})
    assert {found.types(name) for name in names} == {(FieldType("keyword", 1024),)}
    assert {found.types(name) for name in others} == {()}


@pytest.mark.parametrize(
    "template",
    [
        {"match": "k*", "mapping": KEYWORD},
        {"path_match": "k1*", "unmatch": "k2", "mapping": KEYWORD},
        {"match": "^k[0-9]$", "match_pattern": "regex", "mapping": KEYWORD},
        {"path_match": "k1*", "mapping": {"type": "{dynamic_type}"}},
        {"path_match": "k1*", "mapping": {"index": False}},
        {"path_match": "k1*", "runtime": {}},
    ],
)
def test_template_that_no_pattern_can_say_leaves_the_type_open(
    tmp_path: Path, template: Spec
) -> None:
    (found,) = made(tmp_path, template, {"path_match": "k1*", "mapping": KEYWORD}).types("k1")
    assert (found.is_term, found.searchable) == (False, False)


def test_first_template_wins_and_one_for_all_names_ends_the_list(tmp_path: Path) -> None:
    text = {"path_match": "a.*", "mapping": {"type": "text"}}
    everything = {"match_mapping_type": "string", "mapping": KEYWORD}
    assert made(tmp_path, text, everything).types("a.b") == (FieldType("text"),)
    assert made(tmp_path, everything, text).types("a.b") == ()


# What is not understood


@pytest.mark.parametrize(
    ("index", "said", "line"),
    [
        (mapping({"f": {"type": 3}}), "type is no text", 6),
        (mapping({"f": {"type": "keyword", "ignore_above": -1}}), "ignore_above cannot be -1", 7),
        (mapping({"f": 3}), "f is no object", 5),
        (mapping({"f": {"type": "alias"}}), "f has no path", 5),
        (mapping({"f": {"type": "alias", "path": "g"}}), "alias f is for g", 7),
        (mapping({}, dynamic="maybe"), "dynamic cannot be maybe", 5),
        (mapping({}, dynamic_templates={}), "dynamic_templates is no list", 5),
        ({"mappings": {"_doc": {"properties": {}}}}, "parameter _doc is not known", 4),
        (mapping({}, dynamic_templates=[{"t": {"like": "x"}}]), "the unknown key like", 8),
        (mapping({"f": {"type": "text", "copy_to": 3}}), "copy_to is no text", 7),
        ({"mappings": []}, "mappings is no object", 3),
        (mapping({"f": {"type": "splunk"}}), "no field type splunk", 6),
    ],
    ids=str,
)
def test_what_is_not_understood_has_a_line(
    tmp_path: Path, index: Spec, said: str, line: int
) -> None:
    found = refusal(tmp_path, json.dumps({ONE: index}, indent=1))
    assert found.code == "SC303"
    assert said in found.message
    assert (found.line, found.column is not None) == (line, True)


def test_index_given_twice_is_refused_at_the_second(tmp_path: Path) -> None:
    one = json.dumps(mapping({"f": KEYWORD}))
    found = refusal(tmp_path, f'{{"{ONE}": {one},\n  "{ONE}": {one}}}')
    assert (found.code, found.line, found.column) == ("SC303", 2, 3)
    assert ONE in found.message


def test_every_index_has_to_have_a_mapping(tmp_path: Path) -> None:
    found = refusal(tmp_path, json.dumps({ONE: mapping({}), TWO: 3}, indent=1))
    assert (found.line, found.message) == (7, f"The schema cannot be read: {TWO} is no object.")


def test_mapping_nested_too_deeply_has_no_traceback(tmp_path: Path) -> None:
    deep = '{"properties": {"a": ' * 5000 + "3" + "}}" * 5000
    found = refusal(tmp_path, f'{{"{ONE}": {{"mappings": {deep}}}}}')
    assert "nested too deeply" in found.message


def test_mapping_is_no_schema_for_splunk(tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    path.write_text(json.dumps({ONE: mapping({"f": KEYWORD})}))
    with pytest.raises(UsageError, match="is for elastic, not for splunk"):
        find_schema(str(path), SPLUNK)


# One field changed, and the verdict on a shipped rule


def telegram(**changed: Mapping[str, Any] | None) -> Spec:
    """The mapping of Sysmon's network events, with a field changed, or left out for ``None``."""
    domain, image = changed.get("domain", KEYWORD), changed.get("image", KEYWORD)
    fields: dict[str, Spec] = {
        "destination": {"properties": {"domain": domain}},
        "process": {"properties": {"executable": image}},
        "event": {"properties": {"code": KEYWORD}},
        "winlog": {"properties": {"channel": KEYWORD}},
    }
    kept = {name: each for name, each in fields.items() if None not in each["properties"].values()}
    return mapping(kept)


def closed(index: Spec, mode: str) -> Spec:
    """The same mapping with this as ``dynamic``."""
    return {"mappings": {**index["mappings"], "dynamic": mode}}


def compiler(tmp_path: Path, *indices: Spec) -> Compiler:
    """A compiler for lucene and dsl on these indices."""
    schema(tmp_path, *indices)
    own = str(tmp_path / "own.json")
    return Compiler(Options(targets=TARGETS, schemas=dict.fromkeys(TARGETS, own)))


def rule() -> LoadedRule:
    """The shipped rule."""
    (found,) = load([TELEGRAM]).rules
    assert isinstance(found, LoadedRule)
    return found


def queries(tmp_path: Path, *indices: Spec) -> list[Query]:
    """The rule's queries on these indices."""
    return compiler(tmp_path, *indices).compile(rule())


@pytest.mark.parametrize(
    "indices",
    [
        (telegram(),),
        (telegram(), telegram()),
        (telegram(), telegram(domain={"type": "keyword", "normalizer": "lowercase"})),
        (telegram(domain={"type": "wildcard"}),),
        (telegram(), closed(telegram(image=None), "strict")),
        (telegram(), telegram(image=None)),
    ],
)
def test_rule_is_exact_where_every_index_takes_it(tmp_path: Path, indices: tuple[Spec]) -> None:
    for query in queries(tmp_path, *indices):
        assert (query.status, query.verdict) == ("compiled", "exact"), query.target


UNFIT = [
    (telegram(domain={"type": "text"}), {"SC204"}),
    (telegram(domain={**KEYWORD, "normalizer": "mine"}), {"SC214"}),
    (telegram(image={**KEYWORD, "null_value": "-"}), {"SC207", "SC214"}),
    (telegram(image={**KEYWORD, "index": False}), {"SC207"}),
    (closed(telegram(image=None), "false"), {"SC207", "SC214"}),
    (closed(telegram(domain=None), "false"), {"SC207", "SC214"}),
]


@pytest.mark.parametrize(
    ("other", "codes"), [*UNFIT, (telegram(domain={"type": "long"}), {"SC214"})]
)
def test_rule_is_refused_for_one_index(tmp_path: Path, other: Spec, codes: set[str]) -> None:
    for query in queries(tmp_path, telegram(), other):
        assert (query.status, query.text) == ("refused", None)
        assert {each.code for each in query.diagnostics if each.severity == "error"} == codes
        assert query.verdict != "exact"


@pytest.mark.parametrize("other", [other for other, _ in UNFIT])
@pytest.mark.parametrize("target", TARGETS)
def test_verdict_is_the_worst_and_names_the_index(tmp_path: Path, target: str, other: Spec) -> None:
    """The query that is exact on the first index, on both of them."""
    (text,) = (q.text for q in queries(tmp_path, telegram()) if q.target == target)
    assert text is not None
    plan = compiler(tmp_path, telegram(), other).plan(rule(), target)
    verdict = prove(plan.formula, text, backends()[target], plan.schema).verdict
    assert (verdict.relation, verdict.indices) == ("unknown", (TWO,))


def test_field_that_no_index_has_is_missing(tmp_path: Path) -> None:
    for query in queries(tmp_path, telegram(domain=None), telegram(domain=None)):
        assert query.status == "refused"
        assert any("destination.domain" in each.message for each in query.diagnostics)
