"""Checks of a rule's metadata that pySigma's validators have not, or cannot mend."""

from __future__ import annotations

import re
from collections.abc import Iterator

from siemc.diagnostics import Diagnostic
from siemc.lint.findings import Finding, Fix, found, shown, written
from siemc.load import LoadedRule

# What else than a letter's case is certain to be meant
MEANT = {"testing": "test", "info": "informational", "information": "informational"}
CHOICES = {
    "status": ("stable", "test", "experimental", "deprecated", "unsupported"),
    "level": ("informational", "low", "medium", "high", "critical"),
}
OLD_DATE = re.compile(r"([1-3]\d{3})/(\d{1,2})/(\d{1,2})\Z")


def check(loaded: LoadedRule) -> Iterator[Finding]:
    """Dates in the old form, and tags that their form alone makes wrong."""
    for key in ("date", "modified"):
        match = OLD_DATE.match(str(loaded.data.get(key)))
        if match:
            date = f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}"
            message = f"The {key} {match[0]} is written with slashes."
            yield found(loaded, "SC415", message, f"Write {date}.", (key,), (Fix((key,), date),))
    for index, tag in enumerate(tags(loaded)):
        spelt = spelling(tag)
        if spelt != tag:
            place = ("tags", index)
            message = f"The tag {shown(tag)} is not in lower case with hyphens."
            yield found(loaded, "SC419", message, f"Write {spelt}.", place, (Fix(place, spelt),))


def correction(loaded: LoadedRule, note: Diagnostic) -> tuple[Fix, ...]:
    """The edit for a status or level that is wrong, where it is certain what is meant."""
    key = note.place[0] if note.place and len(note.place) == 1 else None
    if note.code != "SC024" or key not in CHOICES:
        return ()
    value = str(loaded.data.get(str(key))).strip().lower()
    meant = MEANT.get(value, value)
    return (Fix((key,), meant),) if meant in CHOICES[str(key)] else ()


def tags(loaded: LoadedRule) -> list[str]:
    """The rule's tags as they are written; what is no text is an empty one."""
    listed = written(loaded, ("tags",))
    if not isinstance(listed, list):
        return []
    return [each if isinstance(each, str) else "" for each in listed]


def spelling(tag: str) -> str:
    """The tag as the specification has it: in lower case, with hyphens between words.

    Sigma's appendix on tags (specification/sigma-appendix-tags.md) since version 2.0.0.
    """
    plain = tag.strip()
    if not re.fullmatch(r"[\w-]+\.[\w.-]+", plain, re.ASCII):
        return tag
    return plain.lower().replace("_", "-")
