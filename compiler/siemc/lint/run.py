"""A run of all checks over the rules of some files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from siemc.api import in_order
from siemc.diagnostics import (
    Diagnostic,
    SiemcError,
    UsageError,
    catalogue,
    did_you_mean,
    severity_of,
)
from siemc.formula import Formula
from siemc.lint import lists, meaning, metadata, schemas, tagging, twins
from siemc.lint.findings import Finding, of_loading
from siemc.lint.stock import Stock
from siemc.load import Loaded, LoadedRule
from siemc.locate import locate_all
from siemc.lower import lower
from siemc.passes import simplify

OLD_TAG, TAG_FORM = "SC419", "SC451"
Step = Callable[[], None]


@dataclass(frozen=True)
class Codes:
    """Which codes are asked for: those that are selected, all if none is, but not those ignored.

    Each is a code of the catalogue or the beginning of some.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raise ``UsageError`` for what no code begins with."""
        for each in (*self.select, *self.ignore):
            if not each or not any(code.startswith(each) for code in _codes()):
                hint = f"{did_you_mean(each, _codes())}docs/diagnostics.md lists the codes."
                raise UsageError(Diagnostic("SC400", f"There is no code {each!r}.", hint))

    def has(self, code: str) -> bool:
        """Whether this code is asked for; of a selected and an ignored one, the longer decides.

        An error is, unless it is ignored: a rule that cannot be read has not been looked at.
        """
        yes = max((len(each) for each in self.select if code.startswith(each)), default=-1)
        no = max((len(each) for each in self.ignore if code.startswith(each)), default=-1)
        if not self.select or severity_of(code) == "error":
            return no < 0
        return yes > no


def _codes() -> list[str]:
    return [code for code, entry in catalogue().items() if entry["severity"] != "assumption"]


def lint(loaded: Loaded, codes: Codes | None = None, step: Step = lambda: None) -> list[Finding]:
    """Everything there is to say, file by file, each with its line and column.

    What kept a rule from being read is said whatever is selected. ``step`` is called after each
    rule.
    """
    wanted = codes or Codes()
    found = [each for each in _all(loaded, step) if wanted.has(each.diagnostic.code)]
    order = {each.path: i for i, each in enumerate(in_order(loaded.rules, loaded.broken))}
    found.sort(key=lambda each: order.get(each.diagnostic.path or "", -1))
    located = locate_all(each.diagnostic for each in found)
    placed = [replace(f, diagnostic=said) for f, said in zip(found, located, strict=True)]
    placed.sort(key=lambda each: _position(order, each.diagnostic))
    return placed


def _position(order: dict[str, int], said: Diagnostic) -> tuple[int, int, int, str]:
    return order.get(said.path or "", -1), said.line or 0, said.column or 0, said.code


def _all(loaded: Loaded, step: Step) -> Iterator[Finding]:
    yield from map(of_loading, loaded.diagnostics)
    for broken in loaded.broken:
        yield from (of_loading(each, broken) for each in broken.diagnostics)
    stock = Stock()
    formulas: list[tuple[LoadedRule, Formula]] = []
    for rule in loaded.rules:
        yield from _rule(rule, stock, formulas)
        step()
    yield from stock.finish()
    yield from meaning.alike(formulas)


def _rule(
    rule: LoadedRule, stock: Stock, formulas: list[tuple[LoadedRule, Formula]]
) -> Iterator[Finding]:
    yield from (_of_note(rule, each) for each in rule.notes)
    yield from _of_metadata(rule, stock)
    yield from schemas.check(rule)
    try:
        formula = simplify(lower(rule).formula)
    except SiemcError as error:
        yield of_loading(error.diagnostic.at(rule.path, rule.document), rule)
        return
    formulas.append((rule, formula))
    yield from _of_formula(rule, formula)


def _of_note(rule: LoadedRule, note: Diagnostic) -> Finding:
    return replace(of_loading(note, rule), fixes=metadata.correction(rule, note))


def _of_metadata(rule: LoadedRule, stock: Stock) -> Iterator[Finding]:
    """What the validators and our own checks say; a tag in the old form is told of once."""
    said = list(metadata.check(rule))
    old = {each.diagnostic.place for each in said if each.diagnostic.code == OLD_TAG}
    for each in stock.check(rule):
        if each.diagnostic.code != TAG_FORM or each.diagnostic.place not in old:
            yield each
    yield from said
    yield from tagging.check(rule)


def _of_formula(rule: LoadedRule, formula: Formula) -> Iterator[Finding]:
    """What is odd about the formula; what one value of a list is told is not told again."""
    said = list(lists.check(rule, formula))
    yield from said
    yield from twins.check(rule, formula)
    places = {each.diagnostic.place for each in said}
    for each in meaning.check(rule, formula):
        if each.diagnostic.place not in places:
            yield each
