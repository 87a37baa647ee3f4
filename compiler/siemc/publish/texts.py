"""Texts of a rule as an artifact can hold them: on one line, without what is read as syntax."""

from __future__ import annotations

import re
import zlib

from siemc.metadata import Metadata

# Splunk replaces $field$ in the texts of alert actions ("Use tokens in email notifications");
# there is no escape, so the sign is written as the one that looks like it
_DOLLAR = "\N{FULLWIDTH DOLLAR SIGN}"
_IN_NAMES = str.maketrans(
    {"[": "(", "]": ")", "\\": "/", "`": "'", '"': "'", "$": _DOLLAR, "|": "/", "*": "+"}
)


def one_line(text: str) -> str:
    """The text without line breaks and what cannot be printed, runs of blanks as one space.

    It never ends in a backslash, which would make the next line of a file a part of it.
    """
    words = " ".join(text.split()).split(" ")
    shown = " ".join(
        "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in w) for w in words
    )
    return f"{shown}." if shown.endswith("\\") else shown


def without_tokens(text: str) -> str:
    """The text on one line, with nothing that Splunk would take for a token."""
    return one_line(text).replace("$", _DOLLAR)


def title_of(metadata: Metadata) -> str:
    """The rule's title on one line, and a word where it has none."""
    return one_line(metadata.title) or "Untitled rule"


def told_by(metadata: Metadata) -> str:
    """The rule's description on one line, or its title."""
    return one_line(metadata.description) or title_of(metadata)


def stanza_title(text: str) -> str:
    """The text as a part of a stanza's name."""
    return one_line(text).translate(_IN_NAMES).strip()


def slug(text: str) -> str:
    """The text as a name of ASCII letters, digits and underscores, of at most 80 characters."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:80].strip("_") or "rule"


def minute(text: str, count: int) -> int:
    """A number below ``count`` that spreads texts evenly and is the same everywhere."""
    return zlib.crc32(text.encode("utf-8", "surrogatepass")) % count
