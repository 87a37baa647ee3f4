"""Write ``docs/diagnostics.md`` from the catalogue of codes; ``--check`` says if it is stale."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from siemc.diagnostics import catalogue

PAGE = Path(__file__).parents[1] / "docs" / "diagnostics.md"
HEAD = """# Diagnostics

<!-- Made by tools/build_diagnostics.py from compiler/siemc/data/catalogue.json; do not edit. -->

Every finding of siemc has a code, a severity, a place where it has one, a sentence on what is wrong
and one on what to do. An error refuses or fails the query, a warning and a note do not. An
assumption (`SA`) is what a query's exactness rests on and no schema can settle.
"""


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for code, entry in catalogue().items():
        parts.append("\n".join(_section(code, entry)))
    return "\n".join(parts) + "\n"


def _section(code: str, entry: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {code}: {entry['title'].rstrip('.')}"
    yield ""
    yield f"*{entry['severity']}.* {entry['what']}"
    if entry.get("fix"):
        yield ""
        yield f"**What to do.** {entry['fix']}"
    if entry.get("example"):
        yield ""
        yield "**Example.**"
        yield ""
        yield from (f"    {line}" for line in str(entry["example"]).splitlines())
    yield ""


def main() -> int:
    """Run the command; 1 if the page is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    text = page()
    if parser.parse_args().check:
        stale = not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text
        if stale:
            print(f"{PAGE.name} is stale: run tools/build_diagnostics.py", file=sys.stderr)
        return int(stale)
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
