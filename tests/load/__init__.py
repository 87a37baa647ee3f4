"""What the tests of loading share."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from siemc.diagnostics import Diagnostic
from siemc.formula import YamlPath
from siemc.load import Loaded, load_text
from siemc.locate import locate

MARK = "\N{PILCROW SIGN}"
HEADER = "title: t\nlogsource: {product: windows}\n"


def marked(text: str) -> tuple[str, int, int]:
    """The text without its mark, and the line and column, both from 1, where the mark stood."""
    before, after = text.split(MARK)
    return before + after, before.count("\n") + 1, len(before) - before.rfind("\n")


def found_in(text: str) -> list[Diagnostic]:
    """Everything there is to say about the text, with lines and columns."""
    return [locate(each, text) for each in all_diagnostics(load_text(text))]


def all_diagnostics(loaded: Loaded) -> list[Diagnostic]:
    """The diagnostics of every rule, sound or broken, and those about none."""
    found = [each for broken in loaded.broken for each in broken.diagnostics]
    found += [each for rule in loaded.rules for each in rule.notes]
    return found + loaded.diagnostics


def bare(diagnostic: Diagnostic) -> Diagnostic:
    """The diagnostic without its hint, to compare what it says and where."""
    return replace(diagnostic, hint="", place=None)


def is_written(data: Any, path: YamlPath) -> bool:
    """Whether the path leads to something in the plain data of a document."""
    for step in path:
        try:
            data = data[step]
        except (LookupError, TypeError):
            return False
    return True
