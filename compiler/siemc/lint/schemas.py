"""Fields that no shipped schema has for the log source of a rule."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from siemc.backend import Platform
from siemc.compiler import Compiler, Options
from siemc.diagnostics import Diagnostic, SiemcError
from siemc.formula import YamlPath
from siemc.lint.findings import Finding, found
from siemc.load import LoadedRule
from siemc.plans import Plans
from siemc.schema import Schema

NO_FIELD = "SC102"
# The unnamed values of a Windows event, which agents keep in ways of their own: no misspelling
UNNAMED = frozenset({"Data"})
NO_MAPPING = frozenset({"SC101", "SC104"})


@cache
def _compiler() -> Compiler:
    """A compiler with the shipped pipelines; it is asked for plans only."""
    return Compiler(Options(prove=False))


def check(loaded: LoadedRule) -> Iterator[Finding]:
    """The fields that every shipped schema with such events lacks.

    A log source that no shipped schema maps says nothing about the rule's fields.
    """
    lacking: dict[YamlPath, Diagnostic] | None = None
    plans = Plans(_compiler(), loaded)
    for platform, schema in _schemas():
        lacks = _lacks(plans, platform, schema)
        if lacks is None:
            continue
        lacking = lacks if lacking is None else {p: lacking[p] for p in lacking if p in lacks}
        if not lacking:
            return
    for place, diagnostic in (lacking or {}).items():
        if _field(place) not in UNNAMED:
            yield _finding(loaded, place, diagnostic)


def _schemas() -> Iterator[tuple[Platform, Schema]]:
    seen: set[str] = set()
    for target in _compiler().targets:
        platform = target.backend.platform
        if platform.id not in seen:
            seen.add(platform.id)
            yield from ((platform, platform.schema(name)) for name in platform.schema_names)


def _lacks(plans: Plans, platform: Platform, schema: Schema) -> dict[YamlPath, Diagnostic] | None:
    """The fields this schema lacks by place; ``None`` where it has no say."""
    try:
        plan = plans.plan(platform, schema)
    except SiemcError:
        return None  # a pipeline refuses the rule, or a value waits for one
    if not plan.sources or NO_MAPPING & {each.code for each in plan.diagnostics}:
        return None
    if not plan.refused:
        return {}
    return {each.place: each for each in plan.diagnostics if each.code == NO_FIELD and each.place}


def _field(place: YamlPath) -> str:
    """The field that a place is about, as the rule names it."""
    name = next((str(step) for step in reversed(place) if isinstance(step, str)), "")
    return name.split("|")[0]


def _finding(loaded: LoadedRule, place: YamlPath, diagnostic: Diagnostic) -> Finding:
    field = _field(place)
    said = diagnostic.hint
    hint = said if said.startswith("Did you mean") else "Check the name, or the log source."
    source = loaded.rule.logsource
    parts = [each for each in (source.product, source.category, source.service) if each]
    message = f"No shipped schema has the field {field} for {'/'.join(parts)}."
    return found(loaded, "SC408", message, hint, place)
