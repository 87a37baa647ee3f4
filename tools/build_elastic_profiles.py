"""Build the Elastic schema profiles in ``backends/siemc_backends/elastic/profiles``.

``tools/elastic_profiles.yml`` says what each profile is made of. The definitions themselves come
from files and checkouts named on the command line, never from the network; a profile whose sources
are not all given is passed over. ``--check`` writes nothing and fails on a difference.

    python tools/build_elastic_profiles.py --ecs ecs_flat.yml --beats beats-fields.json.gz \\
        --integrations checkouts/integrations --ecs-mappings ecs@mappings.json \\
        --endpoint endpoint-package/fields

``--beats`` is a JSON tree of the repository's field files ({"folders": {…}, "files": {…}}).
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
CONFIG = ROOT / "tools" / "elastic_profiles.yml"
TARGET = ROOT / "backends" / "siemc_backends" / "elastic" / "profiles"

LIMIT = 1024
"""``ignore_above`` where a definition has none: ``DEFAULT_IGNORE_ABOVE`` of Fleet's ``mappings.ts``
and ``template.ts``, ``defaultIgnoreAbove`` of libbeat's ``template/processor.go``; for keyword and
for wildcard."""

FLEET_SUBFIELDS = frozenset({"text", "keyword", "long", "double", "match_only_text"})
"""The multi-field types that Fleet's ``generateMultiFields`` knows; it drops any other."""

Spec = dict[str, Any]
Definition = Mapping[str, Any]


@dataclass(frozen=True)
class Sources:
    """The inputs of the command line; ``None`` for one that was not given."""

    ecs: Mapping[str, Definition] | None
    beats: Mapping[str, Any] | None
    integrations: Path | None
    endpoint: Path | None
    ecs_mappings: list[Definition] | None


@dataclass
class Mapped:
    """One index: field name to mapping, and the dynamic templates its definitions ask for."""

    fields: dict[str, Spec] = field(default_factory=dict)
    dynamic: dict[str, Spec] = field(default_factory=dict)


def read_data(path: Path) -> Any:
    """The content of a YAML, JSON or gzipped JSON file."""
    if path.suffix == ".gz":
        return json.loads(gzip.decompress(path.read_bytes()))
    text = path.read_text(encoding="utf-8")
    return json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)


def leaves(fields: Iterable[Definition], prefix: str = "") -> Iterator[tuple[str, Definition]]:
    """Every definition by its full name; groups are entered, what is nested is not.

    A nested object's own fields answer to a nested query alone, so to none of our targets.
    """
    for entry in fields:
        name = prefix + entry["name"] if "name" in entry else prefix.removesuffix(".")
        if "fields" in entry and entry.get("type", "group") in {"group", "object"}:
            yield from leaves(entry["fields"] or (), f"{name}." if name else "")
        else:
            yield name, entry


def mapping_of(entry: Definition, fleet: bool) -> Spec:
    """What decides a search on the field, in the mapping that Fleet or libbeat makes of it."""
    kind = entry.get("type") or "keyword"
    spec: Spec = {"type": "long" if kind == "integer" else kind}
    if entry.get("index") is False and entry.get("doc_values") is False:
        return spec | {"indexed": False}
    limit = entry.get("ignore_above") or LIMIT
    if kind in {"keyword", "wildcard"} and limit > 0:  # libbeat: -1 means no limit
        spec["ignore_above"] = limit
    if entry.get("normalizer"):
        spec["normalizer"] = entry["normalizer"]
    subfields = {
        sub["name"]: mapping_of(sub, fleet)
        for sub in sorted(entry.get("multi_fields") or (), key=lambda sub: str(sub["name"]))
        if not fleet or sub["type"] in FLEET_SUBFIELDS
    }
    return spec | ({"fields": subfields} if subfields else {})


