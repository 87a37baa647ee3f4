"""The canonical form: formulas of equal shape get the same number.

A ``Graph`` holds conjunctions over literals, hash-consed: a literal is the number of a leaf or of a
conjunction, negative where it is negated, and ``a or b`` is ``not (not a and not b)``. Two formulas
with the same literal are equal, whatever their leaves mean. What is left is for ``solve``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from siemc.formula import (
    And,
    Atom,
    Const,
    Exists,
    Formula,
    Glob,
    IsNull,
    Not,
    Opaque,
    Or,
    SameAs,
    Test,
)
from siemc.prove.world import World

TRUE, FALSE = 1, -1
EMPTY = Glob(())
PRESENT = Exists()

Leaf = tuple[str | None, Test]
Children = frozenset[int]


@dataclass
class Graph:
    """The formulas of one comparison, in one world; see the module's text.

    ``leaves`` and ``ands`` say what a number is; number 1 is true. ``spelt`` has globs as they were
    written first, for the events that are shown.
    """

    world: World
    leaves: dict[int, Leaf] = field(default_factory=dict)
    ands: dict[int, Children] = field(default_factory=dict)
    spelt: dict[int, Glob] = field(default_factory=dict)
    _numbers: dict[Leaf | Children, int] = field(default_factory=dict)
    _atoms: dict[Leaf, int] = field(default_factory=dict)
    # By identity, with the formula, so that its id is not given to another meanwhile
    _made: dict[int, tuple[Formula, int]] = field(default_factory=dict)
    _last: int = TRUE

    def literal(self, formula: Formula) -> int:
        """The literal of a formula."""
        if isinstance(formula, Atom):
            leaf = formula.field, formula.test
            atom = self._atoms.get(leaf)
            if atom is None:
                atom = self._atoms[leaf] = self._atom(formula)
            return atom
        known = self._made.get(id(formula))
        if known is not None:
            return known[1]
        found = self._literal(formula)
        self._made[id(formula)] = formula, found
        return found

    def _literal(self, formula: Formula) -> int:
        match formula:
            case And(items):
                return self.conjunction([self.literal(item) for item in items])
            case Or(items):
                return -self.conjunction([-self.literal(item) for item in items])
            case Not(item):
                return -self.literal(item)
            case Const(value):
                return TRUE if value else FALSE
        raise AssertionError(formula)

    def conjunction(self, literals: Iterable[int]) -> int:
        """The literal of a conjunction: flat, without repeats, without what the rest decides."""
        found: set[int] = set()
        for literal in literals:
            found |= self.ands.get(literal, {literal})
        found.discard(TRUE)
        while (smaller := self._reduced(found)) != found:
            found = smaller
        if FALSE in found:
            return FALSE
        if len(found) < 2:
            return found.pop() if found else TRUE
        return self._number(frozenset(found), self.ands)

    def _reduced(self, found: set[int]) -> set[int]:
        """Without alternatives that hold anyhow (``a and (a or b)``) or cannot (``not a or b``)."""
        for literal in found:
            if literal < 0:
                if -literal in found:
                    return {FALSE}
                options = self.ands.get(-literal)
                if options is not None and (done := self._decided(found, literal, options)):
                    return done
        return found

    def _decided(self, found: set[int], literal: int, options: Children) -> set[int] | None:
        """``literal`` says that not all of ``options`` hold."""
        if any(-option in found for option in options):
            return found - {literal}
        left = options - found
        if len(left) == len(options):
            return None
        rest = -self.conjunction(left)
        return (found - {literal}) | self.ands.get(rest, {rest})

    def _atom(self, atom: Atom) -> int:
        name, test = self.world.placed(atom)
        if name is not None and self.world.is_absent(name):
            return TRUE if isinstance(test, IsNull) else FALSE
        if isinstance(test, IsNull):
            if name is None:  # no one field is absent: what is left is an empty value in any
                return self._leaf(name, EMPTY)
            present, empty = self._leaf(name, PRESENT), self._leaf(name, EMPTY)
            return -self.conjunction([present, -empty])
        if isinstance(test, Opaque):
            return self._leaf(name, test)
        if isinstance(test, SameAs):
            return self._same(name, test)
        found = [self._leaf(name, form) for form in self.world.forms(name, test)]
        if len(found) == 1 and isinstance(test, Glob) and self.world.is_plain(name):
            self.spelt.setdefault(found[0], test)
        return found[0] if len(found) == 1 else -self.conjunction([-each for each in found])

    def _same(self, name: str | None, test: SameAs) -> int:
        """Two fields compared: both have a value, and a field is always the same as itself."""
        if self.world.is_absent(test.field):
            return FALSE
        if test.field == name:
            return self._leaf(name, PRESENT)
        if name is not None and test.affix == "equals" and test.field < name:
            name, test = test.field, replace(test, field=name)
        both = [self._leaf(each, PRESENT) for each in (name, test.field) if each is not None]
        return self.conjunction([self._leaf(name, test), *both])

    def _leaf(self, name: str | None, test: Test) -> int:
        return self._number((name, test), self.leaves)

    def _number(self, key: Leaf | Children, table: dict[int, Leaf] | dict[int, Children]) -> int:
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = self._last = self._last + 1
            table[number] = key  # type: ignore[assignment]
        return number

    def fresh(self) -> int:
        """A number that is no leaf and no conjunction, for a solver's own use."""
        self._last += 1
        return self._last
