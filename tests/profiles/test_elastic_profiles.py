"""The shipped Elastic schema profiles, and the command that builds them.

What a mapping is, is taken from Elastic's own files, named at each test. The builder's output is
compared with the committed profiles where ``SIEMC_ELASTIC_SOURCES`` holds the builder's options
(``--ecs … --beats … --integrations … --ecs-mappings … --endpoint …``).
"""

from __future__ import annotations

import importlib.util
import json
import os
import shlex
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from siemc.schema import FieldType, Index, Schema, load_schema

ROOT = Path(__file__).resolve().parents[2]
PROFILES = ROOT / "backends" / "siemc_backends" / "elastic" / "profiles"
NAMES = ("agent-windows", "defend", "winlogbeat-9")
SOURCES = os.environ.get("SIEMC_ELASTIC_SOURCES", "")
SYSMON = "logs-windows.sysmon_operational-*"


def _builder() -> ModuleType:
    """The command, which lies outside the import packages, as a module."""
    path = ROOT / "tools" / "build_elastic_profiles.py"
    spec = importlib.util.spec_from_file_location("build_elastic_profiles", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


BUILDER = _builder()


def _raw(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((PROFILES / f"{name}.json").read_text(encoding="utf-8"))
    return data


def _schema(name: str) -> Schema:
    return load_schema(PROFILES / f"{name}.json")


def _index(schema: Schema, pattern: str) -> Index:
    return next(index for index in schema.indices if index.pattern == pattern)


def _type(schema: Schema, pattern: str, name: str) -> FieldType:
    found = _index(schema, pattern).lookup(name)
    assert found is not None, f"{pattern} lacks {name}"
    return found


def _with_caseless(index: Index) -> set[str]:
    return {name for name, kind in index.fields.items() if kind.subfield("caseless")}


@pytest.mark.parametrize("name", NAMES)
class TestEveryProfile:
    def test_it_is_small_and_closed_and_says_where_it_came_from(self, name: str) -> None:
        data = _raw(name)
        assert (PROFILES / f"{name}.json").stat().st_size < 250_000
        assert (data["name"], data["platform"], data["closed"]) == (name, "elastic", True)
        assert all(data[key] for key in ("title", "version", "source", "licence"))

    def test_every_type_key_is_defined_and_every_defined_key_is_used(self, name: str) -> None:
        data = _raw(name)
        used = {key for index in data["indices"] for key in index["fields"].values()}
        used |= {rule["type"] for index in data["indices"] for rule in index["dynamic"]}
        assert used == set(data["types"])

    def test_a_multi_field_is_only_under_its_parent(self, name: str) -> None:
        for index in _schema(name).indices:
            for field, kind in index.fields.items():
                own = {f"{field}.{sub}" for sub, _ in kind.subfields}
                assert not own & index.fields.keys()

    def test_names_are_sorted_for_readable_differences(self, name: str) -> None:
        for index in _raw(name)["indices"]:
            assert list(index["fields"]) == sorted(index["fields"])

    def test_addresses_ports_and_command_lines_have_their_ecs_types(self, name: str) -> None:
        """ECS 9.5, fields of destination, source and process."""
        schema = _schema(name)
        expected = {
            "destination.ip": "ip",
            "source.ip": "ip",
            "destination.port": "long",
            "source.port": "long",
            "process.pid": "long",
            "process.command_line": "wildcard",
            "process.executable": "keyword",
            "event.code": "keyword",
            "@timestamp": "date",
        }
        for field, kind in expected.items():
            assert {found.type for found in schema.types(field)} == {kind}, field

    def test_a_field_whose_name_ends_in_ip_is_an_address(self, name: str) -> None:
        names = [n for n in _schema(name).field_names if n.endswith(".ip") or n == "ip"]
        assert names
        for field in names:
            assert {kind.type for kind in _schema(name).types(field)} == {"ip"}, field

    def test_a_limit_is_there_where_elastics_makers_set_one(self, name: str) -> None:
        """1024 for a declared wildcard field too: Fleet's and libbeat's default."""
        assert {k.ignore_above for k in _schema(name).types("process.executable")} <= {1024, None}
        assert 1024 in {k.ignore_above for k in _schema(name).types("process.command_line")}

    def test_values_said_to_be_lower_case_have_evidence_and_exist(self, name: str) -> None:
        data, schema = _raw(name), _schema(name)
        argued = {field for claim in data["values_source"] for field in claim["fields"]}
        assert argued == set(data["values"]) == schema.lower_values
        assert all(claim["evidence"] for claim in data["values_source"])
        assert all(schema.has(field) for field in argued)

    def test_values_that_pass_through_unchanged_are_not_said_to_be_lower_case(
        self, name: str
    ) -> None:
        """Sysmon's pipeline renames Image, QueryName and the like without touching the value."""
        unchanged = {"process.executable", "dns.question.name", "destination.domain", "file.path"}
        assert not unchanged & _schema(name).lower_values


IMAGE_LOAD = """
    @timestamp dll.code_signature.status dll.hash.md5 dll.hash.sha1 dll.hash.sha256
    dll.name dll.path dll.pe.imphash dll.pe.original_file_name ecs.version event.action
    event.category event.code event.created event.kind event.provider event.type
    file.code_signature.trusted file.directory file.extension file.hash.md5 file.hash.sha1
    file.hash.sha256 file.name file.path file.pe.company file.pe.description
    file.pe.file_version file.pe.imphash file.pe.original_file_name file.pe.product
    log.level process.entity_id process.executable process.name process.pid related.hash
    related.user user.domain user.id user.name winlog.channel winlog.computer_name
    winlog.event_data.Company winlog.event_data.Signed winlog.event_id winlog.opcode
    winlog.process.pid winlog.process.thread.id winlog.provider_guid winlog.provider_name
    winlog.record_id winlog.user.identifier winlog.version
"""
"""The fields of the integration's own event 7 after its ingest pipeline."""


class TestWinlogbeat:
    PATTERN = "winlogbeat-*"

    def test_it_has_no_caseless_sub_field_anywhere(self) -> None:
        assert _with_caseless(_index(_schema("winlogbeat-9"), self.PATTERN)) == set()

    def test_an_event_data_parameter_is_keyword_declared_or_not(self) -> None:
        """fields.common.yml: event_data is declared as object with object_type keyword."""
        schema = _schema("winlogbeat-9")
        assert _type(schema, self.PATTERN, "winlog.event_data.CallTrace").ignore_above == 1024
        undeclared = _type(schema, self.PATTERN, "winlog.event_data.NoSuchParameter")
        assert (undeclared.type, undeclared.ignore_above) == ("keyword", None)
        assert _index(schema, self.PATTERN).lookup("no.such.field") is None

    def test_the_modules_fields_are_in_it(self) -> None:
        schema = _schema("winlogbeat-9")
        assert _type(schema, self.PATTERN, "powershell.file.script_block_text").is_text
        assert _type(schema, self.PATTERN, "sysmon.file.archived").type == "boolean"
        assert _type(schema, self.PATTERN, "winlog.logon.type").type == "keyword"

    def test_an_alias_has_its_targets_type_and_a_migration_alias_is_absent(self) -> None:
        """libbeat/_meta/fields.common.yml: agent.hostname; winlogbeat's Legacy alias log_name."""
        schema = _schema("winlogbeat-9")
        assert _type(schema, self.PATTERN, "agent.hostname").type == "keyword"
        assert not schema.has("log_name")

    def test_fields_inside_a_nested_object_are_absent(self) -> None:
        """ECS 9.5: process.pe.sections is nested; only a nested query sees into it."""
        schema = _schema("winlogbeat-9")
        assert _type(schema, self.PATTERN, "process.pe.sections").type == "nested"
        assert not schema.has("process.pe.sections.name")


class TestAgentWindows:
    @pytest.mark.parametrize(
        "stream", ["windows.sysmon_operational", "windows.forwarded", "system.security"]
    )
    def test_caseless_is_on_the_process_name_and_executable_only(self, stream: str) -> None:
        """Changelog of the Windows integration, 1.47.0: caseless fields for process events."""
        index = _index(_schema("agent-windows"), f"logs-{stream}-*")
        assert _with_caseless(index) == {"process.executable", "process.name"}
        sub = index.fields["process.executable"].subfield("caseless")
        assert sub == FieldType("keyword", ignore_above=1024, normalizer="lowercase")

    def test_no_other_stream_has_caseless(self) -> None:
        given = {i.pattern for i in _schema("agent-windows").indices if _with_caseless(i)}
        assert given == {SYSMON, "logs-windows.forwarded-*", "logs-system.security-*"}

    def test_the_telegram_rules_fields_compare_case_but_for_the_executable(self) -> None:
        schema = _schema("agent-windows")
        domain = _type(schema, SYSMON, "destination.domain")
        assert (domain.type, domain.ignore_above, domain.subfields) == ("keyword", 1024, ())

    def test_script_block_text_is_analysed_text(self) -> None:
        pattern = "logs-windows.powershell_operational-*"
        kind = _type(_schema("agent-windows"), pattern, "powershell.file.script_block_text")
        assert kind.is_text

    def test_every_field_of_the_integrations_image_load_event_is_there(self) -> None:
        """sysmon_operational/_dev/test/pipeline/test-image-loaded-failed-signature.json-expected.json"""
        index = _index(_schema("agent-windows"), SYSMON)
        assert [name for name in IMAGE_LOAD.split() if index.lookup(name) is None] == []

    def test_an_undeclared_field_is_mapped_as_ecs_mappings_says(self) -> None:
        """ecs@mappings: *.name is a keyword with text and no limit, other strings keyword 1024."""
        schema = _schema("agent-windows")
        name, path = _type(schema, SYSMON, "dll.name"), _type(schema, SYSMON, "dll.path")
        assert (name.ignore_above, name.subfield("text")) == (None, FieldType("match_only_text"))
        assert (path.type, path.ignore_above, path.subfields) == ("keyword", 1024, ())

    def test_a_sha256_is_lower_case_in_sysmons_stream_only(self) -> None:
        """The AppLocker pipeline copies winlog.user_data.FileHash unchanged."""
        data = _raw("agent-windows")
        assert "file.hash.sha256" not in data["values"]
        given = {i["pattern"] for i in data["indices"] if "file.hash.sha256" in i.get("values", {})}
        assert given == {SYSMON, "logs-windows.forwarded-*"}


class TestDefend:
    def test_caseless_is_where_the_field_files_have_it(self) -> None:
        """endpoint-package, data_stream/process/fields and data_stream/file/fields."""
        schema = _schema("defend")
        process = _with_caseless(_index(schema, "logs-endpoint.events.process-*"))
        own = {f"process.{n}" for n in ("name", "executable", "command_line", "working_directory")}
        parent = {f"process.parent.{n}" for n in ("name", "executable", "command_line")}
        assert own | parent <= process
        assert "file.path" in _with_caseless(_index(schema, "logs-endpoint.events.file-*"))

    def test_caseless_is_not_on_registry_dns_or_destination(self) -> None:
        schema = _schema("defend")
        without = ("registry.", "destination.domain", "dns.")
        for index in schema.indices:
            assert not [n for n in _with_caseless(index) if n.startswith(without)]
        for name in ("registry.path", "destination.domain", "dns.question.name"):
            assert schema.types(name)
            assert all(kind.cased and not kind.subfield("caseless") for kind in schema.types(name))

    def test_it_has_an_index_for_each_kind_of_event(self) -> None:
        kinds = ["process", "file", "registry", "network", "library", "security"]
        assert _schema("defend").patterns == tuple(f"logs-endpoint.events.{k}-*" for k in kinds)


class TestBuilder:
    def test_the_committed_profiles_are_what_the_sources_give(self) -> None:
        if not SOURCES:
            pytest.skip("SIEMC_ELASTIC_SOURCES (the builder's options) is not set")
        assert BUILDER.main([*shlex.split(SOURCES), "--check"]) == 0

    def test_without_sources_it_fails_and_writes_nothing(self, tmp_path: Path) -> None:
        assert BUILDER.main(["--out", str(tmp_path)]) == 1
        assert list(tmp_path.iterdir()) == []

    def test_a_changed_profile_is_found_and_left_alone(self, tmp_path: Path) -> None:
        fields, out = tmp_path / "fields", tmp_path / "out"
        fields.mkdir()
        for kind in ("process", "file", "registry", "network", "library", "security"):
            (fields / f"{kind}.yml").write_text("- {name: message, type: match_only_text}\n")
        arguments = ["--endpoint", str(fields), "--out", str(out)]
        assert BUILDER.main(arguments) == 0
        assert BUILDER.main([*arguments, "--check"]) == 0
        (out / "defend.json").write_text("{}")
        assert BUILDER.main([*arguments, "--check"]) == 1
        assert (out / "defend.json").read_text() == "{}"

    @pytest.mark.parametrize(
        ("definition", "mapping"),
        [
            ({}, {"type": "keyword", "ignore_above": 1024}),
            ({"type": "wildcard"}, {"type": "wildcard", "ignore_above": 1024}),
            ({"type": "keyword", "ignore_above": -1}, {"type": "keyword"}),
            ({"type": "integer"}, {"type": "long"}),
            ({"type": "constant_keyword", "ignore_above": 1024}, {"type": "constant_keyword"}),
            (
                {"type": "keyword", "index": False, "doc_values": False},
                {"type": "keyword", "indexed": False},
            ),
            ({"type": "long", "index": False}, {"type": "long"}),
        ],
    )
    def test_a_definition_becomes_the_mapping_that_fleet_makes(
        self, definition: dict[str, Any], mapping: dict[str, Any]
    ) -> None:
        """Kibana, fleet …/elasticsearch/template/{template,mappings}.ts; doc values alone can be
        searched (Elasticsearch reference, "Doc-value-only fields")."""
        assert BUILDER.mapping_of(definition, True) == mapping

    def test_fleet_drops_a_multi_field_of_a_type_it_does_not_know(self) -> None:
        definition = {"type": "keyword", "multi_fields": [{"name": "wild", "type": "wildcard"}]}
        assert "fields" not in BUILDER.mapping_of(definition, True)
        assert "wild" in BUILDER.mapping_of(definition, False)["fields"]

    def test_a_package_field_takes_ecs_definition_and_overrides_it(self, tmp_path: Path) -> None:
        shared, stream = tmp_path / "shared", tmp_path / "stream"
        shared.mkdir()
        stream.mkdir()
        (shared / "ecs.yml").write_text(
            "- external: ecs\n  name: a.b\n  multi_fields:\n    - {name: caseless, type: keyword}\n"
        )
        (stream / "ecs.yml.link").write_text("../shared/ecs.yml 0123abcd\n")
        ecs = {"a.b": {"type": "keyword", "ignore_above": 64, "multi_fields": []}}
        [(name, definition)] = BUILDER.package_fields(stream, ecs)
        assert (name, definition["ignore_above"]) == ("a.b", 64)
        assert [sub["name"] for sub in definition["multi_fields"]] == ["caseless"]

    def test_the_first_dynamic_template_that_matches_decides(self) -> None:
        templates = [
            {"path_match": ["*.ip"], "match_mapping_type": "string", "mapping": {"type": "ip"}},
            {"match": ["*command_line"], "mapping": {"type": "wildcard"}},
            {"match_mapping_type": "string", "mapping": {"type": "keyword", "ignore_above": 9}},
        ]
        given = [
            ("a.ip", "string"),
            ("a.command_line", "string"),
            ("a.b", "string"),
            ("a.ip", "long"),
        ]
        kinds = [BUILDER.dynamic_mapping(name, kind, templates)["type"] for name, kind in given]
        assert kinds == ["ip", "wildcard", "keyword", "long"]

    def test_a_claim_of_lower_case_is_held_against_ecs(self) -> None:
        claims = [{"fields": ["f"], "evidence": "e", "domains": ["expected_values"]}]
        good, bad = ({"f": {"expected_values": [word]}} for word in ("low", "High"))
        made = BUILDER.Sources(good, None, None, None, None)
        assert BUILDER.lower_values(claims, made) == [{"fields": ["f"], "evidence": "e"}]
        with pytest.raises(ValueError, match="not all lower case"):
            BUILDER.lower_values(claims, BUILDER.Sources(bad, None, None, None, None))
