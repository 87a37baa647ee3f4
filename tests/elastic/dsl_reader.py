"""A reader of the Query DSL for tests: JSON to a function of an event, on keyword fields.

After Elasticsearch's reference, "Query DSL"; it shares nothing with the emitter.
``case_insensitive`` is about ASCII letters only. Expressions are left to the engine: a query with
one is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Event = Mapping[str, Sequence[str]]
Query = Callable[[Event], bool]
ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


class HasExpression(Exception):  # noqa: N818 - says that this reader does not suffice
    """The query has a ``regexp``."""


def read(text: str, normalized: bool) -> Query:
    """The meaning of a query; ``normalized`` if the fields have a lowercase normalizer."""
    return _query(json.loads(text), normalized)


def _query(data: dict[str, Any], normalized: bool) -> Query:
    ((kind, body),) = data.items()
    if kind == "bool":
        return _bool(body, normalized)
    if kind == "match_all":
        return lambda event: True
    if kind == "exists":
        name = body["field"]
        return lambda event: bool(event.get(name))
    ((field, spec),) = body.items()
    if kind == "regexp":
        raise HasExpression
    test = _test(kind, spec, normalized)
    return lambda event: any(test(value) for value in event.get(field, ()))


def _bool(body: dict[str, Any], normalized: bool) -> Query:
    assert body.keys() <= {"filter", "must_not", "should", "minimum_should_match"}
    filters = [_query(each, normalized) for each in body.get("filter", [])]
    excluded = [_query(each, normalized) for each in body.get("must_not", [])]
    should = [_query(each, normalized) for each in body.get("should", [])]
    assert bool(should) == (body.get("minimum_should_match") == 1)
    return lambda event: (
        all(each(event) for each in filters)
        and not any(each(event) for each in excluded)
        and (not should or any(each(event) for each in should))
    )


def _test(kind: str, spec: Any, normalized: bool) -> Callable[[str], bool]:
    insensitive = isinstance(spec, dict) and spec.get("case_insensitive", False)

    def fold(text: str) -> str:
        if normalized:
            return text.lower()
        return text.translate(ASCII_LOWER) if insensitive else text

    value = spec["value"] if isinstance(spec, dict) else spec
    match kind:
        case "term":
            return lambda found: fold(found) == fold(value)
        case "terms":
            return lambda found: fold(found) in [fold(each) for each in value]
        case "prefix":
            return lambda found: fold(found).startswith(fold(value))
        case "wildcard":
            pattern = re.compile(_wildcard(fold(value)), re.DOTALL)
            return lambda found: pattern.fullmatch(fold(found)) is not None
        case _:
            raise AssertionError(kind)


def _wildcard(text: str) -> str:
    """``*`` any run, ``?`` any one, and a backslash before a character that means itself."""
    result = []
    chars = iter(text)
    for char in chars:
        if char == "\\":
            result.append(re.escape(next(chars, "\\")))
        else:
            result.append({"*": ".*", "?": "."}.get(char) or re.escape(char))
    return "".join(result)
