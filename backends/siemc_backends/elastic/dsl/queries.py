"""Leaf queries of the Query DSL: each function makes the leaf of one kind.

Elasticsearch Guide, "Term-level queries" and the page of each query. A key that is not understood
is refused: it may change what is found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial

from siemc.formula import RUN, CompareOp, Formula, disjunction
from siemc.reading import ReadError
from siemc_backends.elastic.dsl.fields import field_name, plain_name
from siemc_backends.elastic.dsl.fields import wildcard as read_wildcard
from siemc_backends.elastic.dsl.jsontext import Member, Node, Number
from siemc_backends.elastic.dsl.parameters import (
    WITHOUT_EFFECT,
    field_and_options,
    flag,
    known,
    members,
    one_field,
    string,
    text_of,
    without_effect,
)
from siemc_backends.elastic.dsl.program import Leaf
from siemc_backends.elastic.dsl.strings import query_string
from siemc_backends.elastic.reading.engine import VERSION, At, Engine

# Ways to run a multi-term query that find the same; the ``top_terms_N`` ones drop terms.
SAME_RESULT = frozenset({"constant_score", "constant_score_boolean", "scoring_boolean"})
SAME_RESULT |= {"constant_score_blended"}

Bound = tuple[CompareOp, str]
OLD = frozenset({"from", "to", "include_lower", "include_upper"})
ORDERS: Mapping[str, CompareOp] = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def term(node: Node, at: At) -> Leaf:
    """The ``term`` query."""
    name, value, options = field_and_options(node, "term", ("value",), ("case_insensitive",))
    text, caseless = text_of(value), flag(options, "case_insensitive")
    return Leaf((name,), lambda engine: engine.term(name, text, at, caseless))


def terms(node: Node, at: At) -> Leaf:
    """The ``terms`` query: one of the values; of none, nothing is found."""
    found = members(node, "terms")
    names = [key for key in found if key not in WITHOUT_EFFECT]
    for key in WITHOUT_EFFECT & found.keys():
        without_effect(key, found[key])
    if len(names) != 1:
        raise ReadError("terms takes one field", *node.at)
    [name], member = names, found[names[0]]
    plain_name(name, (member.start, member.end))
    values = member.node.value
    if not isinstance(values, list):
        raise ReadError(
            "terms takes a list of values (a lookup is not understood)", *member.node.at
        )
    texts = [(text_of(each), each.at) for each in values]
    return Leaf((name,), partial(_any_term, name, texts))


def _any_term(name: str, texts: list[tuple[str, At]], engine: Engine) -> Formula:
    return disjunction(engine.term(name, text, at) for text, at in texts)


def wildcard(node: Node, at: At) -> Leaf:
    """The ``wildcard`` query."""
    name, value, options = _multi_term(node, "wildcard", ("value", "wildcard"))
    text, caseless = text_of(value), flag(options, "case_insensitive")
    return Leaf((name,), lambda engine: read_wildcard(engine, name, text, at, caseless))


def prefix(node: Node, at: At) -> Leaf:
    """The ``prefix`` query: no sign in it is special."""
    name, value, options = _multi_term(node, "prefix", ("value", "prefix"))
    parts, caseless = (text_of(value), RUN), flag(options, "case_insensitive")
    return Leaf((name,), lambda engine: engine.wildcard(name, parts, at, caseless))


# "Regexp query": the flags (``RegexpFlag``), and the default limit; below it, what is refused is
# for the expression to say.
FLAGS = frozenset({"ALL", "NONE", "ANYSTRING", "COMPLEMENT", "EMPTY", "INTERSECTION", "INTERVAL"})
STATES = 10_000
_DIGITS = re.compile(r"[0-9]{1,10}")
_OPTIONAL = re.compile(r'[~<>&@#"]')


def regexp(node: Node, at: At) -> Leaf:
    """The ``regexp`` query; without ``flags`` all operators are on ("Regexp query")."""
    extra = ("flags", "max_determinized_states")
    name, value, options = _multi_term(node, "regexp", ("value",), extra)
    text, caseless = string(value, "a regular expression"), flag(options, "case_insensitive")
    if "max_determinized_states" in options:
        _enough_states(options["max_determinized_states"].node)
    if "flags" in options:
        flags = string(options["flags"].node, "flags")
        if not FLAGS.issuperset(flags.upper().split("|")):
            raise ReadError(f"regexp: {flags!r} are no flags", *options["flags"].node.at)
        if flags.upper() != "ALL" and _OPTIONAL.search(text):
            raise ReadError("flags other than ALL are not understood", *options["flags"].node.at)
    return Leaf((name,), lambda engine: engine.regexp(name, text, at, caseless))


def _enough_states(node: Node) -> None:
    value = node.value
    if not isinstance(value, Number) or not _DIGITS.fullmatch(value.text):
        raise ReadError("max_determinized_states is a whole number", *node.at)
    if not STATES <= int(value.text) < 2**31:
        raise ReadError(f"max_determinized_states is understood from {STATES} on", *node.at)


def _multi_term(
    node: Node, query: str, value_keys: tuple[str, ...], extra: tuple[str, ...] = ()
) -> tuple[str, Node, Mapping[str, Member]]:
    keys = ("case_insensitive", "rewrite", *extra)
    name, value, options = field_and_options(node, query, value_keys, keys)
    if "rewrite" in options:
        way = options["rewrite"].node
        if string(way, "rewrite") not in SAME_RESULT:
            raise ReadError(f"{query}: this rewrite may drop terms", *way.at)
    return name, value, options


def exists(node: Node, at: At) -> Leaf:
    """The ``exists`` query."""
    found = members(node, "exists")
    known(found, "exists", ("field",))
    if "field" not in found:
        raise ReadError("exists takes a field", *node.at)
    value = found["field"].node
    name = field_name(string(value, "the field"), value.at)
    return Leaf((name,), lambda engine: engine.exists(name, at))


def ranges(node: Node, at: At) -> Leaf:
    """The ``range`` query."""
    name, body = one_field(node, "range")
    found = members(body, "range")
    known(found, "range", (*ORDERS, *OLD))
    bounds = [*_new_bounds(found), *_old_bounds(found)]
    if not bounds:
        raise ReadError("a range without a bound is not understood; use exists", *body.at)
    if len({op[0] for op, _ in bounds}) < len(bounds):
        raise ReadError("a range takes one lower and one upper bound", *body.at)
    return Leaf((name,), partial(_between, name, bounds, bool(OLD & found.keys()), at))


def _between(name: str, bounds: list[Bound], old: bool, at: At, engine: Engine) -> Formula:
    if old:
        engine.assumptions.add(VERSION)
    return engine.between(name, bounds, at)


def _new_bounds(found: Mapping[str, Member]) -> list[Bound]:
    given = [(ORDERS[key], found[key].node) for key in ORDERS if key in found]
    return [(op, text_of(node)) for op, node in given if node.value is not None]


def _old_bounds(found: Mapping[str, Member]) -> list[Bound]:
    """``from`` and ``to``, which Elasticsearch 8 still takes and 9 refuses ("Range query")."""
    lower: CompareOp = ">=" if flag(found, "include_lower", True) else ">"
    upper: CompareOp = "<=" if flag(found, "include_upper", True) else "<"
    given = [(op, found[key].node) for key, op in (("from", lower), ("to", upper)) if key in found]
    return [(op, text_of(node)) for op, node in given if node.value is not None]


def match_phrase(node: Node, at: At) -> Leaf:
    """The ``match_phrase`` query."""
    name, value, options = field_and_options(node, "match_phrase", ("query",), ("slop",))
    if "slop" in options and text_of(options["slop"].node) != "0":
        raise ReadError("match_phrase: a slop is not understood", *options["slop"].node.at)
    text = text_of(value)
    return Leaf((name,), lambda engine: engine.phrase(name, text, at))


def match(node: Node, at: At) -> Leaf:
    """The ``match`` query."""
    name, value, _ = field_and_options(node, "match", ("query",), ())
    text = text_of(value)
    return Leaf((name,), lambda engine: engine.words(name, text, at))


LEAVES: Mapping[str, Callable[[Node, At], Leaf]] = {
    "term": term,
    "terms": terms,
    "wildcard": wildcard,
    "prefix": prefix,
    "regexp": regexp,
    "exists": exists,
    "range": ranges,
    "match_phrase": match_phrase,
    "match": match,
    "query_string": query_string,
}
