"""The grammar of Lucene's classic query language: a text as clauses of leaves and groups.

Written from ``QueryParser.jj`` and ``QueryParserBase.addClause`` of Lucene 10, as Elasticsearch
uses them (reference, "Query string query"). There is no precedence: ``AND`` makes the clause before
it and the one after it required, whatever stands around them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from siemc.reading import ReadError
from siemc_backends.elastic.lucene.lexer import Token, tokens

Occur = Literal["must", "should", "must not"]
Kind = Literal["term", "phrase", "prefix", "wildcard", "regexp", "range", "fuzzy"]
MAX_DEPTH = 100


@dataclass(frozen=True, slots=True)
class Leaf:
    """One thing that is searched for; ``field`` is ``None`` for the default.

    ``text`` is without escapes where Lucene removes them. ``suffix`` is what follows a ``~``, or
    the brackets of a range, whose ``high`` end is apart.
    """

    kind: Kind
    field: str | None
    text: str
    start: int
    end: int
    suffix: str = ""
    high: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Clauses, each required, optional or forbidden."""

    clauses: tuple[tuple[Occur, Part], ...]


Part = Leaf | Group


def parse(text: str, operator: Literal["OR", "AND"] = "OR") -> Part:
    """The query of the text; raises ``ReadError`` where Lucene's parser raises, and too deep."""
    parser = _Parser(tokens(text), operator)
    query = parser.query(None, 0)
    token = parser.here
    if token.kind != "EOF":
        raise ReadError(_unexpected(token), token.start, token.end)
    return query


_TERMS = {
    "TERM": "term",
    "BARE": "term",
    "STAR": "wildcard",
    "PREFIX": "prefix",
    "WILD": "wildcard",
    "REGEXP": "regexp",
}
# after two words in a row: what makes the second one the start of something else
_NOT_AFTER_WORDS = {"COLON", "STAR", "FUZZY", "CARAT", "AND", "OR"}
_CLAUSE_END = {"EOF", "RPAREN", "COLON", "CARAT", "FUZZY"}


