"""What a check finds: a diagnostic of one rule, and how the text could be mended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from siemc.diagnostics import Diagnostic
from siemc.formula import YamlPath

if TYPE_CHECKING:
    from siemc.load import BrokenRule, LoadedRule


@dataclass(frozen=True, slots=True)
class Fix:
    """One edit of a rule's text: the scalar at ``place`` becomes ``value``, or is taken out."""

    place: YamlPath
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A diagnostic, the rule that it is about, and the edits that together would settle it."""

    diagnostic: Diagnostic
    id: str | None = None
    title: str | None = None
    fixes: tuple[Fix, ...] = ()


def found(
    loaded: LoadedRule,
    code: str,
    message: str,
    hint: str,
    place: YamlPath = (),
    fixes: tuple[Fix, ...] = (),
    document: int | None = None,
) -> Finding:
    """The finding at this place of a rule."""
    number = loaded.document if document is None else document
    said = Diagnostic(code, message, hint, loaded.path, place=place, document=number)
    rule = loaded.rule
    return Finding(said, str(rule.id) if rule.id else None, rule.title or None, fixes)


def of_loading(diagnostic: Diagnostic, about: LoadedRule | BrokenRule | None = None) -> Finding:
    """What the loader said, as a finding."""
    if about is None:
        return Finding(diagnostic)
    rule: Any = getattr(about, "rule", about)
    return Finding(diagnostic, str(rule.id) if rule.id else None, rule.title or None)


def shown(value: object) -> str:
    """A value in a sentence: quoted, and cut where it is long."""
    text = str(value)
    return f"'{text}'" if len(text) <= 80 else f"'{text[:77]}…'"


def written(loaded: LoadedRule, place: YamlPath) -> Any:
    """What stands at a place of the rule's data, or ``None``."""
    data: Any = loaded.data
    for step in place:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data
