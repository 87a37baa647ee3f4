"""The Query DSL that today's Kibana makes of a KQL text, from the tree of its older parser.

The npm package holds Kibana 7.5's grammar; what a tree becomes has changed since. This is written
from elastic/kibana, ``src/platform/packages/shared/kbn-es-query/src/kuery``: ``functions/is.ts``
and ``range.ts`` at commit 2adc277e, ``and.ts`` at b59f7182, ``or.ts`` at d1de567c, ``not.ts`` at
16582468, ``utils/get_fields.ts`` at 15b99338 and ``node_types/wildcard.ts`` at 4b3b1680, with the
settings of a fresh Kibana. There are no scripted and no nested fields here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from siemc.schema import FieldType, Schema

from .parser import Kibana

Tree = Mapping[str, Any]
Query = dict[str, Any]

MARK = "@kuery-wildcard@"
# "Keyword type family" and "Date" of the field capabilities, as a data view names them.
FAMILIES = {"wildcard": "keyword", "constant_keyword": "keyword", "date_nanos": "date"}
_SIGNS = re.compile(r'[+\-=&|><!(){}\[\]^"~*?:\\/]')
# What came to the grammar after 7.5: braces, codes of characters, one more white space.
_NEWER = re.compile(r"[{}\xa0]|\\u")
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"')
NEWER = "the grammar of Kibana 7.5 is older than this text"
NUMBER = "Kibana 7.5 made another text of a number"
NO_KQL = "no KQL"


def query(kibana: Kibana, text: str, schema: Schema) -> Query | str:
    """The query, or as text why there is none."""
    if _NEWER.search(text):
        return NEWER
    answer = kibana.ask(text)
    if "tree" not in answer:
        return NO_KQL
    if any(not _is_written(number, text) for number in _numbers(answer["tree"])):
        return NUMBER
    return _Translation(schema).query(answer["tree"])


def _is_written(number: str, text: str) -> bool:
    """Whether the text has this number, and none that 7.5 took for the same."""
    unquoted = _QUOTED.sub(" ", text)
    tokens = re.split(r"[\s():<>=]+", unquoted)
    return {token for token in tokens if _value(token) == _value(number)} == {number}


def _value(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _numbers(tree: Any) -> list[str]:
    """The numbers of a tree, as JavaScript writes them."""
    if isinstance(tree, Mapping):
        value = tree.get("value")
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        own = [_text(value)] if is_number else []
        return own + [found for each in tree.values() for found in _numbers(each)]
    if isinstance(tree, Sequence) and not isinstance(tree, str):
        return [found for each in tree for found in _numbers(each)]
    return []


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


class _Translation:
    """Makes queries by the types that the fields have over all indices."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def query(self, tree: Tree) -> Query:
        function, arguments = tree["function"], tree["arguments"]
        match function:
            case "and":
                return {"bool": {"filter": [self.query(each) for each in arguments]}}
            case "or":
                return self._any([self.query(each) for each in arguments])
            case "not":
                return {"bool": {"must_not": self.query(arguments[0])}}
            case "range":
                return self._range(*arguments)
            case _:
                return self._is(*arguments)

    def _any(self, queries: list[Query]) -> Query:
        return {"bool": {"should": queries, "minimum_should_match": 1}}

    def _range(self, field: Tree, bound: Tree) -> Query:
        node = bound["value"]
        inner = node["value"] if isinstance(node["value"], Mapping) else node
        limits = {bound["name"]: _plain(inner)}
        return self._any([{"range": {name: limits}} for name in self._fields(field)])

    def _is(self, field: Tree, value: Tree, phrase: Tree) -> Query:
        exists = _is_lone(value)
        if exists and _is_lone(field):
            return {"match_all": {}}
        if field["value"] is None:
            return _anywhere(value, bool(phrase["value"]))
        names = self._fields(field)
        if exists:
            return self._any([{"exists": {"field": name}} for name in names])
        return self._any([self._leaf(name, value, bool(phrase["value"])) for name in names])

    def _leaf(self, name: str, value: Tree, phrase: bool) -> Query:
        kinds = self._kinds(name)
        if value["type"] == "wildcard":
            text = _query_string(value)
            if kinds == {"keyword"}:
                return {"wildcard": {name: {"value": text}}}
            return {"query_string": {"fields": [name], "query": text}}
        plain = _plain(value)
        if kinds == {"date"}:
            return {"range": {name: {"gte": plain, "lte": plain}}}
        if kinds == {"keyword"}:
            return {"term": {name: {"value": plain}}}
        return {"match_phrase" if phrase else "match": {name: plain}}

    def _fields(self, field: Tree) -> list[str]:
        """The fields of the data view; a name that it does not know is taken as it is."""
        if field["type"] != "wildcard":
            return [_text(field["value"])]
        parts = map(re.escape, field["value"].split(MARK))
        pattern = re.compile(".*".join(parts), re.S)
        names = [name for name in _names(self.schema) if pattern.fullmatch(name)]
        return names or [_plain(field)]

    def _kinds(self, name: str) -> set[str]:
        return {FAMILIES.get(kind.type, kind.type) for kind in self.schema.types(name)}


def _names(schema: Schema) -> list[str]:
    found: dict[str, None] = {}
    for index in schema.indices:
        for name, kind in index.fields.items():
            found |= dict.fromkeys((name, *_subs(name, kind)))
    return list(found)


def _subs(name: str, kind: FieldType) -> list[str]:
    return [f"{name}.{sub}" for sub, _ in kind.subfields]


def _is_lone(node: Tree) -> bool:
    return (node["type"], node["value"]) == ("wildcard", MARK)


def _plain(node: Tree) -> Any:
    value = node["value"]
    if node["type"] == "wildcard":
        return value.replace(MARK, "*")
    return value if value is None or isinstance(value, bool) else _text(value)


def _query_string(node: Tree) -> str:
    return "*".join(_SIGNS.sub(r"\\\g<0>", piece) for piece in node["value"].split(MARK))


def _anywhere(value: Tree, phrase: bool) -> Query:
    if value["type"] == "wildcard":
        return {"query_string": {"query": _query_string(value)}}
    kind = "phrase" if phrase else "best_fields"
    return {"multi_match": {"type": kind, "query": _plain(value), "lenient": True}}
