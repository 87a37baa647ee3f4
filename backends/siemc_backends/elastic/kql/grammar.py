"""KQL's grammar: a text as the steps of a query.

Kibana, kbn-es-query, ``grammar.peggy`` (9.x). That grammar tries alternatives in order; the places
where the order decides are few, and written out here: a keyword needs white space on both sides
(``not`` after it only), so ``or b`` at the start of a value is text; a literal runs on through
spaces until a keyword or a special character.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, NamedTuple, NoReturn

from siemc.formula import CompareOp
from siemc.reading import ReadError
from siemc_backends.elastic.dsl.program import EVERYTHING, NEGATION, Join, Leaf, Operator, Step
from siemc_backends.elastic.kql.literals import SPACE, SPECIAL, Value, bare, quoted
from siemc_backends.elastic.reading.engine import At

MOST_LEVELS = 200

_OR, _AND, _NOT = "[oO][rR]", "[aA][nN][dD]", "[nN][oO][tT]"
_S = f"[{SPACE}]"
_BARE = (
    rf"(?:[^{SPECIAL}nN{SPACE}]++|\*"
    rf"|\\(?:[trn{SPECIAL}]|u[0-9a-fA-F]{{4}}|{_OR}|{_AND}|{_NOT})"
    rf"|[nN](?![oO][tT]{_S})|{_S}(?!(?:{_OR}|{_AND}){_S}))++"
)
_QUOTED = r'"(?:[^"\\]++|\\["\\]?)*+"'

_LITERAL = rf"(?P<quoted>{_QUOTED})|(?P<bare>{_BARE})"
_OPERAND = re.compile(rf"{_S}*+(?:(?P<open>\()|(?P<not>{_NOT}{_S}++)|{_LITERAL})")
_VALUE = re.compile(rf"{_S}*+(?:(?P<open>\()|{_LITERAL})")
_BOUND = re.compile(rf"{_S}*+(?:{_LITERAL})")
_RELATION = re.compile(rf"{_S}*+(?P<relation>:|<=|>=|<|>)")
_AFTER = re.compile(
    rf"{_S}++(?:(?P<or>{_OR})|(?P<and>{_AND})){_S}++|{_S}*+(?:(?P<close>\))|(?P<end>\Z))"
)
_SPACES = re.compile(rf"{_S}*+")
_SURROGATE = re.compile("[\ud800-\udfff]")


class Term(NamedTuple):
    """A literal and the characters it was read from."""

    value: Value
    start: int
    end: int


Relation = Literal[":", "<", "<=", ">", ">="]
Make = Callable[[Value, Relation, Value, At], Leaf]
NO_FIELD = Value(None)


class _Group:
    """What is between two parentheses, or the whole text."""

    __slots__ = ("conjuncts", "disjuncts", "field", "negated", "start")

    def __init__(self, start: int, field: Value | None = None) -> None:
        self.start = start
        self.field = field  # of a list of values
        self.negated = False
        self.conjuncts = 0
        self.disjuncts = 0


class Parser:
    """Reads one text into ``steps``; ``make`` makes a leaf of a field, a relation and a value."""

    def __init__(self, text: str, make: Make) -> None:
        self.text = text
        self.make = make
        self.at = 0
        self.steps: list[Step] = []
        self.groups = [_Group(0)]

    def parse(self) -> list[Step]:
        """The steps of the whole text. Raises ``ReadError``."""
        lone = _SURROGATE.search(self.text)
        if lone:
            raise ReadError("this is half a character; save the query as UTF-8", lone.start())
        if self._skip() == len(self.text):
            return [EVERYTHING]  # ``start``: no query is ``*: *``
        while True:
            if self._operand() and not self._after():
                return self.steps

    def _operand(self) -> bool:
        """Read up to the end of one operand; false where a group or its negation has opened."""
        match = _OPERAND.match(self.text, self.at)
        if match is None:
            self._fail("a field, a value or '(' is missing here")
        group = self.groups[-1]
        if match.lastgroup == "not":
            return self._negation(group, match)
        self.at = match.end()
        if match.lastgroup == "open":
            self._open(match.end() - 1, group.field)
            return False
        term = _term(match)
        if group.field is not None:
            self._leaf(group.field, ":", term, term.start)
            return True
        return self._expression(term)

    def _negation(self, group: _Group, match: re.Match[str]) -> bool:
        if group.negated:
            self._fail("'not' twice in a row is no KQL; put the second one in parentheses")
        group.negated = True
        self.at = match.end()
        return False

    def _expression(self, term: Term) -> bool:
        """What follows a literal that may be a field."""
        match = _RELATION.match(self.text, self.at)
        if match is None:
            self._leaf(NO_FIELD, ":", term, term.start)
            return True
        self.at = match.end()
        if match["relation"] != ":":
            self._bound(term, match["relation"])
            return True
        found = _VALUE.match(self.text, self.at)
        if found is None:
            self._no_value()
        self.at = found.end()
        if found.lastgroup == "open":
            self._open(found.end() - 1, term.value)
            return False
        self._leaf(term.value, ":", _term(found), term.start)
        return True

    def _bound(self, field: Term, relation: str) -> None:
        found = _BOUND.match(self.text, self.at)
        if found is None:
            self._fail(f"a value is missing after '{relation}'")
        self.at = found.end()
        self._leaf(field.value, _ORDERS[relation], _term(found), field.start)

    def _no_value(self) -> NoReturn:
        self._skip()
        if self.text.startswith("{", self.at):
            self._fail("nested fields ('{ }') are not understood")
        if re.compile(_NOT + _S).match(self.text, self.at):
            self._fail("'not' needs parentheses after a colon: field: (not value)")
        self._fail("a value is missing after the colon")

    def _leaf(self, field: Value, relation: Relation, term: Term, start: int) -> None:
        self.steps.append(self.make(field, relation, term.value, (start, term.end)))
        self._add()

    def _add(self) -> None:
        """One more operand of the group is complete."""
        group = self.groups[-1]
        if group.negated:
            self.steps.append(NEGATION)
            group.negated = False
        group.conjuncts += 1

    def _open(self, start: int, field: Value | None) -> None:
        if len(self.groups) > MOST_LEVELS:
            raise ReadError(f"more than {MOST_LEVELS} levels of parentheses", start)
        self.groups.append(_Group(start, field))

    def _after(self) -> bool:
        """Read what joins two operands or ends a group; false at the end of the text."""
        while True:
            match = _AFTER.match(self.text, self.at)
            if match is None:
                self._fail("'and', 'or' or the end is missing here; escape or quote special signs")
            group = self.groups[-1]
            self.at = match.end()
            if match.lastgroup == "and":
                return True
            self._disjunct(group)
            if match.lastgroup == "or":
                return True
            if group.disjuncts > 1:
                self.steps.append(Join(Operator.OR, group.disjuncts))
            if match.lastgroup == "end":
                return self._finish(group)
            self._close(match.end() - 1)

    def _disjunct(self, group: _Group) -> None:
        if group.conjuncts > 1:
            self.steps.append(Join(Operator.AND, group.conjuncts))
        group.conjuncts = 0
        group.disjuncts += 1

    def _finish(self, group: _Group) -> bool:
        if len(self.groups) > 1:
            raise ReadError("this parenthesis is never closed", group.start)
        return False

    def _close(self, at: int) -> None:
        if len(self.groups) == 1:
            raise ReadError("this parenthesis was never opened", at)
        self.groups.pop()
        self._add()

    def _skip(self) -> int:
        match = _SPACES.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at

    def _fail(self, message: str) -> NoReturn:
        at = self._skip()
        if at == len(self.text):
            raise ReadError(f"{message}: the query ends too early", at, at)
        if self.text[at] == '"':
            raise ReadError(f'{message} (or this " is never closed)', at)
        raise ReadError(message, at)


_ORDERS: dict[str, CompareOp] = {"<": "<", "<=": "<=", ">": ">", ">=": ">="}


def _term(match: re.Match[str]) -> Term:
    kind = match.lastgroup or "bare"
    start, end = match.span(kind)
    written = match[kind]
    if kind == "quoted":
        return Term(quoted(written[1:-1]), start, end)
    kept = written.rstrip()
    return Term(bare(written), start, start + len(kept) if kept else end)