class _Parser:
    """Recursive descent over the tokens, with two of look-ahead as in the grammar."""

    __slots__ = ("at", "here", "operator", "tokens")

    def __init__(self, found: list[Token], operator: str) -> None:
        self.tokens = found
        self.at = 0
        self.here = found[0]
        self.operator = operator

    def _kind(self, ahead: int) -> str:
        place = self.at + ahead
        return self.tokens[place].kind if place < len(self.tokens) else "EOF"

    def _take(self) -> Token:
        token = self.here
        self.at += 1
        self.here = self.tokens[min(self.at, len(self.tokens) - 1)]
        return token

    def query(self, field: str | None, depth: int) -> Part:
        """Clauses up to a closing parenthesis or the end; there must be one."""
        if depth > MAX_DEPTH:
            message = f"The query is nested deeper than {MAX_DEPTH} levels."
            raise ReadError(message, self.here.start)
        clauses: list[tuple[Occur, Part]] = []
        conjunction = ""
        alone = True  # a lone clause without a sign stands for itself
        while True:
            words = self._words(field) if not conjunction else None
            if words is not None:
                clauses.append(("must" if self.operator == "AND" else "should", words))
            else:
                modifier = self._take().kind if self.here.kind in {"PLUS", "MINUS", "NOT"} else ""
                alone = alone and not modifier
                self._add(clauses, conjunction, modifier, self._clause(field, depth))
            if self.here.kind in _CLAUSE_END:
                break
            conjunction = self._take().kind if self.here.kind in {"AND", "OR"} else ""
        return clauses[0][1] if len(clauses) == 1 and alone else Group(tuple(clauses))

    def _add(
        self, clauses: list[tuple[Occur, Part]], conjunction: str, modifier: str, part: Part
    ) -> None:
        """``QueryParserBase.addClause``: a conjunction also changes the clause before it."""
        if clauses and clauses[-1][0] != "must not":
            if conjunction == "AND":
                clauses[-1] = ("must", clauses[-1][1])
            elif conjunction == "OR" and self.operator == "AND":
                clauses[-1] = ("should", clauses[-1][1])
        occur: Occur = "should"
        if modifier in {"MINUS", "NOT"}:
            occur = "must not"
        elif self.operator == "AND":
            occur = "should" if conjunction == "OR" else "must"
        elif modifier == "PLUS" or conjunction == "AND":
            occur = "must"
        clauses.append((occur, part))

    def _words(self, field: str | None) -> Leaf | None:
        """Words in a row, which Lucene takes for one text (it splits by analysis, not by space)."""
        if self.here.kind != "TERM" or not self._is_next_word(1):
            return None
        taken = [self._take()]
        while self._is_next_word(0):
            taken.append(self._take())
        image = " ".join(token.image for token in taken)
        start, end = taken[0].start, taken[-1].end
        return Leaf("term", field, _plain(image, start, end), start, end)

    def _is_next_word(self, ahead: int) -> bool:
        return self._kind(ahead) == "TERM" and self._kind(ahead + 1) not in _NOT_AFTER_WORDS

    def _clause(self, field: str | None, depth: int) -> Part:
        start = self.here.start
        if self.here.kind in {"TERM", "STAR"} and self._kind(1) == "COLON":
            name = self._take()
            field = _plain(name.image, name.start, name.end)
            self._take()
        token = self._take()
        if token.kind == "LPAREN":
            part = self.query(field, depth + 1)
            if self.here.kind != "RPAREN":
                raise ReadError("A group has no closing parenthesis.", token.start)
            self._take()
            self._boost()
            return part
        if token.kind == "OPEN":
            return self._range(field, token, start)
        if token.kind == "QUOTED":
            suffix = self._suffix()
            text = _plain(token.image[1:-1], token.start, token.end)
            return Leaf("phrase", field, text, start, token.end, suffix)
        if token.kind in _TERMS:
            return self._term(field, token, start)
        raise ReadError(_unexpected(token), token.start, token.end)

    def _term(self, field: str | None, token: Token, start: int) -> Leaf:
        kind: Kind = _TERMS[token.kind]  # type: ignore[assignment]
        # the parser removes the escapes of every term first, and raises where it cannot
        text = _plain(token.image, token.start, token.end)
        suffix = self._suffix()
        if kind == "term" and suffix:
            kind = "fuzzy"
        elif kind == "wildcard":
            text = token.image
        elif kind == "prefix":
            text = _plain(token.image[:-1], token.start, token.end)
        elif kind == "regexp":
            text = token.image[1:-1]
        return Leaf(kind, field, text, start, token.end, suffix)

    def _suffix(self) -> str:
        """Boost and fuzziness, in either order; the fuzziness is returned, the boost has no say."""
        if self._boost():
            return self._take().image if self.here.kind == "FUZZY" else ""
        if self.here.kind != "FUZZY":
            return ""
        suffix = self._take().image
        self._boost()
        return suffix

    def _boost(self) -> bool:
        if self.here.kind != "CARAT":
            return False
        self._take()
        self._take()
        return True

    def _range(self, field: str | None, bracket: Token, start: int) -> Leaf:
        low, to, high, close = (self._take() for _ in range(4))
        bounds = {"QUOTED", "BOUND", "TO"}
        if low.kind not in bounds or to.kind != "TO" or high.kind not in bounds:
            raise ReadError("A range is written [low TO high].", bracket.start, close.end)
        if close.kind != "CLOSE":
            raise ReadError("A range has a word too many.", close.start, close.end)
        self._boost()
        ends = (_bound(low), _bound(high))
        brackets = bracket.image + close.image
        return Leaf("range", field, ends[0], start, close.end, brackets, ends[1])


def _bound(token: Token) -> str:
    """The text of a bound; ``*`` is an open end, quoted too (``QueryStringQueryParser``)."""
    image = token.image[1:-1] if token.kind == "QUOTED" else token.image
    return image if image == "*" else _plain(image, token.start, token.end)


def _unexpected(token: Token) -> str:
    if token.kind == "EOF":
        return "The query ends where something to search for must follow."
    return f"'{token.image[:40]}' cannot stand here: escape it with a '\\' to search for it."


_ESCAPES = re.compile(r"\\(?:u([0-9a-fA-F]{4})|([^u]))", re.S)
_SURROGATE = re.compile("[\ud800-\udfff]")


def _plain(image: str, start: int, end: int) -> str:
    """The text without its escapes; raises ``ReadError`` where one is incomplete."""
    if "\\" not in image:
        return image
    found = _unescaped(image)
    if found is None:
        message = "An escape '\\u' needs four hexadecimal digits: write '\\\\u' for a backslash."
        raise ReadError(message, start, end)
    return found


@lru_cache(maxsize=8192)
def _unescaped(image: str) -> str | None:
    """``QueryParserBase.discardEscapeChar``; ``None`` where it raises."""
    parts: list[str] = []
    at = 0
    while (start := image.find("\\", at)) >= 0:
        found = _ESCAPES.match(image, start)
        if found is None:
            return None
        parts.append(image[at:start])
        parts.append(found[2] if found[1] is None else chr(int(found[1], 16)))
        at = found.end()
    text = "".join(parts) + image[at:]
    if _SURROGATE.search(text):
        # two escapes make one character beyond the sixteenth bit
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return text