def add(mapped: Mapped, definitions: Iterable[tuple[str, Definition]], fleet: bool) -> None:
    """Put definitions into the index; of two with one name the later wins, as in both makers.

    Libbeat leaves out the aliases for a migration from version 6 unless they are asked for.
    """
    aliases = {}
    for name, entry in definitions:
        kind = entry.get("type")
        if kind == "alias":
            if not entry.get("migration"):
                aliases[name] = entry["path"]
        elif kind == "object" and entry.get("object_type"):
            if entry["object_type"] == "keyword" and name.startswith("winlog."):
                mapped.dynamic[f"{name}.*"] = {"type": "keyword"}
        elif kind not in {"group", "array"}:
            mapped.fields[name] = mapping_of(entry, fleet)
    for name, target in aliases.items():
        if target in mapped.fields:
            mapped.fields[name] = mapped.fields[target]


def drop_unreachable(mapped: Mapped) -> None:
    """Drop the fields inside a nested object, and the objects that only hold other fields."""
    nested = tuple(f"{n}." for n, spec in mapped.fields.items() if spec["type"] == "nested")
    for name in [n for n in mapped.fields if n.startswith(nested)]:
        del mapped.fields[name]
    parents = {name[:at] for name in mapped.fields for at in _dots(name)}
    for name in [n for n, spec in mapped.fields.items() if spec["type"] == "object"]:
        if name in parents:
            del mapped.fields[name]


def _dots(name: str) -> Iterator[int]:
    return (at for at, char in enumerate(name) if char == ".")


def package_fields(folder: Path, ecs: Mapping[str, Definition]) -> Iterator[tuple[str, Definition]]:
    """The definitions of a data stream's ``fields`` folder, ``.link`` files followed.

    An ``external: ecs`` field takes ECS's definition and overrides it key by key, as
    elastic-package does when it builds the package. Raises ``KeyError`` if ECS has no such field.
    """
    for path in sorted(folder.glob("*.yml")) + sorted(folder.glob("*.yml.link")):
        file = path
        if path.suffix == ".link":
            file = path.parent / path.read_text(encoding="utf-8").split()[0]
        for name, entry in leaves(read_data(file)):
            yield name, ({**ecs[name], **entry} if entry.get("external") == "ecs" else entry)


def beats_fields(tree: Mapping[str, Any], patterns: list[str]) -> Iterator[tuple[str, Definition]]:
    """The definitions of the field files that match, in the order of the patterns."""
    files = dict(_files(tree, ""))
    for pattern in patterns:
        for path in sorted(p for p in files if fnmatchcase(p, pattern)):
            yield from leaves(files[path] or ())


