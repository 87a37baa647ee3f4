"""Regular expressions: PCRE in, a tree, and what a target can do with it out.

A name is imported when it is first asked for: most rules have no expression, and the whole takes
longer to import than one rule to compile.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from siemc.regex.errors import RegexError, RegexUnsupported
    from siemc.regex.globs import MAX_GLOBS, to_globs
    from siemc.regex.letters import glob_to_lucene
    from siemc.regex.literals import literal_cover, required_literals
    from siemc.regex.lucene import LucenePattern, to_lucene
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
        Repeat,
    )

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
]

HOMES = {
    "errors": ("RegexError", "RegexUnsupported"),
    "globs": ("MAX_GLOBS", "to_globs"),
    "letters": ("glob_to_lucene",),
    "literals": ("literal_cover", "required_literals"),
    "lucene": ("LucenePattern", "to_lucene"),
    "pcre": ("glob_to_pcre", "pcre_with_flags"),
    "python": ("glob_to_python", "node_to_python"),
    "read": ("parse",),
}


def __getattr__(name: str) -> Any:
    """A public name, from the module that defines it; those of the tree are in ``tree``."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = next((module for module, names in HOMES.items() if name in names), "tree")
    return getattr(import_module(f"{__name__}.{home}"), name)
