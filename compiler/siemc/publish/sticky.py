"""Write a comment on a pull request, or change the one that is there; for GitHub Actions.

Run as a file, ``python -I sticky.py COMMENT.md``, by a job that may write comments and has nothing
installed: this module needs Python alone. The first line of the file is the mark that the comment
is found by. What it is told by the runner is in ``GITHUB_API_URL``, ``GITHUB_REPOSITORY``,
``GITHUB_TOKEN``, and the number of the pull request in ``PULL_REQUEST``.

The calls are those of "REST API endpoints for issue comments" (docs.github.com): a pull request is
an issue, its comments come a hundred a page.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

PAGE = 100
PAGES = 50
TIMEOUT = 30
BOT = "github-actions[bot]"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the comment, or say why not; never fails a job that only lacks a comment."""
    parser = argparse.ArgumentParser(prog="sticky", description=main.__doc__)
    parser.add_argument("comment", type=Path)
    parser.add_argument(
        "--only-update", action="store_true", help="Write none where there is none to change."
    )
    found = parser.parse_args(arguments)
    try:
        print(write(found.comment.read_text(encoding="utf-8"), os.environ, found.only_update))
    except urllib.error.HTTPError as error:
        # A pull request from a fork has a token that cannot write; the summary has the text
        print(f"::notice::No comment was written: the answer was {error.code}.")
    except (OSError, ValueError, KeyError) as error:
        print(f"::warning::No comment was written: {type(error).__name__}.")
    return 0


def write(body: str, env: Mapping[str, str], only_update: bool = False) -> str:
    """Write ``body``, and say what was done. Raises ``OSError``, ``ValueError`` or ``KeyError``."""
    mark = body.split("\n", 1)[0]
    comments = f"/repos/{env['GITHUB_REPOSITORY']}/issues/{int(env['PULL_REQUEST'])}/comments"
    bot = env.get("COMMENT_AUTHOR") or BOT
    # By the author too: anybody can write a comment that begins with the mark
    ours = (e for e in _all(comments, env) if _author(e) == bot and _begins(e, mark))
    old = next(ours, None)
    if old is None:
        if only_update:
            return "Nothing changes, and there is no comment to say so in."
        _call("POST", comments, env, {"body": body})
        return "The comment was written."
    path = f"/repos/{env['GITHUB_REPOSITORY']}/issues/comments/{old['id']}"
    _call("PATCH", path, env, {"body": body})
    return "The comment was changed."


def _author(comment: Mapping[str, Any]) -> str | None:
    user = comment.get("user") or {}
    login = user.get("login")
    return login if isinstance(login, str) else None


def _begins(comment: Mapping[str, Any], mark: str) -> bool:
    return str(comment.get("body") or "").split("\n", 1)[0].rstrip() == mark


def _all(comments: str, env: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for page in range(1, PAGES + 1):
        found = _call("GET", f"{comments}?per_page={PAGE}&page={page}", env)
        if not isinstance(found, list):
            raise ValueError("no list of comments")
        yield from (each for each in found if isinstance(each, dict))
        if len(found) < PAGE:
            return


def _call(method: str, path: str, env: Mapping[str, str], sent: Any = None) -> Any:
    base = env.get("GITHUB_API_URL") or "https://api.github.com"
    request = urllib.request.Request(
        base + path,
        method=method,
        data=None if sent is None else json.dumps(sent).encode(),
        headers={
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {env['GITHUB_TOKEN']}",
            "Content-Type": "application/json",
            "User-Agent": "siemc",
            "X-GitHub-Api-Version": "2022-11-28",
        },
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
        return json.loads(answer.read())


if __name__ == "__main__":
    sys.exit(main())
