"""Whether a detection rule can run: the importer does not ask, the rule's first run does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from siemc.importcheck.contract import is_date_math
from siemc.importcheck.report import About, Place, Report
from siemc.lint.findings import shown
from siemc.reading import ReadError

if TYPE_CHECKING:
    from siemc.backend import Backend
    from siemc.schema import Schema

# A longer query is left unread: the longest of the public rules has 13,000 characters
LONGEST = 200_000
_LANGUAGES = {"kuery": "kql", "lucene": "lucene"}
_WITH_QUERY = ("query", "saved_query", "threshold", "threat_match", "new_terms")


def check_query(rule: Mapping[str, Any], at: Place, report: Report, about: About) -> None:
    """Check what of the rule is read only when it runs."""
    for message, hint in (*_times(rule), *_filters(rule), *_query(rule)):
        report.say("SC337", message, hint, at, about)


def _times(rule: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key in ("to", "history_window_start"):
        value = rule.get(key)
        if isinstance(value, str) and value.strip() and not is_date_math(value):
            yield f"{key} is {shown(value)}.", "It takes date math, such as now or now-7d."


def _filters(rule: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    found = rule.get("filters")
    for number, each in enumerate(found if isinstance(found, list) else ()):
        if not isinstance(each, dict) or not (each.get("query") or each.get("meta")):
            hint = "A filter has Query DSL under query, and what it is under meta."
            yield f"filters[{number}] is no filter of Kibana.", hint


def _query(rule: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    keys = [("query", rule.get("language", "kuery"))] if rule.get("type") in _WITH_QUERY else []
    if rule.get("type") == "threat_match":
        keys.append(("threat_query", rule.get("threat_language", "kuery")))
    for key, language in keys:
        text = rule.get(key)
        if isinstance(text, str) and text.strip() and language in _LANGUAGES:
            why = _unread(text, _LANGUAGES[language])
            if why:
                hint = "Correct the query; if Kibana takes it, this is a part siemc cannot read."
                yield f"{key} is not read as {language}: {why}", hint


def _unread(text: str, target: str) -> str | None:
    if len(text) > LONGEST:
        return f"it has {len(text):,} characters, and {LONGEST:,} are read."
    backend, schema = _reader(target)
    try:
        backend.read(text, schema)
    except ReadError as error:
        line = text.count("\n", 0, error.start) + 1
        column = error.start - text.rfind("\n", 0, error.start)
        return f"{error.message.rstrip('.')} (line {line}, column {column} of the query)."
    return None


@cache
def _reader(target: str) -> tuple[Backend, Schema]:
    from siemc.backend import backends

    backend = backends()[target]
    return backend, backend.platform.schema(backend.platform.raw_schema)
