"""Finding a schema by its name, or by the file of a profile."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

from siemc.backend import Platform
from siemc.diagnostics import Diagnostic, UsageError, did_you_mean
from siemc.schema import Schema, load_schema


def find_schema(name: str, platform: Platform) -> Schema:
    """The platform's schema of this name, or the one in this file; else ``UsageError``."""
    if name in platform.schema_names:
        return platform.schema(name)
    if not name.endswith(".json") and not os.path.isfile(name):
        near = did_you_mean(name, platform.schema_names)
        hint = (
            f"{near}Schemas for {platform.id} are: {', '.join(platform.schema_names)}; or a file."
        )
        raise UsageError(Diagnostic("SC303", f"There is no schema '{name}'.", hint))
    schema = schema_file(Path(name))
    if schema.platform != platform.id:
        message = f"Schema {schema.name} is for {schema.platform}, not for {platform.id}."
        raise UsageError(Diagnostic("SC303", message, "Name a schema of the right platform.", name))
    return replace(schema, own=True)


def schema_file(path: Path) -> Schema:
    """The schema in a profile's file; ``UsageError`` if there is none."""
    hint = "See docs/schemas.md for the shape of a profile."
    try:
        return load_schema(path)
    except OSError as error:
        problem, line, column = error.strerror or "it cannot be read", None, None
    except UnicodeDecodeError:
        problem, line, column = "it is not UTF-8", None, None
    except json.JSONDecodeError as error:
        problem, line, column = error.msg, error.lineno, error.colno
    except KeyError as error:
        problem, line, column = f"{error.args[0]} is missing or unknown", None, None
    except (TypeError, AttributeError, ValueError) as error:
        problem, line, column = str(error), None, None
    message = f"This is not a schema profile: {problem}."
    raise UsageError(Diagnostic("SC303", message, hint, str(path), line, column))
