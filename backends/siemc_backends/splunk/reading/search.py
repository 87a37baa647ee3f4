"""The ``search`` command: its terms as a formula.

Source throughout: Splunk, Search Reference, "search", and Search Manual, "Boolean expressions with
logical operators".
"""

from __future__ import annotations

from siemc.folding import fold
from siemc.formula import (
    TRUE,
    And,
    Atom,
    Compare,
    CompareOp,
    Exists,
    Formula,
    Glob,
    Not,
    Opaque,
    Or,
    Origin,
    conjunction,
    disjunction,
)
from siemc.reading import ReadError, place
from siemc_backends.splunk.reading.tokens import SEARCH, Token, search_text, show, tokens
from siemc_backends.splunk.reading.values import RUN, number_of, value_test

MAX_DEPTH = 100

_RELATIVE = ("daysago", "hoursago", "minutesago", "monthsago")
TIME_MODIFIERS = frozenset(
    (
        *("earliest", "latest", "_index_earliest", "_index_latest", "timeformat"),
        *("starttime", "endtime", "starttimeu", "endtimeu", *_RELATIVE),
        *(edge + each for edge in ("start", "end") for each in _RELATIVE),
        *("searchtimespan" + each.removesuffix("ago") for each in _RELATIVE),
    )
)
"""Search Reference, "search", "Time options", and older names for the same: they bound the search,
and are no fields."""

SEARCH_MODIFIERS = frozenset(
    ("eventtype", "eventtypetag", "hosttag", "tag", "savedsearch", "savedsplunk")
)
"""Search Reference, "search", "Index expression options": what stands behind them is configured."""

_OPERATORS = frozenset(("AND", "OR", "NOT", "IN", "AS", "XOR"))
_ORDER: dict[str, CompareOp] = {"<": "<", "<=": "<=", ">": ">", ">=": ">="}


def read_search(text: str, start: int, codes: set[str]) -> tuple[Formula, Token]:
    """The formula of the terms from ``start``, and the pipe or end that closes them.

    ``codes`` takes the assumptions. Raises ``ReadError``.
    """
    reader = _Search(tokens(SEARCH, text, start), codes)
    formula = reader.terms()
    last = reader.here()
    if last.kind not in ("end", "pipe"):
        raise ReadError("A closing parenthesis has no opening one.", last.start, last.end)
    return formula, last


