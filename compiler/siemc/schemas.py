"""Finding a schema by its name, or by the file of a profile."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from siemc.backend import Platform, ReadsMappings, backends
from siemc.diagnostics import Diagnostic, UsageError, did_you_mean
from siemc.schema import Schema, SchemaError, load_schema


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
    """The schema in a profile's file, or in what a platform says of the user's own indices.

    Raises ``UsageError`` if there is none.
    """
    try:
        return _described(path) or load_schema(path)
    except SchemaError as error:
        raise UsageError(_not_understood(error, path)) from None
    except OSError as error:
        problem, line, column = error.strerror or "it cannot be read", None, None
    except UnicodeDecodeError:
        problem, line, column = "it is not UTF-8", None, None
    except json.JSONDecodeError as error:
        problem, line, column = error.msg, error.lineno, error.colno
    except RecursionError:
        problem, line, column = "it is nested too deeply", None, None
    except KeyError as error:
        problem, line, column = f"{error.args[0]} is missing or unknown", None, None
    except (TypeError, AttributeError, ValueError) as error:
        problem, line, column = str(error), None, None
    hint = "See docs/schemas.md for the shape of a profile."
    message = f"This is not a schema profile: {problem}."
    raise UsageError(Diagnostic("SC303", message, hint, str(path), line, column))


def _described(path: Path) -> Schema | None:
    """The schema that some platform makes of the file's JSON; ``None`` for a profile."""
    data = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_once)
    if not isinstance(data, dict) or isinstance(data.get("platform"), str):
        return None
    platforms = {each.platform.id: each.platform for each in backends().values()}
    readers = (each for each in platforms.values() if isinstance(each, ReadsMappings))
    return next((found for each in readers if (found := each.schema_of(data, path.stem))), None)


class _TwiceError(SchemaError):
    """An object has a key twice, at a place that is not known."""


def _once(items: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these keys. Of one given twice an index or a field would be lost."""
    found = dict(items)
    if len(found) < len(items):
        keys = [key for key, _ in items]
        key = next(key for key in keys if keys.count(key) > 1)
        raise _TwiceError(f"an object has the key {key} twice", (key,))
    return found


def _not_understood(error: SchemaError, path: Path) -> Diagnostic:
    """What is wrong with a mapping, at its line and column."""
    from siemc.locate import locate

    text = path.read_text(encoding="utf-8")
    hint = "See docs/schemas.md for what is read of a mapping."
    found = Diagnostic("SC303", f"The schema cannot be read: {error}.", hint, str(path))
    try:
        if isinstance(error, _TwiceError):
            return _at_second(found, text, str(error.place[0]))
        return locate(replace(found, place=error.place), text)
    except RecursionError:  # a place so deep in the file is not looked for
        return found


def _at_second(found: Diagnostic, text: str, key: str) -> Diagnostic:
    """The diagnostic at the second place where this key stands in an object."""
    from siemc.locate import compose

    nodes = [compose(text)]
    while nodes:
        node = nodes.pop()
        pairs = node.value if node is not None and not isinstance(node.value, str) else ()
        same = [each[0] for each in pairs if isinstance(each, tuple) and each[0].value == key]
        if len(same) > 1:
            mark = same[1].start_mark
            return replace(found, line=mark.line + 1, column=mark.column + 1)
        nodes += [each[1] if isinstance(each, tuple) else each for each in pairs]
    return found
