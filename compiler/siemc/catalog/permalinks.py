"""Where each rule's page is: an address that stays the same as long as the rule does."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from siemc.query import RuleRef
from siemc.writer import file_names

Key = tuple[str, int]
FOLDER = "rule"
MAX_SLUG = 120  # characters; file systems take 255 bytes


def permalinks(named: Sequence[str], rules: Iterable[RuleRef]) -> dict[Key, str]:
    """The address of each rule's page below the site's folder, by the rule's path and document.

    It is the rule's id, or without one its path below what was ``named``. Rules that would share
    an address all get a mark made of their path, so that none depends on what else is there.
    """
    found = list(rules)
    names = file_names(named, [_key(rule) for rule in found])
    paths = {key: str(name).replace(os.sep, "/") for key, name in names.items()}
    slugs = {_key(rule): _slug(rule.id or paths[_key(rule)]) for rule in found}
    uses = Counter(slugs.values())
    return {
        key: f"{FOLDER}/{slug if uses[slug] == 1 else _marked(slug, paths[key])}.html"
        for key, slug in slugs.items()
    }


def root_of(named: Sequence[str]) -> str:
    """The folder that was named, or the one that holds all that was."""
    folders = [path if os.path.isdir(path) else os.path.dirname(path) for path in named]
    return os.path.commonpath([os.path.abspath(folder) for folder in folders])


def shown_path(path: str, root: str) -> str:
    """A file's path below ``root``, or its name where it is elsewhere: none of this machine."""
    below = os.path.relpath(path, root).replace(os.sep, "/")
    return os.path.basename(path) if below.startswith("../") else below


def _key(rule: RuleRef) -> Key:
    return rule.path, rule.document


def _slug(text: str) -> str:
    """Small letters, digits and ``-`` only, since some file systems do not keep case."""
    slug = re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")
    return slug if slug and len(slug) <= MAX_SLUG else _marked(slug[:MAX_SLUG], text)


def _marked(slug: str, path: str) -> str:
    mark = hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{slug}-{mark}".lstrip("-")
