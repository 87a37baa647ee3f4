"""Comparisons of a field with a text or a number, in ``where``.

Text compares with case (Splunk, Search Reference, "where": "The <eval-expression> is
case-sensitive"). A number compares as a number; a value that is none, and a text with ``<`` or
``>``, as text (Search Reference, "eval", "Operators"), which no test of ours says. The functions
look at a field as a whole, not at each of its values ("Multivalue eval functions"): SA09.
"""

from __future__ import annotations

from operator import eq, ge, gt, le, lt

from siemc.formula import (
    FALSE,
    ONE,
    RUN,
    Compare,
    CompareOp,
    Exists,
    Formula,
    Glob,
    GlobPart,
    Not,
    Test,
    glob,
)
from siemc_backends.splunk.reading.operands import Value, in_case, value_of
from siemc_backends.splunk.reading.tokens import may_be_a_control
from siemc_backends.splunk.reading.tree import Call, Comparison, Expression, Number, Text
from siemc_backends.splunk.reading.truth import (
    ALWAYS,
    NEVER,
    Truth,
    atom,
    both,
    certain,
    either,
    if_present,
    unsaid,
    unsaid_certain,
)
from siemc_backends.splunk.reading.values import has_letters, number_of

MAX_LENGTH = 256
MAX_EXACT = 2**53 - 1
"""Numbers are floating-point ones of 53 bits (Search Reference, "eval", "Numeric calculations";
"Conversion functions", ``tonumber``): beyond, two that differ may be equal."""

_MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_REST: dict[str, CompareOp] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_OPS: dict[str, CompareOp] = {"<": "<", "<=": "<=", ">": ">", ">=": ">="}
_HOLDS = {"=": eq, "<": lt, "<=": le, ">": gt, ">=": ge}


def literal_truth(node: Comparison, codes: set[str]) -> Truth | None:
    """A comparison with a literal, its operator not ``!=``; ``None`` if it is none that is read."""
    op, left, right = node.op, node.left, node.right
    if isinstance(left, Text | Number) and not isinstance(right, Text | Number):
        op, left, right = _MIRROR.get(op, op), right, left
    match left, right:
        case (Number(one), Number(other)):
            return ALWAYS if _HOLDS[op](one, other) else NEVER
        case (Text(_, raw), _) | (_, Text(_, raw)) if may_be_a_control(raw):
            return None
        case (Text(first), Text(second)) if op == "=":
            return ALWAYS if first == second else NEVER
        case (_, Text(text)) if op == "=" and (value := value_of(left)):
            return glob_truth(value, (text,) if text else (), node, codes)
        case (_, Number(number)) if abs(number) <= MAX_EXACT:
            return _number_truth(op, left, number, node, codes)
        case _:
            return None


def glob_truth(
    value: Value, parts: tuple[GlobPart, ...], node: Expression, codes: set[str]
) -> Truth:
    """The whole value is this pattern, in the value's case."""
    literals = [part for part in parts if isinstance(part, str)]
    if any(in_case(text, value.case) != text for text in literals):
        return _with_default(value, None, False, node, codes)
    cased = value.case == "" and any(map(has_letters, literals))
    if value.case and any(map(has_letters, literals)):
        codes.add("SA02")
    return _with_default(value, Glob(parts, cased), _fits(parts, value.default), node, codes)


def _fits(parts: tuple[GlobPart, ...], default: str | None) -> bool | None:
    """Whether the default is what the pattern says; ``None`` if that is not worked out here."""
    literal = Glob(parts).literal
    if literal is not None:
        return literal == default
    return all(part is RUN for part in parts) if default == "" else None


def test_truth(
    value: Value, test: Test, fits_empty: bool | None, node: Expression, codes: set[str]
) -> Truth:
    """Some test of the value; ``fits_empty`` says whether it holds of the empty text."""
    return _with_default(value, test, fits_empty if value.default == "" else None, node, codes)


def _with_default(
    value: Value, test: Test | None, fits: bool | None, node: Expression, codes: set[str]
) -> Truth:
    yes: Formula = FALSE if test is None else atom(value.field, test, node)
    if value.default is not None and fits is None:
        return unsaid_certain(node)
    codes.add("SA09")
    if value.default is None:
        return if_present(value.field, yes, node)
    if fits:
        return certain(either((yes, Not(atom(value.field, Exists(), node)))))
    return certain(yes)


def _number_truth(
    op: str, left: Expression, number: int | float, node: Expression, codes: set[str]
) -> Truth | None:
    match left:
        case Call("len", (inner,)) if value := value_of(inner):
            return _length_truth(value, op, number, node, codes)
        case Call("tonumber", (inner,)) if value := value_of(inner):
            if value.default is not None and number_of(value.default) is not None:
                return None
            codes.add("SA09")
            return _as_number(value.field, op, number, node)
    plain = value_of(left)
    if plain is None or plain.default is not None:
        return None
    codes.add("SA09")
    numeric = _as_number(plain.field, op, number, node)
    if op == "=":
        return if_present(plain.field, numeric.yes, node)
    text = unsaid(node)
    return Truth(either((numeric.yes, text.yes)), either((numeric.no, text.no)))


def _as_number(field: str, op: str, number: int | float, node: Expression) -> Truth:
    """``tonumber`` gives NULL for what is no number ("Conversion functions")."""

    def compared(order: CompareOp) -> Formula:
        return atom(field, Compare(order, number), node)

    if op == "=":
        same = both((compared(">="), compared("<=")))
        return Truth(same, either((compared("<"), compared(">"))))
    return Truth(compared(_OPS[op]), compared(_REST[op]))


def _length_truth(
    value: Value, op: str, number: int | float, node: Expression, codes: set[str]
) -> Truth | None:
    """``len`` counts characters ("Text functions"): so many of any, and perhaps more."""
    bound = int(number)
    if bound != number or not 0 <= bound <= MAX_LENGTH:
        return None
    if op in ("<", "<="):
        found = _length_truth(value, _REST[op], number, node, codes)
        return None if found is None else Truth(found.no, found.yes)
    least = bound + 1 if op == ">" else bound
    parts: tuple[GlobPart, ...] = (ONE,) * least + (() if op == "=" else (RUN,))
    test: Test = Exists() if parts == (RUN,) else Glob(parts)
    return test_truth(value, test, least == 0, node, codes)


def is_number(field: str, node: Expression) -> Formula:
    """Whether the field is a number."""
    tests = (Compare(">=", 0), Compare("<", 0))
    return either(atom(field, test, node) for test in tests)


def like_parts(pattern: str) -> tuple[GlobPart, ...] | None:
    """The pattern of ``like``: ``%`` is any run, ``_`` one character ("... functions", ``like``).

    ``None`` for a backslash before either: whether it escapes them is not documented.
    """
    if "\\%" in pattern or "\\_" in pattern:
        return None
    parts: list[GlobPart] = []
    for at, run in enumerate(pattern.split("%")):
        parts += [RUN] if at else []
        for place, literal in enumerate(run.split("_")):
            parts += [ONE] if place else []
            parts.append(literal)
    return glob(parts).parts
