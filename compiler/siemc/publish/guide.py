"""The note of a detection rule: what it leaves out, for the analyst who looks at an alert."""

from __future__ import annotations

from collections.abc import Iterator

from siemc.explain.exclusions import Alternative, exclusions
from siemc.explain.markdown import node_markdown
from siemc.explain.tree import tree
from siemc.explain.words import predicate_text
from siemc.formula import Formula
from siemc.markdown import code


def guide(formula: Formula) -> str:
    """The exclusions as a list in Markdown, in the rule's own field names; empty without any."""
    found = exclusions(formula)
    if not found:
        return ""
    lines = ["## Exclusions", "", "An event is left out where one of these holds:", ""]
    return "\n".join([*lines, *(line for each in found for line in _lines(each))])


def _lines(alternative: Alternative) -> Iterator[str]:
    names = ", ".join(map(code, alternative.identifiers))
    for number, part in enumerate(alternative.parts):
        head = f"- {names}: " if not number else "  - and "
        if part.nested:
            yield f"{head}what follows"
            yield from node_markdown(tree(part.formula), "    ")
        else:
            yield head + " or ".join(code(predicate_text(each)) for each in part.predicates)
