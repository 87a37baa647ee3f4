"""What the base search may keep of a test that only ``where`` can say.

``upper`` is true wherever the formula is, ``lower`` only where it is; both are formulas that
``search`` says exactly. An upper bound in the base search narrows the scan and drops no event. A
NOT swaps the two, so nothing is ever taken out of a NOT or an OR.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite
from typing import assert_never

from siemc.formula import (
    FALSE,
    TRUE,
    And,
    Atom,
    Compare,
    Const,
    Exists,
    Formula,
    Glob,
    GlobPart,
    Not,
    Or,
    Regex,
    SameAs,
    Wild,
    glob,
)
from siemc_backends.splunk import search
from siemc_backends.splunk.names import search_name
from siemc_backends.splunk.shape import all_of, any_of, conjuncts, negation
from siemc_backends.splunk.values import plain


def upper(formula: Formula, whole_event: str | None) -> Formula:
    """A formula that ``search`` says exactly and that is true wherever this one is."""
    match formula:
        case Atom():
            return formula if search.exact(formula) else _wider(formula, whole_event)
        case Not(item):
            return negation(lower(item, whole_event))
        case And(items):
            return both(upper(item, whole_event) for item in items)
        case Or(items):
            return either(upper(item, whole_event) for item in items)
        case Const():
            return formula
    assert_never(formula)


def lower(formula: Formula, whole_event: str | None) -> Formula:
    """A formula that ``search`` says exactly and that is true only where this one is."""
    match formula:
        case Atom():
            return formula if search.exact(formula) else FALSE
        case Not(item):
            return negation(upper(item, whole_event))
        case And(items):
            return both(lower(item, whole_event) for item in items)
        case Or(items):
            return either(lower(item, whole_event) for item in items)
        case Const():
            return formula
    assert_never(formula)


def new_bounds(bounds: list[Formula], base: list[Formula]) -> list[Formula]:
    """Of the bounds, in order, those that say more than ``base``."""
    found = [bound for bound in conjuncts(both(bounds)) if bound not in base]
    tested = set(map(_tested, base + [bound for bound in found if not _presence(bound)]))
    return [it for it in found if not (_presence(it) and _field(it) in tested)]


def _tested(formula: Formula) -> str | None:
    """The field that must have a value where this holds, if there is one."""
    if isinstance(formula, Or):
        fields = set(map(_field, formula.items))
        return fields.pop() if len(fields) == 1 else None
    return _field(formula)


def both(items: Iterable[Formula]) -> Formula:
    """The conjunction without repeats, and without ``f=*`` where ``f`` has another test."""
    found = dict.fromkeys(conjuncts(all_of(items)))
    tested = {it.field for it in found if isinstance(it, Atom) and not isinstance(it.test, Exists)}
    return all_of(it for it in found if not (_presence(it) and _field(it) in tested))


def either(items: Iterable[Formula]) -> Formula:
    """The disjunction without repeats; what all alternatives ask for is asked once.

    Beside ``f=*`` another test of ``f`` adds nothing: each needs a value.
    """
    whole = any_of(items)
    if not isinstance(whole, Or):
        return whole
    found = dict.fromkeys(whole.items)
    present = {_field(it) for it in found if _presence(it)}
    left = [it for it in found if _presence(it) or _field(it) not in present]
    common = [it for it in conjuncts(left[0]) if all(it in conjuncts(other) for other in left[1:])]
    if not common:
        return any_of(left)
    rest = (all_of(it for it in conjuncts(item) if it not in common) for item in left)
    return all_of([*common, any_of(rest)])


def _presence(formula: Formula) -> bool:
    return isinstance(formula, Atom) and isinstance(formula.test, Exists)


def _field(formula: Formula) -> str | None:
    return formula.field if isinstance(formula, Atom) else None


def _wider(atom: Atom, whole_event: str | None) -> Formula:
    if atom.field is None or search_name(atom.field) is None:
        return TRUE
    present = TRUE if atom.field == whole_event else Atom(atom.field, Exists(), atom.origins)
    match atom.test:
        case Glob():
            return _pieces(atom, atom.test, present)
        case Regex():
            return _cover(atom, atom.test, present)
        case Compare(_, number) if isfinite(number):
            return atom  # the same term of search, which also takes texts that are no numbers
        case SameAs(other) if search_name(other) is not None:
            return all_of([present, Atom(other, Exists(), atom.origins)])
        case _:
            return present


def _pieces(atom: Atom, test: Glob, present: Formula) -> Formula:
    """The literals of a glob: ``a*b?c`` starts with ``a``, contains ``b`` and ends with ``c``."""
    parts = _loose(test.parts)
    found: list[Formula] = []
    for at, part in enumerate(parts):
        if isinstance(part, str):
            around = (*parts[max(at - 1, 0) : at], part, *parts[at + 1 : at + 2])
            found.append(Atom(atom.field, Glob(around), atom.origins))
    if len(parts) == 1:  # a text that search takes for a network, or one whose case matters
        found = [Atom(atom.field, _caseless(parts[0]), atom.origins)] if found else []
    telling = [it for it in found if any(map(str.isalnum, _text(it)))]
    return both(telling or found) if found else present


def _loose(parts: tuple[GlobPart, ...]) -> tuple[GlobPart, ...]:
    """The glob with ``*`` for every character that ``search`` cannot hold."""
    loose: list[GlobPart] = []
    for part in parts:
        if isinstance(part, str):
            loose += [part] if plain(part) else [c if plain(c) else Wild.RUN for c in part]
        else:
            loose.append(Wild.RUN)
    return glob(loose).parts


def _caseless(part: GlobPart) -> Glob:
    alone = Glob((part,))
    return alone if search.exact(Atom("f", alone)) else Glob((Wild.RUN, part))


def _text(formula: Formula) -> str:
    if not isinstance(formula, Atom) or not isinstance(formula.test, Glob):
        return ""
    return "".join(part for part in formula.test.parts if isinstance(part, str))


def _cover(atom: Atom, test: Regex, present: Formula) -> Formula:
    """Texts that every value with a match holds, from the expression's own literals."""
    from siemc_backends.splunk.patterns import held_texts  # most rules have no expression

    groups = held_texts(test)
    if not groups:
        return present
    return both(either(_pieces(atom, each, present) for each in group) for group in groups)
