"""How deep a formula is: what decides whether it can be walked, printed and run."""

from __future__ import annotations

from siemc.formula import And, Atom, Formula, Not, Or


def depth(formula: Formula) -> int:
    """The number of nodes from the root to the deepest leaf; 1 for a leaf. Does not recurse."""
    if not _last or _last[0][0] is not formula:
        _last[:] = [(formula, _depth(formula))]
    return _last[0][1]


# The formula that was asked for last: every target of a rule asks for the same one
_last: list[tuple[Formula, int]] = []


def _depth(formula: Formula) -> int:
    levels = 0
    row: list[Formula] = [formula]
    while row:
        levels += 1
        row = [item for node in row if not isinstance(node, Atom) for item in _below(node)]
    return levels


def _below(node: Formula) -> tuple[Formula, ...]:
    match node:
        case And(items) | Or(items):
            return items
        case Not(item):
            return (item,)
        case _:
            return ()
