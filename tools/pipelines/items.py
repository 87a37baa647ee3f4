"""pySigma processing items, as the dictionaries their YAML holds, one function a kind of entry."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tools.pipelines.tables import Table, logsources

Item = dict[str, Any]

ECS_NAMES = r"^(event|winlog|process|file|source|destination|user|powershell|host|log)\.|^message$"
"""Names that an earlier item of an ECS pipeline gave; no field of a Windows event looks so."""

ENTRIES = ("values", "hashes", "map")
"""The keys of a table whose entries may be about some log sources and events only."""

BLANKS = ("", "-")
"""Values that ingest may remove."""

DIGITS = {"md5": 32, "sha1": 40, "sha256": 64, "sha512": 128, "imphash": 32}
"""Hexadecimal digits of the hashes that Sysmon writes."""


def marker(table: Table) -> Item:
    """The item that the others ask for: the rule's log source is in this pipeline's scope."""
    return {
        "id": f"{table.id}_source",
        "type": "set_state",
        "key": f"source_{table.id}",
        "val": "true",
        "rule_conditions": [{"type": "logsource", **source} for source in table.logsources()],
        "rule_cond_op": "or",
    }


def within(table: Table, entry: Mapping[str, Any]) -> Item:
    """The conditions on the rule: in scope, and in the entry's categories, services and events.

    An entry that must look at the values of its fields is for rules that have one of the fields.
    """
    tests = [
        applied(_case(table, group)) if _is_case(group) else group[0] for group in _groups(entry)
    ]
    return {"rule_conditions": [applied(f"{table.id}_source"), *tests]}


def cases(table: Table) -> Iterator[Item]:
    """An item for each group of tests of which one must hold, asked before any field is renamed.

    A condition that names them all would have to be an expression, which pySigma takes as long to
    read as all the rest of an item.
    """
    for group in _all_groups(table):
        yield {
            "id": _case(table, group),
            "type": "set_state",
            "key": _case(table, group),
            "val": "true",
            "rule_conditions": group,
            "rule_cond_op": "or",
        }


def _case(table: Table, group: list[Item]) -> str:
    return f"{table.id}_case_{_all_groups(table).index(group) + 1}"


def _all_groups(table: Table) -> list[list[Item]]:
    """The groups that are asked beforehand, each once, in the order of the entries."""
    entries = [entry for key in ENTRIES for entry in table.data.get(key, ())]
    found: list[list[Item]] = []
    for group in (group for entry in entries for group in _groups(entry)):
        if _is_case(group) and group not in found:
            found.append(group)
    return found


def _is_case(group: list[Item]) -> bool:
    return len(group) > 1 or group[0]["type"] == "contains_field"


def _groups(entry: Mapping[str, Any]) -> list[list[Item]]:
    """The tests of an entry on the rule's log source, event ids and fields; any of each."""
    sources = logsources(entry.get("categories", ()), entry.get("services", ()))
    groups: list[list[Item]] = [[{"type": "logsource", **source} for source in sources]]
    groups.append([has_event(code) for code in entry.get("events", ())])
    looks = not isinstance(entry.get("fields"), Mapping) or "only" in entry or "absent" in entry
    groups.append([has_field(name) for name in entry.get("fields", ()) if looks])
    return [group for group in groups if group]


def applied(identifier: str) -> Item:
    """A condition on the rule: an earlier item was applied to it."""
    return {"type": "processing_item_applied", "processing_item_id": identifier}


def has_event(code: int) -> Item:
    """A condition on the rule: it asks for this event id somewhere."""
    return {"type": "contains_detection_item", "field": "EventID", "value": code}


def has_field(name: str) -> Item:
    """A condition on the rule: it tests this field."""
    return {"type": "contains_field", "field": name}


# What a pattern of blanks leaves over, without look-ahead: pySigma 2 compiles with RE2
OTHER = {"^-?$": r"^(?:[^-]|-[\s\S])", "^$": r"^[\s\S]"}


