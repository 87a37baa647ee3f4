"""The formula as SPL sees it: keywords on the whole-event field, IsNull taken apart."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from siemc.formula import And, Atom, Const, Exists, Formula, Glob, IsNull, Not, Or, Regex
from siemc.passes.repeats import drop_repeats
from siemc_backends.splunk.report import Report
from siemc_backends.splunk.shape import all_of, any_of, negation

EMPTY = Glob(())


def prepare(formula: Formula, report: Report) -> Formula:
    """The same formula in the target's fields, folded and flat; the leaves are reported."""
    prepared = _prepared(formula, report)
    # A null and an empty text beside each other have a test in common once the null is apart.
    return drop_repeats(prepared) if report.has_null else prepared


def _prepared(formula: Formula, report: Report) -> Formula:
    match formula:
        case Atom():
            return _leaf(formula, report)
        case Not(item):
            return negation(_prepared(item, report))
        case And(items):
            return all_of([_prepared(item, report) for item in items])
        case Or(items):
            return any_of([_prepared(item, report) for item in items])
        case Const():
            return formula
    assert_never(formula)


def _leaf(atom: Atom, report: Report) -> Formula:
    """The leaf; an absent or empty field as two tests, so that its NOT needs no second one."""
    atom = report.leaf(atom)
    if isinstance(atom.test, Regex) and atom.field is not None:
        return _expression(atom, atom.test, report)
    if isinstance(atom.test, IsNull) and atom.field is not None:
        report.has_null = True
        return Or((replace(atom, test=EMPTY), Not(replace(atom, test=Exists()))))
    return atom


def _expression(atom: Atom, test: Regex, report: Report) -> Formula:
    """The globs that an expression is, if ``search`` has them; else the expression."""
    from siemc_backends.splunk import patterns  # most rules have no expression to read

    if (mistake := patterns.mistake(test)) is not None:
        report.broken(atom, mistake)
        return atom
    globs = patterns.search_globs(test)
    return any_of(replace(atom, test=each) for each in globs) if globs else atom
