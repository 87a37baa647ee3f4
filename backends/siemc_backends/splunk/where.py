"""The ``where`` command: tests as expressions that are true or false and never neither.

A comparison with a missing field is neither true nor false, and its ``NOT`` drops the event. So
every test here has the form ``isnotnull(mvfilter(…))``: ``mvfilter`` keeps the values of a field
that pass, of several values each by itself, and ``isnotnull`` says yes or no (help.splunk.com, SPL
Search Reference, Multivalue eval functions, mvfilter; Informational functions, isnotnull). Splunk
Web's "Remove Type Mismatches" is of this kind: ``where mvcount(mvfilter(match('f', "…"))) >= 1``.
Since ``where`` evaluates AND before OR (Search Manual, Boolean expressions with logical operators),
every mix stands in parentheses.
"""

from __future__ import annotations

import re
from functools import lru_cache
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
    Or,
    Regex,
    SameAs,
    Test,
)
from siemc_backends.splunk.names import where_name
from siemc_backends.splunk.search import ANYTHING, decimal, text_form
from siemc_backends.splunk.values import encodable, glob_regex, regex
from siemc_backends.splunk.writer import Writer

# Tests that are true or false of every value; a comparison of what is no number is neither.
_MATCHES = Glob | Regex | Cidr | Equals
_EXTENDED = re.compile(r"\(\?\^?[a-wyz]*x")


@lru_cache(maxsize=1024)  # asked for when it is known to be needed, and when it is written
def leaf(atom: Atom) -> str | None:
    """A test as an expression; ``None`` if ``where`` has none for it."""
    name = where_name(atom.field) if atom.field is not None else None
    if name is None:
        return None
    match atom.test:
        case Exists():
            return f"isnotnull({name})"
        case SameAs() as test:
            return _same(name, test)
        case Glob(parts) if parts == ANYTHING:
            return f"isnotnull({name})"
        case test:
            passes = _passes(name, test)
            return None if passes is None else f"isnotnull(mvfilter({passes}))"


def _passes(name: str, test: Test) -> str | None:
    """The test of one value."""
    match test:
        case Glob(parts):
            if not all(encodable(part) for part in parts if isinstance(part, str)):
                return None
            return f"match({name}, {glob_regex(test)})" if parts else f'{name}=""'
        case Regex():
            pattern = _pattern(test)
            return None if pattern is None else f"match({name}, {pattern})"
        case Equals(value):
            return f"match({name}, {glob_regex(Glob((text_form(value),)))})"
        case Cidr(network):
            return f'cidrmatch("{network}", {name})'
        case Compare(op, number):
            return f"tonumber({name}){op}{decimal(number)}" if isfinite(number) else None
        case _:
            return None


def _pattern(test: Regex) -> str | None:
    """The expression as a string; ``None`` if a character in it cannot be written so."""
    source = test.source
    # In the extended syntax a line break ends a comment, and its code would not.
    if not encodable(source) or (not source.isprintable() and _EXTENDED.search(source)):
        return None
    return regex(source, ignorecase=test.ignorecase, multiline=test.multiline, dotall=test.dotall)


def _same(name: str, test: SameAs) -> str | None:
    """Two fields compared: as texts, so that no character of a value acts as a wildcard.

    In lower case no text holds ``\\E``, which alone ends the quoted part of an expression; with
    case there is no sure ``contains``.
    """
    other = where_name(test.field)
    if other is None or (test.cased and test.affix == "contains"):
        return None
    mine, its = (f'coalesce({it},"")' for it in (name, other))
    if not test.cased:
        mine, its = f"lower({mine})", f"lower({its})"
    return f"(isnotnull({name}) AND isnotnull({other}) AND {_compared(mine, its, test.affix)})"


def _compared(mine: str, its: str, affix: str) -> str:
    if affix == "startswith":
        return f'coalesce(substr({mine},1,len({its})),"")={its}'
    if affix == "endswith":
        end = f'coalesce(substr({mine},len({mine})-len({its})+1),"")={its}'
        return f"len({mine})>=len({its}) AND {end}"
    if affix == "contains":
        return f'match({mine}, "\\Q".{its}."\\E")'
    return f"{mine}={its}"


def writable(formula: Formula) -> bool:
    """Whether ``where`` has an expression for every leaf."""
    match formula:
        case Atom():
            return leaf(formula) is not None
        case Not(item):
            return writable(item)
        case And(items) | Or(items):
            return all(map(writable, items))
        case Const():
            return True


def write(out: Writer, conjuncts: list[Formula]) -> None:
    """Print the expression: conjuncts that all must hold."""
    for number, item in enumerate(conjuncts):
        if number:
            out.brk(" ", 1)
            out.put("AND ")
        _operand(out, item, "AND" if len(conjuncts) > 1 else None)


def _operand(out: Writer, formula: Formula, around: str | None) -> None:
    """A part of an expression, in parentheses where another operator is around it."""
    match formula:
        case Atom():
            out.mark(leaf(formula) or "", formula.origins)
        case Not(Atom() as atom):
            _not(out, atom)
        case Not(item):
            out.put("NOT (")
            _operand(out, item, None)
            out.put(")")
        case And(items):
            _joined(out, items, "AND", around)
        case Or(items):
            _joined(out, items, "OR", around)
        case Const(value):
            out.put("true()" if value else "false()")


def _not(out: Writer, atom: Atom) -> None:
    """``isnull(…)`` for the opposite of ``isnotnull(…)``."""
    text = leaf(atom) or ""
    if text.startswith("isnotnull("):
        out.mark("isnull(" + text.removeprefix("isnotnull("), atom.origins)
    else:
        out.put("NOT ")
        out.mark(text, atom.origins)


def _joined(out: Writer, items: tuple[Formula, ...], word: str, around: str | None) -> None:
    groups = _groups(items) if word == "OR" else [[item] for item in items]
    parentheses = around is not None and around != word and len(groups) > 1
    out.put("(" if parentheses else "")
    for number, group in enumerate(groups):
        if number:
            out.put(f" {word} ")
        if len(group) > 1:
            _values(out, group)
        else:
            _operand(out, group[0], word)
    out.put(")" if parentheses else "")


def _groups(items: tuple[Formula, ...]) -> list[list[Formula]]:
    """Alternatives by field, where one ``mvfilter`` can hold them; the others by themselves.

    Some value passes one test, or some value the other: some value passes one of the two.
    """
    groups: list[list[Formula]] = []
    by_field: dict[str | None, list[Formula]] = {}
    for item in items:
        if not isinstance(item, Atom) or not isinstance(item.test, _MATCHES):
            groups.append([item])
        elif item.field in by_field:
            by_field[item.field].append(item)
        else:
            by_field[item.field] = [item]
            groups.append(by_field[item.field])
    return groups


def _values(out: Writer, group: list[Formula]) -> None:
    """The tests of one field's values of which some value must pass one."""
    out.put("isnotnull(mvfilter(")
    for number, atom in enumerate(it for it in group if isinstance(it, Atom)):
        if number:
            out.put(" OR ")
        out.mark(_passes(where_name(atom.field or "") or "", atom.test) or "", atom.origins)
    out.put("))")
