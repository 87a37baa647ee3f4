"""The wheel: built, installed in a clean environment and run outside the tree."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.package
# A variable that leads Python to the tree would make the test pass whatever is in the wheel.
CLEAN = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, command)), cwd=cwd, env=CLEAN, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    built = run(sys.executable, "-m", "build", "--wheel", "--outdir", folder, ROOT, cwd=folder)
    assert built.returncode == 0, built.stdout + built.stderr
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a new environment with nothing but the wheel and what it requires."""
    folder = tmp_path_factory.mktemp("clean")
    assert run(sys.executable, "-m", "venv", folder, cwd=folder).returncode == 0
    found = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    installed = run(found, "-m", "pip", "install", "--quiet", wheel, cwd=folder)
    assert installed.returncode == 0, installed.stderr
    return found


def tree(folder: str, *endings: str) -> set[str]:
    """The files of a source root, as a wheel names them."""
    root = ROOT / folder
    return {
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.name.endswith(endings) and "__pycache__" not in path.parts
    }


def test_wheel_holds_every_module_and_data_file(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("compiler", "backends"):
        wanted = tree(folder, ".py", ".json", ".yml", "py.typed")
        assert {name for name in wanted if name.startswith("siemc")} <= names
    assert {"siemc/py.typed", "siemc_backends/py.typed", "siemc/data/catalogue.json"} <= names


def test_wheel_leaves_the_namespace_packages_alone(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for package in ("sigma", "sigma/backends", "sigma/pipelines"):
        assert f"{package}/__init__.py" not in names
    assert not {name for name in names if name.startswith(("tests/", "tools/", "bench/"))}


def test_main_job_from_the_wheel(python: Path, tmp_path: Path) -> None:
    (tmp_path / "siemc.toml").write_text((ROOT / "siemc.toml").read_text(encoding="utf-8"))
    siemc = python.with_name("siemc.exe" if os.name == "nt" else "siemc")
    found = run(siemc, "compile", ROOT / "rules", cwd=tmp_path)
    assert found.returncode == 0, found.stderr
    assert "queries: 52 compiled" in found.stderr
    where = run(python, "-c", "import siemc; print(siemc.__file__)", cwd=tmp_path).stdout
    assert str(ROOT) not in where


def test_stock_backends_still_import_beside_it(python: Path, tmp_path: Path) -> None:
    code = "import siemc, sigma.backends.splunk, sigma.backends.elasticsearch"
    found = run(python, "-c", code, cwd=tmp_path)
    assert found.returncode == 0, found.stderr
