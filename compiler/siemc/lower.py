"""Lowering: a pySigma rule becomes a formula, every modifier resolved into a test here.

The values come from pySigma (its modifiers have been applied); the condition is read by
``siemc.condition``; each leaf keeps the place in the YAML it came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from typing import TYPE_CHECKING

from sigma.conditions import ConditionAND
from sigma.rule import SigmaDetection, SigmaDetectionItem
from sigma.types import (
    CompareOperators,
    Placeholder,
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNull,
    SigmaNumber,
    SigmaQueryExpression,
    SigmaRegularExpression,
    SigmaRegularExpressionFlag,
    SigmaString,
    SigmaTimestampPart,
    SigmaType,
    SpecialChars,
)

from siemc import condition as cond
from siemc.diagnostics import Diagnostic, SiemcError
from siemc.formula import (
    ONE,
    RUN,
    Affix,
    And,
    Atom,
    Cidr,
    Compare,
    CompareOp,
    Equals,
    Exists,
    Formula,
    Glob,
    IsNull,
    Not,
    Opaque,
    Or,
    Origin,
    Regex,
    SameAs,
    Test,
    TimeOp,
    TimePart,
    TimeUnit,
    Wild,
    YamlPath,
    atoms,
    conjunction,
    disjunction,
    glob,
)

if TYPE_CHECKING:
    from siemc.load import LoadedRule

MULTI = SpecialChars.WILDCARD_MULTI
OPS: dict[CompareOperators, CompareOp] = {
    CompareOperators.LT: "<",
    CompareOperators.LTE: "<=",
    CompareOperators.GT: ">",
    CompareOperators.GTE: ">=",
}
AFFIXES: dict[tuple[bool, bool], Affix] = {
    (False, False): "equals",
    (True, False): "startswith",
    (False, True): "endswith",
    (True, True): "contains",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """How detections that a pipeline added compare, and what stands for them.

    A pipeline writes in the target's own terms: where the platform compares with case
    (``cased``), so do the values it adds. ``macro`` replaces the tests on ``macro_fields``.
    """

    cased: bool = False
    macro: str | None = None
    macro_fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lowered:
    """A rule as a formula. ``conditions`` are the rule's conditions one by one, in order."""

    conditions: tuple[Formula, ...]

    @property
    def formula(self) -> Formula:
        """The rule: any of its conditions."""
        return disjunction(self.conditions)


def lower(
    loaded: LoadedRule,
    detections: Mapping[str, SigmaDetection] | None = None,
    conditions: Iterable[str] | None = None,
    scope: Scope | None = None,
) -> Lowered:
    """The formula of a rule, or of what a pipeline made of its detections and conditions.

    Raises ``SiemcError`` where the condition cannot be read or a value has no test.
    """
    own = loaded.rule.detection
    lowering = _Lowering(
        detections if detections is not None else own.detections,
        frozenset(own.detections),
        scope or Scope(),
    )
    texts = own.condition if conditions is None else conditions
    return Lowered(tuple(lowering.condition(text, i) for i, text in enumerate(texts)))


def search(loaded: LoadedRule, name: str) -> Formula:
    """The formula of one of the rule's searches. Raises ``SiemcError`` as ``lower`` does."""
    own = loaded.rule.detection
    return _Lowering(own.detections, frozenset(own.detections), Scope()).identifier(name)


def leaves(loaded: LoadedRule) -> tuple[Origin, ...]:
    """The places of all leaves that the rule's conditions reach, whatever their values."""
    own = loaded.rule.detection
    lowering = _Places(own.detections, frozenset(own.detections), Scope())
    formulas = [lowering.condition(text, i) for i, text in enumerate(own.condition)]
    found = (origin for each in formulas for atom in atoms(each) for origin in atom.origins)
    return tuple(dict.fromkeys(found))


@dataclass
class _Lowering:
    detections: Mapping[str, SigmaDetection]
    own: frozenset[str]
    scope: Scope
    done: dict[str, Formula] = field(default_factory=dict)

    def condition(self, text: str, number: int) -> Formula:
        try:
            parsed = cond.parse(text, self.detections)
        except cond.ConditionError as error:
            raise SiemcError(
                Diagnostic(
                    error.code,
                    error.message,
                    error.hint,
                    place=("detection", "condition", number),
                    column=error.position + 1,
                )
            ) from None
        return self.node(parsed)

    def node(self, node: cond.Condition) -> Formula:
        match node:
            case cond.Name(name):
                return self.identifier(name)
            case cond.AnyOf(names):
                return disjunction(self.identifier(name) for name in names)
            case cond.AllOf(names):
                return conjunction(self.identifier(name) for name in names)
            case cond.Not(item):
                return Not(self.node(item))
            case cond.And(items):
                return And(tuple(self.node(item) for item in items))
            case cond.Or(items):
                return Or(tuple(self.node(item) for item in items))

    def identifier(self, name: str) -> Formula:
        if name not in self.done:
            self.done[name] = self.detection(self.detections[name], name)
        return self.done[name]

    def detection(self, detection: SigmaDetection, name: str) -> Formula:
        parts = [
            self.detection(item, name)
            if isinstance(item, SigmaDetection)
            else self.item(item, name)
            for item in detection.detection_items
        ]
        every = detection.item_linking is ConditionAND
        return conjunction(parts) if every else disjunction(parts)

    def item(self, item: SigmaDetectionItem, name: str) -> Formula:
        path, listed = _place(item, name)
        values: list[SigmaType] = item.value or [SigmaNull()]
        parts = [
            self.value(item.field, value, Origin(name, (*path, i) if listed else path))
            for i, value in enumerate(values)
        ]
        every = item.value_linking is ConditionAND
        formula = conjunction(parts) if every else disjunction(parts)
        return Not(formula) if item.negated else formula

    def value(self, name: str | None, value: SigmaType, origin: Origin) -> Formula:
        if not isinstance(value, SigmaString):  # nearly every value is one
            if isinstance(value, SigmaExpansion):
                return disjunction(self.value(name, each, origin) for each in value.values)
            if isinstance(value, SigmaExists):
                exists = Atom(name, Exists(), (origin,))
                return exists if value.exists else Not(exists)
        if origin.identifier in self.own:
            return Atom(name, _test(name, value, origin), (origin,))
        return self.added(name, value, origin)

    def added(self, name: str | None, value: SigmaType, origin: Origin) -> Formula:
        """A leaf of a detection that a pipeline added: it compares as the platform does."""
        if self.scope.macro and name in self.scope.macro_fields:
            return Atom(None, Opaque(f"`{self.scope.macro}`"), (origin,))
        test = _test(name, value, origin)
        if isinstance(test, Glob) and self.scope.cased:
            test = Glob(test.parts, cased=True)
        return Atom(name, test, (origin,))


