"""The expressions of ``where`` and ``eval``, from text to tree.

Sources: Splunk, Search Reference, "where", "eval" and "Evaluation functions"; Search Manual,
"Boolean expressions with logical operators" (AND before OR, the other way round than ``search``)
and "Predicate expressions".
"""

from __future__ import annotations

from siemc.reading import ReadError
from siemc_backends.splunk.reading.tokens import (
    EXPRESSION,
    Token,
    expression_text,
    show,
    tokens,
)
from siemc_backends.splunk.reading.tree import (
    Call,
    Chain,
    Comparison,
    Expression,
    Field,
    Logic,
    Macro,
    Negation,
    Number,
    Text,
)
from siemc_backends.splunk.reading.values import number_of

MAX_DEPTH = 100

_RELATIONS = frozenset(("=", "==", "!=", "<", "<=", ">", ">="))
_ARITHMETIC = frozenset("+-*/%.")
_WORDS = frozenset(("AND", "OR", "NOT", "XOR", "IN", "LIKE"))
_FUNCTIONS = frozenset(("IN", "LIKE"))
_LITERALS = frozenset(("true", "false", "null"))
"""Words that are values and no fields (Search Manual, "Types of expressions")."""


def read_expression(text: str, start: int) -> tuple[Expression, Token]:
    """The expression from ``start``, and the pipe or end that closes it. Raises ``ReadError``."""
    reader = _Expression(tokens(EXPRESSION, text, start))
    found = reader.condition()
    last = reader.here()
    if last.kind not in ("end", "pipe"):
        message = f"{show(last)} cannot stand here; an operator or a pipe is missing before it."
        raise ReadError(message, last.start, last.end)
    return found, last


class _Expression:
    """A place in the tokens of one expression."""

    __slots__ = ("at", "depth", "tokens")

    def __init__(self, found: list[Token]) -> None:
        self.tokens = found
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

    def is_word(self, word: str) -> bool:
        """Whether the operator ``word`` is here; Splunk's own searches write it in either case."""
        token = self.tokens[self.at]
        return token.kind == "word" and token.text.upper() == word

    def condition(self) -> Expression:
        """NOT, then AND, then OR ("Boolean expressions with logical operators")."""
        items = [self.both()]
        while self.is_word("OR"):
            self.next()
            items.append(self.both())
        if self.is_word("XOR"):
            token = self.here()
            raise ReadError("XOR is not understood; write it with AND, OR and NOT.", *token[2:])
        return _logic("OR", items)

    def both(self) -> Expression:
        items = [self.opposite()]
        while self.is_word("AND"):
            self.next()
            items.append(self.opposite())
        return _logic("AND", items)

    def opposite(self) -> Expression:
        negations: list[Token] = []
        while self.is_word("NOT"):
            negations.append(self.next())
        item = self.compared()
        return Negation(item, negations[0].start, item.end) if len(negations) % 2 else item

    def compared(self) -> Expression:
        left = self.chain()
        token = self.here()
        if token.kind == "op" and token.text in _RELATIONS:
            self.next()
            right = self.chain()
            op = "=" if token.text == "==" else token.text
            found: Expression = Comparison(op, left, right, left.start, right.end)
        elif self.is_word("LIKE"):
            self.next()
            right = self.chain()
            found = Call("like", (left, right), left.start, right.end)
        elif self.is_word("IN"):
            found = self.membership(left)
        else:
            return left
        after = self.here()
        if after.kind == "op":
            message = "Two comparisons follow each other; put AND between them."
            raise ReadError(message, after.start, after.end)
        return found

    def membership(self, left: Expression) -> Expression:
        """``field IN (a, b)``: the function ``in``, as an operator."""
        word = self.next()
        if self.here().kind != "open":
            raise ReadError("IN is followed by values in parentheses.", word.start, word.end)
        options, end = self.arguments()
        return Call("in", (left, *options), left.start, end)

    def chain(self) -> Expression:
        """Operands with ``+ - * / % .`` between them; they are only compared as a whole."""
        operands = [self.operand()]
        operators: list[str] = []
        while (token := self.here()).kind == "op" and token.text in _ARITHMETIC:
            self.next()
            operators.append(token.text)
            operands.append(self.operand())
        if not operators:
            return operands[0]
        ends = operands[0].start, operands[-1].end
        return Chain(tuple(operators), tuple(operands), *ends)

    def operand(self) -> Expression:
        token = self.next()
        kind, text, start, end = token
        if kind == "string":
            return Text(expression_text(text), text, start, end)
        if kind == "number":
            return Number(_number(token), start, end)
        if kind == "name":
            return Field(text[1:-1], start, end)
        if kind == "macro":
            return Macro(f"`{text[1:-1].strip()}`", start, end)
        if kind == "word":
            return self.named(token)
        if kind == "open":
            return self.group(token)
        if text == "-" and self.here().kind == "number":
            number = self.next()
            return Number(-_number(number), start, number.end)
        if text == "!" and self.here().kind in ("open", "word"):
            return self.denied(token)
        raise ReadError(_no_operand(token), start, end)

    def denied(self, sign: Token) -> Expression:
        """``!isnull(field)``: NOT of a function ("Multivalue eval functions", ``mvfilter``)."""
        item = self.operand()
        if isinstance(item, Field):
            message = "Before a field stands NOT, and a comparison."
            raise ReadError(message, sign.start, item.end)
        return Negation(item, sign.start, item.end)

    def named(self, token: Token) -> Expression:
        word = token.text.upper()
        if self.here().kind == "open" and word not in _WORDS - _FUNCTIONS:
            arguments, end = self.arguments()
            return Call(token.text.lower(), tuple(arguments), token.start, end)
        if word in _WORDS:
            message = f"{token.text} has no operand before it."
            raise ReadError(message, token.start, token.end)
        if token.text in _LITERALS:
            return Call(token.text, (), token.start, token.end)
        return Field(token.text, token.start, token.end)

    def group(self, opening: Token) -> Expression:
        self.enter(opening)
        found = self.condition()
        self.close(opening)
        return found

    def arguments(self) -> tuple[list[Expression], int]:
        """The expressions between parentheses, and where they end."""
        opening = self.next()
        self.enter(opening)
        found: list[Expression] = []
        if self.here().kind != "close":
            found.append(self.condition())
            while self.here().kind == "comma":
                self.next()
                found.append(self.condition())
        return found, self.close(opening)

    def enter(self, opening: Token) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            message = f"Parentheses are nested more than {MAX_DEPTH} deep."
            raise ReadError(message, opening.start, opening.end)

    def close(self, opening: Token) -> int:
        token = self.next()
        if token.kind in ("end", "pipe"):
            raise ReadError("A parenthesis is not closed.", opening.start, opening.end)
        if token.kind != "close":
            message = f"{show(token)} cannot stand here; a comma or an operator is missing."
            raise ReadError(message, token.start, token.end)
        self.depth -= 1
        return token.end


def _logic(op: str, items: list[Expression]) -> Expression:
    if len(items) == 1:
        return items[0]
    return Logic(op, tuple(items), items[0].start, items[-1].end)


def _number(token: Token) -> int | float:
    number = number_of(token.text)
    if number is None:
        raise ReadError("The number is too large.", token.start, token.end)
    return number


def _no_operand(token: Token) -> str:
    if token.kind == "bracket":
        return "A subsearch cannot be read: what it finds is only known when it runs."
    return f"A field, a value or a function is missing before {show(token)}."
