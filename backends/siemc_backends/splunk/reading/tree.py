"""The tree of an expression of ``where``: syntax alone, each node with its place in the text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """A quoted text; ``raw`` is it as written."""

    value: str
    raw: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Number:
    """A number."""

    value: int | float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the event."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Macro:
    """A macro, whose text is not known."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function, by its name in lower case."""

    name: str
    arguments: tuple[Expression, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Chain:
    """Operands and the ``+ - * / % .`` between them, in the order of the text."""

    operators: tuple[str, ...]
    operands: tuple[Expression, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two operands; ``op`` is ``=``, ``!=``, ``<``, ``<=``, ``>`` or ``>=``."""

    op: str
    left: Expression
    right: Expression
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Negation:
    """NOT."""

    item: Expression
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Logic:
    """Two or more conditions; ``op`` is ``AND`` or ``OR``."""

    op: str
    items: tuple[Expression, ...]
    start: int
    end: int


Expression = Text | Number | Field | Macro | Call | Chain | Comparison | Negation | Logic


def render(node: Expression) -> str:
    """The expression in one spelling: two that differ in spaces or quotes only become equal."""
    match node:
        case Text(value):
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case Number(value):
            return repr(value)
        case Field(name):
            return f"'{name}'"
        case Macro(text):
            return text
        case Call(name, arguments):
            return f"{name}({', '.join(map(render, arguments))})"
        case Chain(operators, operands):
            signs = (*operators, "")
            pairs = zip(operands, signs, strict=True)
            return "(" + "".join(render(each) + sign for each, sign in pairs) + ")"
        case Comparison(op, left, right):
            return f"({render(left)} {op} {render(right)})"
        case Negation(item):
            return f"NOT {render(item)}"
        case Logic(op, items):
            return "(" + f" {op} ".join(map(render, items)) + ")"


def fields_of(node: Expression) -> set[str]:
    """The names of the fields in the expression."""
    found: set[str] = set()
    stack = [node]
    while stack:
        match stack.pop():
            case Field(name):
                found.add(name)
            case Call(_, items) | Chain(_, items) | Logic(_, items):
                stack.extend(items)
            case Comparison(_, left, right):
                stack += (left, right)
            case Negation(item):
                stack.append(item)
            case _:
                pass
    return found


def has_macro(node: Expression) -> bool:
    """Whether a macro is in the expression: its fields are not known then."""
    match node:
        case Macro():
            return True
        case Call(_, items) | Chain(_, items) | Logic(_, items):
            return any(map(has_macro, items))
        case Comparison(_, left, right):
            return has_macro(left) or has_macro(right)
        case Negation(item):
            return has_macro(item)
        case _:
            return False
