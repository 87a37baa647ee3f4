"""Who judges SPL, as no engine of Splunk's can be had: our reader of it, with ``evaluate``.

``rex`` and ``eval``, which the reader does not take, are run here in the one form in which the
stock backend writes them (Splunk, Search Reference, rex: the groups of an expression become
fields; eval: a field that exists is overwritten), the expressions by PCRE2 itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from siemc.evaluate import Event, OpaqueError, evaluate
from siemc.reading import ReadError
from siemc_backends.splunk import SPL, SPLUNK
from tests.engines.missing import Missing

REX = re.compile(r'rex field=(?P<field>.*?) "(?P<expression>.*)"')
EVAL = re.compile(r'eval (?P<to>.*?)=if\(isnotnull\((?P<of>.*?)\), "true", "false"\)')
GROUP = re.compile(r"\(\?<(?P<name>.*?)>")

Answers = tuple[bool | None, ...] | str
"""For each event whether it is found, ``None`` where that is open; or why the query is refused."""


def answers(query: str, events: Sequence[Event]) -> Answers:
    """What Splunk does with a query by its documentation. Raises ``Missing``."""
    first, *commands = query.split("\n| ")
    if not any(REX.fullmatch(each) for each in commands):
        return _read(query, events)
    if not first:
        return f"The search starts with {commands[0].split(maxsplit=1)[0]}, which brings no events."
    try:
        for command in commands[:-1]:
            events = [_run(command, event) for event in events]
    except ReadError as error:
        return error.message
    return _read(f"{first} | {commands[-1]}", events)


def _read(query: str, events: Sequence[Event]) -> Answers:
    try:
        formulas = [each.formula for each in SPL.read(query, SPLUNK.schema("raw"))]
    except ReadError as error:
        return error.message
    return tuple(_agreed({_found(each, event) for each in formulas}) for event in events)


def _agreed(found: set[bool | None]) -> bool | None:
    return found.pop() if len(found) == 1 else None


def _found(formula: Any, event: Event) -> bool | None:
    try:
        return evaluate(formula, event)
    except OpaqueError:
        return None


def _run(command: str, event: Event) -> Event:
    """The event behind a ``rex`` or ``eval``. Raises ``ReadError``."""
    rex, made = REX.fullmatch(command), EVAL.fullmatch(command)
    if rex is not None:
        return _extracted(rex["field"], rex["expression"], event)
    if made is not None:
        return {**event, made["to"]: ["true" if event.get(made["of"]) else "false"]}
    raise ReadError(f"The command {command.split(maxsplit=1)[0]} is not run.", 0)


def _extracted(field: str, expression: str, event: Event) -> Event:
    """A value that does not match leaves the group's field as it was."""
    if find_spec("pcre2") is None:
        raise Missing("PCRE2 is not installed: pip install '.[engines]'")
    pcre2: Any = import_module("pcre2")
    try:
        pattern = pcre2.compile(expression)
    except pcre2.PatternError as error:
        raise ReadError(f"PCRE2 refuses the expression {expression}: {error}", 0) from None
    group = GROUP.match(expression)
    assert group is not None
    texts = [str(value) for value in event.get(field, ())]
    if any(pattern.search(text) is not None for text in texts):
        return {**event, group["name"]: [texts[0]]}
    return event
