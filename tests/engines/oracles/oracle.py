"""What an oracle is: a program that says whether an event matches a Sigma rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.metadata import version
from typing import Any, Protocol

import yaml

from siemc.evaluate import Event, Value
from tests.engines.missing import Missing

Answer = Callable[[Event], bool]
"""Whether the event matches. Raises ``Refused`` where the oracle fails on it."""


class Refused(Exception):  # noqa: N818 - an answer, not a mistake
    """The oracle does not take the rule, or fails on an event; its own words."""


Said = bool | Refused


class Oracle(Protocol):
    """A reading of Sigma."""

    name: str
    version: str

    def read(self, rule: str) -> Answer:
        """The rule of this YAML text. Raises ``Refused``."""
        ...

    def matches(self, rule: str, event: Event) -> bool:
        """Whether the rule of this YAML text matches the event. Raises ``Refused``."""
        ...


def package(module: str, name: str) -> tuple[Any, str]:
    """A module and the version of the package it is in. Raises ``Missing``."""
    try:
        return import_module(module), version(name)
    except ImportError as error:
        raise Missing(
            f"{name} is not installed: pip install '.[engines]' (no module {error.name})"
        ) from error


def data(rule: str) -> Any:
    """The plain data of a YAML text, as the oracles' own loader has it, which is YAML 1.1's.

    Raises ``yaml.YAMLError``.
    """
    # libyaml's scanner where PyYAML was built with it: five times as fast
    return yaml.load(rule, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def one_value(event: Event) -> Mapping[str, Value]:
    """The event as a flat map; no oracle knows fields of several values.

    Raises ``ValueError`` where a field has several.
    """
    if any(len(values) > 1 for values in event.values()):
        raise ValueError(f"a field has several values: {event}")
    return {name: values[0] for name, values in event.items() if values}


def asked(answer: Answer | Refused, event: Event) -> Said:
    """The oracle's answer on an event, or its refusal."""
    if isinstance(answer, Refused):
        return answer
    try:
        return answer(event)
    except Refused as refused:
        return refused


def read(oracle: Oracle, text: str) -> Answer | Refused:
    """How the oracle reads a rule, or its refusal."""
    try:
        return oracle.read(text)
    except Refused as refused:
        return refused
