"""Spoils a query of the Query DSL: an odd value, an option that the query may not have, or two.

Such a query is refused by the server and so by our reader; or both take it and agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from tests.engines.random_queries.draw import Draw

Place = tuple[Any, str | int]  # an object or a list, and a key of it

VALUES: tuple[Any, ...] = (
    *(None, 0, 1, -1, 1.5, 1e300, "", "a", "2", "true", True, False, [], {}, ["a"]),
    *({"value": "a"}, {"match_all": {}}, [{"match_all": {}}]),
)
KEYS = (
    *("boost", "_name", "value", "query", "field", "fields", "gt", "lt", "from", "to"),
    *("must", "filter", "minimum_should_match", "adjust_pure_negative", "case_insensitive"),
    *("rewrite", "flags", "max_determinized_states", "slop", "operator", "zero_terms_query"),
    *("default_operator", "default_field", "analyze_wildcard", "lenient", "format", "relation"),
    *("time_zone", "include_lower", "unknown"),
)


def spoil(draw: Draw, query: Any) -> None:
    """Change one place of the query."""
    holder, key = draw.random.choice(list(_places(query)))
    found = holder[key]
    odd = deepcopy(draw.random.choice(VALUES))
    if isinstance(found, dict) and draw.chance(0.5):
        found[draw.random.choice(KEYS)] = odd
    elif isinstance(found, list) and draw.chance(0.5):
        found.append(odd)
    elif isinstance(holder, dict) and draw.chance(0.2):
        holder[draw.random.choice(KEYS)] = holder.pop(key)
    else:
        holder[key] = odd


def _places(node: Any) -> Iterator[Place]:
    inside = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in inside:
        yield node, key
        if isinstance(value, dict | list):
            yield from _places(value)
