"""The manifest: what a build holds, and what is known of each query in it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from siemc import __version__
from siemc.compiler import Compiler
from siemc.publish.names import Names
from siemc.publish.outputs import Output, sha256
from siemc.publish.publisher import Published
from siemc.schema import Schema

CONTRACT = 1
NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file of the build; ``outputs`` are what it holds."""

    path: str
    kind: str
    data: bytes
    outputs: Sequence[Output] = ()


def manifest(
    compiler: Compiler,
    published: Iterable[Published],
    inputs: Mapping[str, str],
    artifacts: Sequence[Artifact],
    names: Names,
) -> dict[str, Any]:
    """The manifest as an object; ``docs/artifacts.md`` describes it.

    ``inputs`` are the hashes of the rules' files.
    """
    held = {id(output): each.path for each in artifacts for output in each.outputs}
    return {
        "contract": CONTRACT,
        "siemc": __version__,
        "pysigma": version("pysigma"),
        "pipelines": _pipelines(compiler),
        "schemas": [_schema(compiler, target.backend.id) for target in compiler.targets],
        "artifacts": [
            {
                "path": each.path,
                "kind": each.kind,
                "sha256": sha256(each.data),
                "bytes": len(each.data),
                "rules": len(each.outputs),
            }
            for each in artifacts
        ],
        "rules": [
            {
                "id": each.rule.id,
                "title": each.rule.title,
                "path": names.place(each.rule),
                "document": each.rule.document,
                "sha256": inputs[each.rule.path],
                "outputs": [_output(output, held.get(id(output))) for output in each.outputs],
            }
            for each in published
        ],
    }


def _output(output: Output, artifact: str | None) -> dict[str, Any]:
    return {
        "kind": output.kind,
        "target": output.target,
        "schema": output.schema,
        "artifact": artifact,
        "name": output.name if output.text is not None else None,
        "sha256": None if output.text is None else sha256(output.text),
        "status": output.status,
        "verdict": output.verdict,
        "assumptions": list(output.assumptions),
        "sources": list(output.sources),
        "allowed": output.allowed,
        "codes": list(output.codes),
    }


def _pipelines(compiler: Compiler) -> list[dict[str, str]]:
    """The shipped pipelines that may have been applied, then the user's, in that order."""
    found: list[tuple[str, Path]] = []
    if compiler.mapped:
        platforms = {e.backend.platform.id: e.backend.platform for e in compiler.targets}
        for name, platform in platforms.items():
            paths = dict.fromkeys(each.pipeline for each in platform.sources())
            found += [(f"{name}/{path.name}", path) for path in paths]
    found += [(path.name, path) for path in compiler.user_pipelines]
    return [{"name": name, "sha256": sha256(path.read_bytes())} for name, path in found]


def _schema(compiler: Compiler, target: str) -> dict[str, str]:
    schema = compiler.schema(target)
    return {"target": target, "name": schema.name, "sha256": sha256(_content(schema))}


def _content(schema: Schema) -> str:
    """All that a schema says, in a fixed order."""
    indices = [
        (each.pattern, sorted(each.fields.items()), each.dynamic, sorted(each.lower_values))
        for each in schema.indices
    ]
    rest = (schema.closed, schema.whole_event, sorted(schema.lower_values))
    return repr((schema.name, indices, rest))


def text_of(found: Mapping[str, Any]) -> str:
    """The manifest as it is written: indented, its keys in their order."""
    return json.dumps(found, indent=1) + "\n"
