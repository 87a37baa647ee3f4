"""Folders of artifacts: what ``siemc build`` made, and others."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from siemc.importcheck.report import Report
from siemc.importcheck.run import check
from tests.importcheck import app_members, archive, codes, ndjson, rule, said

FILES: Mapping[str, tuple[str, bytes]] = {
    "splunk/myapp.tgz": ("splunk-app", archive(*app_members())),
    "elastic/detection-rules.ndjson": ("detection-rules", ndjson(rule()).encode()),
    "elastic/component-templates/a.json": ("component-template", b"{}"),
    "queries/a.spl": ("query", b"index=main"),
    "queries/a.dsl.json": ("query", b'{"match_all": {}}'),
}


def entry(path: str, kind: str, data: bytes, **parts: Any) -> dict[str, Any]:
    made = {"path": path, "kind": kind, "bytes": len(data)}
    return {**made, "sha256": hashlib.sha256(data).hexdigest(), **parts}


def manifest(**parts: Any) -> dict[str, Any]:
    artifacts = [entry(path, kind, data) for path, (kind, data) in FILES.items()]
    return {"contract": 1, "artifacts": artifacts, "rules": [], **parts}


@pytest.fixture
def dist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, (_, data) in FILES.items():
        path = tmp_path / "dist" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    write(tmp_path / "dist", manifest())
    return tmp_path / "dist"


def write(dist: Path, content: Any) -> None:
    text = content if isinstance(content, str) else json.dumps(content)
    (dist / "manifest.json").write_text(text, encoding="utf-8")


def checked() -> Report:
    return check(["dist"])


@pytest.mark.usefixtures("dist")
def test_a_good_folder() -> None:
    report = checked()
    assert said(report) == []
    assert report.counts == {
        "app": 1, "saved search": 1, "macro": 1, "detection rule": 1, "query": 2,
    }  # fmt: skip


def test_an_artifact_with_other_bytes(dist: Path) -> None:
    (dist / "queries" / "a.spl").write_bytes(b"index=xain")
    ((code, _, message),) = said(checked())
    assert code == "SC335"
    assert "sha256" in message


def test_an_artifact_of_another_size(dist: Path) -> None:
    (dist / "queries" / "a.spl").write_bytes(b"index=main ")
    assert codes(checked()) == ["SC335", "SC335"]


def test_an_artifact_that_is_missing(dist: Path) -> None:
    (dist / "queries" / "a.spl").unlink()
    ((code, _, message),) = said(checked())
    assert (code, "is not there" in message) == ("SC335", True)


def test_a_file_that_is_not_listed_is_said_and_checked(dist: Path) -> None:
    (dist / "elastic" / "more.ndjson").write_text(ndjson(rule(severity="grave")), encoding="utf-8")
    assert sorted(codes(checked())) == ["SC325", "SC335", "SC336"]  # its rule is in the other too


def test_a_rule_in_two_files_of_one_folder(dist: Path) -> None:
    (dist / "elastic" / "detection-rules-2.ndjson").write_text(ndjson(rule()), encoding="utf-8")
    messages = [each[2] for each in said(checked()) if each[0] == "SC325"]
    assert "first in dist/elastic/detection-rules.ndjson:1" in messages[0]


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "queries/../../secret", "a\\b"])
def test_an_artifact_outside_the_folder_is_not_read(dist: Path, path: str) -> None:
    (dist.parent / "secret").write_text("x", encoding="utf-8")
    artifacts = [*manifest()["artifacts"], entry(path, "query", b"x")]
    write(dist, manifest(artifacts=artifacts))
    ((code, _, message),) = said(checked())
    assert (code, "outside the folder" in message) == ("SC335", True)


def test_an_artifact_that_is_a_link_out_of_the_folder(dist: Path) -> None:
    (dist.parent / "secret").write_bytes(b"index=main")
    (dist / "queries" / "a.spl").unlink()
    (dist / "queries" / "a.spl").symlink_to(dist.parent / "secret")
    assert codes(checked()) == ["SC335"]


@pytest.mark.parametrize(
    "content",
    ["{", "[]", "{}", {"contract": 2}, {"contract": 1}, "[" * 100_000, manifest(artifacts=[5])],
    ids=lambda each: str(each)[:20],
)
def test_a_manifest_that_is_none(dist: Path, content: Any) -> None:
    write(dist, content)
    assert "SC335" in codes(checked())


def test_a_rule_in_an_artifact_that_is_not_listed(dist: Path) -> None:
    rules = [{"outputs": [{"artifact": "splunk/other.tgz"}, {"artifact": None}]}, 5]
    write(dist, manifest(rules=rules))
    assert codes(checked()) == ["SC335"]


def test_a_query_that_is_no_json(dist: Path) -> None:
    (dist / "queries" / "a.dsl.json").write_bytes(b"{")
    assert "SC321" in codes(checked())


def test_a_folder_without_a_manifest(dist: Path) -> None:
    (dist / "manifest.json").unlink()
    report = checked()
    assert said(report) == []
    assert report.counts == {"app": 1, "saved search": 1, "macro": 1, "detection rule": 1}
