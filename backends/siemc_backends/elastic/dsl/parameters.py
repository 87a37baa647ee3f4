"""What a query's JSON object may hold: known keys, one field, a text; anything else is refused."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from siemc.reading import ReadError
from siemc_backends.elastic.dsl.fields import plain_name
from siemc_backends.elastic.dsl.jsontext import Member, Node, Number

# They set a score and a name: what is found stays the same ("Query and filter context").
WITHOUT_EFFECT = frozenset({"boost", "_name"})

LARGEST_FLOAT = 3.4e38

_WHOLE = re.compile(r"-?[0-9]+")


def members(node: Node, query: str) -> Mapping[str, Member]:
    """The members of an object."""
    if not isinstance(node.value, dict):
        raise ReadError(f"{query} takes an object here", *node.at)
    return node.value


def known(found: Mapping[str, Member], query: str, keys: Collection[str]) -> None:
    """Refuse a key that the query does not have, or that is not understood."""
    for key, member in found.items():
        if key in WITHOUT_EFFECT:
            without_effect(key, member)
        elif key not in keys:
            raise ReadError(f"{query}: {key!r} is not understood", member.start, member.end)


def without_effect(key: str, member: Member) -> None:
    """Check a key that each query takes: ``boost`` is no negative number, ``_name`` a text.

    ``AbstractQueryBuilder.boost``; the number is a float of 32 bits.
    """
    value = member.node.value
    if key == "_name":
        string(member.node, "_name")
    elif not isinstance(value, Number) or not 0 <= float(value.text) < LARGEST_FLOAT:
        raise ReadError("boost must be a number, and not below 0", *member.node.at)


def one_field(node: Node, query: str) -> tuple[str, Node]:
    """The field of a query such as ``{"term": {"f": ...}}`` and what is asked of it."""
    found = members(node, query)
    if len(found) != 1:
        raise ReadError(f"{query} takes one field", *node.at)
    [(name, member)] = found.items()
    return plain_name(name, (member.start, member.end)), member.node


def text_of(node: Node) -> str:
    """A value as text: a keyword field keeps numbers and truth values as their text."""
    value = node.value
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Number):
        return _number(value.text, node)
    what = "null" if value is None else "an object" if isinstance(value, dict) else "a list"
    raise ReadError(f"the value is {what}; a text, number or truth value is needed", *node.at)


def _number(written: str, node: Node) -> str:
    """The text that Java gives the number: a decimal keeps its point, a large one has no such."""
    if _WHOLE.fullmatch(written):
        return "0" if written == "-0" else written
    number = float(written)
    plain = repr(number)
    if number != 0 and not 1e-3 <= abs(number) < 1e7:
        raise ReadError("write this number in plain decimal notation, in quotes", *node.at)
    return plain


def flag(found: Mapping[str, Member], key: str, default: bool = False) -> bool:
    """A truth value; Elasticsearch takes it as a text too."""
    if key not in found:
        return default
    node = found[key].node
    words: dict[object, bool] = {True: True, "true": True, False: False, "false": False}
    value = node.value
    if not isinstance(value, str | bool) or value not in words:
        raise ReadError(f"{key} is true or false", *node.at)
    return words[value]


def string(node: Node, what: str) -> str:
    """A text that must be one."""
    if not isinstance(node.value, str):
        raise ReadError(f"{what} must be a text", *node.at)
    return node.value


def field_and_options(
    node: Node, query: str, value_keys: tuple[str, ...], options: Collection[str]
) -> tuple[str, Node, Mapping[str, Member]]:
    """The field, its value and the options of a leaf in its short or its long form."""
    name, body = one_field(node, query)
    if not isinstance(body.value, dict):
        return name, body, {}
    known(body.value, query, (*value_keys, *options))
    given = [key for key in value_keys if key in body.value]
    if len(given) != 1:
        raise ReadError(f"{query} takes one of {', '.join(value_keys)}", *body.at)
    return name, body.value[given[0]].node, body.value
