"""What a build's manifest records, read back, so that two builds can be compared.

``siemc.publish.manifest`` writes it. One that somebody else wrote, or damaged, is told with its
line and column.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siemc.diagnostics import Diagnostic, UsageError
from siemc.formula import YamlPath
from siemc.publish.manifest import CONTRACT, NAME

UNREADABLE = "SC345"


@dataclass(frozen=True, slots=True)
class RecordedArtifact:
    """A file of the build; ``path`` is one from the build's folder."""

    path: str
    kind: str
    sha256: str


@dataclass(frozen=True, slots=True)
class RecordedOutput:
    """What became of a rule in one artifact, or why it is in none."""

    kind: str
    target: str
    schema: str
    artifact: str | None
    sha256: str | None
    status: str
    verdict: str
    assumptions: tuple[str, ...]
    allowed: str | None
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordedRule:
    """A rule; ``path`` is one from the folder of rules, ``document`` counts from 0."""

    id: str | None
    title: str | None
    path: str
    document: int
    outputs: tuple[RecordedOutput, ...]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A manifest. ``basis`` is what all of the build rests on: versions, pipelines, schemas."""

    artifacts: tuple[RecordedArtifact, ...]
    rules: tuple[RecordedRule, ...]
    basis: Mapping[str, str]


def read_manifest(folder: str) -> Recorded:
    """The manifest of a build's folder. Raises ``UsageError`` where it cannot be read."""
    path = str(Path(folder) / NAME)
    return recorded(_json(path), path)


def recorded(found: Any, path: str = NAME) -> Recorded:
    """A manifest's object, checked. Raises ``UsageError``, with the place, where it is not one."""
    root = _Node(found, path)
    contract = root.at("contract").value
    if contract != CONTRACT:
        said = "It is of another contract than the one that this siemc reads"
        raise root.at("contract").wrong(f"{said}, {CONTRACT}")
    return Recorded(
        tuple(map(_artifact, root.at("artifacts").each())),
        tuple(map(_rule, root.at("rules").each())),
        _basis(root),
    )


def _artifact(node: _Node) -> RecordedArtifact:
    return RecordedArtifact(
        node.at("path").text(), node.at("kind").text(), node.at("sha256").text()
    )


def _rule(node: _Node) -> RecordedRule:
    return RecordedRule(
        node.at("id").text_or_none(),
        node.at("title").text_or_none(),
        node.at("path").text(),
        node.at("document").number(),
        tuple(map(_output, node.at("outputs").each())),
    )


def _output(node: _Node) -> RecordedOutput:
    return RecordedOutput(
        kind=node.at("kind").text(),
        target=node.at("target").text(),
        schema=node.at("schema").text(),
        artifact=node.at("artifact").text_or_none(),
        sha256=node.at("sha256").text_or_none(),
        status=node.at("status").text(),
        verdict=node.at("verdict").text(),
        assumptions=node.at("assumptions").texts(),
        allowed=node.at("allowed").text_or_none(),
        codes=node.at("codes").texts(),
    )


def _basis(root: _Node) -> dict[str, str]:
    """What each part of the basis is: a version, or a name and what it held."""
    found = {name: root.at(name).text() for name in ("siemc", "pysigma")}
    for each in root.at("pipelines").each():
        found[f"pipeline {each.at('name').text()}"] = each.at("sha256").text()
    for each in root.at("schemas").each():
        name = each.at("name").text()
        found[f"schema {name} ({each.at('target').text()})"] = each.at("sha256").text()
    return found


@dataclass(frozen=True, slots=True)
class _Node:
    """A value of the manifest and where it stands."""

    value: Any
    path: str
    place: YamlPath = ()

    def at(self, key: str) -> _Node:
        if not isinstance(self.value, dict):
            raise self.wrong("Here should be an object")
        if key not in self.value:
            raise self.wrong(f"Here should be a key {key}")
        return _Node(self.value[key], self.path, (*self.place, key))

    def each(self) -> list[_Node]:
        if not isinstance(self.value, list):
            raise self.wrong("Here should be a list")
        return [_Node(v, self.path, (*self.place, n)) for n, v in enumerate(self.value)]

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self.wrong("Here should be a text")
        return self.value

    def text_or_none(self) -> str | None:
        return None if self.value is None else self.text()

    def texts(self) -> tuple[str, ...]:
        return tuple(each.text() for each in self.each())

    def number(self) -> int:
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise self.wrong("Here should be a number")
        return self.value

    def wrong(self, what: str) -> UsageError:
        return _unreadable(self.path, what, place=self.place)


def _json(path: str) -> Any:
    try:
        return json.loads(Path(path).read_bytes())
    except OSError as error:
        raise _unreadable(path, f"It cannot be opened: {error.strerror or error}") from None
    except json.JSONDecodeError as error:
        at = {"line": error.lineno, "column": error.colno}
        raise _unreadable(path, f"It is no JSON: {error.msg}", **at) from None
    except UnicodeDecodeError as error:
        raise _unreadable(path, f"It is not UTF-8 (byte {error.start + 1})") from None
    except (ValueError, RecursionError):  # a NUL in the path, a number of thousands of digits
        raise _unreadable(path, "It cannot be read") from None


def _unreadable(path: str, what: str, **where: Any) -> UsageError:
    hint = "Name the folder that siemc build has written."
    return UsageError(Diagnostic(UNREADABLE, f"{what}.", hint, path, **where))
