"""Metadata: what a rule says of itself beside what it detects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from siemc.load import LoadedRule


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a rule says of itself; empty texts and lists where it says nothing.

    ``logsource`` has the parts that are given, dates are in ISO 8601; ``fields`` are those that
    its author holds to be worth a look.
    """

    title: str
    description: str
    authors: tuple[str, ...]
    status: str
    level: str
    date: str
    modified: str
    licence: str
    references: tuple[str, ...]
    false_positives: tuple[str, ...]
    tags: tuple[str, ...]
    logsource: tuple[tuple[str, str], ...]
    fields: tuple[str, ...] = ()


def metadata_of(loaded: LoadedRule) -> Metadata:
    """What the rule says of itself."""
    rule, source = loaded.rule, loaded.rule.logsource
    named = (
        ("product", source.product),
        ("category", source.category),
        ("service", source.service),
    )
    return Metadata(
        title=rule.title or "",
        description=(rule.description or "").strip(),
        authors=tuple(_split(rule.author)),
        status=_name(rule.status),
        level=_name(rule.level),
        date=_date(rule.date),
        modified=_date(rule.modified),
        licence=str(loaded.data.get("license") or ""),
        references=tuple(map(str, rule.references or ())),
        false_positives=tuple(str(each).strip() for each in rule.falsepositives or ()),
        tags=tuple(map(str, rule.tags or ())),
        logsource=tuple((key, value) for key, value in named if value),
        fields=tuple(map(str, rule.fields or ())),
    )


def _split(authors: Any) -> list[str]:
    """Sigma writes several authors with commas between them."""
    if not isinstance(authors, str):
        return []
    return [name for each in authors.split(",") if (name := each.strip())]


def _name(value: Any) -> str:
    return value.name.lower() if value is not None else ""


def _date(value: date | None) -> str:
    return value.isoformat() if value is not None else ""
