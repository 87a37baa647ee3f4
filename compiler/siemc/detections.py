"""Detections: pySigma's objects for the searches of a rule, each item with its place.

pySigma makes the values; what its versions make differently (encodings, large numbers, odd
combinations that end in a bare exception) is settled here, and every error names its place.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from ipaddress import ip_network
from typing import Any

from sigma.conditions import ConditionAND
from sigma.exceptions import SigmaError
from sigma.modifiers import (
    SigmaAllModifier,
    SigmaModifier,
    SigmaNegateModifier,
    SigmaWideModifier,
    modifier_mapping,
)
from sigma.rule import SigmaDetection, SigmaDetectionItem
from sigma.types import (
    SigmaCasedString,
    SigmaExpansion,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaRegularExpressionFlag,
    SigmaString,
    SigmaType,
    sigma_type,
)

from siemc.diagnostics import Diagnostic, did_you_mean
from siemc.encode import (
    AFFIXES,
    ENCODING,
    EncodeError,
    affixed,
    encode,
    placeholders,
    string,
)
from siemc.formula import YamlPath
from siemc.regex.errors import RegexError, RegexUnsupported
from siemc.yamlio import Place

# What pySigma lets through on data it did not foresee.
SLIPS = (TypeError, ValueError, AttributeError, KeyError, IndexError, OverflowError, RecursionError)

FLAGS = frozenset({"i", "m", "s", "ignorecase", "multiline", "dotall"})
TIME_PARTS = frozenset({"minute", "hour", "day", "week", "month", "year"})
COMPARISONS = frozenset({"lt", "lte", "gt", "gte"})
TEXT = frozenset({*ENCODING, *AFFIXES, "re", "cased", "cidr", "fieldref"})
NUMBERS = COMPARISONS | TIME_PARTS
NEEDS_FIELD = NUMBERS | {"exists", "cidr", "fieldref"}
# Modifiers the others may stand beside; anything else beside re, cidr and exists has no meaning.
BESIDE = {
    "re": FLAGS | {"all", "neq", "expand", "contains"},
    "cidr": frozenset({"all", "neq"}),
    "exists": frozenset({"all", "neq"}),
    "fieldref": frozenset({"all", "neq", *AFFIXES}),
}
ANY_TEXT = frozenset({*ENCODING, *AFFIXES, *FLAGS, "re", "cased", "fieldref", "all", "neq"})
ENCODED_BESIDE = ENCODING | set(AFFIXES) | {"all", "neq", "cased"}


@cache
def modifiers() -> Mapping[str, type[SigmaModifier[Any, Any]]]:
    """Every modifier by name: pySigma's, and the specification's ``utf16le``."""
    return {"utf16le": SigmaWideModifier, **modifier_mapping}


@cache
def pysigma_policy() -> dict[str, Any]:
    """What tells pySigma 2 to compile expressions by Python's ``re``, as pySigma 1 does."""
    try:
        profiles = import_module("sigma.policy.profiles")
    except ImportError:
        return {}
    return {"policy": profiles.TrustedPolicy}


