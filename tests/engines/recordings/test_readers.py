"""The readers of recordings: one shape from each, and a clear word for what is no recording."""

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.engines.missing import Missing, skip
from tests.engines.recordings import evtx_files, otrf
from tests.engines.recordings.raw import RawEvent, RecordingError, User

CORPUS = os.environ.get("SIEMC_CORPUS")
needs_corpus = pytest.mark.skipif(not CORPUS, reason="SIEMC_CORPUS does not name the public rules")
needs_events = pytest.mark.skipif(
    otrf.folder() is None, reason="neither SIEMC_EVENTS nor SIEMC_CORPUS leads to the recordings"
)

SYSTEM: dict[str, Any] = {
    "Provider": {"#attributes": {"Name": "P", "Guid": "0197231E-A4C2-69C9-8C00-000000000D00"}},
    "EventID": {"#attributes": {"Qualifiers": 0}, "#text": 7},
    "Version": 2,
    "Level": 3,
    "Keywords": "0x8020000000000000",
    "TimeCreated": {"#attributes": {"SystemTime": "2026-03-29T09:34:25.027502Z"}},
    "EventRecordID": 9,
    "Correlation": None,
    "Execution": {"#attributes": {"ProcessID": 4, "ThreadID": 5}},
    "Channel": "C",
    "Computer": "host",
    "Security": {"#attributes": {"UserID": "S-1-5-18"}},
}
EVENT = RawEvent(
    channel="C",
    provider="P",
    event_id=7,
    computer="host",
    time="2026-03-29T09:34:25.027502Z",
    provider_guid="{0197231E-A4C2-69C9-8C00-000000000D00}",
    record_id="9",
    version=2,
    keywords=0x8020000000000000,
    process_id=4,
    thread_id=5,
    user=User("S-1-5-18"),
    level="warning",
)
LINE: dict[str, Any] = {
    "@timestamp": "2020-08-07T14:32:25.358Z",
    "Channel": "C",
    "SourceName": "P",
    "EventID": 12,
    "Hostname": "host",
    "RecordNumber": 9,
    "Keywords": -9214364837600034816,
    "ExecutionProcessID": 4,
    "ThreadID": 5,
    "SeverityValue": 2,
}


def written(folder: Path, **event: Any) -> Path:
    path = folder / "rule.json"
    path.write_text(json.dumps({"Event": {"System": SYSTEM, **event}}), encoding="utf-8")
    return path


def test_event_data_are_texts_as_windows_writes_them(tmp_path: Path) -> None:
    data = {"N": 5, "B": True, "G": "00000000-0000-0000-0000-000000000000", "No": None, "T": "x "}
    expected = {"N": "5", "B": "true", "G": "{00000000-0000-0000-0000-000000000000}", "T": "x "}
    assert list(evtx_files.read(written(tmp_path, EventData=data))) == [
        replace(EVENT, data=expected)
    ]


def test_unnamed_data_are_numbered(tmp_path: Path) -> None:
    data = {"Data": {"#text": ["a", "b"]}, "#attributes": {"Name": "Whatever"}}
    (event,) = evtx_files.read(written(tmp_path, EventData=data))
    assert event.data == {"param1": "a", "param2": "b"}


def test_user_data_are_told_from_event_data(tmp_path: Path) -> None:
    inner = {"#attributes": {"xmlns": "u"}, "Operation": "o"}
    (event,) = evtx_files.read(written(tmp_path, UserData={"Failure": inner}))
    assert (event.data, event.user_data, event.xml_name) == ({}, {"Operation": "o"}, "Failure")


