"""What an index keeps of an event: the precise meaning of an assumption about its values.

A reading that names an assumption is held to it thus: where the engine and the reading part, the
event is rewritten to what the index holds, as that assumption says, and on that they must agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from ipaddress import ip_address
from itertools import product

from siemc.evaluate import Event, Value, text_of
from siemc.folding import fold, odd_lower
from siemc.reading import Reading
from siemc.schema import FieldType, Index
from siemc_backends.elastic.reading.values import java_length

Keep = Callable[[FieldType, Value], Sequence[Value]]


def too_long(kind: FieldType, value: Value) -> Sequence[Value]:
    """SA01: no longer value is indexed ("ignore_above")."""
    limit = kind.ignore_above
    return [value] if limit is None or java_length(text_of(value)) <= limit else []


def address(kind: FieldType, value: Value) -> Sequence[Value]:
    """SA10: an address has one form, and IPv4 in IPv6 is IPv4 ("IP field type")."""
    if kind.type != "ip":
        return [value]
    found = ip_address(str(value))
    return [str(getattr(found, "ipv4_mapped", None) or found)]


def number(kind: FieldType, value: Value) -> Sequence[Value]:
    """SA12: a number or truth value is kept as that ("Numeric", "Boolean field type").

    ``coerce``: text is read as a number, an empty one is none, and of a whole number's decimals
    nothing is kept. An empty text is false.
    """
    if kind.type == "boolean":
        return [value in {True, "true"}]
    if not kind.is_number:
        return [value]
    if isinstance(value, str):
        if not value.strip():
            return []
        with suppress(ValueError):
            return [_whole(kind, int(value))]
    found = value if isinstance(value, int | float) else float(str(value))
    return [_whole(kind, found)]


def _whole(kind: FieldType, value: float) -> Value:
    if kind.type in {"long", "integer"}:
        return int(value)
    return float(value)


def lowered(kind: FieldType, value: Value) -> Sequence[Value]:
    """SA02: the normalizer changes letters that the pinned case table does not.

    They are changed in the values of each field with a lowercase normalizer, be it a multi-field's.
    """
    kinds = (kind, *(sub for _, sub in kind.subfields))
    if not isinstance(value, str) or all(each.normalizer is None for each in kinds):
        return [value]
    return [value.translate(odd_lower())]


def folded(kind: FieldType, value: Value) -> Sequence[Value]:
    """SA02: a query without case takes letters for one that the pinned case table parts.

    Lucene 10 goes by Unicode's simple case folding (``CaseFolding``), as ``str.casefold`` does
    where it gives one letter.
    """
    if not isinstance(value, str) or value.isascii():
        return [value]
    cased = (char.casefold() for char in value)
    pairs = zip(value, cased, strict=True)
    return ["".join(low if len(low) == 1 and low != fold(char) else char for char, low in pairs)]


KEEPS: Mapping[str, Keep] = {"SA02": lowered, "SA01": too_long, "SA10": address, "SA12": number}
ONE_VALUE = "SA13"


def excuses(reading: Reading, index: Index, event: Event) -> Iterator[tuple[str, Event]]:
    """Each way in which the event is outside of what the reading assumes, and what is kept of it.

    All of them together come last, and after them that a field has one value.
    """
    codes = [code for code in KEEPS if code in reading.assumptions]
    if "SA02" in codes:
        yield "SA02", _kept(index, event, [folded])
    for code in codes:
        yield code, _kept(index, event, [KEEPS[code]])
    whole = _kept(index, event, [KEEPS[code] for code in codes])
    if len(codes) > 1:
        yield "+".join(codes), whole
    if ONE_VALUE in reading.assumptions:
        for single in _one_value(reading, whole):
            yield ONE_VALUE, single


def _kept(index: Index, event: Event, keeps: Sequence[Keep]) -> Event:
    found = dict(event)
    for keep in keeps:
        for name, values in found.items():
            found[name] = [each for v in values for each in keep(index.fields[name], v)]
    return found


def _one_value(reading: Reading, event: Event) -> Iterator[Event]:
    """SA13: the event with but one of the values of each field that is taken to have one."""
    names = [name for name in reading.single if len(event.get(name, ())) > 1]
    for chosen in product(*(event[name] for name in names)):
        yield {**event, **{name: [value] for name, value in zip(names, chosen, strict=True)}}
