"""Write the shipped processing pipelines and data-source tables from the hand-kept field tables.

Channels and event ids come from the installed packages pysigma and pysigma-pipeline-sysmon and
pysigma-pipeline-windows; names and values of fields from ``tools/field_tables/*.yml``, each with
its source. ``python tools/build_pipelines.py`` writes the files, ``--check`` compares them.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
ROOT = PROJECT / "backends" / "siemc_backends"
TABLES = PROJECT / "tools" / "field_tables"
NO_TABLE = frozenset({"sources", "channels", "sysmon_schema"})


def outputs() -> dict[Path, str]:
    """Every generated file with its text."""
    sys.path.insert(0, str(PROJECT))  # run as a script, only this folder is on the path
    from tools.pipelines import read_table, render_pipeline, render_sources

    tables = {
        path.stem: read_table(path, TABLES / "channels.yml")
        for path in sorted(TABLES.glob("*.yml"))
        if path.stem not in NO_TABLE
    }
    texts = {ROOT / table.data["pipeline"]: render_pipeline(table) for table in tables.values()}
    for platform, text in render_sources(TABLES / "sources.yml", tables).items():
        texts[ROOT / platform / "sources.yml"] = text
    return texts


def main(arguments: list[str] | None = None) -> int:
    """Write or compare; the exit code is 1 when a file differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check = parser.parse_args(arguments).check
    stale = {path: text for path, text in outputs().items() if not _same(path, text)}
    for path, text in stale.items():
        print(f"{'differs' if check else 'written'}: {path.relative_to(ROOT)}")
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return 1 if check and stale else 0


def _same(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main())
