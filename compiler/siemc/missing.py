"""Fields that a rule tests and a schema lacks, and what to say about each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from siemc.diagnostics import Diagnostic, did_you_mean
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


def no_field(schema: Schema, name: str) -> tuple[str, str]:
    """What is wrong with a field the schema lacks, and what to do, where a target finds it."""
    message = f"Schema {schema.name} has no field {name}."
    near = did_you_mean(name, schema.field_names)
    rest = "Name a schema that has the field, or map it with a processing pipeline (-p)."
    return message, near.strip() or rest


@dataclass(frozen=True)
class Lack:
    """What a data source lacks, and whether the query is refused for it.

    ``own`` are the names the rule itself uses: any other was written by a pipeline.
    """

    source: DataSource
    schema: Schema
    own: Collection[str]
    refused: bool

    def diagnostics(self, fields: Sequence[Missing], mapped: Iterable[str]) -> list[Diagnostic]:
        """What to say of each field that is not there.

        ``mapped`` are the names that pipelines take in a rule: what was meant may be one of them.
        """
        known = {*mapped, *self.schema.field_names}
        return [
            self._diagnostic(missing, known if i < MAX_SUGGESTIONS else ())
            for i, missing in enumerate(fields)
        ]

    def _diagnostic(self, missing: Missing, known: Collection[str]) -> Diagnostic:
        name, origin = missing
        near = did_you_mean(name, (each for each in known if each != name))
        if name not in self.own:
            hint = "A processing pipeline writes this field: name a schema that has it, or mend it."
        elif not self.refused:
            hint = f"The query leaves out {self.source.title}, which is right if you lack it."
        else:
            hint = "Map the field with a processing pipeline (-p), or name a schema that has it."
        if near and name in self.own:
            near, hint = near.strip(), ""
        message = f"{self.source.title} has no field {name} on schema {self.schema.name}."
        code = "SC102" if self.refused else "SC106"
        return Diagnostic(code, message, near + hint, place=origin.path if origin else None)
