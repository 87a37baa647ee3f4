"""Random queries of the Query DSL, as JSON: each query that our reader knows, in all its forms.

From the page of each query in Elasticsearch's reference. Some have an option or a value that the
reader or the server refuses.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from siemc.formula import ONE, RUN
from tests.engines.random_queries import lucene_queries
from tests.engines.random_queries.draw import Draw
from tests.engines.random_queries.dsl_spoils import spoil

Query = dict[str, Any]
SIGNS = {RUN: "*", ONE: "?"}


def query(draw: Draw) -> str:
    """One query, at times as the body of a search; its text with or without codes."""
    made = _query(draw, 3)
    if draw.chance(0.06):
        spoil(draw, made)
    if draw.chance(0.1):
        made = {"query": made}
    return json.dumps(made, ensure_ascii=draw.chance(0.5), indent=2 if draw.chance(0.1) else None)


def _query(draw: Draw, depth: int) -> Query:
    chance = draw.random.random()
    if depth and chance < 0.45:
        return {"bool": _bool(draw, depth - 1)}
    if depth and chance < 0.5:
        return {"constant_score": _boosted(draw, {"filter": _query(draw, depth - 1)})}
    if chance < 0.52:
        return {draw.random.choice(("match_all", "match_none")): _boosted(draw, {})}
    if chance < 0.525:
        return {"ids": {"values": ["1", "2"]}}
    return _leaf(draw)


def _boosted(draw: Draw, body: Query) -> Query:
    if draw.chance(0.08):
        body["boost"] = draw.random.choice((2, 1.5))
    if draw.chance(0.03):
        body["_name"] = "named"
    return body


def _bool(draw: Draw, depth: int) -> Query:
    body: Query = {}
    for key, share in (("must", 0.4), ("filter", 0.35), ("should", 0.5), ("must_not", 0.3)):
        if draw.chance(share):
            body[key] = _clauses(draw, depth)
    if draw.chance(0.2):
        wanted = draw.random.choices((0, 1, "1", 2, "2", 3, "50%"), (3, 6, 2, 4, 1, 1, 1))[0]
        body["minimum_should_match"] = wanted
    if draw.chance(0.02):
        body["adjust_pure_negative"] = draw.random.choice((True, "true", False))
    return _boosted(draw, body)


def _clauses(draw: Draw, depth: int) -> Query | list[Query]:
    if draw.chance(0.3):
        return _query(draw, depth)
    return [_query(draw, depth) for _ in range(draw.random.choices((0, 1, 2, 3), (1, 4, 6, 3))[0])]


def _leaf(draw: Draw) -> Query:
    field = draw.field()
    makers = WORDS if draw.is_words(field) else SCALARS
    return draw.random.choice(makers)(draw, field)


def _value(draw: Draw, field: str) -> Any:
    """A value of the field: a text, a number or a truth value as such; seldom what is refused."""
    text = draw.near(field)
    if draw.chance(0.01):
        return draw.random.choice((None, [text], {"value": text}))
    if text in {"true", "false"} and draw.chance(0.5):
        return text == "true"
    if draw.chance(0.5):
        try:
            found = json.loads(text)
        except ValueError:
            return text
        return found if isinstance(found, int | float) else text
    return text


def _form(draw: Draw, field: str, key: str, value: Any, *options: str) -> Query:
    """The short or the long form of a query on one field."""
    if draw.chance(0.3):
        return {field: value}
    body: Query = _boosted(draw, {key: value})
    for option in options:
        if draw.chance(0.35):
            body[option] = draw.random.choice((True, True, False, "true"))
    return {field: body}


def term(draw: Draw, field: str) -> Query:
    """``term``."""
    return {"term": _form(draw, field, "value", _value(draw, field), "case_insensitive")}


def terms(draw: Draw, field: str) -> Query:
    """``terms``."""
    values = [_value(draw, field) for _ in range(draw.random.randint(0, 3))]
    return {"terms": _boosted(draw, {field: values})}


def wildcard(draw: Draw, field: str) -> Query:
    """``wildcard``, with escapes or without, and any signs at all."""
    parts = draw.pattern(field)
    escaped = draw.chance(0.7)
    text = "".join(
        (_escaped(draw, part) if escaped else part) if isinstance(part, str) else SIGNS[part]
        for part in parts
    )
    text = "" if draw.chance(0.02) else text
    key = "wildcard" if draw.chance(0.1) else "value"
    return {"wildcard": _form(draw, field, key, text, "case_insensitive")}


def _escaped(draw: Draw, text: str) -> str:
    signs = r"\*?" if draw.chance(0.9) else r"\*?aAé "
    return "".join(f"\\{char}" if char in signs else char for char in text)


def prefix(draw: Draw, field: str) -> Query:
    """``prefix``."""
    text = draw.near(field)
    start = text[: draw.random.randint(0, len(text))]
    return {"prefix": _form(draw, field, "value", start, "case_insensitive")}


def regexp(draw: Draw, field: str) -> Query:
    """``regexp``."""
    made = _form(draw, field, "value", draw.expression(field), "case_insensitive")
    body = made[field]
    if isinstance(body, dict) and draw.chance(0.1):
        body["flags"] = draw.random.choice(("ALL", "NONE", "INTERVAL"))
    return {"regexp": made}


def exists(draw: Draw, field: str) -> Query:
    """``exists``."""
    return {"exists": _boosted(draw, {"field": field})}


def match(draw: Draw, field: str) -> Query:
    """``match``."""
    return {"match": _form(draw, field, "query", _value(draw, field))}


def match_phrase(draw: Draw, field: str) -> Query:
    """``match_phrase``."""
    made = _form(draw, field, "query", _value(draw, field))
    body = made[field]
    if isinstance(body, dict) and "query" in body and draw.chance(0.1):
        body["slop"] = draw.random.choice((0, 1))
    return {"match_phrase": made}


def ranges(draw: Draw, field: str) -> Query:
    """``range``, in the form of today or the one of old."""
    body: Query = {}
    if draw.chance(0.7):
        body[draw.random.choice(("gt", "gte"))] = _bound(draw, field)
    if draw.chance(0.4) or (not body and draw.chance(0.9)):
        body[draw.random.choice(("lt", "lte"))] = _bound(draw, field)
    if draw.chance(0.04):
        body = {"from": _bound(draw, field), "include_lower": draw.chance(0.5), "to": None}
    return {"range": {field: _boosted(draw, body)}}


def _bound(draw: Draw, field: str) -> Any:
    text = draw.bound(field)
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return found if draw.chance(0.5) and isinstance(found, int | float) else text


def query_string(draw: Draw, field: str) -> Query:
    """``query_string``, with the options that our reader knows."""
    body: Query = {"query": lucene_queries.query(draw)}
    options: dict[str, tuple[Any, ...]] = {
        "default_field": (field, "*"),
        "default_operator": ("AND", "OR", "and"),
        "lenient": (True, False, True),
        "analyze_wildcard": (True, False),
    }
    for key, values in options.items():
        if draw.chance(0.3):
            body[key] = draw.random.choice(values)
    if "default_field" not in body and draw.chance(0.3):
        body["fields"] = [field, *([draw.field()] if draw.chance(0.3) else [])]
    return {"query_string": _boosted(draw, body)}


Maker = Callable[[Draw, str], Query]
BOTH: tuple[Maker, ...] = (term, term, terms, exists, match, match_phrase, query_string)
WORDS: tuple[Maker, ...] = (*BOTH, wildcard, wildcard, wildcard, prefix, prefix, regexp, regexp)
SCALARS: tuple[Maker, ...] = (*BOTH, ranges, ranges, ranges)
