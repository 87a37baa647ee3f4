"""Entries: a rule as the site's tables need it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from siemc.catalog import view
from siemc.explain.attack import Attack
from siemc.explain.exclusions import Alternative, affirmed
from siemc.explain.indicators import Key, key
from siemc.explain.page import Page
from siemc.explain.predicates import Predicate
from siemc.explain.words import logsource_text
from siemc.formula import atoms


@dataclass(frozen=True, slots=True)
class Exclusion:
    """An alternative of a rule's exclusions; ``keys`` are the same for what means the same."""

    keys: frozenset[Key]
    alternative: Alternative


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A rule of the catalogue and the address of its page.

    ``techniques`` are the ids it is tagged with, ``tactics`` the slugs of those it stands under.
    ``indicators`` are in the order of its page.
    """

    page: Page
    href: str
    title: str
    logsource: str
    fidelity: str
    tactics: tuple[str, ...]
    techniques: tuple[str, ...]
    indicators: Mapping[Key, Predicate]
    exclusions: tuple[Exclusion, ...]


def entry(page: Page, href: str) -> Entry:
    """The entry of a page."""
    return Entry(
        page=page,
        href=href,
        title=page.metadata.title or "Untitled rule",
        logsource=logsource_text(page.metadata),
        fidelity=view.fidelity(page),
        tactics=tuple(each.slug for each in page.attack.tactics),
        techniques=tuple(dict.fromkeys(_techniques(page.attack))),
        indicators=_indicators(page),
        exclusions=tuple(map(_exclusion, page.exclusions)),
    )


def _techniques(attack: Attack) -> Iterator[str]:
    for tactic in attack.tactics:
        for technique in tactic.techniques:
            if technique.tagged:
                yield technique.id
            yield from (each.id for each in technique.subtechniques if each.tagged)


def _indicators(page: Page) -> dict[Key, Predicate]:
    keys = dict.fromkeys(key(atom) for atom in affirmed(page.formula))
    return {each: one.predicate for each, one in zip(keys, page.indicators, strict=True)}


def _exclusion(alternative: Alternative) -> Exclusion:
    leaves = (atom for part in alternative.parts for atom in atoms(part.formula))
    return Exclusion(frozenset(map(key, leaves)), alternative)
