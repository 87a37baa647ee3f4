"""The ``query_string`` query: a text in Lucene's language within the Query DSL.

Elasticsearch Guide, "Query string query".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from siemc.reading import ReadError
from siemc_backends.elastic.dsl.jsontext import Member, Node
from siemc_backends.elastic.dsl.parameters import flag, known, members, string
from siemc_backends.elastic.dsl.program import Leaf
from siemc_backends.elastic.lucene.grammar import parse
from siemc_backends.elastic.lucene.parse import Options, fields, is_blank
from siemc_backends.elastic.lucene.parse import query_string as read_string
from siemc_backends.elastic.reading.engine import At

KEYS = ("query", "default_field", "fields", "default_operator", "analyze_wildcard", "lenient")


def query_string(node: Node, at: At) -> Leaf:
    """The leaf of the whole text; ``analyze_wildcard`` is about analysed text only."""
    found = members(node, "query_string")
    known(found, "query_string", KEYS)
    if "query" not in found:
        raise ReadError("query_string takes a query", *node.at)
    body = found["query"].node
    text = string(body, "the query")
    flag(found, "analyze_wildcard")
    options = Options(_fields(found), _operator(found), _lenient(found))
    where = _where(body, text)
    named: tuple[str, ...] = ()
    if not is_blank(text):
        named = _named(text, options, where)
    return Leaf((*options.fields, *named), lambda e: read_string(text, e, where, options))


def _named(text: str, options: Options, where: int | At) -> tuple[str, ...]:
    try:
        return fields(parse(text, options.operator))
    except ReadError as error:
        if isinstance(where, int):
            raise ReadError(error.message, error.start + where, error.end + where) from None
        raise ReadError(error.message, *where) from None


def _where(body: Node, text: str) -> int | At:
    """Where the text begins, or all of it if it is written with escapes."""
    return body.start + 1 if body.end - body.start == len(text) + 2 else body.at


def _fields(found: Mapping[str, Member]) -> tuple[str, ...]:
    if "default_field" in found and "fields" in found:
        raise ReadError("query_string takes default_field or fields, not both", *_key(found))
    if "default_field" in found:
        return (string(found["default_field"].node, "default_field"),)
    if "fields" not in found:
        return ()
    names = found["fields"].node
    if not isinstance(names.value, list):
        raise ReadError("fields is a list", *names.at)
    if not names.value:
        raise ReadError("fields is empty", *names.at)
    return tuple(string(each, "a field").partition("^")[0] for each in names.value)


def _key(found: Mapping[str, Member]) -> At:
    return found["fields"].start, found["fields"].end


def _operator(found: Mapping[str, Member]) -> Literal["OR", "AND"]:
    if "default_operator" not in found:
        return "OR"
    node = found["default_operator"].node
    word = string(node, "default_operator").upper()
    if word not in {"AND", "OR"}:
        raise ReadError("default_operator is AND or OR", *node.at)
    return "AND" if word == "AND" else "OR"


def _lenient(found: Mapping[str, Member]) -> bool:
    return "lenient" in found and flag(found, "lenient")
