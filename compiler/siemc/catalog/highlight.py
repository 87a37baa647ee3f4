"""A rule's text with line numbers, highlighted by classes: the style sheet has the colours."""

from __future__ import annotations

from functools import cache, lru_cache

from markupsafe import Markup
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers.data import YamlLexer

from siemc.render import visible


@cache
def _lexer() -> YamlLexer:
    return YamlLexer(stripnl=False)


@lru_cache(maxsize=8)  # most rules begin on the first line of their file
def _formatter(first_line: int) -> HtmlFormatter[str]:
    return HtmlFormatter(
        cssclass="code", linenos="inline", linenostart=first_line, linespans="line"
    )


def highlighted(body: str, first_line: int) -> Markup:
    """The text as HTML, a ``span`` a line whose id is ``line-`` and its number in the file.

    The numbers count from ``first_line``.
    """
    text = "\n".join(map(_visible, body.split("\n")))
    # The formatter escapes what it prints
    return Markup(highlight(text, _lexer(), _formatter(first_line)))


def _visible(line: str) -> str:
    return "\t".join(map(visible, line.split("\t")))
