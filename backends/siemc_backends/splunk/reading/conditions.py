"""The condition of ``where``, as the two formulas of when it is true and when it is false.

Source of each function: Splunk, Search Reference, "Comparison and Conditional functions",
"Multivalue eval functions", "Conversion functions" and "Text functions".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from siemc.formula import (
    FALSE,
    TRUE,
    And,
    Atom,
    Cidr,
    Exists,
    Formula,
    Not,
    Opaque,
    Or,
    Regex,
    atoms,
)
from siemc.reading import ReadError
from siemc_backends.splunk.reading.comparisons import (
    glob_truth,
    is_number,
    like_parts,
    literal_truth,
    test_truth,
)
from siemc_backends.splunk.reading.fieldpairs import pair_truth, pairs_among
from siemc_backends.splunk.reading.operands import value_of
from siemc_backends.splunk.reading.regexes import caseless, regex_test
from siemc_backends.splunk.reading.tokens import may_be_a_control
from siemc_backends.splunk.reading.tree import (
    Call,
    Comparison,
    Expression,
    Field,
    Logic,
    Macro,
    Negation,
    Number,
    Text,
    fields_of,
    has_macro,
)
from siemc_backends.splunk.reading.truth import (
    ALWAYS,
    NEVER,
    Truth,
    all_of,
    any_of,
    atom,
    both,
    certain,
    either,
    negated,
    opposite,
    unsaid,
    unsaid_certain,
)
from siemc_backends.splunk.reading.values import network_of

MAX_OPTIONS = 100
"""Beyond so many values that are not simply texts, ``in`` is not taken apart."""


def truth_of(node: Expression, codes: set[str]) -> Truth:
    """When the condition is true and when it is false. ``codes`` takes the assumptions.

    Raises ``ReadError`` if it is no condition.
    """
    match node:
        case Logic("AND", items):
            return _all(items, codes)
        case Logic(_, items):
            return any_of(truth_of(item, codes) for item in items)
        case Negation(item):
            return _denied(item, truth_of(item, codes), codes)
        case Comparison("!="):
            same = replace(node, op="=")
            return _denied(same, _compared(same, node, codes), codes)
        case Comparison():
            return _compared(node, node, codes)
        case Call(name, arguments):
            read = FUNCTIONS.get(name)
            if read is None:
                return unsaid(node)
            _check_count(node, len(arguments))
            return read(node, codes)
        case Macro():
            return unsaid(node)
        case _:
            message = "A condition is missing here: this is a value, not true or false."
            raise ReadError(message, node.start, node.end)


def _denied(node: Expression, truth: Truth, codes: set[str]) -> Truth:
    """NOT of a condition; that it is NULL where the condition is, no page says (``SA17``)."""
    if _may_be_null(node):
        codes.add("SA17")
    return opposite(truth)


def _may_be_null(node: Expression) -> bool:
    match node:
        case Logic("AND", items):
            pairs = pairs_among(items, set())  # whose fields are there by the other conditions
            return any(_may_be_null(each) for at, each in enumerate(items) if at not in pairs)
        case Logic(_, items):
            return any(map(_may_be_null, items))
        case Negation(item):
            return _may_be_null(item)
        case Comparison("!="):
            return _may_be_null(replace(node, op="="))
        case _:
            truth = truth_of(node, set())
            return truth.no != negated(truth.yes)


def _all(items: tuple[Expression, ...], codes: set[str]) -> Truth:
    pairs = pairs_among(items, codes)
    found = []
    for at, item in enumerate(items):
        truth = pairs[at] if at in pairs else truth_of(item, codes)
        if truth is not None:
            found.append(truth)
    return all_of(found)


def _compared(node: Comparison, whole: Comparison, codes: set[str]) -> Truth:
    found = _count_truth(node, codes) or literal_truth(node, codes) or pair_truth(node, codes)
    if found is not None:
        return found
    # a comparison that is not understood is equal to itself, however it is written
    return opposite(unsaid(whole)) if whole.op == "!=" else unsaid(whole)


def _count_truth(node: Comparison, codes: set[str]) -> Truth | None:
    """``mvcount`` is NULL where there is no value, else 1 or more."""
    match node:
        case Comparison(op, Call("mvcount", (counted,)), Number(number)):
            there = opposite(_absent(counted, codes)).yes
        case _:
            return None
    always = (op == ">=" and number <= 1) or (op == ">" and number < 1)
    never = (op == "<" and number <= 1) or (op in ("<=", "=") and number < 1)
    if always:
        return Truth(there, FALSE)
    return Truth(FALSE, there) if never else unsaid(node)


def _absent(node: Expression, codes: set[str]) -> Truth:
    """``isnull``: never NULL itself."""
    value = value_of(node)
    if value is not None:
        there = atom(value.field, Exists(), node)
        return certain(Not(there)) if value.default is None else NEVER
    match node:
        case Text() | Number():
            return NEVER
        case Call("null", ()):
            return ALWAYS
        case Call("mvcount" | "len", (inner,)) if not isinstance(inner, Text | Number):
            return _absent(inner, codes)
        case Call("tonumber", (Field(name),)):
            codes.add("SA09")
            return certain(negated(is_number(name, node)))
        case Call("mvfilter", (inner,)):
            some = _some_value(node, inner, codes)
            return unsaid_certain(node) if some is None else certain(negated(some))
        case _:
            return unsaid_certain(node)


def _some_value(call: Expression, predicate: Expression, codes: set[str]) -> Formula | None:
    """Whether ``mvfilter`` keeps a value of the field; ``None`` if no test says it.

    The predicate is about each value alone, and "can reference only one field". An OR of tests is
    then the OR of "some value passes". An AND or a NOT is not, so it rests on SA09.
    """
    names = fields_of(predicate)
    if has_macro(predicate):
        return None
    if len(names) != 1:
        message = "mvfilter takes a condition on one field."
        raise ReadError(message, call.start, call.end)
    inner: set[str] = set()
    each = _of_a_value(truth_of(predicate, inner).yes)
    if any(isinstance(leaf.test, Opaque) for leaf in atoms(each)):
        return None
    inner.discard("SA09")
    codes |= inner
    if _is_disjunction(each):
        return each
    if each != TRUE:
        codes.add("SA09")
    return both((atom(names.pop(), Exists(), call), each))


def _of_a_value(formula: Formula) -> Formula:
    """The formula where the field has a value."""
    match formula:
        case Atom(_, Exists()):
            return TRUE
        case Not(item):
            return negated(_of_a_value(item))
        case And(items):
            return both(map(_of_a_value, items))
        case Or(items):
            return either(map(_of_a_value, items))
        case _:
            return formula


def _is_disjunction(formula: Formula) -> bool:
    match formula:
        case Or(items):
            return all(map(_is_disjunction, items))
        case Atom():
            return True
        case _:
            return formula == FALSE


def _check_count(call: Call, count: int) -> None:
    least, most = COUNTS[call.name]
    if not least <= count <= most:
        wanted = str(least) if least == most else f"at least {least}"
        message = f"The function {call.name} takes {wanted} arguments."
        raise ReadError(message, call.start, call.end)


def _is_null(call: Call, codes: set[str]) -> Truth:
    return _absent(call.arguments[0], codes)


def _is_not_null(call: Call, codes: set[str]) -> Truth:
    return opposite(_absent(call.arguments[0], codes))


def _match(call: Call, codes: set[str]) -> Truth:
    """``match(field, "regex")``: found in "any substring" of the value."""
    left, pattern = call.arguments
    value = value_of(left)
    if value is None or not isinstance(pattern, Text):
        return pair_truth(call, codes) or unsaid(call)
    test: Regex | None
    test, found = regex_test(pattern.raw, pattern.start)
    if value.case:
        test = caseless(test) if value.case == "lower" else None
        found += ("SA02",)
    if test is None or value.default is not None:
        return unsaid(call)
    codes.update(found)
    return test_truth(value, test, None, call, codes)


def _like(call: Call, codes: set[str]) -> Truth:
    left, pattern = call.arguments
    value = value_of(left)
    if value is None or not isinstance(pattern, Text) or may_be_a_control(pattern.raw):
        return unsaid(call)
    parts = like_parts(pattern.value)
    if parts is None:
        return unsaid(call)
    return glob_truth(value, parts, call, codes)


def _cidrmatch(call: Call, codes: set[str]) -> Truth:
    pattern, address = call.arguments
    value = value_of(address)
    network = network_of(pattern.value) if isinstance(pattern, Text) else None
    if value is None or network is None or isinstance(network, str):
        return unsaid(call)
    return test_truth(value, Cidr(network), False, call, codes)


def _in(call: Call, codes: set[str]) -> Truth:
    """``in(field, value, ...)``: "Wild card characters are not allowed in the values list"."""
    left, *options = call.arguments
    value = value_of(left)
    texts = all(isinstance(each, Text) for each in options)
    if not (value and texts) and len(options) > MAX_OPTIONS:
        return unsaid(call)
    return any_of(
        truth_of(Comparison("=", left, each, call.start, call.end), codes) for each in options
    )


FUNCTIONS: dict[str, Callable[[Call, set[str]], Truth]] = {
    "isnull": _is_null,
    "isnotnull": _is_not_null,
    "match": _match,
    "like": _like,
    "cidrmatch": _cidrmatch,
    "in": _in,
    "true": lambda call, codes: ALWAYS,
    "false": lambda call, codes: NEVER,
}
COUNTS = {
    "isnull": (1, 1),
    "isnotnull": (1, 1),
    "match": (2, 2),
    "like": (2, 2),
    "cidrmatch": (2, 2),
    "in": (2, 1_000_000),
    "true": (0, 0),
    "false": (0, 0),
}
