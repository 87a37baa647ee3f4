"""Text that Markdown shows as it is, whatever is in it."""

from __future__ import annotations

import re

from siemc.render import visible


def plain(text: str) -> str:
    """A text as Markdown that shows it as it is.

    GitHub's dialect escapes by a backslash; a ``_`` within a word needs none.
    """
    return re.sub(r"([\\`*\[\]<>|~#@]|(?<!\w)_|_(?!\w))", r"\\\1", visible(text))


def code(text: str) -> str:
    """A text as code in a line or a cell of a table, whatever backquotes and bars it has."""
    shown = visible(text)
    return f"`{shown}`" if not set("`|") & set(shown) and shown.strip() == shown else plain(shown)


def fenced(text: str, language: str) -> list[str]:
    """A code block whose fence is longer than any run of backquotes in it."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return [f"{fence}{language}", text, fence]
