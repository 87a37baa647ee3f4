"""The ``search`` command: which tests it says exactly, and how they are written.

AND is implied between terms and evaluated last, after NOT and OR (help.splunk.com, Search Manual,
Boolean expressions with logical operators): every OR beside an AND stands in parentheses here.
``NOT field=value`` keeps the events without the field (Search Manual, Difference between != and
NOT). ``IN`` takes a list, wildcards included; IPv4 and IPv6 networks are written in CIDR notation
(SPL Search Reference, search).
"""

from __future__ import annotations

from math import isfinite

from siemc.formula import (
    And,
    Atom,
    Cidr,
    Compare,
    Const,
    Equals,
    Exists,
    Formula,
    Glob,
    Not,
    Opaque,
    Or,
    Test,
    Wild,
)
from siemc_backends.splunk.names import search_name
from siemc_backends.splunk.values import quoted, search_core, search_value
from siemc_backends.splunk.writer import Writer

ANYTHING = (Wild.RUN,)

# One alternative, or several values of one field.
Group = Formula | list[Atom]


def exact(formula: Formula) -> bool:
    """Whether ``search`` alone says exactly this."""
    match formula:
        case Atom():
            return _exact(formula)
        case Not(item):
            return exact(item)
        case And(items) | Or(items):
            return all(map(exact, items))
        case Const():
            return True


def _exact(atom: Atom) -> bool:
    test = atom.test
    if isinstance(test, Glob) and atom.field is not None:
        sayable = test.parts == ANYTHING or search_core(test) is not None
        return sayable and search_name(atom.field) is not None
    if isinstance(test, Compare):
        # Its operators "numerically compare two numbers and lexicographically compare other
        # values" (Splunk, SPL Search Reference, "search"): a "-" is less than 1024 too.
        return False
    return leaf(atom) is not None


def leaf(atom: Atom) -> str | None:
    """A test as a term of ``search``; ``None`` if ``search`` has no term for it.

    ``IsNull`` has none: it comes as ``(field="" OR NOT field=*)``, which is right whether or not
    ``*`` finds the empty value.
    """
    if isinstance(atom.test, Opaque):
        return atom.test.text
    name = search_name(atom.field) if atom.field is not None else None
    if name is None:
        return None
    match atom.test:
        case Exists():
            return f"{name}=*"
        case Compare(op, number):
            return f"{name}{op}{decimal(number)}" if isfinite(number) else None
        case test:
            value = _value(test)
            return None if value is None else f"{name}={value}"


def _value(test: Test) -> str | None:
    """What stands after ``=``; ``None`` if no value says it."""
    match test:
        case Glob(parts):
            return "*" if parts == ANYTHING else search_value(test)
        case Equals(value):
            text = text_form(value)
            return text if text.isdigit() else quoted(text)
        case Cidr(network):
            return f'"{network}"'
        case _:
            return None


def text_form(value: int | float | bool) -> str:
    """The one text form of a number or a truth value, as the events hold it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def decimal(number: int | float) -> str:
    """A number in plain digits, without an exponent."""
    text = text_form(number)
    return f"{number:.20f}".rstrip("0") if "e" in text else text


def write(out: Writer, formula: Formula) -> None:
    """Print a formula all of whose leaves ``search`` can say."""
    match formula:
        case Const(value):
            # "NOT *" finds nothing (Search Manual, Wildcards).
            out.put("*" if value else "NOT *")
        case And(items):
            for number, item in enumerate(items):
                if number:
                    out.brk(" ", 0)
                _term(out, item, top=True)
        case Or():
            _alternatives(out, formula)
        case _:
            _term(out, formula, top=True)


def _term(out: Writer, formula: Formula, *, top: bool = False) -> None:
    """One of several terms that all must hold."""
    match formula:
        case Atom():
            out.mark(leaf(formula) or "", formula.origins)
        case Not(item):
            out.put("NOT ")
            _excluded(out, item) if top and isinstance(item, Or) else _term(out, item)
        case Or(items):
            if len(_groups(items)) == 1:
                _alternatives(out, formula)
            else:
                out.put("(")
                _alternatives(out, formula)
                out.put(")")
        case And(items):
            out.put("(")
            _terms(out, items)
            out.put(")")
        case Const():
            write(out, formula)


def _terms(out: Writer, items: tuple[Formula, ...]) -> None:
    for number, item in enumerate(items):
        if number:
            out.put(" ")
        _term(out, item)


def _alternatives(out: Writer, formula: Or) -> None:
    """Terms of which some must hold; the values of one field as one list."""
    groups = _groups(formula.items)
    for number, group in enumerate(groups):
        if number:
            out.put(" OR ")
        _alternative(out, group, last=number == len(groups) - 1)


def _alternative(out: Writer, group: Group, *, last: bool) -> None:
    """One term, or one list; a NOT before another term stands in parentheses, to leave no doubt."""
    if isinstance(group, list):
        _list(out, group)
    elif isinstance(group, Not) and not last:
        out.put("(")
        _term(out, group)
        out.put(")")
    else:
        _term(out, group)


def _excluded(out: Writer, formula: Or) -> None:
    """What a top-level NOT excludes: one value a line if the layout is wide."""
    groups = _groups(formula.items)
    if len(groups) == 1 and isinstance(groups[0], list):
        _list(out, groups[0], depth=1)
        return
    out.put("(")
    for number, group in enumerate(groups):
        out.brk(" " if number else "", 1)
        if number:
            out.put("OR ")
        if isinstance(group, list):
            _list(out, group, depth=2)
        else:
            _alternative(out, group, last=number == len(groups) - 1)
    out.brk("", 0)
    out.put(")")


def _list(out: Writer, group: list[Atom], depth: int = 0) -> None:
    """``field IN (…)``; a depth breaks it into lines where the layout is wide."""
    out.put(f"{search_name(group[0].field or '')} IN (")
    for number, atom in enumerate(group):
        if number:
            out.put("," if depth and out.pretty else ", ")
        if depth:
            out.brk("", depth)
        out.mark(_value(atom.test) or "", atom.origins)
    if depth:
        out.brk("", depth - 1)
    out.put(")")


def _listable(atom: Atom) -> bool:
    """Whether a list can take the test; an empty or an open value is better seen by itself."""
    if isinstance(atom.test, Glob):
        return atom.test.parts not in ((), ANYTHING)
    return isinstance(atom.test, Equals)


def _groups(items: tuple[Formula, ...]) -> list[Group]:
    """Alternatives by field, where a list can hold them; the others each by itself."""
    groups: list[Group] = []
    by_field: dict[str | None, list[Atom]] = {}
    for item in items:
        if not isinstance(item, Atom) or not _listable(item):
            groups.append(item)
        elif item.field in by_field:
            by_field[item.field].append(item)
        else:
            by_field[item.field] = [item]
            groups.append(by_field[item.field])
    return [it[0] if isinstance(it, list) and len(it) == 1 else it for it in groups]
