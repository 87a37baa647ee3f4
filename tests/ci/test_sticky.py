"""The comment that is written once and then changed: against a server on this machine."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from siemc.publish import sticky
from tests.ci import CLEAN

MARK = "<!-- siemc diff: rules -->"
COMMENTS = "/repos/o/r/issues/7/comments"


@dataclass
class Forge:
    """A server with the calls of GitHub's that are made; ``status`` is the answer to a write."""

    comments: list[dict[str, Any]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    status: int = 200
    url: str = ""

    def add(self, body: str, login: str = sticky.BOT) -> None:
        self.comments.append({"id": len(self.comments), "user": {"login": login}, "body": body})


@pytest.fixture
def forge() -> Iterator[Forge]:
    found = Forge()

    class Handler(BaseHTTPRequestHandler):
        def answer(self, shown: Any) -> None:
            found.calls.append(f"{self.command} {self.path}")
            assert self.headers["Authorization"] == "Bearer secret"
            self.send_response(found.status if self.command != "GET" else 200)
            self.end_headers()
            self.wfile.write(json.dumps(shown).encode())

        def sent(self) -> str:
            data = self.rfile.read(int(self.headers["Content-Length"]))
            return str(json.loads(data)["body"])

        def do_GET(self) -> None:
            asked = parse_qs(urlsplit(self.path).query)
            page, count = int(asked["page"][0]), int(asked["per_page"][0])
            self.answer(found.comments[(page - 1) * count : page * count])

        def do_POST(self) -> None:
            body = self.sent()
            if found.status < 400:
                found.add(body)
            self.answer({})

        def do_PATCH(self) -> None:
            body = self.sent()
            found.comments[int(self.path.rsplit("/", 1)[1])]["body"] = body
            self.answer({})

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


def run(forge: Forge, body: Path, *options: str) -> str:
    """Run the file as the workflow does: without siemc, by a Python that knows no paths."""
    env = {
        "GITHUB_API_URL": forge.url,
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_TOKEN": "secret",
        "PULL_REQUEST": "7",
    }
    done = subprocess.run(
        [sys.executable, "-I", "-S", sticky.__file__, *options, "--", str(body)],
        env={**CLEAN, **env},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout


@pytest.fixture
def body(tmp_path: Path) -> Path:
    path = tmp_path / "comment.md"
    path.write_text(f"{MARK}\n## new ü", encoding="utf-8")
    return path


def test_the_first_time_it_is_written_and_then_changed(forge: Forge, body: Path) -> None:
    run(forge, body)
    body.write_text(f"{MARK}\n## newer", encoding="utf-8")
    run(forge, body)
    assert [each["body"] for each in forge.comments] == [f"{MARK}\n## newer"]
    assert [call.split("?")[0] for call in forge.calls] == [
        f"GET {COMMENTS}",
        f"POST {COMMENTS}",
        f"GET {COMMENTS}",
        "PATCH /repos/o/r/issues/comments/0",
    ]


def test_it_is_found_on_a_later_page_and_with_other_line_ends(forge: Forge, body: Path) -> None:
    for number in range(230):
        forge.add(f"comment {number}", "somebody")
    forge.add(f"{MARK}\r\nold")
    run(forge, body)
    assert len(forge.comments) == 231
    assert forge.comments[230]["body"].endswith("new ü")


def test_what_somebody_else_wrote_is_not_changed(forge: Forge, body: Path) -> None:
    forge.add(f"{MARK}\nnot ours", "somebody")
    forge.add("<!-- siemc diff: other -->\nanother folder's")
    forge.comments.append({"id": 2, "user": None, "body": None})
    run(forge, body)
    assert forge.comments[0]["body"].endswith("not ours")
    assert forge.comments[1]["body"].endswith("another folder's")
    assert forge.comments[3]["body"].endswith("new ü")


def test_where_nothing_changes_none_is_written_but_one_is_changed(forge: Forge, body: Path) -> None:
    run(forge, body, "--only-update")
    assert forge.comments == []
    forge.add(f"{MARK}\nold")
    run(forge, body, "--only-update")
    assert forge.comments[0]["body"].endswith("new ü")


@pytest.mark.parametrize("status", [403, 404, 422, 500])
def test_a_token_that_cannot_write_fails_no_job(forge: Forge, body: Path, status: int) -> None:
    forge.status = status
    assert f"the answer was {status}" in run(forge, body)


def test_no_server_fails_no_job(forge: Forge, body: Path) -> None:
    forge.url = "http://127.0.0.1:1"
    assert "::warning::No comment was written" in run(forge, body)