class _Search:
    """A place in the tokens of one command."""

    __slots__ = ("at", "codes", "depth", "tokens")

    def __init__(self, found: list[Token], codes: set[str]) -> None:
        self.tokens = found
        self.codes = codes
        self.at = 0
        self.depth = 0

    def here(self) -> Token:
        return self.tokens[self.at]

    def next(self) -> Token:
        """The token here, passed over; the last one stays."""
        token = self.tokens[self.at]
        if self.at + 1 < len(self.tokens):
            self.at += 1
        return token

    def terms(self) -> Formula:
        """Terms side by side, or with AND, must all hold; OR binds tighter, NOT tighter still.

        "The search command evaluates OR before AND operators (XOR is not supported)."
        """
        items = [self.alternatives()]
        while (token := self.here()).kind not in ("end", "pipe", "close"):
            if token.text == "AND" and token.kind == "word":
                self.next()
            items.append(self.alternatives())
        return conjunction(items)

    def alternatives(self) -> Formula:
        items = [self.negation()]
        while (token := self.here()).text == "OR" and token.kind == "word":
            self.next()
            items.append(self.negation())
        return disjunction(items)

    def negation(self) -> Formula:
        negative = False
        while (token := self.here()).text == "NOT" and token.kind == "word":
            self.next()
            negative = not negative
        item = self.term()
        return Not(item) if negative else item

    def term(self) -> Formula:
        token = self.next()
        kind = token.kind
        if kind in ("word", "string"):
            after = self.here()
            if after.kind == "op":
                return self.comparison(token)
            if after.text == "IN" and after.kind == "word" and token.text not in _OPERATORS:
                return self.membership(token)
            return self.keyword(token)
        if kind == "open":
            return self.group(token)
        if kind in ("macro", "directive"):
            return self.verbatim(token)
        raise ReadError(_no_term(token), token.start, token.end)

    def group(self, opening: Token) -> Formula:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            message = f"Parentheses are nested more than {MAX_DEPTH} deep."
            raise ReadError(message, opening.start, opening.end)
        found = self.terms()
        if self.here().kind != "close":
            raise ReadError("A parenthesis is not closed.", opening.start, opening.end)
        self.next()
        self.depth -= 1
        return found

    def verbatim(self, token: Token) -> Formula:
        """A macro, or a term of the index: equal only to itself.

        Only CASE() looks at case (Search Manual, "Use CASE() and TERM() to match phrases").
        """
        self.unglued(token)
        return Atom(None, Opaque(_verbatim(token)), place(token.start, token.end))

    def keyword(self, token: Token) -> Formula:
        """A word or phrase, sought among the terms of ``_raw``; a lone ``*`` is every event."""
        if token.kind == "word":
            self.plain(token)
        self.unglued(token)
        text = search_text(token.text)
        if text and not text.strip("*"):
            return TRUE
        if not text:
            raise ReadError("An empty text finds nothing; leave it out.", token.start, token.end)
        return Atom(None, Opaque(f'term "{fold(text)}"'), place(token.start, token.end))

    def plain(self, token: Token) -> None:
        if token.text in _OPERATORS:
            raise ReadError(f"{token.text} has no term beside it.", token.start, token.end)
        after = self.here()
        if after.kind == "open" and token.text == "in":
            message = "The IN operator is written in capitals."
            raise ReadError(message, token.start, token.end)

    def unglued(self, token: Token) -> None:
        """Raises if something else stands right after a value: where it ends is not documented."""
        after = self.here()
        if after.start == token.end and after.kind not in ("close", "comma", "pipe", "end"):
            message = f"{show(after)} follows without a space; put the whole value in quotes."
            raise ReadError(message, token.start, after.end)
        if after.kind == "op":
            message = f"A value is followed by {show(after)}; put the value in quotes."
            raise ReadError(message, after.start, after.end)

    def comparison(self, left: Token) -> Formula:
        name = field_name(left)
        op = self.next()
        value = self.value()
        self.unglued(value)
        return self.compared(name, op.text, value, left.start)

    def value(self) -> Token:
        token = self.next()
        if token.kind not in ("word", "string", "macro", "directive"):
            hint = " (there is no ==)" if token.text == "=" else ""
            message = f"A value is missing before {show(token)}{hint}."
            raise ReadError(message, token.start, token.end)
        if token.kind == "word" and token.text in _OPERATORS:
            message = f"{token.text} is an operator; as a value it stands in quotation marks."
            raise ReadError(message, token.start, token.end)
        return token

    def membership(self, left: Token) -> Formula:
        """``field IN (value, value)``: some of the comparisons, wildcards included."""
        name = field_name(left)
        word = self.next()
        if self.next().kind != "open":
            message = "IN is followed by values in parentheses."
            raise ReadError(message, word.start, word.end)
        items: list[Formula] = []
        separator = word
        while separator.kind != "close":
            value = self.value()
            self.unglued(value)
            items.append(self.compared(name, "=", value, value.start))
            separator = self.next()
            if separator.kind not in ("comma", "close"):
                message = f"A comma or a closing parenthesis is missing before {show(separator)}."
                raise ReadError(message, separator.start, separator.end)
        return disjunction(items)

    def compared(self, name: str, op: str, value: Token, start: int) -> Formula:
        origins = place(start, value.end)
        if value.kind in ("macro", "directive") or is_modifier(name):
            text = f'"{search_text(value.text)}"'
            said = _verbatim(value) if value.kind in ("macro", "directive") else text
            return Atom(None, Opaque(f"{name}{op}{said}"), origins)
        if op in _ORDER:
            return _ordered(name, _ORDER[op], search_text(value.text), origins)
        test, codes = value_test(value.text)
        if name in ("index", "splunk_server") and _is_special(test):
            return Atom(None, Opaque(f'{name}{op}"{search_text(value.text)}"'), origins)
        self.codes.update(codes)
        atom = Atom(name, test, origins)
        if op == "=":
            return atom
        # "where fieldA exists and does not have the value"; elsewhere "where that value does not
        # match" ("Difference between != and NOT"): of several values the manual does not speak.
        self.codes.add("SA09")
        return And((Atom(name, Exists(), origins), Not(atom)))


def _ordered(name: str, op: CompareOp, text: str, origins: tuple[Origin, ...]) -> Formula:
    """Two numbers compare as numbers, other values as text, which no test of ours says."""
    by_text = Atom(name, Opaque(f'text {op} "{text}"'), origins)
    number = number_of(text)
    if number is None:
        return by_text
    return Or((Atom(name, Compare(op, number), origins), by_text))


def is_modifier(name: str) -> bool:
    """Whether ``name`` bounds the search, or stands for something configured, in ``search``."""
    return name in TIME_MODIFIERS or name in SEARCH_MODIFIERS or name.startswith("tag::")


def _is_special(test: object) -> bool:
    """``index=*`` leaves the internal indexes out; ``splunk_server=local`` is the search head.

    (Search Manual, "Retrieve events from indexes"; Search Reference, "search".)
    """
    if isinstance(test, Glob):
        return test.parts[:1] == (RUN,) or fold(test.literal or "") == "local"
    return isinstance(test, Exists)


def _verbatim(token: Token) -> str:
    if token.kind == "macro":
        return f"`{token.text[1:-1].strip()}`"
    return token.text if token.text.startswith("CASE") else "TERM" + fold(token.text[4:])


def _no_term(token: Token) -> str:
    if token.kind == "bracket":
        return "A subsearch cannot be read: what it finds is only known when it runs."
    return f"A search term is missing before {show(token)}."


def field_name(token: Token) -> str:
    """The field that is named on the left of an operator; quoted if it is not one word.

    Raises ``ReadError`` on a wildcard: what it means there is not documented.
    """
    text = token.text
    if token.kind == "string":
        name = search_text(text)
    elif text in _OPERATORS:
        raise ReadError(f"{text} stands where a field name should.", token.start, token.end)
    else:
        name = text
    if not name or "*" in name or (token.kind == "word" and ("\\" in name or "'" in name)):
        message = f"{show(token)} is no field name; one of other characters is in double quotes."
        raise ReadError(message, token.start, token.end)
    return name
