"""What differs between two builds, and ``siemc diff --artifacts``."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siemc.diagnostics import UsageError
from siemc.publish.drift import Drift, Turn, drift
from siemc.publish.drifttext import OTHERWISE, drift_json, drift_markdown, drift_text
from siemc.publish.recorded import read_manifest, recorded
from tests.ci.manifests import artifact, manifest, output, refused, rule
from tests.cli import Run
from tests.cli.conftest import folder, siemc  # noqa: F401

Siemc = Callable[..., Run]
OTHER = {"id": "22222222-2222-4222-8222-222222222222", "title": "Other", "path": "other.yml"}


def between(old: dict[str, Any], new: dict[str, Any]) -> Drift:
    return drift(recorded(old), recorded(new))


def changed(name: str) -> dict[str, Any]:
    return artifact(sha256=name * 64)


def test_the_same_builds_do_not_differ() -> None:
    found = between(manifest(), manifest())
    assert not found.differs
    assert (found.counts, found.verdicts, found.basis) == ({"same": 1}, (), ())
    assert drift_text(found) == "artifacts: 1 same"


def test_an_artifact_names_its_rules_that_were_added_removed_and_changed() -> None:
    third = rule(output(), id=None, title="Third", path="third.yml")
    old = manifest([rule(output()), rule(output(), **OTHER)], [changed("1")])
    new = manifest([rule(output(sha256="f" * 64)), third], [changed("2")])
    (found,) = between(old, new).artifacts
    assert found.kind == "changed"
    assert {(each.kind, each.rule.title) for each in found.rules} == {
        ("changed", "Good"),
        ("added", "Third"),
        ("removed", "Other"),
    }


def test_a_file_is_added_or_removed() -> None:
    app = artifact(path="splunk/siemc.tgz", kind="splunk-app")
    found = between(manifest(artifacts=[artifact()]), manifest(artifacts=[app]))
    assert [(each.path, each.kind) for each in found.artifacts] == [
        ("elastic/detection-rules.ndjson", "removed"),
        ("splunk/siemc.tgz", "added"),
    ]
    assert found.differs


def test_a_rule_that_moved_is_known_by_its_id() -> None:
    new = manifest([rule(output(), path="linux/moved.yml")])
    assert not between(manifest(), new).differs


def test_rules_that_share_an_id_are_known_by_their_place() -> None:
    twins = [rule(output(), path="a.yml"), rule(output(sha256="9" * 64), path="b.yml")]
    assert not between(manifest(twins), manifest(twins[::-1])).differs


def test_an_artifact_whose_rules_are_the_same_differs_otherwise() -> None:
    found = between(manifest(artifacts=[changed("1")]), manifest(artifacts=[changed("2")]))
    assert found.artifacts[0].rules == ()
    assert OTHERWISE in drift_text(found)
    assert OTHERWISE in drift_markdown(found)


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        (output(), output(), None),
        (output(), refused(), "worse"),
        (refused(), output(), "better"),
        (refused(), refused(status="failed"), "worse"),
        (output(), output(status="labelled", verdict="wider", allowed="why"), "worse"),
        (output(status="labelled", verdict="wider"), output(), "better"),
        (refused(), output(status="labelled", verdict="wider"), "better"),
        (output(), output(verdict="wider"), "worse"),
        (output(verdict="wider"), output(verdict="narrower"), "changed"),
        (output(verdict="different"), output(verdict="wider"), "better"),
        (output(verdict="different"), output(verdict="unknown"), "worse"),
        (output(), output(verdict="unproved"), "changed"),
        (output(), output(assumptions=["SA01"]), "worse"),
        (output(assumptions=["SA01"]), output(), "better"),
        (output(assumptions=["SA01"]), output(assumptions=["SA02"]), "worse"),
        (output(assumptions=["SA01", "SA02"]), output(assumptions=["SA02"]), "better"),
    ],
)
def test_a_verdict_is_worse_better_or_another(
    before: dict[str, Any], after: dict[str, Any], wanted: Turn | None
) -> None:
    found = between(manifest([rule(before)]), manifest([rule(after)]))
    assert [each.turn for each in found.verdicts] == ([wanted] if wanted else [])


def test_a_new_rule_has_no_verdict_that_changed() -> None:
    assert not between(manifest([]), manifest([rule(refused())])).verdicts


def test_what_the_build_rests_on_is_told() -> None:
    new = manifest(
        siemc="0.2.0",
        pipelines=[{"name": "own.yml", "sha256": "d" * 64}],
        schemas=[{"target": "kql", "name": "agent-windows", "sha256": "0" * 64}],
    )
    found = between(manifest(), new)
    assert set(found.basis) == {
        "siemc 0.1.0, now 0.2.0",
        "pipeline elastic/ecs_sysmon.yml removed",
        "pipeline own.yml added",
        "schema agent-windows (kql) changed",
    }
    assert not found.differs


def test_text_and_markdown_say_what_became_of_each() -> None:
    old = manifest([rule(output())], [changed("1")])
    new = manifest([rule(refused())], [changed("2")])
    found = between(old, new)
    assert drift_text(found).splitlines() == [
        "changed: elastic/detection-rules.ndjson (detection-rules)",
        "  removed: Good (windows/good.yml)",
        "worse: Good (windows/good.yml), detection-rule in kql: exact → refused (SC201)",
        "artifacts: 1 changed",
    ]
    assert drift_markdown(found).splitlines() == [
        "### What is published: artifacts: 1 changed",
        "",
        "- **changed**: `elastic/detection-rules.ndjson` (detection-rules)",
        "  - removed: Good (`windows/good.yml`)",
        "",
        "### Verdicts: 1 worse",
        "",
        "- **worse**: Good (`windows/good.yml`): detection-rule in kql: exact → refused (SC201)",
    ]


def test_json_has_all_of_it() -> None:
    old = manifest([rule(output())], [changed("1")])
    new = manifest([rule(refused())], [changed("2")])
    found = json.loads(drift_json(between(old, new)))
    (kept,), (turned,) = found["artifacts"], found["verdicts"]
    assert (kept["change"], kept["rules"][0]["change"]) == ("changed", "removed")
    assert (turned["turn"], turned["before"]["verdict"]) == ("worse", "exact")
    assert turned["after"]["codes"] == ["SC201"]


def test_a_hostile_title_is_text_in_markdown() -> None:
    title = "<img src=x>\n- **worse**: x [a](http://b) `c` \x1b[2J"
    old = manifest([rule(output(), title=title, path="a`|.yml")], [changed("1")])
    new = manifest([rule(refused(), title=title, path="a`|.yml")], [changed("2")])
    said = drift_markdown(between(old, new))
    assert len(said.splitlines()) == 8
    assert "\x1b" not in said
    assert "\\<img src=x\\>\\\\n- \\*\\*worse\\*\\*: x \\[a\\](http://b) \\`c\\`" in said


# --- reading ----------------------------------------------------------------------------------


def written(folder_: Path, data: bytes) -> str:
    folder_.mkdir(parents=True, exist_ok=True)
    (folder_ / "manifest.json").write_bytes(data)
    return str(folder_)


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (b"", 1, 1),
        (b'{"contract": 1,\n  x}', 2, 3),
        (b"\xff\xfe\xff", None, None),
        (b"[" * 100_000, None, None),
        (b"1" * 10_000, None, None),
    ],
)
def test_what_is_no_json_is_told_where(
    tmp_path: Path, data: bytes, line: int | None, column: int | None
) -> None:
    with pytest.raises(UsageError) as error:
        read_manifest(written(tmp_path, data))
    said = error.value.diagnostic
    assert (said.code, said.line, said.column) == ("SC345", line, column)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"contract": 2}, ("contract",)),
        ({"rules": {}}, ("rules",)),
        ({"rules": [{"id": 1}]}, ("rules", 0, "id")),
        ({"rules": [{}]}, ("rules", 0)),
        ({"artifacts": [None]}, ("artifacts", 0)),
        ({"rules": [rule(output(codes=[None]))]}, ("rules", 0, "outputs", 0, "codes", 0)),
        ({"rules": [rule(document=True)]}, ("rules", 0, "document")),
        ({"siemc": None}, ("siemc",)),
    ],
)
def test_what_is_no_manifest_is_told_where(
    changes: dict[str, Any], place: tuple[str | int, ...]
) -> None:
    with pytest.raises(UsageError) as error:
        recorded(manifest(**changes))
    assert (error.value.diagnostic.code, error.value.diagnostic.place) == ("SC345", place)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from([*manifest(), *rule(), *output()]), inner, max_size=5)
        ),
    )
)
def test_no_object_is_a_traceback(found: Any) -> None:
    with pytest.raises(UsageError):  # it has five keys at most, and a manifest has seven
        recorded(found)


@given(st.data())
def test_no_wrong_value_is_a_traceback(data: st.DataObject) -> None:
    found: Any = manifest([rule(output(), refused())])
    inside, key = found, data.draw(st.sampled_from(list(found)))
    while isinstance(inside[key], (dict, list)) and inside[key] and data.draw(st.booleans()):
        inside = inside[key]
        keys = list(inside) if isinstance(inside, dict) else range(len(inside))
        key = data.draw(st.sampled_from(keys))
    inside[key] = data.draw(st.sampled_from([None, True, 1, 1.5, "a", [], {}, [None], {"a": 1}]))
    with suppress(UsageError):
        between(manifest(), found)


# --- the command ------------------------------------------------------------------------------


@pytest.fixture
def builds(tmp_path: Path) -> tuple[str, str]:
    """Two builds, of which the second refuses the rule."""
    old = manifest([rule(output())], [changed("1")])
    new = manifest([rule(refused())], [changed("2")])
    pairs = (("old", old), ("new", new))
    first, second = (written(tmp_path / n, json.dumps(m).encode()) for n, m in pairs)
    return first, second


@pytest.mark.parametrize("shape", ["text", "json", "markdown"])
def test_diff_adds_the_builds_to_the_rules(
    siemc: Siemc,  # noqa: F811
    builds: tuple[str, str],
    shape: str,
) -> None:
    alone = siemc("diff", "good.yml", "good.yml", "--format", shape)
    run = siemc("diff", "good.yml", "good.yml", "--artifacts", *builds, "--format", shape)
    assert (alone.code, run.code) == (0, 1)
    assert run.out.startswith(alone.out)
    told = {"text": drift_text, "json": drift_json, "markdown": drift_markdown}[shape]
    assert run.out.endswith(f"\n{told(drift(*map(read_manifest, builds)))}\n")


def test_diff_of_the_same_builds_is_0(siemc: Siemc, builds: tuple[str, str]) -> None:  # noqa: F811
    run = siemc("diff", "good.yml", "good.yml", "--artifacts", builds[0], builds[0])
    assert (run.code, run.out) == (0, "rules: 1 same\nartifacts: 1 same\n")


def test_diff_says_where_a_manifest_is_wrong(
    siemc: Siemc,  # noqa: F811
    builds: tuple[str, str],
    tmp_path: Path,
) -> None:
    bad = written(tmp_path / "bad", json.dumps(manifest(rules=[{}]), indent=1).encode())
    run = siemc("diff", "good.yml", "good.yml", "--artifacts", builds[0], bad)
    assert (run.code, run.out) == (2, "")
    lines = (tmp_path / "bad" / "manifest.json").read_text().splitlines()
    line = next(n for n, text in enumerate(lines, 1) if text == "  {}")
    assert f"manifest.json:{line}:3: error SC345: " in run.err
    run = siemc("diff", "good.yml", "good.yml", "--artifacts", builds[0], tmp_path / "none")
    assert run.code == 2
    assert "SC345" in run.err
