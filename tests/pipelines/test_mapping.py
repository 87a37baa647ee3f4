"""What the shipped pipelines make of a rule: hand-derived examples, then the public rules."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from sigma.conditions import ConditionAND
from sigma.processing.pipeline import ProcessingPipeline
from sigma.rule import SigmaDetection, SigmaDetectionItem, SigmaRule
from sigma.types import SigmaBool, SigmaFieldReference, SigmaNull, SigmaNumber

from siemc.schema import Schema, load_schema
from siemc.sources import DataSource, LogSource, load_sources

BACKENDS = Path(__file__).resolve().parents[2] / "backends" / "siemc_backends"


@cache
def pipeline(path: Path) -> ProcessingPipeline:
    """A shipped pipeline as sigma-cli loads it."""
    return ProcessingPipeline.from_yaml(path.read_text(encoding="utf-8"))


def apply(path: Path, logsource: Mapping[str, str], detection: Mapping[str, Any]) -> SigmaRule:
    """The rule of one selection after the pipeline."""
    body = {"sel": dict(detection), "condition": "sel"}
    rule = SigmaRule.from_dict({"title": "t", "logsource": dict(logsource), "detection": body})
    pipeline(path).apply(rule)
    return rule


def plain(item: SigmaDetectionItem | SigmaDetection) -> Any:
    """An item as ``{field: values}``; an OR of several as ``{"any": […]}``."""
    if isinstance(item, SigmaDetectionItem):
        return {item.field: [_value(value) for value in item.value]}
    parts = [plain(part) for part in item.detection_items]
    return parts[0] if len(parts) == 1 else {"any": parts}


def _value(value: Any) -> Any:
    match value:
        case SigmaNull():
            return None
        case SigmaNumber():
            return value.number
        case SigmaBool():
            return value.boolean
        case _:
            return getattr(value, "cidr", None) or str(value)


def items(detection: SigmaDetection) -> Iterator[SigmaDetectionItem]:
    """Every detection item, however deep."""
    for item in detection.detection_items:
        if isinstance(item, SigmaDetection):
            yield from items(item)
        else:
            yield item


def fields(rule: SigmaRule) -> frozenset[str]:
    """Every field that the rule tests or compares with."""
    found: set[str] = set()
    for detection in rule.detection.detections.values():
        for item in items(detection):
            found |= {item.field} if item.field else set()
            found |= {v.field for v in item.value if isinstance(v, SigmaFieldReference)}
    return frozenset(found)


EXAMPLES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).with_name("examples.yml")).read_text(encoding="utf-8")
)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e["does"])
def test_detection_is_mapped_as_ingest_stores_it(example: dict[str, Any]) -> None:
    rule = apply(BACKENDS / example["pipeline"], example["logsource"], example["detection"])
    mapped = [plain(item) for item in rule.detection.detections["sel"].detection_items]
    assert mapped == example["expect"]


@pytest.mark.parametrize("example", [e for e in EXAMPLES if "scope" in e], ids=lambda e: e["does"])
def test_scope_is_added_under_a_fixed_name(example: dict[str, Any]) -> None:
    rule = apply(BACKENDS / example["pipeline"], example["logsource"], example["detection"])
    names = rule.detection.detections.keys() - {"sel"}
    assert all(name.startswith("_scope_") for name in names)
    found: dict[str | None, Any] = {}
    for name in names:
        for item in items(rule.detection.detections[name]):
            found |= plain(item)
    for field, values in example["scope"].items():
        assert found.get(field) == values


def test_scope_is_anded_with_the_whole_condition() -> None:
    path = BACKENDS / "splunk/pipelines/splunk_sysmon.yml"
    rule = apply(path, {"product": "windows", "category": "dns_query"}, {"QueryName": "a"})
    assert rule.detection.condition == ["sel"]
    parsed = rule.detection.parsed_condition[0].condition
    assert parsed == "_scope_sysmon and (_scope_sysmon_event and (sel))"


def test_all_of_several_hashes_stays_all() -> None:
    path = BACKENDS / "elastic/pipelines/ecs_sysmon.yml"
    hashes = [f"MD5={'a1' * 16}", f"SHA1={'b2' * 20}"]
    logsource = {"product": "windows", "category": "process_creation"}
    rule = apply(path, logsource, {"Hashes|contains|all": hashes})
    (split,) = rule.detection.detections["sel"].detection_items
    assert isinstance(split, SigmaDetection)
    assert split.item_linking is ConditionAND


def test_captured_digits_stay_text() -> None:
    path = BACKENDS / "elastic/pipelines/ecs_sysmon.yml"
    logsource = {"product": "windows", "category": "process_creation"}
    rule = apply(path, logsource, {"Hashes|contains": f"MD5={'1234567890' * 3}12"})
    (split,) = rule.detection.detections["sel"].detection_items
    assert plain(split) == {"process.hash.md5": ["12345678901234567890123456789012"]}


UNMAPPED: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(
    Path(__file__).with_name("unmapped.yml").read_text(encoding="utf-8")
)


needs_corpus = pytest.mark.skipif(
    "SIEMC_CORPUS" not in os.environ,
    reason="SIEMC_CORPUS is not set: no public rules to map",
)


@cache
def _schema(path: Path) -> Schema:
    return load_schema(path)


@cache
def _rules() -> tuple[Mapping[str, Any], ...]:
    folder = Path(os.environ["SIEMC_CORPUS"]) / "sigmahq" / "rules" / "windows"
    texts = (path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.yml")))
    return tuple(yaml.load(text, Loader=yaml.CSafeLoader) for text in texts)


def _logsource(rule: Mapping[str, Any]) -> LogSource:
    keys = ("product", "category", "service")
    return LogSource(**{key: rule["logsource"].get(key) for key in keys})


def _missing(rule: Mapping[str, Any], source: DataSource, platform: str, name: str) -> set[str]:
    schema = _schema(BACKENDS / platform / "profiles" / f"{name}.json")
    mapped = SigmaRule.from_dict(dict(rule))
    pipeline(source.pipeline).apply(mapped)
    inside = schema.within(source.schemas[name])
    return {field for field in fields(mapped) if not inside.has(field)}


@needs_corpus
@pytest.mark.corpus
@pytest.mark.parametrize(
    ("platform", "name"),
    [("splunk", "splunk-sysmon"), ("elastic", "winlogbeat-9"), ("elastic", "agent-windows")],
)
def test_every_field_is_mapped_or_listed_with_a_reason(platform: str, name: str) -> None:
    found: dict[str, set[str]] = defaultdict(set)
    sources = load_sources(BACKENDS / platform / "sources.yml")
    for rule in _rules():
        logsource = _logsource(rule)
        serving = [s for s in sources if s.serves(logsource) and name in s.schemas]
        if serving:
            key = logsource.category or logsource.service or ""
            found[key] |= _missing(rule, serving[0], platform, name)
    listed = {key: set(names) for key, names in UNMAPPED[platform].items()}
    listed |= {key: set(names) for key, names in UNMAPPED.get(name, {}).items()}
    assert {key: names for key, names in found.items() if names} == listed


@needs_corpus
@pytest.mark.corpus
def test_all_but_three_windows_log_sources_are_covered() -> None:
    for platform in ("splunk", "elastic"):
        sources = load_sources(BACKENDS / platform / "sources.yml")
        wanted = {_logsource(rule) for rule in _rules()}
        left = {str(ls) for ls in wanted if not any(s.serves(ls) for s in sources)}
        # Kernel file events (ETW) that neither Sysmon nor a Windows channel has, and no log source.
        outside = {"product windows", "product windows, category file_access"}
        renames = {"product windows, category file_rename"} if platform == "splunk" else set()
        assert left == outside | renames
