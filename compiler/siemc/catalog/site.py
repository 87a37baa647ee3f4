"""The site: every file of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from siemc import __version__
from siemc.catalog import matrix, suppressed
from siemc.catalog.assets import NAMES, asset
from siemc.catalog.catalogue import Catalogue, catalogue
from siemc.catalog.entries import Entry
from siemc.catalog.index import search_data
from siemc.catalog.shared import Shared, anchors, shared
from siemc.catalog.templating import render
from siemc.collector import collector_paused
from siemc.compiler import Compiler
from siemc.explain.attack import table
from siemc.explain.indicators import Key
from siemc.folders import Kind, replacing, write
from siemc.load import Loaded

TITLE = "Detection rules"
SITE = Kind(mark=".siemc-catalogue", name="site")
NEAREST = 12
"""How many siblings a rule's page names."""

File = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Site:
    """What every page of the site says."""

    title: str
    size: str
    sections: tuple[tuple[str, str], ...]
    targets: tuple[str, ...]
    date: str
    version: str
    attack_version: str
    attack_licence: str


@dataclass(frozen=True, slots=True)
class Links:
    """What only the catalogue knows of a rule.

    ``shared`` has, for each indicator, its place on their page, or ``""``; ``siblings`` the
    nearest of the rules beside it, and ``beside`` how many these are in all.
    """

    shared: Sequence[str]
    siblings: Sequence[Entry]
    beside: int


def build(
    loaded: Loaded, named: Sequence[str], compiler: Compiler, folder: Path, step: Callable[[], None]
) -> Catalogue:
    """Write the site into ``folder`` and say what is in it; ``step`` is called after each rule.

    ``named`` are the paths that the rules were loaded from. A broken rule gets no page and is
    listed. Raises ``UsageError`` where the folder is not one to write to.
    """
    with replacing(folder, SITE) as aside, collector_paused():
        found = catalogue(loaded, named, compiler, step)
        for name, text in pages(found, compiler):
            write(aside, name, text)
    return found


def pages(found: Catalogue, compiler: Compiler) -> Iterator[File]:
    """Every file of the site: its name and its text."""
    site, entries = _site(found, compiler), found.entries
    several, beside = shared(entries), suppressed.siblings(entries)
    yield from ((f"assets/{name}", asset(name)) for name in NAMES)
    yield "assets/search-data.js", search_data(entries)
    layer = matrix.navigator_layer(entries, site.title, site.attack_version)
    yield "navigator-layer.json", layer
    yield _page(site, "index.html", entries=entries)
    yield _page(site, "attack.html", columns=matrix.columns(entries))
    yield _page(site, "indicators.html", shared=list(several.values()))
    processes, lacks = suppressed.processes(entries), suppressed.lacks(entries, beside)
    yield _page(site, "exclusions.html", processes=processes, lacks=lacks)
    if found.has_problems:
        yield _page(site, "problems.html", found=found)
    for each in entries:
        links = _links(each, several, beside.get(each.href, ()))
        text = render("rule.html", site=site, root="../", here="", page=each.page, links=links)
        yield each.href, text


def _page(site: Site, name: str, **values: object) -> File:
    return name, render(name, site=site, root="", here=name, **values)


def _links(each: Entry, several: Mapping[Key, Shared], beside: Sequence[Entry]) -> Links:
    def rank(other: Entry) -> tuple[int, str, str]:
        return -len(each.indicators.keys() & other.indicators.keys()), other.title, other.href

    return Links(anchors(each, several), sorted(beside, key=rank)[:NEAREST], len(beside))


def _site(found: Catalogue, compiler: Compiler) -> Site:
    sections = [
        ("index.html", "Rules"),
        ("attack.html", "ATT&CK"),
        ("indicators.html", "Indicators"),
        ("exclusions.html", "Exclusions"),
        *([("problems.html", "Problems")] if found.has_problems else []),
    ]
    return Site(
        title=TITLE,
        size=f"{len(found.entries):,}",
        sections=tuple(sections),
        targets=tuple(each.backend.title for each in compiler.targets),
        date=_date(),
        version=__version__,
        attack_version=table()["version"],
        attack_licence=table()["licence"],
    )


def _date() -> str:
    """The day that ``SOURCE_DATE_EPOCH`` names (reproducible-builds.org), if it does.

    The site says no other: the same rules make the same bytes.
    """
    seconds = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(seconds), UTC).date().isoformat() if seconds.isdigit() else ""
