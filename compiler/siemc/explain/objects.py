"""A page as JSON: one object, whose keys ``docs/json.md`` describes."""

from __future__ import annotations

import json
from typing import Any

from siemc.explain.attack import Attack, Technique
from siemc.explain.events import EventUse
from siemc.explain.exclusions import Alternative, Part
from siemc.explain.indicators import Indicator
from siemc.explain.page import Page
from siemc.explain.predicates import Predicate
from siemc.explain.stages import Stage
from siemc.explain.tree import Node, tree
from siemc.metadata import Metadata
from siemc.prove.words import place_text
from siemc.render import CONTRACT, diagnostic_object, query_object


def page_json(page: Page) -> str:
    """The page, indented."""
    return json.dumps(page_object(page), ensure_ascii=False, indent=2)


def tree_json(page: Page) -> str:
    """The rule's formula alone, as a tree."""
    return json.dumps(node_object(tree(page.formula)), ensure_ascii=False, indent=2)


def page_object(page: Page) -> dict[str, Any]:
    """The page as the contract's object."""
    return {
        "contract": CONTRACT,
        "rule": {"id": page.rule.id, "title": page.rule.title, "path": page.rule.path},
        "metadata": _metadata(page.metadata),
        "attack": attack_object(page.attack),
        "events": [_event(each) for each in page.events],
        "body": {"text": page.body, "first_line": page.first_line},
        "stages": [_stage(each) for each in page.stages],
        "exclusions": [_alternative(each) for each in page.exclusions],
        "indicators": [_indicator(each) for each in page.indicators],
        "catalogue_size": page.catalogue_size,
        "tree": node_object(tree(page.formula)),
        "queries": [query_object(each) for each in page.queries],
        "diagnostics": [diagnostic_object(each) for each in page.notes],
    }


def _metadata(metadata: Metadata) -> dict[str, Any]:
    return {
        "title": metadata.title,
        "description": metadata.description,
        "authors": list(metadata.authors),
        "status": metadata.status or None,
        "level": metadata.level or None,
        "date": metadata.date or None,
        "modified": metadata.modified or None,
        "licence": metadata.licence or None,
        "references": list(metadata.references),
        "false_positives": list(metadata.false_positives),
        "tags": list(metadata.tags),
        "logsource": dict(metadata.logsource),
    }


def attack_object(attack: Attack) -> dict[str, Any]:
    """The coverage of ATT&CK."""
    return {
        "version": attack.version,
        "tactics": [
            {
                "id": tactic.id,
                "slug": tactic.slug,
                "name": tactic.name,
                "tagged": tactic.tagged,
                "techniques": [_technique(each) for each in tactic.techniques],
            }
            for tactic in attack.tactics
        ],
        "others": list(attack.others),
    }


def _technique(technique: Technique) -> dict[str, Any]:
    return {
        "id": technique.id,
        "name": technique.name,
        "tagged": technique.tagged,
        "retired": technique.retired,
        "retired_by": technique.retired_by,
        "subtechniques": [_technique(each) for each in technique.subtechniques],
    }


def _event(event: EventUse) -> dict[str, Any]:
    return {
        "provider": event.provider,
        "channel": event.channel,
        "event_id": event.event_id,
        "title": event.title,
        "also": event.also,
    }


def _stage(stage: Stage) -> dict[str, Any]:
    return {
        "number": stage.number,
        "role": stage.role,
        "text": stage.text,
        "searches": [
            {"name": each.name, "tree": node_object(tree(each.formula))} for each in stage.searches
        ],
    }


def _alternative(alternative: Alternative) -> dict[str, Any]:
    return {
        "identifiers": list(alternative.identifiers),
        "parts": [_part(each) for each in alternative.parts],
    }


def _part(part: Part) -> dict[str, Any]:
    found: dict[str, Any] = {"any_of": [predicate_object(each) for each in part.predicates]}
    return {**found, "tree": node_object(tree(part.formula)) if part.nested else None}


def _indicator(indicator: Indicator) -> dict[str, Any]:
    return {**predicate_object(indicator.predicate), "other_rules": indicator.others}


def predicate_object(predicate: Predicate) -> dict[str, Any]:
    """A predicate of the contract."""
    return {
        "field": predicate.field,
        "kind": predicate.kind,
        "value": predicate.value,
        "cased": predicate.cased,
        "negated": predicate.negated,
        "identifier": predicate.identifier,
        "place": place_text(predicate.place),
    }


def node_object(node: Node) -> dict[str, Any]:
    """A node of the formula's tree."""
    if node.predicate is not None:
        return {"join": "leaf", "predicate": predicate_object(node.predicate)}
    return {
        "join": node.join,
        "identifiers": list(node.identifiers),
        "children": [node_object(each) for each in node.children],
    }
