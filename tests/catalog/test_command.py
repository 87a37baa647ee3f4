"""``siemc catalog``: what it says, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from siemc.cli import app
from tests.catalog import rule, write_rules

Catalog = Callable[..., tuple[int, str]]


@pytest.fixture
def catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catalog:
    """Run the command in an empty folder: the exit code and what it said."""
    monkeypatch.chdir(tmp_path)

    def run(*args: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, ["catalog", *args])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert not result.stdout
        return result.exit_code, result.stderr

    return run


def test_a_site_is_made(tmp_path: Path, catalog: Catalog) -> None:
    write_rules(tmp_path / "rules", {"a.yml": rule("A")})
    assert catalog("rules", "-o", "site") == (0, "siemc: 1 rule in site/index.html\n")
    text = (tmp_path / "site" / "rule" / "a.html").read_text(encoding="utf-8")
    assert [f"query-{target}" in text for target in ("spl", "kql", "lucene", "dsl")] == [
        True,
        True,
        True,
        False,
    ]


def test_the_queries_are_those_of_the_options(tmp_path: Path, catalog: Catalog) -> None:
    write_rules(tmp_path / "rules", {"a.yml": rule("A")})
    assert catalog("rules", "-o", "site", "-t", "dsl", "-p", "none", "-s", "raw")[0] == 0
    text = (tmp_path / "site" / "rule" / "a.html").read_text(encoding="utf-8")
    assert '<span class="dim">on raw</span>' in text
    assert 'id="query-spl"' not in text


def test_broken_rules_do_not_end_it(tmp_path: Path, catalog: Catalog) -> None:
    write_rules(tmp_path / "rules", {"a.yml": rule("A"), "b.yml": "title: [\n"})
    code, said = catalog("rules", "-o", "site")
    assert code == 0
    assert said == "siemc: 1 rule in site/index.html; 1 broken, listed in site/problems.html\n"


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("nowhere", "-o", "site"), "SC031"),
        (("rules", "-o", "rules"), "SC307"),
        (("rules", "-o", "site", "-t", "nothing"), "SC302"),
        (("empty", "-o", "site"), "SC306"),
    ],
)
def test_misuse_is_2_and_makes_nothing(
    tmp_path: Path, catalog: Catalog, args: tuple[str, ...], code: str
) -> None:
    write_rules(tmp_path / "rules", {"a.yml": rule("A")})
    (tmp_path / "empty").mkdir()
    found, said = catalog(*args)
    assert found == 2
    assert f"error {code}: " in said
    assert {path.name for path in tmp_path.iterdir()} == {"rules", "empty"}
