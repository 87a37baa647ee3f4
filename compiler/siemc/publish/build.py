"""The build: every artifact of one compile, and the folder that holds them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siemc.api import in_order
from siemc.backend import Platform, backends
from siemc.collector import collector_paused
from siemc.compiler import Compiler, rule_ref
from siemc.diagnostics import Diagnostic
from siemc.folders import Kind, replacing
from siemc.load import BrokenRule, Loaded, LoadedRule
from siemc.publish.deployment import Deployments
from siemc.publish.manifest import NAME, Artifact, manifest, text_of
from siemc.publish.names import Names
from siemc.publish.ndjson import parts
from siemc.publish.outputs import Output, OutputKind, sha256
from siemc.publish.publisher import Published, Publisher
from siemc.publish.rules import Live
from siemc.publish.splunk_app import app_archive

AnyRule = LoadedRule | BrokenRule
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be built.

    ``named`` are the paths that the rules were loaded from; ``plain`` the targets whose queries
    become files of their own; ``live`` what analysts have set on imported rules, by ``rule_id``.
    ``changed`` are the files of the rules that queries and detection rules are made of, ``None``
    for all: the app is always whole, since to install it takes the place of the one before;
    ``since`` is the revision that they changed from.
    """

    loaded: Loaded
    named: Sequence[str]
    compiler: Compiler
    deployments: Deployments
    plain: Collection[str]
    live: Live
    changed: Collection[str] | None = None
    since: str | None = None


@dataclass(frozen=True, slots=True)
class Built:
    """What a build made: the artifacts, the rules and their names, and the manifest of all."""

    artifacts: tuple[Artifact, ...]
    published: tuple[Published, ...]
    manifest: Mapping[str, Any]
    names: Names


@collector_paused()
def build(request: Request, step: Callable[[], None]) -> Built:
    """Make every artifact in memory; ``step`` is called after each rule."""
    rules = in_order(request.loaded.rules, request.loaded.broken)
    names = Names(request.named, rules, request.deployments.build.label)
    publisher = Publisher(request.compiler, request.deployments, names, request.plain, request.live)
    clashes = dict(_clashes(rules))
    published: list[Published] = []
    for rule in rules:
        is_whole = request.changed is None or rule.path in request.changed
        clash = clashes.get((rule.path, rule.document))
        published.append(publisher.publish(rule, clash, is_whole))
        step()
    artifacts = tuple(_artifacts(published, request))
    inputs = {path: _hash(path) for path in {rule.path for rule in rules}}
    told = manifest(request.compiler, published, inputs, artifacts, names)
    told["only_changed"] = request.since
    return Built(artifacts, tuple(published), told, names)


def write(built: Built, folder: Path) -> None:
    """Write the artifacts and the manifest into ``folder``, whose old contents are gone then.

    Killed at any moment, the folder is what it was or the new one. Raises ``UsageError`` where the
    folder is not one to write to.
    """
    with replacing(folder, DIST) as aside:
        for each in built.artifacts:
            path = aside / each.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(each.data)
        (aside / NAME).write_text(text_of(built.manifest), encoding="utf-8", newline="\n")


def _hash(path: str) -> str:
    try:
        return sha256(Path(path).read_bytes())
    except OSError:  # gone since it was loaded
        return ""


def _clashes(rules: Iterable[AnyRule]) -> Iterator[tuple[tuple[str, int], Diagnostic]]:
    """The rules that no importer could tell apart, each with what is wrong."""
    sound = [each for each in rules if isinstance(each, LoadedRule)]
    having: dict[str, list[LoadedRule]] = {}
    for rule in sound:
        having.setdefault((rule_ref(rule).id or "").lower(), []).append(rule)
    for rule in sound:
        ref = rule_ref(rule)
        place = ("id",) if ref.id else ()
        others = [each.path for each in having[(ref.id or "").lower()] if each is not rule]
        if not ref.id:
            message = "The rule has no id, by which an importer would know it again."
            hint = "Give it one: siemc lint --fix does."
        elif not UUID.fullmatch(ref.id):
            message = "The rule's id is no UUID, by which importers know rules again."
            hint = "Give it one, such as the output of uuidgen."
        elif others:
            message = f"The rule has the id of another one, {others[0]}."
            hint = "Give it an id of its own."
        else:
            continue
        found = Diagnostic("SC314", message, hint, rule.path, place=place, document=rule.document)
        yield (rule.path, rule.document), found


def _stranger(folder: Path) -> str | None:
    """A file in the folder that its manifest does not name; the manifest, if it is not siemc's."""
    try:
        data = json.loads((folder / NAME).read_bytes())
        ours = {"contract", "siemc", "artifacts"} <= data.keys()
        listed = {NAME, *(each["path"] for each in data["artifacts"])} if ours else set()
    except (OSError, ValueError, RecursionError, AttributeError, KeyError, TypeError):
        return NAME
    if not ours:
        return NAME
    for root, folders, names in os.walk(folder):
        links = [each for each in folders if os.path.islink(os.path.join(root, each))]
        for name in [*names, *links]:
            below = Path(os.path.relpath(os.path.join(root, name), folder)).as_posix()
            if below not in listed:
                return below
    return None


DIST = Kind(mark=NAME, name="build", stranger=_stranger)


# --- artifacts --------------------------------------------------------------------------------


def _artifacts(published: Sequence[Published], request: Request) -> Iterator[Artifact]:
    build = request.deployments.build
    searches = _held(published, "saved-search")
    if searches:
        archive = app_archive(searches, build)
        yield Artifact(f"splunk/{build.app}.tgz", "splunk-app", archive, searches)
    rules = _held(published, "detection-rule")
    yield from _rule_files(rules)
    yield from _templates(rules, request.compiler)
    for each in _held(published, "query"):
        yield Artifact(each.name or "", "query", (each.text or "").encode("utf-8"), [each])


def _held(published: Iterable[Published], kind: OutputKind) -> list[Output]:
    outputs = (output for each in published for output in each.outputs)
    return [each for each in outputs if each.kind == kind and each.text is not None]


def _rule_files(rules: Sequence[Output]) -> Iterator[Artifact]:
    start = 0
    files = list(parts(each.text or "" for each in rules))
    for number, lines in enumerate(files, 1):
        mark = f"-{number}" if len(files) > 1 else ""
        name = f"elastic/detection-rules{mark}.ndjson"
        held = rules[start : start + len(lines)]
        start += len(lines)
        yield Artifact(name, "detection-rules", "".join(lines).encode("utf-8"), held)


def _templates(rules: Sequence[Output], compiler: Compiler) -> Iterator[Artifact]:
    """The component templates that the schema of the detection rules and KQL queries needs."""
    schema = compiler.schema("dsl")
    platform: Platform = backends()["dsl"].platform
    tested: dict[str, set[str]] = {}
    for each in rules:
        for pattern in each.indices if each.schema == schema.name else ():
            tested.setdefault(pattern, set()).update(each.fields)
    for pattern, fields in sorted(tested.items()):
        for name, body in platform.templates(schema.within([pattern]), sorted(fields)).items():
            data = json.dumps(body, indent=2) + "\n"
            path = f"elastic/component-templates/{name}.json"
            yield Artifact(path, "component-template", data.encode("utf-8"))
