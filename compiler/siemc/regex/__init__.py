"""Regular expressions: PCRE in, a tree, and what a target can do with it out."""

from siemc.regex.globs import MAX_GLOBS, to_globs
from siemc.regex.literals import literal_cover, required_literals
from siemc.regex.lucene import LucenePattern, glob_to_lucene, to_lucene
from siemc.regex.pcre import glob_to_pcre, pcre_with_flags
from siemc.regex.python import glob_to_python, node_to_python
from siemc.regex.read import parse
from siemc.regex.tree import (
    Alternate,
    Anchor,
    Assert,
    Chars,
    Concat,
    Empty,
    Node,
    RegexError,
    RegexUnsupported,
    Repeat,
)
from siemc.regex.whole import whole

__all__ = [
    "MAX_GLOBS",
    "Alternate",
    "Anchor",
    "Assert",
    "Chars",
    "Concat",
    "Empty",
    "LucenePattern",
    "Node",
    "RegexError",
    "RegexUnsupported",
    "Repeat",
    "glob_to_lucene",
    "glob_to_pcre",
    "glob_to_python",
    "literal_cover",
    "node_to_python",
    "parse",
    "pcre_with_flags",
    "required_literals",
    "to_globs",
    "to_lucene",
    "whole",
]
