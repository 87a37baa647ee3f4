"""The project's settings: ``siemc.toml``, or ``[tool.siemc]`` in ``pyproject.toml``."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from siemc.diagnostics import Diagnostic, UsageError, did_you_mean

CHOICES = {"inexact": ("refuse", "label"), "scope": ("source", "macro"), "format": ("text", "json")}
FILES = (".yml", ".yaml", ".json")
LISTS = ("targets", "pipelines", "sources")
SWITCHES = ("pretty", "prove", "strict")
TABLES = {"build": (Mapping, "a table"), "deploy": (list, "a list of tables, [[deploy]]")}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a settings file says; ``None`` and empty where it says nothing.

    ``schema`` maps targets to schemas; ``""`` is the one for all targets of its platform.
    Pipelines, schema files and the baseline are paths relative to the settings file, made absolute.
    ``build`` and ``deploy`` are tables as they are written (``siemc.publish.deployment`` reads
    them).
    """

    path: Path | None = None
    targets: tuple[str, ...] = ()
    pipelines: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    schema: Mapping[str, str] = field(default_factory=dict)
    inexact: str | None = None
    scope: str | None = None
    format: str | None = None
    pretty: bool | None = None
    prove: bool | None = None
    strict: bool | None = None
    baseline: str | None = None
    build: Mapping[str, Any] = field(default_factory=dict)
    deploy: Sequence[Mapping[str, Any]] = ()


def find_settings(start: Path) -> Settings:
    """The settings nearest to a folder, upwards; ``UsageError`` where they are wrong."""
    for folder in (start, *start.parents):
        for name, table in (("siemc.toml", ()), ("pyproject.toml", ("tool", "siemc"))):
            path = folder / name
            if path.is_file() and (data := _table(path, table)) is not None:
                return _settings(path, data)
    return Settings()


def _table(path: Path, keys: Iterable[str]) -> Mapping[str, Any] | None:
    data: Any = _read(path)
    for key in keys:
        data = data.get(key) if isinstance(data, Mapping) else None
    if data is not None and not isinstance(data, Mapping):
        raise wrong(path, "[tool.siemc] is a table of settings")
    return data


def _read(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise wrong(path, error.strerror or "it cannot be read") from None
    except UnicodeDecodeError:
        raise wrong(path, "it is not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise wrong(path, str(error)) from None


def _settings(path: Path, data: Mapping[str, Any]) -> Settings:
    known = {*LISTS, *CHOICES, *SWITCHES, *TABLES, "baseline", "schema"}
    for key, value in data.items():
        if key not in known:
            near = did_you_mean(key, known)
            raise wrong(path, f"there is no setting {key}", near or f"Known are {_list(known)}.")
        _check(path, key, value)
    lists = {key: tuple(data.get(key, ())) for key in LISTS}
    lists["pipelines"] = tuple(_beside(path, each) for each in lists["pipelines"])
    return Settings(
        path=path,
        targets=lists["targets"],
        pipelines=lists["pipelines"],
        sources=lists["sources"],
        schema=_schema(path, data.get("schema", {})),
        inexact=data.get("inexact"),
        scope=data.get("scope"),
        format=data.get("format"),
        pretty=data.get("pretty"),
        prove=data.get("prove"),
        strict=data.get("strict"),
        baseline=_beside(path, data["baseline"]) if "baseline" in data else None,
        build=data.get("build", {}),
        deploy=data.get("deploy", ()),
    )


def _check(path: Path, key: str, value: Any) -> None:
    if key in LISTS and not (isinstance(value, list) and all(isinstance(v, str) for v in value)):
        raise wrong(path, f"{key} is a list of texts")
    if key in CHOICES and value not in CHOICES[key]:
        raise wrong(path, f"{key} is one of {', '.join(CHOICES[key])}")
    if key in SWITCHES and not isinstance(value, bool):
        raise wrong(path, f"{key} is true or false")
    if key in TABLES and not isinstance(value, TABLES[key][0]):
        raise wrong(path, f"{key} is {TABLES[key][1]}")
    if key == "baseline" and not isinstance(value, str):
        raise wrong(path, "baseline is the name of a file")


def _schema(path: Path, value: Any) -> dict[str, str]:
    table = {"": value} if isinstance(value, str) else value
    if not isinstance(table, Mapping) or not all(isinstance(v, str) for v in table.values()):
        raise wrong(path, "schema is a name, or a table of names by target")
    return {key: _beside(path, name) for key, name in table.items()}


def _beside(settings: Path, name: str) -> str:
    """A file named in the settings is relative to them; a plain name stays as it is."""
    there = settings.parent / name
    is_file = name.endswith(FILES) or "/" in name or (name != "none" and os.path.isfile(there))
    return str(there) if is_file else name


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def wrong(path: Path, problem: str, hint: str = "") -> UsageError:
    """That the settings are wrong, and how."""
    see = f"{hint.strip()} See docs/settings.md for what can be set.".strip()
    return UsageError(Diagnostic("SC305", f"The settings are wrong: {problem}.", see, str(path)))
