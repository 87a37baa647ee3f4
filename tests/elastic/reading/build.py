"""Short ways to write mappings, and to ask an engine or the Lucene reader."""

from __future__ import annotations

from siemc.formula import And, Atom, Const, Formula, Glob, Not, Opaque, Or, Wild, glob
from siemc.schema import Dynamic, FieldType, Index, Schema
from siemc_backends.elastic.lucene.parse import read
from siemc_backends.elastic.platform import ELASTIC
from siemc_backends.elastic.reading.engine import Engine, engines

RUN, ONE = Wild.RUN, Wild.ONE
AT = (0, 1)
KEYWORD = FieldType("keyword")
LIMITED = FieldType("keyword", ignore_above=1024)
LOWERCASE = FieldType("keyword", normalizer="lowercase")
MULTI = FieldType(
    "keyword",
    subfields=(
        ("caseless", LOWERCASE),
        ("text", FieldType("match_only_text")),
        ("ip", FieldType("ip")),
    ),
)
ANY = "raw-cased"


def schema(*dynamic: Dynamic, closed: bool = True, **fields: FieldType) -> Schema:
    """A schema of one index; ``a__b`` is the field ``a.b``."""
    named = {name.replace("__", "."): kind for name, kind in fields.items()}
    return Schema("test", "elastic", "A test", (Index("test-*", named, dynamic),), closed=closed)


def engine(kind: FieldType | str) -> Engine:
    """The engine of an index with one field, ``f``."""
    found = FieldType(kind) if isinstance(kind, str) else kind
    made = schema(f=found)
    return Engine(made, made.indices[0])


def reading(text: str, where: str | Schema = ANY) -> Formula:
    """The formula of a Lucene query on an index of one mapping."""
    known = ELASTIC.schema(where) if isinstance(where, str) else where
    (only,) = read(text, known)
    return only.formula


def only_engine(where: Schema) -> Engine:
    """The one engine of a schema with one mapping."""
    ((_, found),) = engines(where, ())
    return found


def eq(field: str, *parts: str | Wild, cased: bool = True) -> Atom:
    """A leaf that is a glob."""
    return Atom(field, glob(parts, cased))


def show(formula: Formula) -> str:
    """A formula in one line: ``a & (b | !c)``, values as globs."""
    match formula:
        case And(items):
            return f"({' & '.join(map(show, items))})"
        case Or(items):
            return f"({' | '.join(map(show, items))})"
        case Not(item):
            return f"!{show(item)}"
        case Const(value):
            return str(value).lower()
        case Atom(field, Glob(parts)):
            values = (part if isinstance(part, str) else part.value for part in parts)
            return f"{field}={''.join(values)}"
        case Atom(field, Opaque(text)):
            return f"{field}?{text}"
        case Atom(field, test):
            return f"{field} {type(test).__name__}"
