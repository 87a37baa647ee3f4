"""What a name in a query is: one field that events hold, and where wildcards differ by its type."""

from __future__ import annotations

from siemc.formula import Formula
from siemc.reading import ReadError
from siemc_backends.elastic.reading.engine import At, Engine
from siemc_backends.elastic.reading.fields import find

# Elasticsearch Guide, "Metadata fields": no mapping lists them and every document has them.
METADATA = frozenset({"_index", "_id", "_tier", "_routing", "_ignored", "_source", "_field_names"})
METADATA |= {"_doc_count", "_seq_no", "_version", "_type", "_nested_path", "_feature", "_size"}


def field_name(name: str, at: At) -> str:
    """The name of one field where it may be a pattern of names. Raises ``ReadError``."""
    if "*" in name:
        raise ReadError("a pattern of field names is not understood; name each field", *at)
    return plain_name(name, at)


def plain_name(name: str, at: At) -> str:
    """The name of one field of the events, where a ``*`` stands for itself. Raises ``ReadError``.

    Such are the queries of a term or of full text: their name is looked up in the mapping as it is
    (``SearchExecutionContext.getFieldType``).
    """
    if not name:
        raise ReadError("the name of the field is empty", *at)
    if name in METADATA:
        raise ReadError(f"{name} is about the document, not the event: not understood", *at)
    return name


def is_constant(engine: Engine, name: str) -> bool:
    """Whether the field has one value for the whole index."""
    found = find(engine.index, name)
    return found is not None and found.kind.type == "constant_keyword"


def wildcard(engine: Engine, name: str, text: str, at: At, caseless: bool) -> Formula:
    r"""A ``wildcard`` query.

    Elasticsearch's ``ConstantFieldType`` matches terms and patterns alike by ``Regex.simpleMatch``,
    where ``*`` is special and neither ``?`` nor ``\`` is.
    """
    if is_constant(engine, name):
        return engine.term(name, text, at, caseless)
    return engine.pattern(name, text, at, caseless)
