"""What an index's dynamic templates make of a field that no event has had yet.

Facts are from Elasticsearch's reference, "Dynamic templates": the first that matches wins;
``match`` is held against the last part of the name, ``path_match`` against all of it; ``*`` stands
for any run of characters, dots too (``DynamicTemplate.match``, ``Regex.simpleMatch``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from siemc.formula import YamlPath
from siemc.schema import Dynamic, FieldType, SchemaError
from siemc_backends.elastic.field_types import copy_targets, field_type, mapping_at, texts_at

ANY = "*"
TEXTS = frozenset({"string"})
NUMBERS = frozenset({"long", "double"})
DETECTED = {"boolean": frozenset({"boolean"}), "date": TEXTS | {"date"}, "date_nanos": TEXTS}
KEYS = frozenset(
    {"match", "unmatch", "path_match", "path_unmatch", "match_pattern"}
    | {"match_mapping_type", "unmatch_mapping_type", "mapping", "runtime"}
)


@dataclass(frozen=True, slots=True)
class Template:
    """One dynamic template. ``kind`` is what it makes; ``by_regex``: its patterns are Java's."""

    kind: FieldType
    unsure: FieldType
    match: tuple[str, ...]
    unmatch: tuple[str, ...]
    path_match: tuple[str, ...]
    path_unmatch: tuple[str, ...]
    of: tuple[str, ...]
    not_of: tuple[str, ...]
    by_regex: bool
    copy_to: tuple[str, ...] = ()

    @property
    def is_everywhere(self) -> bool:
        """Whether it names no place: that it matches a field says nothing of there being one."""
        anywhere = all(ANY in each for each in (self.match or ANY, self.path_match or ANY))
        return anywhere and not self.by_regex

    @property
    def has_exceptions(self) -> bool:
        """Whether it leaves out some names."""
        return bool(self.unmatch or self.path_unmatch)

    def takes(self, types: Collection[str]) -> bool:
        """Whether it is for a value of one of these types, as JSON has them."""
        wanted = not self.of or ANY in self.of or any(each in self.of for each in types)
        return wanted and not all(each in self.not_of or ANY in self.not_of for each in types)

    def matches(self, name: str) -> bool:
        """Whether it matches this name; not to be asked of expressions."""
        last = name.rpartition(".")[2]
        return (
            (not self.match or _any(self.match, last))
            and (not self.path_match or _any(self.path_match, name))
            and not _any(self.unmatch, last)
            and not _any(self.path_unmatch, name)
        )

    def patterns(self) -> tuple[tuple[str, ...], bool]:
        """The patterns of whole names that it matches, and whether it matches no fewer."""
        if self.by_regex:
            return (ANY,), False
        if self.path_match:
            exact = not self.match and not self.has_exceptions
            return tuple(literal(each, "*") for each in self.path_match), exact
        exact = not self.has_exceptions and not any("*" in each for each in self.match)
        names = [literal(each, "*") for each in self.match]
        return tuple(each for name in names for each in (name, f"*.{name}")), exact


def _any(patterns: Iterable[str], text: str) -> bool:
    return any(fnmatchcase(text, literal(each, "*")) for each in patterns)


def literal(text: str, wild: str = "") -> str:
    """A pattern of ``fnmatch`` that stands for this text; what is ``wild`` in it stays so."""
    return "".join(f"[{c}]" if c in "*?[" and c not in wild else c for c in text)


def read_templates(found: Any, place: YamlPath) -> tuple[Template, ...]:
    """The templates of a mapping, in their order. Raises ``SchemaError`` for another shape."""
    at = (*place, "dynamic_templates")
    if found is None:
        return ()
    if not isinstance(found, list):
        raise SchemaError("dynamic_templates is no list", at)
    return tuple(each for i, entry in enumerate(found) for each in _read(entry, (*at, i)))


def _read(entry: Any, place: YamlPath) -> Iterator[Template]:
    for name, spec in mapping_at(entry, place).items():
        at = (*place, name)
        yield _template(name, mapping_at(spec, at), at)


def _template(name: str, spec: Mapping[str, Any], place: YamlPath) -> Template:
    for key in spec:
        if key not in KEYS:
            raise SchemaError(
                f"the dynamic template {name} has the unknown key {key}", (*place, key)
            )
    at = (*place, "mapping")
    mapping = mapping_at(spec.get("mapping", {}), at)
    unsure = FieldType(f"a type left to the dynamic template {name}", searchable=False)
    return Template(
        kind=_made(mapping, at) or unsure,
        unsure=unsure,
        match=texts_at(spec, "match", place),
        unmatch=texts_at(spec, "unmatch", place),
        path_match=texts_at(spec, "path_match", place),
        path_unmatch=texts_at(spec, "path_unmatch", place),
        of=texts_at(spec, "match_mapping_type", place),
        not_of=texts_at(spec, "unmatch_mapping_type", place),
        by_regex=spec.get("match_pattern", "simple") != "simple",
        copy_to=copy_targets(mapping, at),
    )


def _made(mapping: Mapping[str, Any], place: YamlPath) -> FieldType | None:
    """The type that a template makes, where it is the same for every field and value."""
    given = mapping.get("type")
    if not isinstance(given, str) or _has_variable(mapping):
        return None
    if given in {"object", "nested", "passthrough", "alias", "flattened"} or "copy_to" in mapping:
        return None
    return field_type(mapping, place)


def _has_variable(value: Any) -> bool:
    """Whether a text in it has a variable, such as ``{dynamic_type}``."""
    if isinstance(value, dict):
        return any(_has_variable(each) for each in value.values())
    return isinstance(value, str) and "{" in value


def dynamics(templates: Sequence[Template]) -> Iterator[Dynamic]:
    """The templates that put fields of text in a known place.

    One whose names no pattern can say stands for more names, of no certain type. So does whatever
    follows a template that takes all names but some.
    """
    blurred = False
    for each in templates:
        if not each.takes(TEXTS):
            continue
        if each.is_everywhere and not each.has_exceptions:
            return
        if each.is_everywhere:
            blurred = True
            continue
        patterns, exact = each.patterns()
        for pattern in patterns:
            yield Dynamic(pattern, each.kind if exact and not blurred else each.unsure)


def first_match(
    templates: Iterable[Template], name: str, types: Collection[str]
) -> FieldType | None:
    """What the first matching template makes of a field of this name, ``None`` if none matches."""
    for each in templates:
        if each.takes(types):
            if each.by_regex:
                return each.unsure
            if each.matches(name):
                return each.kind
    return None


def json_types(kinds: Iterable[FieldType]) -> frozenset[str]:
    """The types that Elasticsearch detects in values for fields of these types."""
    found = [NUMBERS if kind.is_number else DETECTED.get(kind.type, TEXTS) for kind in kinds]
    return frozenset().union(*found)
