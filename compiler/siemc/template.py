"""What makes an index fit a schema: the templates behind ``siemc schema template``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from siemc.api import no_rules
from siemc.backend import Platform, backends
from siemc.compiler import Compiler, Options
from siemc.diagnostics import Diagnostic, UsageError, did_you_mean
from siemc.load import load


def templates(paths: Sequence[str], schema: str) -> Mapping[str, Any]:
    """The component templates that give these rules' fields what ``schema`` promises, by name.

    Raises ``UsageError`` where there is no such schema, no rule, or nothing to install.
    """
    target, platform = _platform(schema)
    loaded = load(paths)
    if not loaded.rules:
        raise no_rules(paths)
    compiler = Compiler(Options(targets=(target,), schemas={target: schema}))
    fields: dict[str, set[str]] = {}
    for rule in loaded.rules:
        names, patterns = compiler.fields(rule, target)
        for pattern in patterns:
            fields.setdefault(pattern, set()).update(names)
    whole = platform.schema(schema)
    found: dict[str, Any] = {}
    for pattern, tested in sorted(fields.items()):
        found |= platform.templates(whole.within([pattern]), sorted(tested))
    if not found:
        raise _nothing(schema)
    return found


def _nothing(schema: str) -> UsageError:
    message = f"There is nothing to install for these rules on schema {schema}."
    hint = "A template adds the caseless sub-fields of ecs-caseless to fields that rules test."
    return UsageError(Diagnostic("SC310", message, hint))


def _platform(schema: str) -> tuple[str, Platform]:
    """A target and the platform that have this schema."""
    known = backends()
    for name, backend in known.items():
        if schema in backend.platform.schema_names:
            return name, backend.platform
    names = {each for backend in known.values() for each in backend.platform.schema_names}
    hint = f"{did_you_mean(schema, names)}Schemas are: {', '.join(sorted(names))}."
    raise UsageError(Diagnostic("SC303", f"There is no schema '{schema}'.", hint))