@dataclass
class Builder:
    """Makes the searches of one document; what is wrong gathers in ``problems``."""

    file: Any
    document_of: Callable[[YamlPath], int]
    problems: list[Diagnostic] = field(default_factory=list)

    def report(self, code: str, message: str, hint: str, path: YamlPath) -> None:
        """Note what is wrong at this place."""
        document = self.document_of(path)
        found = Diagnostic(code, message, hint, place=path, document=document)
        self.problems.append(found)

    def place(self, path: YamlPath, listed: bool) -> Place:
        """The place of an item in the search that the path leads through."""
        return Place(
            self.file,
            identifier=str(path[1]),
            yaml_path=path,
            listed=listed,
            document=self.document_of(path),
        )

    def detection(self, definition: Any, path: YamlPath) -> SigmaDetection | None:
        """The search written at ``path``, or ``None`` if something is wrong with it."""
        if definition is None or definition in ({}, []):
            self.report("SC012", "This search is empty.", "Give it a field and a value.", path)
            return None
        items: list[SigmaDetectionItem | SigmaDetection | None]
        if isinstance(definition, Mapping):
            items = [self._entry(key, value, path) for key, value in definition.items()]
        elif isinstance(definition, list) and any(isinstance(x, (dict, list)) for x in definition):
            items = [self.detection(each, (*path, i)) for i, each in enumerate(definition)]
        else:
            items = [self.item(None, definition, path)]
        whole = [item for item in items if item is not None]
        return SigmaDetection(whole) if len(whole) == len(items) else None

    def _entry(self, key: Any, value: Any, path: YamlPath) -> SigmaDetectionItem | None:
        if not isinstance(key, str):
            shown = "null" if key is None else str(key)
            message = f"The key {shown} is not text."
            self.report("SC007", message, "Put the key in quotes.", (*path, shown))
            return None
        return self.item(key, value, (*path, key))

    def item(self, key: str | None, value: Any, path: YamlPath) -> SigmaDetectionItem | None:
        """One field and its values; ``key`` is ``None`` for keywords."""
        name, *words = (key or "").split("|")
        chain = tuple(words)
        values = value if isinstance(value, list) else [value]
        before = len(self.problems)
        self._check(name, chain, values, path, isinstance(value, list))
        if len(self.problems) > before:
            return None
        place = self.place(path, isinstance(value, list))
        try:
            return _item(name or None, chain, values, place)
        except (SigmaError, EncodeError, *SLIPS):
            self._blame(name, chain, values, path, place)
            return None

    def _check(
        self, name: str, chain: tuple[str, ...], values: list[Any], path: YamlPath, listed: bool
    ) -> None:
        """Report what is wrong before pySigma sees it."""
        if unknown := [each for each in chain if each not in modifiers()]:
            self._unknown(unknown[0], path)
            return
        if clash := _clash(chain):
            self.report("SC018", *clash, path)
            return
        if not name and (needy := [each for each in chain if each in NEEDS_FIELD]):
            message = f"'{needy[0]}' needs a field to look at."
            self.report("SC018", message, "Write the field's name before it.", path)
            return
        if not values:
            hint = "Give it a value, or remove the key."
            self.report("SC021", "The list has no values.", hint, path)
        if ANY_TEXT.issuperset(chain) and all(isinstance(value, str) for value in values):
            return
        for i, value in enumerate(values):
            if wrong := _wrong(name, chain, value):
                self.report(*wrong, (*path, i) if listed else path)

    def _unknown(self, modifier: str, path: YamlPath) -> None:
        near = did_you_mean(modifier, modifiers())
        hint = near.strip() or "The modifiers are listed in the Sigma specification."
        self.report("SC017", f"The modifier '{modifier}' is unknown.", hint, path)

    def _blame(
        self, name: str, chain: tuple[str, ...], values: list[Any], path: YamlPath, place: Place
    ) -> None:
        """Report the values that fail when each is tried alone."""
        for i, value in enumerate(values):
            try:
                _item(name or None, chain, [value], place)
            except (SigmaError, EncodeError, *SLIPS) as error:
                at = (*path, i) if place.listed else path
                self.report(*_explained(error, value), at)


@cache
def _clash(chain: tuple[str, ...]) -> tuple[str, str] | None:
    """Modifiers that cannot stand together: what is wrong, and what to do."""
    for modifier, allowed in BESIDE.items():
        if modifier not in chain:
            continue
        for other in chain:
            if other == modifier or other in allowed:
                continue
            return f"'{other}' cannot be combined with '{modifier}'.", _clash_hint(modifier, other)
        if modifier == "re" and chain[0] != "re":
            return f"'{chain[0]}' stands before 're'.", "Put re first: it takes the value as is."
    for flag in FLAGS.intersection(chain):
        if "re" not in chain:
            return f"'{flag}' is a flag of 're', which is not there.", "Write re before it."
    return _encoded_clash(chain)