def _files(tree: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    yield from ((prefix + name, content) for name, content in tree.get("files", {}).items())
    for name, folder in tree.get("folders", {}).items():
        yield from _files(folder, f"{prefix}{name}/")


def json_type(name: str, given: str, ecs: Mapping[str, Definition]) -> str:
    """The JSON type of an undeclared field's values: as given, else what ECS's type implies."""
    kind = given or ecs[name]["type"]
    known = {"integer": "long", "float": "double", "scaled_float": "double", "geo_point": "object"}
    return str(kind if kind in {"long", "boolean", "double"} else known.get(kind, "string"))


def dynamic_mapping(name: str, kind: str, templates: list[Definition]) -> Spec:
    """What the first dynamic template that matches makes of a field, else Elasticsearch's default.

    Source: Elasticsearch reference, "Dynamic templates" (order, ``match``, ``path_match``) and
    "Dynamic field mapping" (a JSON floating-point number becomes ``float``).
    """
    for template in templates:
        if _template_matches(template, name, kind):
            return _searchable(template["mapping"])
    return {"type": "float" if kind == "double" else kind}


def _template_matches(template: Definition, name: str, kind: str) -> bool:
    def any_of(key: str, text: str) -> bool:
        value = template[key]
        patterns = [value] if isinstance(value, str) else value
        return any(fnmatchcase(text, pattern) for pattern in patterns)

    return (
        template.get("match_mapping_type", kind) in {kind, "*"}
        and ("match" not in template or any_of("match", name.rpartition(".")[2]))
        and ("path_match" not in template or any_of("path_match", name))
        and ("path_unmatch" not in template or not any_of("path_unmatch", name))
    )


def _searchable(mapping: Definition) -> Spec:
    kept = {key: mapping[key] for key in ("type", "ignore_above", "normalizer") if key in mapping}
    subfields = {name: _searchable(sub) for name, sub in mapping.get("fields", {}).items()}
    hidden = mapping.get("index") is False and mapping.get("doc_values") is False
    return (
        kept | ({"indexed": False} if hidden else {}) | ({"fields": subfields} if subfields else {})
    )


STRINGS_AS_KEYWORD: list[Definition] = [
    {"match_mapping_type": "string", "mapping": {"type": "keyword", "ignore_above": LIMIT}}
]
"""Winlogbeat's last dynamic template (libbeat ``template/template.go``)."""


def flatten(items: Iterable[Any]) -> Iterator[str]:
    """The names in a list of names and lists (YAML anchors nest)."""
    for item in items:
        yield from (flatten(item) if isinstance(item, list) else (item,))


def build_index(entry: Definition, fleet: bool, sources: Sources) -> Mapped:
    """One index of a profile from its sources; call it only when they are all given."""
    ecs, mapped = sources.ecs or {}, Mapped()
    if entry.get("ecs") == "all":
        add(mapped, ecs.items(), fleet)
    if "beats" in entry and sources.beats is not None:
        add(mapped, beats_fields({"folders": sources.beats}, entry["beats"]), fleet)
    if "package" in entry and sources.integrations is not None:
        folder = sources.integrations / "packages" / entry["package"] / "fields"
        add(mapped, package_fields(folder, ecs), fleet)
    if "endpoint" in entry and sources.endpoint is not None:
        add(mapped, leaves(read_data(sources.endpoint / entry["endpoint"])), fleet)
    templates = (sources.ecs_mappings or []) if fleet else STRINGS_AS_KEYWORD
    for item in flatten(entry.get("extra", ())):
        name, _, given = item.partition(":")
        if name not in mapped.fields:
            mapped.fields[name] = dynamic_mapping(name, json_type(name, given, ecs), templates)
    drop_unreachable(mapped)
    return mapped


def type_key(spec: Definition) -> str:
    """A short name for a mapping, readable in a diff: ``k1024``, ``k1024_caseless_text``."""
    short = {"keyword": "k", "wildcard": "w", "match_only_text": "mot", "constant_keyword": "ck"}
    key = short.get(spec["type"], str(spec["type"])) + str(spec.get("ignore_above", ""))
    key += "n" if "normalizer" in spec else ""
    key += "" if spec.get("indexed", True) else "x"
    for name, sub in spec.get("fields", {}).items():
        key += f"_{name}" if sub["type"] in {name, "keyword"} else f"_{type_key(sub)}"
    return key


def lower_values(claims: Iterable[Definition], sources: Sources) -> list[Spec]:
    """The claims, after a look at ECS that the value lists they rest on are lower case.

    Raises ``ValueError`` when a list is missing or has a capital.
    """
    checked = []
    for claim in claims:
        for name in claim["fields"]:
            for domain in claim.get("domains", ()) if sources.ecs else ():
                _require_lower(name, (sources.ecs or {})[name].get(domain) or ())
        checked.append({"fields": claim["fields"], "evidence": claim["evidence"]})
    return checked


def _require_lower(name: str, values: Iterable[Any]) -> None:
    words = [value["name"] if isinstance(value, dict) else value for value in values]
    if not words or any(word != word.lower() for word in words):
        raise ValueError(f"{name}: its values in ECS are not all lower case: {words}")


def build(name: str, plan: Definition, sources: Sources) -> str:
    """A profile as the text of its file.

    Raises ``ValueError`` if two different mappings would get one key.
    """
    fleet = plan["reader"] == "fleet"
    types: dict[str, Spec] = {}
    indices = []
    for entry in plan["indices"]:
        mapped = build_index(entry, fleet, sources)
        for spec in (*mapped.fields.values(), *mapped.dynamic.values()):
            if types.setdefault(type_key(spec), spec) != spec:
                raise ValueError(f"{name}: two mappings named {type_key(spec)}")
        indices.append((entry, mapped))
    claims = lower_values(plan["lower"], sources)
    head: dict[str, Any] = {"name": name, "platform": "elastic"}
    head |= {key: plan[key] for key in ("title", "version", "source", "licence")}
    head |= {"closed": True, "whole_event": None}
    body = [f"{_json(key)}: {_json(value)}" for key, value in head.items()]
    body.append(_table("types", {key: types[key] for key in sorted(types)}, " "))
    body.append(_values(claims, " "))
    body.append(f'"values_source": {_json(claims)}')
    body.append('"indices": [\n' + ",\n".join(_index(*pair) for pair in indices) + "\n ]")
    return "{\n " + ",\n ".join(body) + "\n}\n"


def _index(entry: Definition, mapped: Mapped) -> str:
    dynamic = [{"match": m, "type": type_key(s)} for m, s in sorted(mapped.dynamic.items())]
    parts = [f'"pattern": {_json(entry["pattern"])}', f'"dynamic": {_json(dynamic)}']
    if "lower" in entry:
        parts.append(_values(entry["lower"], "   "))
    if "absent" in entry:
        parts.append(f'"absent": {_json(sorted(entry["absent"]["fields"]))}')
    fields = {name: type_key(mapped.fields[name]) for name in sorted(mapped.fields)}
    parts.append(_table("fields", fields, "   "))
    return "  {" + ",\n   ".join(parts) + "}"


def _values(claims: Iterable[Definition], indent: str) -> str:
    names = sorted(name for claim in claims for name in claim["fields"])
    return _table("values", dict.fromkeys(names, "lower"), indent)


def _table(title: str, rows: Mapping[str, Any], indent: str) -> str:
    lines = [f"{indent} {_json(key)}: {_json(value)}" for key, value in rows.items()]
    return f"{_json(title)}: {{\n" + ",\n".join(lines) + f"\n{indent}}}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def missing(plan: Definition, sources: Sources) -> list[str]:
    """The command-line options that a profile needs and that were not given."""
    entries = plan["indices"]
    needs = {
        "--ecs": (sources.ecs, any({"ecs", "package"} & entry.keys() for entry in entries)),
        "--beats": (sources.beats, any("beats" in entry for entry in entries)),
        "--integrations": (sources.integrations, any("package" in entry for entry in entries)),
        "--ecs-mappings": (sources.ecs_mappings, any("package" in entry for entry in entries)),
        "--endpoint": (sources.endpoint, any("endpoint" in entry for entry in entries)),
    }
    return [option for option, (given, needed) in needs.items() if needed and given is None]


def read_sources(options: argparse.Namespace) -> Sources:
    """The inputs of the command line, read."""
    mappings = read_data(options.ecs_mappings) if options.ecs_mappings else None
    return Sources(
        ecs=read_data(options.ecs) if options.ecs else None,
        beats=read_data(options.beats) if options.beats else None,
        integrations=options.integrations,
        endpoint=options.endpoint,
        ecs_mappings=mappings and _templates(mappings),
    )


def _templates(component: Definition) -> list[Definition]:
    templates = component["template"]["mappings"]["dynamic_templates"]
    return [template for named in templates for template in named.values()]


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(description="Build the Elastic schema profiles.")
    made.add_argument("--ecs", type=Path, help="elastic/ecs generated/ecs/ecs_flat.yml, or as JSON")
    made.add_argument("--beats", type=Path, help="JSON tree of elastic/beats' field files")
    made.add_argument("--integrations", type=Path, help="checkout of elastic/integrations")
    made.add_argument("--ecs-mappings", type=Path, help="Elasticsearch's ecs@mappings.json")
    made.add_argument("--endpoint", type=Path, help="folder with Elastic Defend's field files")
    made.add_argument("--out", type=Path, default=TARGET, help="where the profiles go")
    made.add_argument("--check", action="store_true", help="write nothing, compare")
    return made


def main(arguments: list[str] | None = None) -> int:
    """Build what the given sources allow; 1 if nothing could be built or a check failed."""
    options = parser().parse_args(arguments)
    sources = read_sources(options)
    status, built = 0, 0
    for name, plan in read_data(CONFIG)["profiles"].items():
        if lacking := missing(plan, sources):
            print(f"{name}: passed over, needs {' '.join(lacking)}", file=sys.stderr)
            continue
        built += 1
        path, text = options.out / f"{name}.json", build(name, plan, sources)
        if not options.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            print(f"{path}: differs from its sources", file=sys.stderr)
            status = 1
    return status if built else 1


if __name__ == "__main__":
    sys.exit(main())
