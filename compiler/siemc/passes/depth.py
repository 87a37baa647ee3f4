"""How deep a formula is: what decides whether it can be walked, printed and run."""

from __future__ import annotations

from siemc.formula import And, Formula, Not, Or


def depth(formula: Formula) -> int:
    """The number of nodes from the root to the deepest leaf; 1 for a leaf. Does not recurse."""
    if not _last or _last[0][0] is not formula:
        _last[:] = [(formula, _depth(formula))]
    return _last[0][1]


# The formula that was asked for last: every target of a rule asks for the same one
_last: list[tuple[Formula, int]] = []


def _depth(formula: Formula) -> int:
    deepest = 0
    stack: list[tuple[Formula, int]] = [(formula, 1)]
    while stack:
        node, level = stack.pop()
        deepest = max(deepest, level)
        match node:
            case And(items) | Or(items):
                stack.extend((item, level + 1) for item in items)
            case Not(item):
                stack.append((item, level + 1))
            case _:
                pass
    return deepest
