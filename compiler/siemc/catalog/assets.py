"""The site's own files: its style sheet and its scripts."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

NAMES = ("style.css", "page.js", "index.js", "filter.js")


@cache
def asset(name: str) -> str:
    """The text of one of them."""
    return (files("siemc.catalog") / "static" / name).read_text(encoding="utf-8")
