"""The events that a comparison is about: what the schema and the assumptions admit.

A world settles what no formula can say: that an ``ip`` field only holds addresses, that a field
only holds lower case, which field holds the whole event, which field these indices do not have.
What it made use of is in ``used``, as codes of the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from math import ceil, floor, inf
from typing import NamedTuple

from siemc.folding import fold
from siemc.formula import (
    FALSE,
    RUN,
    And,
    Atom,
    Cidr,
    Compare,
    Const,
    Exists,
    Formula,
    Glob,
    IsNull,
    Not,
    Or,
    Regex,
    SameAs,
    Test,
    atoms,
)
from siemc.prove.forms import forms, forms_within
from siemc.prove.languages import ADDRESSES, LOWER, NUMBERS, WHOLE_NUMBERS, Language
from siemc.prove.texts import Texts
from siemc.schema import WHOLE, Schema


class Facts(NamedTuple):
    """What is settled of a field's values.

    ``absent``: there are none; ``lower``: they are in lower case; ``addresses``, ``numbers``: they
    are nothing else, each in one text form; ``whole``: the numbers are whole.
    """

    absent: bool = False
    lower: bool = False
    addresses: bool = False
    numbers: bool = False
    whole: bool = False


def no_field(_: str) -> bool:
    """Of no field is it known."""
    return False


@dataclass
class World:
    """See the module's text.

    ``texts``: the values are all in this language of texts. ``is_single``: whether a field is known
    to have no more than one value.
    """

    schema: Schema | None = None
    texts: Texts | None = None
    is_single: Callable[[str], bool] = no_field
    used: set[str] = field(default_factory=set)
    _fields: dict[str, Facts] = field(default_factory=dict)

    def placed(self, atom: Atom) -> tuple[str | None, Test]:
        """The field and test of a leaf; a keyword is looked for in the whole-event field."""
        name, test = atom.field, atom.test
        whole = self.schema.whole_event if self.schema else None
        if name is not None or whole is None or not _is_found_anywhere(test):
            return name, test
        self.used.add("SA04")
        return whole, test

    def place(self, formula: Formula) -> Formula:
        """The formula with its keywords in the whole-event field, and absent fields settled."""
        match formula:
            case Atom():
                name, test = self.placed(formula)
                if name is not None and self.is_absent(name):
                    return Const(True) if isinstance(test, IsNull) else FALSE
                if isinstance(test, SameAs) and self.is_absent(test.field):
                    return FALSE
                return replace(formula, field=name, test=test)
            case Not(item):
                return Not(self.place(item))
            case And(items):
                return And(tuple(self.place(item) for item in items))
            case Or(items):
                return Or(tuple(self.place(item) for item in items))
            case Const():
                return formula

    def is_absent(self, name: str) -> bool:
        """Whether these indices have no such field: then no event has a value of it."""
        return self._facts(name).absent

    def is_plain(self, name: str | None) -> bool:
        """Whether nothing is settled of the field, so that a test on it means what it says."""
        return name is None or not any(self._facts(name))

    def forms(self, name: str | None, test: Test) -> Sequence[Test]:
        """The forms of a field's test, in the one spelling that its values allow."""
        tests = forms(test) if self.texts is None else forms_within(test, self.texts.alphabet)
        if name is None:
            return tests
        facts = self._facts(name)
        if facts.lower:
            return [each for test in tests for each in self._lower(test)]
        if facts.whole:
            return [self._whole(test) for test in tests]
        return [self._address(test) for test in tests] if facts.addresses else tests

    def facts(self, formula: Formula) -> Hashable:
        """All that the world decides of a formula: two worlds with the same facts are one to it."""
        names = {atom.field for atom in atoms(formula)}
        names |= {a.test.field for a in atoms(formula) if isinstance(a.test, SameAs)}
        known = [(name, self._facts(name)) for name in sorted(filter(None, names))]
        whole = self.schema.whole_event if self.schema and None in names else None
        return whole, self.texts and self.texts.key, tuple(known)

    def universe(self, name: str | None) -> list[Language]:
        """The languages that every value of the field is in."""
        found = []
        if name is not None:
            facts = self._facts(name)
            found += [LOWER] if facts.lower else []
            found += [ADDRESSES] if facts.addresses else []
            if facts.numbers:
                self.used.add("SA12")
                found.append(WHOLE_NUMBERS if facts.whole else NUMBERS)
        return found if self.texts is None else [*found, self.texts]

    def _facts(self, name: str) -> Facts:
        known = self._fields.get(name)
        if known is None:
            known = self._fields[name] = _facts(self.schema, name)
        return known

    def _lower(self, test: Test) -> list[Test]:
        """On values in lower case a literal with an upper-case letter is not found at all."""
        if not isinstance(test, Glob):
            return [test]
        self.used.add("SA07")
        if test.cased and any(isinstance(part, str) and part != fold(part) for part in test.parts):
            return []
        return [Glob(test.parts)]

    def _whole(self, test: Test) -> Test:
        """Among whole numbers those above 5 are those from 6."""
        if not isinstance(test, Compare) or abs(test.number) == inf:
            return test
        number = test.number
        match test.op:
            case "<":
                found = Compare("<=", ceil(number) - 1)
            case ">":
                found = Compare(">=", floor(number) + 1)
            case "<=":
                found = Compare("<=", floor(number))
            case _:
                found = Compare(">=", ceil(number))
        if found != test:
            self.used.add("SA12")
        return found

    def _address(self, test: Test) -> Test:
        """On addresses a text is the address it spells, and ``10.1.*`` a network."""
        network = _network(test) if isinstance(test, Glob) else None
        if network is None:
            return test
        self.used.add("SA10")
        return Cidr(network)


def _facts(schema: Schema | None, name: str) -> Facts:
    if schema is None:
        return Facts()
    types = schema.types(name)
    return Facts(
        absent=schema.closed and not types,
        lower=schema.writes_lower(name),
        addresses=bool(types) and all(kind.type == "ip" for kind in types),
        numbers=bool(types) and all(kind.is_number for kind in types),
        whole=bool(types) and all(kind.type in WHOLE for kind in types),
    )


def _is_found_anywhere(test: Test) -> bool:
    """Whether a keyword's test asks for nothing but a text somewhere in a value."""
    match test:
        case Glob(parts):
            return len(parts) > 1 and parts[0] is RUN and parts[-1] is RUN
        case Regex():
            return not test.may_be_anchored
        case _:
            return isinstance(test, Exists)


def _network(test: Glob) -> IPv4Network | IPv6Network | None:
    """The address that a literal spells, or the IPv4 network of whole octets and a ``*``."""
    text = test.literal
    try:
        if text is not None:
            return ip_network(ip_address(text))
        match test.parts:
            case (str() as start, last) if last is RUN and start.endswith("."):
                octets = start[:-1].split(".")
                zeros = ["0"] * (4 - len(octets))
                address = ip_address(".".join(octets + zeros))
                return IPv4Network(f"{address}/{8 * len(octets)}") if zeros else None
    except ValueError:
        pass
    return None