def blanks(table: Table) -> Iterator[Item]:
    """Values that ingest removes become a question for an absent field."""
    pattern = table.data.get("blank")
    if pattern is None:
        return
    yield {
        "id": f"{table.id}_blank",
        "type": "set_value",
        "value": None,
        **within(table, {}),
        "field_name_conditions": [{"type": "exclude_fields", "fields": table.data["numeric"]}],
        "detection_item_conditions": [
            {"type": "match_string", "cond": "any", "pattern": pattern},
            {"type": "match_string", "cond": "all", "negate": True, "pattern": OTHER[pattern]},
        ],
    }


def values(table: Table, entry: Mapping[str, Any]) -> Iterator[Item]:
    """Values that ingest writes otherwise: words of a boolean, a table, a replacement."""
    common = {**within(table, entry), "field_name_conditions": including(entry["fields"])}
    for word, new in entry.get("words", {}).items():
        match = {"type": "match_value", "cond": "all", "value": word == "true"}
        yield {"type": "set_value", "value": new, **common, "detection_item_conditions": [match]}
    if "words" in entry:
        words = entry["words"].items()
        every = {case: new for w, new in words for case in (w, w.capitalize(), w.upper())}
        yield {"type": "map_string", "mapping": every, **common}
    if "table" in entry:
        yield {"type": "map_string", "mapping": dict(entry["table"]), **common}
    for regex, replacement in entry.get("replace", {}).items():
        yield {"type": "replace_string", "regex": regex, "replacement": replacement, **common}


def including(fields: Iterable[str]) -> list[Item]:
    """The condition that the field is one of these."""
    return [{"type": "include_fields", "fields": list(fields)}]


def hashes(table: Table, entry: Mapping[str, Any]) -> Iterator[Item]:
    r"""Hashes taken apart by algorithm, each a whole value; what is no whole hash is left alone.

    A rule writes ``Hashes|contains: 'MD5=…'``. pySigma's ``hashes_fields`` loses values that it
    does not know and turns ``all`` into any, so ``extract_fields`` does it. The trailing ``*`` is
    captured too and taken off afterwards, for a captured text of digits would become a number.
    A hash of zeros is none: ingest drops it.
    """
    groups = [rf"{name}=(?P<{name}>(?:{_digits(n)})\*)" for name, n in DIGITS.items()]
    yield {
        "type": "extract_fields",
        "regex": rf"(?i)^\*(?:{'|'.join(groups)})$",
        "field_prefix": "hash",
        "preserve_unmatched": True,
        **within(table, entry),
        "field_name_conditions": including(entry["fields"]),
    }
    names = [f"hash.{name}" for name in DIGITS]
    yield {
        "type": "replace_string",
        "regex": r"\*$",
        "replacement": "",
        **within(table, entry),
        "field_name_conditions": including(names),
    }
    mapping = {f"hash.{name}": _hash_fields(name, entry["to"]) for name in DIGITS}
    yield {"type": "field_name_mapping", "mapping": mapping, **within(table, entry)}


def _digits(count: int) -> str:
    """So many hexadecimal digits, not all of them zero.

    Without look-ahead, for pySigma 2 compiles with RE2. A hash with as many leading zeros as are
    not spelt out here is left alone: one in four billion.
    """
    return "|".join(f"0{{{i}}}[1-9A-Fa-f][0-9A-Fa-f]{{{count - 1 - i}}}" for i in range(8))


def _hash_fields(name: str, owners: list[str]) -> str | list[str]:
    part = "pe.imphash" if name == "imphash" else f"hash.{name}"
    found = [f"{owner}.{part}" for owner in owners]
    return found[0] if len(found) == 1 else found


