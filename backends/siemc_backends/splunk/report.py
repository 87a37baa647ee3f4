"""What an emission has to tell beside its text: problems and assumptions, merged by field."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import chain
from math import isfinite

from siemc.backend import Emission, Problem, Span
from siemc.formula import (
    Atom,
    Compare,
    Equals,
    Formula,
    Glob,
    GlobPart,
    Opaque,
    Origin,
    Regex,
    SameAs,
    TimePart,
    Wild,
)
from siemc.missing import no_field
from siemc.schema import Schema
from siemc_backends.splunk import where
from siemc_backends.splunk.names import is_of_splunk, search_name, where_name
from siemc_backends.splunk.search import text_form
from siemc_backends.splunk.shape import leaves
from siemc_backends.splunk.values import encodable, has_case

FOLDING, WHOLE_EVENT, ONE_VALUE = "SA02", "SA04", "SA09"
# A whole number beyond this may stand for two: Splunk's documentation names no kind but doubles
EXACT = 2**53 - 1


@dataclass
class Report:
    """Collects while a formula is prepared and printed; ``printable`` says if it has a text."""

    schema: Schema
    printable: bool = True
    has_null: bool = False
    _problems: dict[tuple[str, str], Problem] = field(default_factory=dict)
    _assumed: set[str] = field(default_factory=set)
    _seen: set[str] = field(default_factory=set)
    _settled: set[str] = field(default_factory=set)

    def emission(self, text: str | None, spans: tuple[Span, ...]) -> Emission:
        """The emission with this text."""
        problems = tuple(self._problems.values())
        return Emission(text, problems, tuple(sorted(self._assumed)), spans)

    def leaf(self, atom: Atom) -> Atom:
        """The leaf in the target's field: a keyword on the schema's whole-event field."""
        if atom.field is None and not isinstance(atom.test, Opaque):
            atom = self._keyword(atom)
        if atom.field is not None:
            if atom.field not in self._settled:
                self._field(atom, atom.field)
            if isinstance(atom.test, SameAs):
                self._field(atom, atom.test.field)
        self._assume(atom)
        return atom

    def too_deep(self, limit: int) -> None:
        """Note that the formula is nested too deeply to be printed."""
        message = f"The condition is nested more than {limit} levels deep."
        self._lost("SC213", "", message, "Split the rule into several.", ())

    def broken(self, atom: Atom, mistake: str) -> None:
        """Note an expression that PCRE refuses."""
        name = atom.field or ""
        message = f"The regular expression on {name} is broken: {mistake}."
        self._lost("SC203", name, message, "Correct the expression in the rule.", atom.origins)

    def _keyword(self, atom: Atom) -> Atom:
        whole = self.schema.whole_event
        if isinstance(atom.test, Equals):
            text = text_form(atom.test.value)
            atom = replace(atom, test=Glob((Wild.RUN, text, Wild.RUN)))
        if whole is None or not isinstance(atom.test, Glob | Regex):
            self._lost(
                "SC211",
                "keywords",
                f"Schema {self.schema.name} has no field with the whole event for a keyword.",
                "Name the field to search in the rule, or use a schema with a whole-event field.",
                atom.origins,
            )
            return atom
        if isinstance(atom.test, Regex) and atom.test.may_be_anchored:
            message = "The keyword asks for an end of a value, which the whole event does not show."
            hint = "Name the field to search in the rule, or leave out the anchor."
            self._add("SC211", whole, message, hint, atom.origins)
        self._assumed.add(WHOLE_EVENT)
        return replace(atom, field=whole)

    def _field(self, atom: Atom, name: str) -> None:
        """Note what is wrong with a field; one that is there is not looked at again."""
        absent = self.schema.closed and not self.schema.has(name)
        if absent and name != self.schema.whole_event:
            self._add("SC206", name, *no_field(self.schema, name), atom.origins)
        else:
            self._settled.add(name)
        if name not in self._seen:
            self._seen.add(name)
            if search_name(name) is None and where_name(name) is None:
                self._lost(
                    "SC212",
                    name,
                    _no_name(name),
                    "Rename the field in a processing pipeline.",
                    atom.origins,
                )

    def _assume(self, atom: Atom) -> None:
        match atom.test:
            case Glob() if FOLDING in self._assumed:
                pass
            case Glob(parts, cased):
                if not cased and any(map(_lettered, parts)):
                    self._assumed.add(FOLDING)
            case Compare(_, number) if isfinite(number) and abs(number) > EXACT:
                message = f"{number} on {atom.field} is beyond what a double holds exactly."
                hint = "Compare with a smaller number."
                self._add("SC213", atom.field or "", message, hint, atom.origins)
            case Equals(bool()):  # its text form, true or false, has letters
                self._assumed.add(FOLDING)
            case Regex(_, ignorecase):
                if ignorecase:
                    self._assumed.add(FOLDING)
            case SameAs(_, _, cased):
                self._assumed.add(ONE_VALUE)
                if not cased:
                    self._assumed.add(FOLDING)
            case _:
                pass

    def where(self, formulas: Iterable[Formula]) -> None:
        """Note what ``where`` cannot say of the formulas that must go there."""
        for atom in chain.from_iterable(map(leaves, formulas)):
            if where.leaf(atom) is None:
                code, message, hint = _reason(atom)
                self._lost(code, atom.field or "", message, hint, atom.origins)

    def _lost(
        self, code: str, name: str, message: str, hint: str, origins: tuple[Origin, ...]
    ) -> None:
        self.printable = False
        self._add(code, name, message, hint, origins)

    def _add(
        self, code: str, name: str, message: str, hint: str, origins: tuple[Origin, ...]
    ) -> None:
        """One problem a code and field: its origins are those of all its leaves."""
        known = self._problems.get((code, name))
        if known is None:
            self._problems[code, name] = Problem(code, message, hint, origins)
        else:
            merged = tuple(dict.fromkeys(known.origins + origins))
            self._problems[code, name] = replace(known, origins=merged)


def _lettered(part: GlobPart) -> bool:
    return isinstance(part, str) and has_case(part)


def _no_name(name: str) -> str:
    """Why neither ``search`` nor ``where`` has a field of this name."""
    if not name:
        return "A field without a name cannot be written."
    if is_of_splunk(name):
        return f"{name!r} is an event type or a tag to Splunk, no field of the event."
    return f"Field name {name!r} has a character that SPL cannot be sure to quote."


def _reason(atom: Atom) -> tuple[str, str, str]:
    """Why ``where`` has no expression for a leaf: code, message, hint."""
    name = atom.field or ""
    match atom.test:
        case Opaque(text):
            return _foreign(text)
        case TimePart(unit):
            return _no_zone(name, unit)
        case SameAs(other) if where_name(name) and where_name(other):
            return _no_contains(name, other)
        case Compare(_, number) if not isfinite(number):
            return "SC212", f"{number} is no number that SPL can write.", "Use a finite number."
        case Glob(parts) if not all(encodable(it) for it in parts if isinstance(it, str)):
            return _unwritable(f"A value of {name} holds half a surrogate pair.")
        case Regex() if where_name(name):
            return _unwritable(f"An expression on {name} holds a character that SPL cannot write.")
        case _:
            message = f"Field name {name!r} has a character that where cannot be sure to quote."
            return "SC212", message, "Rename the field in a processing pipeline."


def _foreign(text: str) -> tuple[str, str, str]:
    message = f"The text {text} stands beside a test that only where can make."
    return "SC216", message, "Scope the search by source and event code instead of a macro."


def _no_zone(name: str, unit: str) -> tuple[str, str, str]:
    message = f"The {unit} of {name} is not known without the time zone it is meant in."
    return "SC209", message, "Extract the part as a field of its own, and test that."


def _no_contains(name: str, other: str) -> tuple[str, str, str]:
    message = f"SPL cannot test with case whether {name} contains the text of {other}."
    return "SC208", message, "Leave out cased, or compare the start or the end."


def _unwritable(message: str) -> tuple[str, str, str]:
    return "SC212", message, "Write the character as an escape, or leave it out."
