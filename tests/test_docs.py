"""The documents say what the program does: codes, schemas, options, the README's queries."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

import siemc
from siemc.backend import backends
from siemc.cli import app
from siemc.compiler import Options
from siemc.diagnostics import catalogue
from tests.cli import TELEGRAM

ROOT = Path(__file__).parents[1]
CODE = re.compile(r"S[AC]\d{2,3}")
QUERY = re.compile(r"<!-- query: (\S+)(?: (\S+))? -->\s*```[a-z]*\n(.*?)\n```", re.DOTALL)


def codes_in_sources() -> Iterator[tuple[str, str]]:
    """Every code that stands as a string of its own in the sources and their tables, and where."""
    for folder in ("compiler", "backends"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and CODE.fullmatch(str(node.value)):
                    yield str(node.value), f"{path.name}:{node.lineno}"
    table = ROOT / "compiler" / "siemc" / "lint" / "validators.json"
    for code in re.findall(r'"code": "(\w+)"', table.read_text(encoding="utf-8")):
        yield code, table.name


def test_every_code_in_the_sources_is_in_the_catalogue() -> None:
    unknown = {(code, at) for code, at in codes_in_sources() if code not in catalogue()}
    # The compiler tells broken rules (SC0xx) from refused ones by comparing codes with this one.
    assert {code for code, _ in unknown} <= {"SC100"}


def test_every_code_of_the_catalogue_is_used() -> None:
    assert catalogue().keys() - {code for code, _ in codes_in_sources()} == set()


def test_catalogue_is_ordered_and_complete() -> None:
    assert list(catalogue()) == sorted(catalogue())
    for code, entry in catalogue().items():
        kinds = {"assumption"} if code.startswith("SA") else {"error", "warning", "note"}
        assert entry["severity"] in kinds, code
        assert entry["title"], code
        assert entry["what"], code
        if entry["severity"] == "error":
            assert entry["fix"], code


def test_page_of_diagnostics_is_current() -> None:
    command = [sys.executable, str(ROOT / "tools" / "build_diagnostics.py"), "--check"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr


def test_every_shipped_schema_is_on_its_page() -> None:
    page = (ROOT / "docs" / "schemas.md").read_text(encoding="utf-8")
    for backend in backends().values():
        for name in backend.platform.schema_names:
            assert f"| `{name}` |" in page


def test_every_command_and_option_is_on_its_page() -> None:
    names = ("cli.md", "import-check.md", "lint.md", "catalog.md", "schemas.md")
    pages = [(ROOT / "docs" / name).read_text(encoding="utf-8") for name in names]
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    commands = group.commands
    assert len(commands) >= 11
    for name, command in commands.items():
        assert any(f"siemc {name}" in page for page in pages), name
        options = [each.opts for each in command.params if each.opts[0].startswith("-")]
        for spellings in options:
            assert any(each in page for each in spellings for page in pages), (name, spellings)


def test_every_option_can_be_set_or_is_of_one_run() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    # The exclusions and nearest texts are judged where they are printed: in JSON.
    for name in Options.__dataclass_fields__.keys() - {"exclusions", "nearest"}:
        key = {"schemas": "schema"}.get(name, name)
        assert f"| `{key}` |" in page


SHOWN = QUERY.findall((ROOT / "README.md").read_text(encoding="utf-8"))


def test_readme_shows_queries() -> None:
    assert {target for target, _, _ in SHOWN} >= {"spl", "kql", "lucene"}


@pytest.mark.parametrize(("target", "schema", "text"), SHOWN, ids=lambda value: value[:14])
def test_query_in_the_readme_is_what_the_compiler_prints(
    target: str, schema: str, text: str
) -> None:
    known = {"spl": "splunk-sysmon", "kql": "ecs-caseless"}
    schemas = {target: schema or known.get(target, "agent-windows")}
    (query,) = siemc.compile([TELEGRAM], [target], schemas=schemas, pretty=True)
    assert query.text == text


@pytest.mark.parametrize("page", [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md"])
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
