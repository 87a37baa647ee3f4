"""Fields that a rule tests and a schema lacks, and what to say about each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches

from siemc.diagnostics import Diagnostic
from siemc.formula import Formula, Origin, SameAs, atoms
from siemc.schema import Schema
from siemc.sources import DataSource

Missing = tuple[str, Origin | None]
# A rule with more fields than this that are not there is not misspelt; the search takes 2 ms each.
MAX_SUGGESTIONS = 10


def missing_fields(
    formula: Formula, schema: Schema, written: Collection[str] | None = None
) -> list[Missing]:
    """The fields a formula tests that the schema lacks, each with the first place that does.

    If ``written`` is given, a dynamic template counts only for the fields in it.
    """
    found: dict[str, Origin | None] = {}

    def has(name: str) -> bool:
        if written is None or name in written or not schema.closed:
            return schema.has(name)
        return schema.declares(name)

    for atom in atoms(formula):
        names = [atom.field] if atom.field else []
        if isinstance(atom.test, SameAs):
            names.append(atom.test.field)
        for name in names:
            if name not in found and not has(name):
                found[name] = atom.origins[0] if atom.origins else None
    return list(found.items())


def lacking(
    source: DataSource,
    schema: Schema,
    fields: Sequence[Missing],
    mapped: Iterable[str],
    refused: bool,
) -> list[Diagnostic]:
    """What to say of the fields a data source lacks; an error each if the query is refused for it.

    ``mapped`` are the names that the pipelines take in a rule: what was meant may be one of them.
    """
    known = sorted({*mapped, *schema.field_names})
    return [
        _lacking(source, schema, missing, known if i < MAX_SUGGESTIONS else (), refused)
        for i, missing in enumerate(fields)
    ]


def _lacking(
    source: DataSource, schema: Schema, missing: Missing, known: Sequence[str], refused: bool
) -> Diagnostic:
    name, origin = missing
    near = get_close_matches(name, known, n=1, cutoff=0.8)
    if near:
        hint = f"Did you mean {near[0]}?"
    elif refused:
        hint = "Map the field with a processing pipeline (-p), or name a schema that has it."
    else:
        hint = f"The query leaves out {source.title}; nothing to do if you do not collect it."
    message = f"{source.title} has no field {name} on schema {schema.name}."
    place = origin.path if origin else None
    return Diagnostic("SC102" if refused else "SC106", message, hint, place=place)