def _clash_hint(modifier: str, other: str) -> str:
    if modifier == "re" and other in AFFIXES:
        return "re searches anywhere in the value: anchor it with ^ or $ instead."
    if modifier == "re" and other == "cased":
        return "re compares with case unless the flag i is there: leave cased out."
    return f"Leave '{other}' out."


def _encoded_clash(chain: tuple[str, ...]) -> tuple[str, str] | None:
    encodings = [each for each in chain if each in ENCODING and each != "expand"]
    for other in chain if encodings else ():
        if other not in ENCODED_BESIDE:
            return f"'{other}' cannot be combined with '{encodings[0]}'.", f"Leave '{other}' out."
    kinds = TIME_PARTS | COMPARISONS
    for other in chain if kinds.intersection(chain) else ():
        if other not in kinds | {"all", "neq"}:
            known = next(each for each in chain if each in kinds)
            return f"'{other}' cannot be combined with '{known}'.", f"Leave '{other}' out."
    return None


def _wrong(name: str, chain: tuple[str, ...], value: Any) -> tuple[str, str, str] | None:
    """The code, message and hint for a value that its modifiers cannot take."""
    if not isinstance(value, (str, int, float, type(None))):
        kind = "map" if isinstance(value, Mapping) else "list"
        hint = "A value is text, a number, true, false or null."
        return "SC021", f"A {kind} stands where a value belongs.", hint
    if value is None and not name:
        return "SC021", "A keyword is null.", "Give the search a text to look for."
    if isinstance(value, bool) and not name:
        return "SC021", "A keyword is true or false, not text.", "Put it in quotes."
    if isinstance(value, float) and value - value != 0:
        return "SC021", f"The number {value} is not finite.", "Put it in quotes to make it text."
    return _misfit(chain, value)


def _misfit(chain: tuple[str, ...], value: Any) -> tuple[str, str, str] | None:
    for modifier in chain:
        if modifier in TEXT and not isinstance(value, str):
            shown = "null" if value is None else str(value).lower()
            hint = "Put the value in quotes." if value is not None else "Leave the modifier out."
            return "SC018", f"'{modifier}' takes text, and {shown} is none.", hint
        if modifier in NUMBERS and (isinstance(value, (bool, str)) or value is None):
            hint = "Write a number without quotes."
            return "SC018", f"'{modifier}' takes a number, and '{value}' is none.", hint
        if modifier in TIME_PARTS and value != int(value):
            return "SC018", f"'{modifier}' takes a whole number.", "Write a whole number."
        if modifier == "exists" and not isinstance(value, bool):
            hint = "Write true or false without quotes."
            return "SC018", f"'exists' takes true or false, and '{value}' is neither.", hint
        if modifier == "cidr":
            return _bad_network(value)
    return None


def _bad_network(value: str) -> tuple[str, str, str] | None:
    try:
        ip_network(value)
    except ValueError:
        pass
    else:
        return None
    try:
        hint = f"Did you mean {ip_network(value, strict=False)}?"
        return "SC023", f"The network '{value}' has host bits set.", hint
    except ValueError:
        hint = "Write it as 10.0.0.0/8 or fe80::/10."
        return "SC023", f"'{value}' is not a network.", hint


def _explained(error: Exception, value: Any) -> tuple[str, str, str]:
    """The code, message and hint for what pySigma or the encoder said."""
    if isinstance(error, EncodeError):
        return "SC018", error.message, error.hint
    if isinstance(error, RegexError):
        said = str(error).rstrip(".")
        return "SC022", f"The regular expression is wrong: {said}.", "Correct the expression."
    said = str(error.args[0]) if error.args else type(error).__name__
    return "SC018", f"pySigma refuses the value: {said.rstrip('.')}.", "Correct the value."


def _item(
    name: str | None, chain: tuple[str, ...], values: list[Any], place: Place
) -> SigmaDetectionItem:
    """pySigma's item; raises whatever pySigma or the encoder raises."""
    if ENCODED_BESIDE.issuperset(chain):
        return _texts(name, chain, values, place)
    if "re" in chain:
        return _expression(name, chain, values, place)
    if "fieldref" in chain:
        chain = ("fieldref", *(each for each in chain if each != "fieldref"))
    item = _plain(name, chain, values, place)
    for made, value in zip(item.value, values, strict=True):
        _exact_number(made, value)
    return item