def by_event(table: Table, entry: Mapping[str, Any]) -> Iterator[Item]:
    """A field that ingest renames in some events only: by the event ids that the rule asks for.

    A rule of both kinds, or of neither, asks either field: one of the two is there. To ask
    whether both are absent would take an AND, so that item is left unmapped.
    """
    mark = f"{table.id}_{entry['id']}"
    marks = [
        {
            "id": f"{mark}_{place}",
            "type": "set_state",
            "key": f"{mark}_{place}",
            "val": "true",
            "rule_conditions": [has_event(code) for code in entry[place]],
            "rule_cond_op": "or",
        }
        for place in ("here", "elsewhere")
    ]
    # Dozens of event ids, of which most rules name none
    yield {"type": "nest", "rule_conditions": [has_field("EventID")], "items": marks}
    kept = {name: f"winlog.event_data.{name}" for name in entry["fields"]}
    both = {name: [new, kept[name]] for name, new in entry["fields"].items()}
    cases: tuple[tuple[str, Mapping[str, Any], bool], ...] = (
        ("here and not elsewhere", entry["fields"], False),
        ("elsewhere and not here", kept, False),
        ("(here and elsewhere) or (not here and not elsewhere)", both, True),
    )
    for expression, mapping, no_null in cases:
        item = mapped(table, {"fields": mapping, "except_null": no_null})
        item["rule_conditions"] = {
            "in_scope": applied(f"{table.id}_source"),
            "here": applied(f"{mark}_here"),
            "elsewhere": applied(f"{mark}_elsewhere"),
        }
        item["rule_cond_expr"] = f"in_scope and ({expression})"
        yield item


def mapped(table: Table, entry: Mapping[str, Any]) -> Item:
    """A field mapping, with the conditions on the values under which it holds."""
    fields = entry["fields"]
    if "prefix" in entry:
        fields = {name: entry["prefix"] + name for name in fields}
    item = {"type": "field_name_mapping", "mapping": dict(fields), **within(table, entry)}
    return item | when_values(table, entry)


def when_values(table: Table, entry: Mapping[str, Any]) -> Item:
    """The conditions on a detection item's values; an item that fails them stays unmapped."""
    needed: list[Item] = []
    refused: list[Item] = []
    if "only" in entry:
        needed.append({"type": "match_string", "cond": "all", "pattern": entry["only"]})
    if entry.get("absent"):
        needed.append({"type": "is_null", "cond": "all"})
    if "blank" in table.data and not needed:  # what is needed is never blank
        refused.append({"type": "match_string", "cond": "any", "pattern": table.data["blank"]})
    if "except" in entry:
        refused.append({"type": "match_string", "cond": "any", "pattern": entry["except"]})
    if entry.get("except_null"):
        refused.append({"type": "is_null", "cond": "any"})
    takes_blank = "only" in entry and any(re.match(entry["only"], blank) for blank in BLANKS)
    if (needed and refused) or takes_blank:
        raise ValueError(f"these conditions on values cannot be one list: {entry}")
    if not refused:
        return {"detection_item_conditions": needed} if needed else {}
    any_of = {"detection_item_cond_op": "or"} if len(refused) > 1 else {}
    return {"detection_item_conditions": refused, **any_of, "detection_item_cond_not": True}


def stripped(table: Table, entry: Mapping[str, Any]) -> Iterator[Item]:
    """The text before a mapping that its value loses with it, under the same conditions."""
    if "strip" in entry:
        yield {
            "type": "replace_string",
            "regex": entry["strip"],
            "replacement": "",
            **within(table, entry),
            "field_name_conditions": including(entry["fields"].values()),
            **when_values(table, entry),
        }


def rest(table: Table, entry: Mapping[str, Any]) -> Item:
    """A prefix for every field that has no name yet and is not declared unmapped."""
    named = {name for other in table.data["map"] for name in other.get("fields", ())}
    named |= {name for other in table.data.get("events", ()) for name in other["fields"]}
    unmapped = "|".join(sorted(named | set(table.data["unmapped"])))
    pattern = rf"{ECS_NAMES}|^({unmapped})$"
    item = {"type": "field_name_prefix", "prefix": entry["rest"], **within(table, entry)}
    item["field_name_conditions"] = [{"type": "exclude_fields", "fields": [pattern], "mode": "re"}]
    return item | when_values(table, entry)
