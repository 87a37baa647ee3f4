r"""Known differences between an engine and the one that a query is written for.

Elasticsearch's own KQL (its query ``kql``, from the module ``x-pack-kql``) is not Kibana's: in a
value with a wildcard it drops the escapes and hands the rest to a ``wildcard`` query, where a
backslash escapes the next sign and ``?`` stands for any one. Kibana did the same until 8.12.1
(elastic/kibana#174464, which mended elastic/kibana#169709). ``test_known.py`` holds that it is so.
"""

from __future__ import annotations

import re

ESCAPED_WILDCARD = "an escape or `?` in a value with a wildcard (Elasticsearch's own KQL)"
MANY = 300
SLOW = f"more than {MANY} leaves, for which Elasticsearch's own KQL takes minutes"
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"')
_BETWEEN = re.compile(r"(?<!\\)[():]|\s(?:and|or|not)\s")


def has_escaped_wildcard(kql: str) -> bool:
    r"""Whether some unquoted value has a ``*``, and a ``\`` or ``?`` beside it."""
    values = _BETWEEN.split(_QUOTED.sub(" ", kql))
    return any("*" in value and re.search(r"[\\?]", value) for value in values)


def is_slow(kql: str) -> bool:
    """Whether the query is too large for the query ``kql``, whose equal in Query DSL is not."""
    return kql.count(" or ") > MANY
