"""Why a server may refuse, or answer otherwise, what our reader reads: each reason by its name."""

from __future__ import annotations

import re
from collections.abc import Iterable

from siemc.formula import Atom, Formula, Glob, Wild, atoms
from siemc.reading import Reading

# Elasticsearch's reference, "Date field type": the mapping's ``format`` says what a date may be.
DATE = "what a date may be is for its format to say, which no schema holds"
# "Query string query": lenient, or not told and the default is all fields, and no type is refused.
EVERYWHERE = "what is sought in all fields, and not leniently, must be of every type"
# "Range query" of Elasticsearch 8 has them as deprecated, that of 9 has not.
OLD_RANGE = "Elasticsearch 9 takes no from, to, include_lower and include_upper (assumption SA08)"
# OpenSearch, ``MappedFieldType.normalizedWildcardQuery``, which a constant keyword does not have:
# refused, or where the query is lenient nothing is found. A query ``wildcard`` it takes.
CONSTANT = "OpenSearch's query_string takes no wildcard on a constant keyword"
# OpenSearch, ``AutomatonQueries.caseInsensitiveTermQuery``: the automaton of no letters is empty.
EMPTY = "OpenSearch finds no empty text without case"

NO_DATE = ("failed to parse date field", "empty date", "date_time_parse_exception")
NO_VALUE = (
    "Can't parse boolean value",
    "For input string",
    "is not an IP string literal",
    *NO_DATE,
)
_EMPTY_TERM = re.compile(r'"value": ""[^}]*"case_insensitive": "?true')
_OLD_BOUND = re.compile(r'"(?:from|to|include_lower|include_upper)":')
_ASKS_DATE = re.compile(r"\b(?:when|z)\b")


def known_refusal(readings: Iterable[Reading], text: str, answer: str) -> str | None:
    """The named reason for which the server refuses the text, if it is one."""
    if _ASKS_DATE.search(text) and any(part in answer for part in NO_DATE):
        return DATE
    if _is_sought_everywhere(readings, text) and any(part in answer for part in NO_VALUE):
        return EVERYWHERE
    if "which is of type [constant_keyword]" in answer:
        return CONSTANT
    if _OLD_BOUND.search(text) and "[range] query does not support" in answer:
        return OLD_RANGE
    return None


def _is_sought_everywhere(readings: Iterable[Reading], text: str) -> bool:
    """Whether a clause has no field; one that decides nothing is not in the formula."""
    found = any(atom.field is None for each in readings for atom in atoms(each.formula))
    return found or '"lenient": false' in text


def opensearch_differs(formulas: Iterable[Formula], language: str, text: str) -> str | None:
    """The named way in which OpenSearch answers the text otherwise than Elasticsearch."""
    is_lucene = language == "lucene" or '"query_string"' in text
    if is_lucene and any(_asks_pattern_of_constant(each) for each in formulas):
        return CONSTANT
    return EMPTY if _EMPTY_TERM.search(text) else None


def _asks_pattern_of_constant(formula: Formula) -> bool:
    """Whether the constant of the trial's mapping is asked for more than a plain value."""
    return any(atom.field == "same" and not _is_plain(atom) for atom in atoms(formula))


def _is_plain(atom: Atom) -> bool:
    test = atom.test
    return isinstance(test, Glob) and not any(isinstance(part, Wild) for part in test.parts)
