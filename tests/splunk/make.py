"""Short ways to make formulas, and to print them, for the tests of SPL."""

from __future__ import annotations

from siemc.backend import Emission, Layout
from siemc.formula import Atom, Formula, Glob, GlobPart, Origin, Test, Wild
from siemc_backends.splunk import SPL, SPLUNK

RAW = SPLUNK.schema("raw")
RUN, ONE = Wild.RUN, Wild.ONE


def atom(field: str | None, test: Test, identifier: str = "sel") -> Atom:
    """A leaf that comes from ``identifier``."""
    return Atom(field, test, (Origin(identifier, ("detection", identifier, field or "")),))


def has(field: str | None, *parts: GlobPart, cased: bool = False) -> Atom:
    """The field's value is these literals and wildcards."""
    return atom(field, Glob(parts, cased))


def emit(formula: Formula, *, pretty: bool = False) -> Emission:
    """The emission on the open schema."""
    return SPL.emit(formula, RAW, Layout(pretty))


def spl(formula: Formula, *, pretty: bool = False) -> str:
    """The text, which must be exact."""
    emission = emit(formula, pretty=pretty)
    assert emission.problems == ()
    assert emission.text is not None
    return emission.text
