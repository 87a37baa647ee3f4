"""The builder of the table of Windows events."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

REASON = "the packages of log-source tables are not installed (they ask for pysigma < 2)"
pytest.importorskip("sigma.pipelines.sysmon", reason=REASON)
pytest.importorskip("sigma.pipelines.windows", reason=REASON)

from tools import build_events  # noqa: E402 - it imports the packages


@pytest.fixture(scope="module")
def built() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(build_events.build())
    return data


def test_the_file_is_what_the_titles_and_packages_give(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert build_events.main(["--check"]) == 0
    assert capsys.readouterr().out == ""


def test_a_file_that_differs_is_reported_and_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stale = tmp_path / "events.json"
    stale.write_text("{}", encoding="utf-8")
    monkeypatch.setattr(build_events, "TARGET", stale)
    monkeypatch.setattr(build_events, "PROJECT", tmp_path)
    assert build_events.main(["--check"]) == 1
    assert capsys.readouterr().out == "differs: events.json\n"
    assert stale.read_text(encoding="utf-8") == "{}"
    assert build_events.main([]) == 0
    assert build_events.main(["--check"]) == 0


def test_every_channel_of_a_provider_with_titles_belongs_to_a_service(
    built: dict[str, Any],
) -> None:
    services = {channel for channels in built["services"].values() for channel in channels}
    used = {channel for row in built["providers"].values() for channel in row["channels"]}
    assert used
    assert used <= services


def test_no_title_ends_in_a_full_stop_or_has_a_place_for_a_value(built: dict[str, Any]) -> None:
    titles = [
        title
        for row in built["providers"].values()
        for events in row["channels"].values()
        for title in events.values()
    ]
    assert len(titles) > 500
    assert [title for title in titles if title.endswith((".", ":")) or "%" in title] == []


def test_no_two_providers_share_a_name(built: dict[str, Any]) -> None:
    names = [
        name.lower()
        for provider, row in built["providers"].items()
        for name in {provider.lower(), *(alias.lower() for alias in row["aliases"])}
    ]
    assert len(names) == len(set(names))