def _plain(
    name: str | None, chain: tuple[str, ...], values: list[Any], place: Place
) -> SigmaDetectionItem:
    key = "|".join((name or "", *chain)) if name or chain else None
    return SigmaDetectionItem.from_mapping(key, values, place, **pysigma_policy())


def _exact_number(made: SigmaType, value: Any) -> SigmaType:
    """Undo pySigma's detour by a float, which rounds whole numbers beyond 2**53."""
    inner = getattr(made, "number", None)
    number = inner if isinstance(inner, SigmaNumber) else made
    if isinstance(number, SigmaNumber) and isinstance(value, int):
        number.number = int(value)
    return made


def _expression(
    name: str | None, chain: tuple[str, ...], values: list[Any], place: Place
) -> SigmaDetectionItem:
    """A regular expression: ``contains`` adds nothing, since it is sought anywhere already.

    Sigma's expressions are PCRE's, and pySigma would have Python compile them: it is given
    stand-ins, and what was written is judged by ``siemc.regex``.
    """
    kept = tuple(each for each in chain if each not in ("contains", "expand"))
    item = _plain(name, kept, [""] * len(values), place)
    for made, source in zip(item.value, values, strict=True):
        assert isinstance(made, SigmaRegularExpression)
        made.regexp = SigmaString(source, escape=False)
        if "expand" in chain:
            made.regexp = placeholders(made.regexp)
        else:
            _judge(source, made.flags)
    item.original_value = [SigmaString.from_str(source) for source in values]
    if "expand" in chain:
        item.modifiers.append(modifiers()["expand"])
    return item


def _judge(source: str, flags: Collection[SigmaRegularExpressionFlag]) -> None:
    """Raise ``RegexError`` for an expression that is wrong.

    One that is beyond a regular language, such as look-ahead, is some target's to say; of those
    Python at least tells a bracket that is missing.
    """
    from siemc.regex import parse  # most rules have no expression to read

    names = {flag.name.lower() for flag in flags}
    try:
        parse(source, **{name: name in names for name in ("ignorecase", "multiline", "dotall")})
    except RegexUnsupported:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                re.compile(source)
            except re.error as error:
                if "missing )" in str(error) or "unbalanced" in str(error):
                    raise RegexError(error.msg, error.pos or 0) from None
            except (RecursionError, OverflowError) as error:
                raise RegexError("it is nested too deeply, or counts too far", 0) from error


def _texts(
    name: str | None, chain: tuple[str, ...], values: list[Any], place: Place
) -> SigmaDetectionItem:
    """An item whose modifiers are applied here; one value stays one value, with its variants."""
    classes = [modifiers()[each] for each in chain]
    originals = [_original(value) for value in values]
    item = SigmaDetectionItem(
        name, classes, originals, source=place, auto_modifiers=False, **pysigma_policy()
    )
    if chain:
        cased = "cased" in chain
        item.value = [
            _variants(_encoded(value, original, chain), cased)
            if isinstance(original, SigmaString)
            else original
            for value, original in zip(values, originals, strict=True)
        ]
    if SigmaAllModifier in classes:
        item.value_linking = ConditionAND
    item.negated = SigmaNegateModifier in classes
    return item


def _original(value: Any) -> SigmaType:
    return string(value) if isinstance(value, str) else _exact_number(sigma_type(value), value)


def _encoded(value: str, original: SigmaString, chain: tuple[str, ...]) -> list[SigmaString]:
    """What the modifiers make of a value; without an encoding, from what was read of it already."""
    return [affixed(original, chain)] if ENCODING.isdisjoint(chain) else encode(value, chain)


def _variants(strings: list[SigmaString], cased: bool) -> SigmaType:
    made: list[SigmaType] = [
        SigmaCasedString.from_sigma_string(each) if cased else each for each in strings
    ]
    return made[0] if len(made) == 1 else SigmaExpansion(made)
