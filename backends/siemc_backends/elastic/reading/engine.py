"""What Elasticsearch does with one leaf of a query, on one mapping.

Written from Elasticsearch's documentation and its ``MappedFieldType`` classes, apart from the
emitters. Facts are named by the page of the reference or by the class that says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from siemc.formula import (
    FALSE,
    RUN,
    Atom,
    Compare,
    CompareOp,
    Equals,
    Exists,
    Formula,
    Glob,
    GlobPart,
    Opaque,
    Regex,
    Test,
    conjunction,
    disjunction,
    glob,
)
from siemc.reading import ReadError, Reading, place
from siemc.schema import FieldType, Index, Schema
from siemc_backends.elastic.reading import regexp, values
from siemc_backends.elastic.reading.fields import Found, children, find, is_nested, may_grow

At = tuple[int, int]

TOO_LONG, FOLDS, ONE_TYPE, ADDRESSES = "SA01", "SA02", "SA03", "SA10"
VERSION = "SA08"
ONE_FORM = "SA12"  # a number or truth value is written in one text form
NO_OTHERS = "SA16"  # a field that the schema does not list has no values
ONE_VALUE = "SA13"  # a field that two bounds are asked of has one value


class FormatError(ReadError):
    """Elasticsearch refuses the value on a field of this type; a lenient search finds nothing."""


class Engine:
    """Reads leaves for the indices of one mapping; what that rests on goes to ``assumptions``."""

    def __init__(self, schema: Schema, index: Index) -> None:
        self.schema = schema
        self.index = index
        self.assumptions: set[str] = set()
        self.single: set[str] = set()
        self.unlisted: dict[str, At] = {}
        self._found: dict[tuple[str, bool], Found | None] = {}

    def reading(self, formula: Formula, patterns: Iterable[str]) -> Reading:
        """What was read, with all that it rests on."""
        codes = tuple(sorted(self.assumptions))
        return Reading(formula, tuple(patterns), codes, frozenset(self.single), self.unlisted)

    def term(self, field: str, text: str, at: At, caseless: bool = False) -> Formula:
        """A ``term`` query: the value is this text (or number, truth value, address, network)."""
        return self._value("term", field, text, at, caseless)

    def words(self, field: str, text: str, at: At) -> Formula:
        """A ``match`` query: as ``term``, but for the words of a field of analysed text."""
        return self._value("match", field, text, at, False)

    def phrase(self, field: str, text: str, at: At) -> Formula:
        """A ``match_phrase`` query: as ``term``, but for the words of a field of analysed text."""
        return self._value("match_phrase", field, text, at, False)

    def wildcard(
        self, field: str, parts: Iterable[GlobPart], at: At, caseless: bool = False
    ) -> Formula:
        """A ``prefix`` query, or a ``wildcard`` query without escaped letters: see ``pattern``."""
        shown = glob(parts)
        found = self._field(field, False, at)
        if found is None:
            return FALSE
        if not found.kind.is_term:
            return self._other("wildcard", found, field, values.show(shown.parts), at)
        if found.kind.type == "constant_keyword":
            # ConstantFieldType matches by Regex.simpleMatch: only `*` is special, nothing escapes
            if any(part is not RUN and ("*" in text_of(part)) for part in shown.parts):
                return self._opaque(found, f"wildcard {field}: {values.show(shown.parts)}", at)
        elif found.kind.type == "wildcard" and values.is_taken_for_exists(shown.parts):
            return self._positive(found, Exists(), at)
        return self._glob(found, field, shown.parts, at, caseless)

    def pattern(self, field: str, text: str, at: At, caseless: bool = False) -> Formula:
        r"""A ``wildcard`` query by its text: ``*``, ``?`` and escapes by ``\``.

        An escaped letter is not folded by ``case_insensitive``
        (``AutomatonQueries.toCaseInsensitiveWildcardAutomaton``). The normalizer lower-cases it
        from 9.5 on (elastic/elasticsearch#153582, ``StringFieldType.normalizeWildcardPattern``);
        before, a pattern with a capital letter escaped found nothing. An empty pattern finds
        nothing, not the empty text: ``WildcardQuery`` makes an automaton of no parts of it.
        """
        parts, escaped = values.pattern(text)
        if parts and not escaped:
            return self.wildcard(field, parts, at, caseless)
        found = self._field(field, False, at)
        if found is None or (not parts and found.kind.is_term):
            return FALSE
        if not parts:
            return self._other("wildcard", found, field, text, at)
        if found.kind.is_term and found.kind.normalizer == "lowercase":
            if all(values.lower(letter) == letter for letter in escaped):
                return self.wildcard(field, parts, at, caseless)
            return self._opaque(found, f"wildcard {field}: {text}", at)
        if caseless or found.kind.type == "constant_keyword":
            return self._opaque(found, f"wildcard {field}: {text}", at)
        return self.wildcard(field, parts, at, caseless)

    def regexp(self, field: str, text: str, at: At, caseless: bool = False) -> Formula:
        """A ``regexp`` query in Lucene's dialect, over the whole value.

        Raises ``ReadError`` for an expression that Lucene refuses, whatever the field.
        """
        found = self._field(field, False, at)
        lowered = found is not None and found.kind.normalizer == "lowercase"
        test = regexp.read(text, caseless, lowered, at)
        if found is None:
            return FALSE
        if not found.kind.is_term:
            return self._other("regexp", found, field, text, at)
        if test is None or (text == "" and found.kind.type == "wildcard"):
            return FALSE  # WildcardFieldType.regexpQuery: an empty expression finds nothing
        if caseless:
            self.assumptions.add(FOLDS)
        if isinstance(test, Opaque) or found.kind.normalizer not in {None, "lowercase"}:
            return self._opaque(found, f"regexp {field}: {text}", at)
        return self._positive(found, test, at)

    def exists(self, field: str, at: At) -> Formula:
        """An ``exists`` query; an object has a value where some field below it has one."""
        found = self._field(field, False, at)
        if found is not None and found.kind.type != "object":
            plain = found.kind.searchable and (found.name == field or found.kind.type != "ip")
            if plain and not is_nested(self.index, found.name):
                if found.kind.is_number:
                    # NumberFieldMapper: with ``coerce``, the default, an empty text is no number
                    self.assumptions.add(ONE_FORM)
                return self._positive(found, Exists(), at)
            return self._opaque(found, f"exists {field}", at)
        if is_nested(self.index, field) or may_grow(self.index, field):
            return self._opaque(Found(field, FieldType("object")), f"exists {field}", at)
        return disjunction(
            self.exists(each, at)
            for each in children(self.index, field)
            if self.index.fields[each].type != "object"
        )

    def range(self, field: str, op: CompareOp, text: str, at: At) -> Formula:
        """One bound of a ``range`` query."""
        found = self._field(field, False, at)
        if found is None:
            return FALSE
        if not found.kind.is_number or not self._plain(found):
            self._check_bound(found, text, at)
            return self._opaque(found, f"range {field} {op} {text}", at)
        number = values.number(text)
        if number is None:
            raise FormatError(f"{values.quoted(text)} is not a number, as {field} is.", *at)
        self.assumptions.add(ONE_FORM)
        return self._positive(found, Compare(op, number), at)

    def between(self, field: str, bounds: Iterable[tuple[CompareOp, str]], at: At) -> Formula:
        """A ``range`` query of any number of bounds, which one value must meet.

        A formula can only ask each bound of some value: two need the field to have one value.
        """
        asked = tuple(bounds)
        if not asked:
            # QueryStringQueryParser.getRangeQuery looks for the field, which an object is not
            return FALSE if self.is_object(field) else self.exists(field, at)
        if len(asked) == 1:
            return self.range(field, *asked[0], at)
        found = self._field(field, False, at)
        if found is None:
            return FALSE
        if not found.kind.is_number or not self._plain(found):
            for _, bound in asked:
                self._check_bound(found, bound, at)
            text = " ".join(f"{op} {text}" for op, text in asked)
            return self._opaque(found, f"range {field} {text}", at)
        ends = {op: values.number(text) for op, text in asked}
        if set(ends) == {"<=", ">="} and ends["<="] == ends[">="] is not None:
            return self.term(field, asked[0][1], at)
        self.assumptions.add(ONE_VALUE)
        self.single.add(found.name)
        return conjunction(self.range(field, *bound, at) for bound in asked)

    def _check_bound(self, found: Found, text: str, at: At) -> None:
        """Raise ``FormatError`` for a bound that the field's type refuses, be it opaque or not.

        ``IpFieldMapper.rangeQuery`` takes addresses and no networks,
        ``BooleanFieldMapper.rangeQuery`` the two words. What a date may be is for its format to
        say, which no schema holds.
        """
        kind = found.kind.type
        is_address = "/" not in text and bool(values.address(text))
        if (kind == "ip" and not is_address) or (
            kind == "boolean" and text not in {"true", "false"}
        ):
            raise FormatError(f"{values.quoted(text)} is no bound of a {kind} field.", *at)

    def is_text(self, field: str) -> bool:
        """Whether the field's values are analysed into words."""
        found = self._field(field, False, None)
        return found is not None and found.kind.is_text

    def is_object(self, field: str) -> bool:
        """Whether the name is no field, but that of an object that holds fields."""
        found = self._field(field, False, None)
        if found is None:
            return bool(children(self.index, field))
        return found.kind.type == "object"

    def opaque(self, query: str, field: str, text: str, at: At) -> Formula:
        """A query that no test of a formula can say, such as ``fuzzy``."""
        found = self._field(field, False, at)
        return FALSE if found is None else self._other(query, found, field, text, at)

    def _field(self, field: str, network: bool, at: At | None) -> Found | None:
        """The field of this name; one that a closed schema lacks is found nowhere.

        ``at`` is where it is tested, ``None`` where it is only asked about.
        """
        key = field, network
        try:
            found = self._found[key]
        except KeyError:
            found = self._found[key] = find(self.index, field, network)
        if found is None and not self.schema.closed:
            return Found(field, FieldType("unknown", searchable=False))
        if found is None and at is not None and not self.schema.has(field):
            self.assumptions.add(NO_OTHERS)
            self.unlisted.setdefault(field, at)
        return found

    def _value(self, query: str, field: str, text: str, at: At, caseless: bool) -> Formula:
        found = self._field(field, "/" in text, at)
        if found is None:
            return FALSE
        kind = found.kind
        if kind.type == "constant_keyword":
            # ConstantFieldType.termQuery takes a `*` in the term for a wildcard (Regex.simpleMatch)
            return self._glob(found, field, values.simple(text), at, caseless)
        if kind.is_term:
            return self._glob(found, field, (text,) if text else (), at, caseless)
        if kind.type == "ip" or kind.is_number or kind.type in {"boolean", "date", "date_nanos"}:
            if caseless:
                message = f"A {kind.type} field takes no query without case."
                raise FormatError(message, *at)
            if self._plain(found) and not kind.type.startswith("date"):
                return self._scalar(found, field, text, at)
        return self._opaque(found, f"{query} {field}: {text}", at)

    def _scalar(self, found: Found, field: str, text: str, at: At) -> Formula:
        """A term of a number, truth value or address."""
        kind = found.kind
        tests: tuple[Test, ...] = ()
        if kind.type == "ip":
            tests = values.address(text)
            self.assumptions.add(ADDRESSES)
        elif kind.type == "boolean":
            # BooleanFieldType.indexedValueForSearch: these two words and no other
            tests = (Equals(text == "true"),) if text in {"true", "false"} else ()
            self.assumptions.add(ONE_FORM)
        else:
            number = values.number(text)
            tests = () if number is None else (Equals(number),)
            self.assumptions.add(ONE_FORM)
            whole = "float" not in kind.type and kind.type != "double"
            if whole and isinstance(number, float):
                return FALSE  # NumberFieldMapper: no whole number has a decimal part
        if not tests:
            raise FormatError(f"{values.quoted(text)} is no value of a {kind.type} field.", *at)
        return disjunction(self._positive(found, test, at) for test in tests)

    def _glob(
        self, found: Found, field: str, parts: tuple[GlobPart, ...], at: At, caseless: bool
    ) -> Formula:
        if found.kind.normalizer == "lowercase":
            self.assumptions.add(FOLDS)
            lowered = tuple(values.lower(part) if isinstance(part, str) else part for part in parts)
            return self._positive(found, values.simplest(Glob(lowered)), at)
        if found.kind.normalizer is not None:
            return self._opaque(found, f"wildcard {field}: {values.show(parts)}", at)
        if not caseless:
            return self._positive(found, values.simplest(Glob(parts, True)), at)
        # Lucene 10 folds more than the documented ASCII letters: all others, the Kelvin sign too
        self.assumptions.add(FOLDS)
        test = regexp.ascii_folded(parts)
        if isinstance(test, Regex):
            self.assumptions.add(VERSION)
        return self._positive(found, test, at)

    def _other(self, query: str, found: Found, field: str, text: str, at: At) -> Formula:
        """A wildcard or an expression on a field whose values are not terms.

        ``MappedFieldType`` refuses both, but for analysed text and what is built of keywords.
        """
        kind = found.kind
        if kind.is_number or kind.type in {"ip", "boolean", "date", "date_nanos"}:
            message = f"Elasticsearch takes no {query} query on {field}: it is of type {kind.type}."
            raise FormatError(message, *at)
        return self._opaque(found, f"{query} {field}: {text}", at)

    def _plain(self, found: Found) -> bool:
        return found.kind.searchable and not is_nested(self.index, found.name)

    def _positive(self, found: Found, test: Test, at: At) -> Formula:
        kind = found.kind
        if not self._plain(found):
            # without an index a keyword may still be searched by its doc values, or refused
            return self._opaque(found, f"{type(test).__name__} {test}", at)
        if kind.ignore_above is not None:
            self.assumptions.add(TOO_LONG)
        if kind.normalizer == "lowercase" and not isinstance(test, Exists):
            self.assumptions.add(FOLDS)
        if not self.schema.closed:
            self.assumptions.add(ONE_TYPE)
        return Atom(found.name, test, place(*at))

    def _opaque(self, found: Found, text: str, at: At) -> Formula:
        return Atom(found.name, Opaque(text), place(*at))


def text_of(part: GlobPart) -> str:
    """The text of a literal part."""
    return part if isinstance(part, str) else part.value


def engines(schema: Schema, fields: Iterable[str]) -> Iterator[tuple[tuple[str, ...], Engine]]:
    """One engine for each distinct mapping of these fields, with the patterns of its indices."""
    if len(schema.indices) == 1:
        yield schema.patterns, Engine(schema, schema.indices[0])
        return
    wanted = tuple(dict.fromkeys(fields))
    groups: dict[object, list[Index]] = {}
    for index in schema.indices:
        key = tuple(_key(index, name) for name in wanted)
        groups.setdefault(key, []).append(index)
    for members in groups.values():
        yield tuple(index.pattern for index in members), Engine(schema, members[0])


def _key(index: Index, name: str) -> object:
    """What of the index decides a leaf on this name."""
    found = find(index, name)
    if found is not None and found.kind.type != "object":
        return found, is_nested(index, name) if "." in name else False
    below = children(index, name)
    return found, tuple((each, index.fields[each]) for each in below)