def test_several_documents_stand_in_one_file(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_text(path.read_text() + "\n" + path.read_text() + "\n")
    assert list(evtx_files.read(path)) == [EVENT, EVENT]


@pytest.mark.parametrize("content", ["{", '{"Event": {}}', '{"Event": 1}', "[]", '{"x": 1}'])
def test_what_is_no_event_is_said_with_the_file(tmp_path: Path, content: str) -> None:
    path = tmp_path / "broken.json"
    path.write_text(content)
    with pytest.raises(RecordingError, match=r"broken\.json"):
        list(evtx_files.read(path))


def test_what_is_no_log_is_said_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "broken.evtx"
    path.write_bytes(b"no log")
    try:
        with pytest.raises(RecordingError, match=r"broken\.evtx"):
            list(evtx_files.read(path))
    except Missing as missing:
        skip(missing)


def test_a_line_of_nxlog_is_an_event() -> None:
    line = {**LINE, "Image": "i", "EventType": "INFO", "EventTypeOrignal": "CreateKey", "port": 1}
    found = otrf.event(line)
    assert found.data == {"Image": "i", "EventType": "CreateKey"}
    assert (found.keywords, found.level) == (0x8020000000000000, "information")
    assert (found.time, found.user) == ("2020-08-07T14:32:25.358Z", None)


def test_the_account_is_of_the_system_only_with_its_sid() -> None:
    account = {"UserID": "S-1-5-18", "AccountName": "SYSTEM", "Domain": "NT", "AccountType": "User"}
    assert otrf.event({**LINE, **account}).user == User("S-1-5-18", "SYSTEM", "NT", "User")


@pytest.mark.parametrize(
    ("event_id", "message", "expected"),
    [
        (
            400,
            "Engine state is changed from None to Available. \r\n\r\nDetails: \r\n\tA=b\r\n\tC=",
            {"param1": "Available", "param2": "None", "param3": "\tA=b\n\tC="},
        ),
        (
            600,
            'Provider "Registry" is Started. \r\n\r\nDetails: \r\n\tA=b',
            {"param1": "Registry", "param2": "Started", "param3": "\tA=b"},
        ),
        (
            800,
            "Pipeline execution details for command line: x y\r\n. \r\n\r\nContext Information: "
            "\r\n\tA=b\r\n\tC=d \r\n\r\nDetails: \r\nline",
            {"param1": "x y\n", "param2": "\tA=b\n\tC=d", "param3": "line"},
        ),
        (800, "", {}),
        (400, "no such message", {}),
    ],
)
def test_the_old_powershells_parameters_are_in_its_message(
    event_id: int, message: str, expected: dict[str, str]
) -> None:
    assert otrf.parameters(event_id, message) == expected


def test_a_broken_line_is_said_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "broken.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("events.json", json.dumps(LINE) + "\n\n{}\n")
    with pytest.raises(RecordingError, match=r"broken\.zip: events\.json, line 3"):
        list(otrf.read(path))


def test_a_file_that_is_no_zip_is_said(tmp_path: Path) -> None:
    path = tmp_path / "broken.zip"
    path.write_text("no zip")
    with pytest.raises(RecordingError, match=r"broken\.zip"):
        list(otrf.read(path))


@pytest.mark.corpus
@needs_corpus
def test_log_and_json_of_a_recording_are_the_same_but_for_blanks_and_case() -> None:
    """57 values of the JSON files have lost blanks at their ends, one has another case."""
    folder = Path(str(CORPUS)) / "sigmahq" / "regression_data"
    try:
        logged = [_trimmed(each) for each in evtx_files.recordings(folder, ".evtx")]
    except Missing as missing:
        skip(missing)
    written = [_trimmed(each) for each in evtx_files.recordings(folder, ".json")]
    assert len(logged) > 100
    assert logged == written


def _trimmed(recording: evtx_files.Recording) -> tuple[str, int, list[RawEvent]]:
    events = [
        replace(
            event,
            time=event.time[:19],
            data={name: value.strip().lower() for name, value in event.data.items()},
        )
        for event in recording.events
    ]
    return recording.rule, recording.count, events


@pytest.mark.corpus
@needs_events
def test_all_of_otrfs_lines_are_events() -> None:
    folder = otrf.folder()
    assert folder is not None
    assert sum(1 for path in folder.glob("*.zip") for _ in otrf.read(path)) == 61_844
