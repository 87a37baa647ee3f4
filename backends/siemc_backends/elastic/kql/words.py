"""A KQL value with wildcards on a field that is no keyword: a ``query_string`` of its words.

Kibana, kbn-es-query, ``node_types/wildcard.ts`` (``toQueryStringQuery``): every sign of that
language is escaped, save the white space. So the words part there, and ``AND``, ``OR`` and ``NOT``
are operators.
"""

from __future__ import annotations

import re

from siemc.formula import Formula
from siemc_backends.elastic.kql.literals import Value
from siemc_backends.elastic.lucene.parse import Options
from siemc_backends.elastic.lucene.parse import query_string as words_of
from siemc_backends.elastic.reading.engine import At, Engine

# ``escapeQueryString``
_SIGNS = re.compile(r'[+\-=&|><!(){}\[\]^"~*?:\\/]')


def query_string(name: str, value: Value, at: At, engine: Engine) -> Formula:
    """What ``query_string`` finds on this field. Raises ``ReadError`` as it does."""
    return words_of(escaped(value), engine, at, Options((name,)))


def escaped(value: Value) -> str:
    """The value with its wildcards as Kibana hands it on (``toQueryStringQuery``)."""
    return "*".join(_SIGNS.sub(r"\\\g<0>", piece) for piece in value.pieces)
