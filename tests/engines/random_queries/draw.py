"""What the generators of all languages draw: fields, values near those of the events, patterns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from random import Random

from siemc.formula import ONE, RUN, GlobPart
from siemc.schema import FieldType, Schema
from tests.engines.random_queries import events

UNKNOWN = "nowhere"
OBJECT = "o"
LITERAL = re.compile(r"[A-Za-z0-9]")


@dataclass(frozen=True)
class Draw:
    """A source of random parts of queries on a schema; ``known`` are the events' texts by field."""

    random: Random
    schema: Schema
    known: Mapping[str, Sequence[str]]

    def chance(self, share: float) -> bool:
        """True so often."""
        return self.random.random() < share

    def field(self) -> str:
        """A field, sometimes one of its multi-fields, seldom an object or one that is nowhere."""
        if self.chance(0.04):
            return self.random.choice((UNKNOWN, OBJECT, OBJECT, f"{OBJECT}.{UNKNOWN}"))
        name = self._declared()
        subs = [sub for kind in self.schema.types(name) for sub, _ in kind.subfields]
        return f"{name}.{self.random.choice(subs)}" if subs and self.chance(0.5) else name

    def _declared(self) -> str:
        """A field that is declared, of those that no formula speaks of fewer."""
        name = self.random.choice(self.schema.field_names)
        kinds = self.schema.types(name)
        is_opaque = all(kind.is_text or kind.type == "date" for kind in kinds)
        return self._declared() if is_opaque and self.chance(0.7) else name

    def holder(self, field: str) -> str:
        """The field of the events that holds this one's values: a multi-field's is its parent."""
        parent = field.rpartition(".")[0]
        return parent if self.schema.declares(parent) else field

    def kind(self, field: str) -> FieldType | None:
        """A type of the field, the first if it has several."""
        return next(iter(self.schema.types(field)), None)

    def is_words(self, field: str) -> bool:
        """Whether the field takes patterns and expressions: keywords and analysed text."""
        kind = self.kind(field)
        return kind is None or kind.is_term or kind.is_text

    def near(self, field: str) -> str:
        """A value that some event has there, or one like it; seldom any other text."""
        values = self.known.get(self.holder(field), ())
        if not values or self.chance(0.05):
            return events.text(self.random)
        found = self.random.choice(values)
        kind = self.kind(field)
        if kind is not None and kind.type == "ip" and self.chance(0.4):
            return self.network(found)
        if self.chance(0.15):
            found = self.random.choice((found.swapcase(), found.upper(), found.lower()))
        return found[:-1] if self.chance(0.04) else found

    def network(self, address: str) -> str:
        """A network around an address."""
        bits = ip_address(address).max_prefixlen
        return f"{address}/{self.random.choice((0, 8, 16, 24, bits - 1, bits))}"

    def bound(self, field: str) -> str:
        """A bound of a range: a value of the field, or a number near it."""
        found = self.near(field)
        kind = self.kind(field)
        if kind is not None and kind.is_number and self.chance(0.5):
            return self.random.choice(("4", "5", "6", "0", "-5.5", "1000", "5.5", "05", "+5"))
        return found

    def pattern(self, field: str) -> tuple[GlobPart, ...]:
        """A glob that a value passes: pieces of it are replaced by wildcards."""
        rest = self.near(field)
        parts: list[GlobPart] = []
        for _ in range(self.random.randint(1, 3)):
            cut = self.random.randint(0, len(rest))
            parts.append(rest[:cut])
            rest = rest[cut:]
            if rest and self.chance(0.3):
                rest = rest[1:]
                parts.append(ONE)
            else:
                rest = rest[self.random.randint(0, len(rest)) :]
                parts.append(RUN)
        parts.append(rest)
        return tuple(part for part in parts if part != "")

    def expression(self, field: str) -> str:
        """A regular expression that a value passes, more or less, with each of the operators."""
        pieces = [self._unit(char) for char in self.near(field)[:12]]
        if pieces and self.chance(0.5):
            at = self.random.randrange(len(pieces))
            pieces[at] = self.random.choice((".", ".*", ".+", "@", "(.|a)", ".{1,3}", "[^q]", ".?"))
        if self.chance(0.2):
            pieces.append(self.random.choice((".*", "@", "(|x)", "x?", "y*", "x{0}", "()", "&.*")))
        if self.chance(0.1):
            pieces.insert(0, self.random.choice((".*", "~x", "<1-20>", "#?", '"', "(a|b)?", "^")))
        return "".join(pieces)

    def _unit(self, char: str) -> str:
        chance = self.random.random()
        if chance < 0.06:
            return self.random.choice(("[a-z]", "[A-Z]", "\\w", "\\d", "\\s", "[^\\s]", "[\\w.]"))
        shown = char if LITERAL.match(char) or self.chance(0.05) else f"\\{char}"
        if chance < 0.12:
            return f"{shown}{self.random.choice(('+', '*', '?', '{1}', '{1,2}'))}"
        return f"({shown}|q)" if chance < 0.16 else shown

    def spoiled(self, text: str, letters: str) -> str:
        """The text, at times with one character more, less or exchanged."""
        if not text or not self.chance(0.08):
            return text
        at = self.random.randrange(len(text))
        keep = at + self.random.randint(0, 1)
        return text[:at] + self.random.choice(("", self.random.choice(letters))) + text[keep:]