class _Places(_Lowering):
    """Lowers to places only: a value that has no test yet, such as a placeholder, has one."""

    def value(self, name: str | None, value: SigmaType, origin: Origin) -> Formula:
        return Atom(name, Exists(), (origin,))


def _place(item: SigmaDetectionItem, name: str) -> tuple[YamlPath, bool]:
    """The item's path in the YAML, and whether its value is a list there."""
    source = item.source
    path = getattr(source, "yaml_path", None)
    if path is None:
        return ("detection", name, item.field or ""), False
    return path, bool(getattr(source, "listed", False))


def _test(name: str | None, value: SigmaType, origin: Origin) -> Test:
    match value:
        case SigmaString():
            return _glob(name, value, origin)
        case SigmaTimestampPart():
            return _time_part(value, "=")
        case SigmaNumber():
            return Equals(value.number) if name else _keyword(str(value.number))
        case SigmaBool():
            return Equals(value.boolean)
        case SigmaNull():
            return IsNull()
        case SigmaRegularExpression():
            return _regex(value, origin)
        case SigmaCIDRExpression():
            network: IPv4Network | IPv6Network = value.network
            return Cidr(network)
        case SigmaCompareExpression():
            return _compare(value)
        case SigmaFieldReference():
            affix = AFFIXES[value.starts_with, value.ends_with]
            return SameAs(value.field, affix)
        case SigmaQueryExpression():
            return Opaque(value.finalize(field=name))
        case _:
            message = f"siemc has no test for a value of the kind {type(value).__name__}."
            raise _broken("SC020", message, "Report this rule to siemc's issue tracker.", origin)


def _keyword(text: str) -> Glob:
    return Glob((Wild.RUN, text, Wild.RUN))


def _glob(name: str | None, value: SigmaString, origin: Origin) -> Glob:
    parts = [part if isinstance(part, str) else _wild(part, origin) for part in value.s]
    if name is None:
        parts = [RUN, *parts, RUN]
    # To ask an abstract class of pySigma's whether a value is its own takes as long as the rest
    cased = type(value) is not SigmaString and isinstance(value, SigmaCasedString)
    return glob(parts, cased)


def _wild(part: SpecialChars | Placeholder, origin: Origin) -> Wild:
    if isinstance(part, Placeholder):
        raise _placeholder(part.name, origin)
    return RUN if part is MULTI else ONE


def _regex(value: SigmaRegularExpression, origin: Origin) -> Regex:
    for part in value.regexp.s:
        if isinstance(part, Placeholder):
            raise _placeholder(part.name, origin)
    flags = value.flags
    return Regex(
        value.regexp.to_plain_regex(),
        ignorecase=SigmaRegularExpressionFlag.IGNORECASE in flags,
        multiline=SigmaRegularExpressionFlag.MULTILINE in flags,
        dotall=SigmaRegularExpressionFlag.DOTALL in flags,
    )


def _compare(value: SigmaCompareExpression) -> Compare | TimePart:
    op = OPS[value.op]
    if isinstance(value.number, SigmaTimestampPart):
        return _time_part(value.number, op)
    return Compare(op, value.number.number)


def _time_part(value: SigmaTimestampPart, op: TimeOp) -> TimePart:
    units: dict[str, TimeUnit] = {
        "minute": "minute",
        "hour": "hour",
        "day": "day",
        "week": "week",
        "month": "month",
        "year": "year",
    }
    return TimePart(units[value.timestamp_part.name.lower()], op, value.number)


def _placeholder(name: str, origin: Origin) -> SiemcError:
    return _broken(
        "SC019",
        f"The placeholder %{name}% has no value.",
        "Give its values in a processing pipeline (value_placeholders) with -p.",
        origin,
    )


def _broken(code: str, message: str, hint: str, origin: Origin) -> SiemcError:
    return SiemcError(Diagnostic(code, message, hint, place=origin.path))
